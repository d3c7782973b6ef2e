//! Telling the ledger of a newer state of an open channel (docs/spec/arbiter.md, 3.5).

use twinroot_abi::ChannelId;
use twinroot_wire::CoSigned;

use crate::plan::Plan;
use crate::{Ledger, Rejected};

pub(crate) fn plan(ledger: &Ledger, channel: ChannelId, state: CoSigned) -> Result<Plan, Rejected> {
    let mut channel = ledger.existing(channel)?.clone();
    channel.check_open()?;
    channel.check_newer(&state)?;
    channel.adopt(state, ledger.block().height);
    Ok(Plan::Snapshot(Box::new(channel)))
}

//! Closing a channel: together, alone, answered, settled (docs/spec/arbiter.md, 6).

use twinroot_abi::{ChannelId, PublicKey};
use twinroot_wire::{CoSigned, SignedClose};

use crate::plan::Plan;
use crate::{Ledger, Phase, Rejected};

/// Both parties agree on the end (docs/spec/arbiter.md, 6.1).
pub(crate) fn plan_mutual(ledger: &Ledger, signed: &SignedClose) -> Result<Plan, Rejected> {
    let close = &signed.close;
    let channel = ledger.existing(close.channel)?;
    if close.chain != channel.tip.chain {
        return Err(Rejected::StateChain);
    }
    if close.version != channel.tip.version {
        return Err(Rejected::StateVersion);
    }
    ledger.check_expiry(close.expiry)?;
    if close.payout[0].checked_add(close.payout[1]) != Some(channel.locked()) {
        return Err(channel.not_what_is_locked(close.payout));
    }
    channel.keys.verify_close(signed)?;
    channel.check_standing(close.standing)?;
    Ok(Plan::PayOut {
        channel: close.channel,
        payout: close.payout,
        repaid: None,
    })
}

/// One party asks for the end; the other has the lock to answer (docs/spec/arbiter.md, 6.2).
pub(crate) fn plan_solo(
    ledger: &Ledger,
    sender: PublicKey,
    channel: ChannelId,
    state: Option<CoSigned>,
) -> Result<Plan, Rejected> {
    let mut channel = ledger.existing(channel)?.clone();
    let closer = channel.side_of(sender).ok_or(Rejected::NotAParty)?;
    channel.check_open()?;
    let now = ledger.block().height;
    if let Some(state) = state {
        channel.check_newer(&state)?;
        channel.adopt(state, now);
    }
    channel.begin_closing(closer, now);
    Ok(Plan::Close(Box::new(channel)))
}

/// Anyone answers a solo close with a newer co-signed state (docs/spec/arbiter.md, 6.3).
pub(crate) fn plan_slash(
    ledger: &Ledger,
    channel: ChannelId,
    state: CoSigned,
) -> Result<Plan, Rejected> {
    let mut channel = ledger.existing(channel)?.clone();
    if channel.phase == Phase::Open {
        return Err(Rejected::NotClosing);
    }
    channel.check_newer(&state)?;
    channel.adopt(state, ledger.block().height);
    Ok(Plan::Slash(Box::new(channel)))
}

/// Anyone has a channel pay out whose time to answer and whose holds are over
/// (docs/spec/arbiter.md, 6.4).
pub(crate) fn plan_settle(ledger: &Ledger, id: ChannelId) -> Result<Plan, Rejected> {
    let channel = ledger.existing(id)?;
    let Phase::Closing { until, .. } = channel.phase else {
        return Err(Rejected::NotClosing);
    };
    let hold = channel.tip.hold_until;
    let at = until.max(hold);
    if ledger.block().height < at {
        return Err(Rejected::TooEarly { at, until, hold });
    }
    let (payout, repaid) = channel.settlement();
    Ok(Plan::PayOut {
        channel: id,
        payout,
        repaid,
    })
}

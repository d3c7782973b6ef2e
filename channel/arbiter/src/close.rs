//! Closing a channel: together, alone, answered, settled (docs/spec/arbiter.md, 6).

use twinroot_abi::{ChannelId, PublicKey};
use twinroot_rules::Standing;
use twinroot_wire::{CoSigned, SignedClose};

use crate::plan::Plan;
use crate::{Ledger, Phase, Rejected};

/// Both parties agree on the end.
pub(crate) fn plan_mutual(ledger: &Ledger, signed: &SignedClose) -> Result<Plan, Rejected> {
    let close = &signed.close;
    let channel = ledger.existing(close.channel)?;
    if close.chain != channel.tip.chain {
        return Err(Rejected::StateChain);
    }
    if close.version != channel.tip.version {
        return Err(Rejected::StateVersion);
    }
    if close.expiry < ledger.block().height {
        return Err(Rejected::Expired {
            expiry: close.expiry,
        });
    }
    if close.payout[0].checked_add(close.payout[1]) != Some(channel.locked()) {
        return Err(Rejected::Payout {
            locked: channel.locked(),
            payout: close.payout,
        });
    }
    channel.keys.verify_close(signed)?;
    if (Standing {
        round: close.round,
        forced: close.forced,
    }) < channel.standing
    {
        return Err(Rejected::Stale {
            known: channel.standing.round,
            posted: close.round,
        });
    }
    Ok(Plan::PayOut {
        channel: close.channel,
        payout: close.payout,
    })
}

/// One party asks for the end; the other has the lock to answer.
pub(crate) fn plan_solo(
    ledger: &Ledger,
    sender: PublicKey,
    channel: ChannelId,
    state: Option<&CoSigned>,
) -> Result<Plan, Rejected> {
    let mut channel = ledger.existing(channel)?.clone();
    channel.side_of(sender).ok_or(Rejected::NotAParty)?;
    if channel.phase != Phase::Open {
        return Err(Rejected::AlreadyClosing);
    }
    if let Some(state) = state {
        channel.check_newer(state)?;
        channel.adopt(state, ledger.block().height);
    }
    channel.begin_closing(ledger.block().height);
    Ok(Plan::Replace(Box::new(channel)))
}

/// Anyone answers a solo close with a newer co-signed state.
pub(crate) fn plan_slash(
    ledger: &Ledger,
    channel: ChannelId,
    state: &CoSigned,
) -> Result<Plan, Rejected> {
    let mut channel = ledger.existing(channel)?.clone();
    if channel.phase == Phase::Open {
        return Err(Rejected::NotClosing);
    }
    channel.check_newer(state)?;
    channel.adopt(state, ledger.block().height);
    Ok(Plan::Replace(Box::new(channel)))
}

/// Anyone has a channel pay out whose time to answer and whose holds are over.
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
    Ok(Plan::PayOut {
        channel: id,
        payout: channel.tip.payout,
    })
}

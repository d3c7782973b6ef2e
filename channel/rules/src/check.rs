//! What can be said of an update before anything of it is carried out.

use twinroot_abi::INIT;
use twinroot_exec::{Call, Fallback};
use twinroot_types::{Limits, encode};
use twinroot_wire::{Commitment, Operation, Update};

use crate::{Consent, HOLD_LIMIT, Refused};

/// Checks the form of an update against the state it changes (docs/spec/channel.md, 3.2 and 7.3).
pub(crate) fn check(base: &Commitment, update: &Update, consent: Consent) -> Result<(), Refused> {
    if update.channel != base.channel {
        return Err(Refused::Channel);
    }
    if update.base != base.hash() {
        return Err(Refused::Base);
    }
    let in_order = match consent {
        Consent::Both => update.round > base.round,
        Consent::PosterOnly => update.round == base.round,
    };
    if !in_order {
        return Err(Refused::Round);
    }
    // No deadline comes back (docs/spec/channel.md, 4.2).
    if update.env.height < base.env.height || update.env.time < base.env.time {
        return Err(Refused::Environment);
    }
    let have = update.operations.len();
    if have > Limits::V1.operations || (have == 0 && consent == Consent::PosterOnly) {
        return Err(Refused::Operations { have });
    }
    if update.gas().is_none_or(|gas| gas > Limits::V1.update_gas) {
        return Err(Refused::Gas);
    }
    let have = encode(update).len();
    if have > Limits::V1.update_bytes {
        return Err(Refused::Bytes { have });
    }
    update
        .operations
        .iter()
        .enumerate()
        .try_for_each(|(place, operation)| check_operation(update, place, operation, consent))
}

fn check_operation(
    update: &Update,
    operation: usize,
    what: &Operation,
    consent: Consent,
) -> Result<(), Refused> {
    let limits = Limits::V1;
    let limit = |fits: bool, what| {
        if fits {
            Ok(())
        } else {
            Err(Refused::Limit { operation, what })
        }
    };
    match what {
        // What comes back within the update is no excuse: contracts may act on coins that were only lent.
        Operation::Transfer { from, .. }
            if consent == Consent::PosterOnly && *from != update.proposer =>
        {
            Err(Refused::OthersCoins {
                operation,
                side: *from,
            })
        }
        Operation::Transfer { .. } => Ok(()),
        Operation::Create {
            fallback,
            hold,
            args,
            ..
        } => {
            limit(args.len() <= limits.argument_bytes, "the arguments")?;
            if !fallback.is_valid() {
                return Err(Refused::Fallback { operation });
            }
            if consent == Consent::PosterOnly
                && (*fallback != Fallback::all_to(update.proposer) || hold.0 != 0)
            {
                return Err(Refused::ForcedCreation { operation });
            }
            if hold.0 > update.env.height.0.saturating_add(HOLD_LIMIT) {
                return Err(Refused::Hold {
                    operation,
                    hold: *hold,
                });
            }
            Ok(())
        }
        Operation::Deposit(_) | Operation::Withdraw(_)
            if consent == Consent::PosterOnly || update.operations.len() > 1 =>
        {
            Err(Refused::Funding { operation })
        }
        Operation::LowerHold { .. } if consent == Consent::PosterOnly => {
            Err(Refused::LowerHold { operation })
        }
        Operation::Deposit(_) | Operation::Withdraw(_) | Operation::LowerHold { .. } => Ok(()),
        Operation::Call(call) => {
            limit(call.args.len() <= limits.argument_bytes, "the arguments")?;
            limit(
                call.entry.len() <= limits.entry_bytes,
                "the name of the entry",
            )?;
            if call.entry == INIT {
                return Err(Refused::Init { operation });
            }
            check_facts(operation, call)
        }
    }
}

fn check_facts(operation: usize, call: &Call) -> Result<(), Refused> {
    let parts = || {
        call.facts
            .iter()
            .flat_map(|bundle| bundle.descriptors.iter().chain(&bundle.messages))
    };
    let bytes = parts().fold(0usize, |sum, part| sum.saturating_add(part.len()));
    if bytes > Limits::V1.fact_bytes {
        return Err(Refused::Limit {
            operation,
            what: "the facts",
        });
    }
    if parts().count() > Limits::V1.fact_messages {
        return Err(Refused::Limit {
            operation,
            what: "the number of facts",
        });
    }
    if !call
        .facts
        .is_sorted_by(|one, next| one.policy < next.policy)
    {
        return Err(Refused::FactOrder { operation });
    }
    Ok(())
}

//! Opening a channel (docs/spec/arbiter.md, 4).

use twinroot_abi::{PublicKey, Side};
use twinroot_rules::{Standing, genesis};
use twinroot_wire::{Keys, SignedParameters, VERSION};

use crate::plan::Plan;
use crate::{Channel, LOCK_LIMIT, Ledger, Phase, Rejected};

pub(crate) fn plan(
    ledger: &Ledger,
    sender: PublicKey,
    signed: SignedParameters,
) -> Result<Plan, Rejected> {
    let terms = &signed.parameters;
    if terms.chain != ledger.chain() {
        return Err(Rejected::Chain);
    }
    if terms.version != VERSION {
        return Err(Rejected::Version {
            version: terms.version,
        });
    }
    if terms.expiry < ledger.block().height {
        return Err(Rejected::Expired {
            expiry: terms.expiry,
        });
    }
    if sender != terms.parties[Side::Initiator.index()] {
        return Err(Rejected::Terms("the initiator posts them"));
    }
    if terms.parties[0] == terms.parties[1] {
        return Err(Rejected::Terms("the parties are the same"));
    }
    if terms.lock == 0 || terms.lock > LOCK_LIMIT {
        return Err(Rejected::Terms(
            "the lock is not between 1 and 100,000 blocks",
        ));
    }
    let keys = Keys::gate(&terms.parties)?;
    keys.verify_parameters(&signed)?;
    let channel = terms.channel();
    if ledger.was_opened(channel) {
        return Err(Rejected::Opened(channel));
    }
    for side in Side::BOTH {
        let (have, need) = (
            ledger.account(terms.parties[side.index()]).coins,
            terms.deposits[side.index()],
        );
        if have < need {
            return Err(Rejected::Funds { have, need });
        }
    }
    let first = genesis(terms, ledger.block()).map_err(|_| Rejected::Overflow)?;
    Ok(Plan::Open(Box::new(Channel {
        tip: first.commitment,
        standing: Standing::default(),
        phase: Phase::Open,
        keys,
        parameters: signed.parameters,
    })))
}

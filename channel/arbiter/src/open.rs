//! Opening a channel (docs/spec/arbiter.md, 4 and 4.1).

use twinroot_abi::{PublicKey, Side};
use twinroot_rules::genesis;
use twinroot_wire::{Keys, SignedParameters, VERSION};

use crate::plan::Plan;
use crate::{Channel, LOCK_LIMIT, Ledger, Rejected};

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
    ledger.check_expiry(terms.expiry)?;
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
    for side in Side::BOTH.map(Side::index) {
        ledger.check_account(terms.parties[side], terms.deposits[side])?;
    }
    let first = genesis(terms, ledger.block()).map_err(|_| Rejected::Overflow)?;
    Ok(Plan::Open(Box::new(Channel::open(
        signed,
        keys,
        first.commitment,
    ))))
}

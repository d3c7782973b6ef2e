//! Accounts that answer questions (docs/spec/arbiter.md, 12.1 and 12.2).

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, Height, PublicKey};

use crate::plan::Plan;
use crate::{Ledger, Rejected};

/// The longest that an account says it is an oracle, in blocks; so what is left alone goes by itself.
const ORACLE_BLOCKS: u64 = 100_000;

/// An oracle: what it takes for an answer, and how long it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Oracle {
    /// Coins that a query holds for it.
    pub price: Amount,
    /// Its last height. Questions to it leave it no longer for an answer.
    pub until: Height,
}

pub(crate) fn plan_register(
    ledger: &Ledger,
    sender: PublicKey,
    oracle: Oracle,
) -> Result<Plan, Rejected> {
    if ledger.oracle(sender).is_some() {
        return Err(Rejected::Registered);
    }
    let now = ledger.block().height;
    planned(ledger, sender, oracle, Height(now.0.saturating_add(1)))
}

pub(crate) fn plan_extend(
    ledger: &Ledger,
    sender: PublicKey,
    oracle: Oracle,
) -> Result<Plan, Rejected> {
    let known = ledger.existing_oracle(sender)?;
    planned(ledger, sender, oracle, known.until)
}

/// Whoever relies on an oracle knows how long it is there at least.
fn planned(
    ledger: &Ledger,
    key: PublicKey,
    oracle: Oracle,
    least: Height,
) -> Result<Plan, Rejected> {
    let most = Height(ledger.block().height.0.saturating_add(ORACLE_BLOCKS));
    let until = oracle.until;
    if until < least || until > most {
        return Err(Rejected::Lifetime { until, least, most });
    }
    Ok(Plan::Oracle { key, oracle })
}

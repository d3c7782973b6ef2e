//! The ledger of a node.

use std::sync::Arc;

use twinroot_abi::{Amount, PublicKey};
use twinroot_chain::{Answer, ChainBackend, ChainError, Query, Remote};
use twinroot_client::Endpoint;

use super::codes::START;
use crate::author::Fault;

/// Coins that the faucet gives to a node that is tried.
const GIFT: Amount = Amount(10_000_000);

/// A ledger that answers.
pub(crate) struct Ledger(Arc<Remote>);

/// The ledger at the address, if it answers.
pub(crate) async fn connect(address: &str) -> Result<Ledger, Fault> {
    let endpoint: Endpoint = address.parse().map_err(|error| Fault::new(START, error))?;
    let ledger = Remote::new(endpoint);
    ledger.status().await.map_err(|error| {
        fault(&error).then("start it: `twinroot chain dev`, or name it in node.toml")
    })?;
    Ok(Ledger(Arc::new(ledger)))
}

/// Has the faucet pay to an account that has nothing.
pub(crate) async fn fund(Ledger(ledger): &Ledger, key: PublicKey) -> Result<(), Fault> {
    if let Answer::Account(account) = ledger
        .query(Query::Account(key))
        .await
        .map_err(|error| fault(&error))?
        && account.coins == Amount::ZERO
    {
        ledger
            .fund(key, GIFT)
            .await
            .map_err(|error| fault(&error))?;
    }
    Ok(())
}

impl Ledger {
    pub(crate) fn backend(&self) -> Arc<dyn ChainBackend> {
        self.0.clone()
    }
}

fn fault(error: &ChainError) -> Fault {
    Fault::new(START, format!("the ledger: {error}"))
}

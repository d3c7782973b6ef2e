//! Which ledger a verb talks to.

use std::env;

use twinroot_chain::{ChainError, Remote};
use twinroot_rpc::Endpoint;

use crate::author::{Fault, codes};

/// The variable that names the ledger where no option does.
const VARIABLE: &str = "TWINROOT_CHAIN";
/// Where `twinroot chain dev` listens unless it is told otherwise.
pub(super) const DEFAULT: &str = "ws://127.0.0.1:8640";

/// Which ledger.
#[derive(clap::Args)]
pub(crate) struct At {
    /// Where the ledger listens: ws://HOST:PORT or unix:PATH; else TWINROOT_CHAIN, else ws://127.0.0.1:8640.
    #[arg(long, global = true, value_name = "WHERE")]
    chain: Option<String>,
}

impl At {
    /// The ledger.
    pub(crate) fn ledger(&self) -> Result<Remote, Fault> {
        let named = self.chain.clone().or_else(|| env::var(VARIABLE).ok());
        endpoint(named.as_deref().unwrap_or(DEFAULT)).map(Remote::new)
    }
}

pub(super) fn endpoint(words: &str) -> Result<Endpoint, Fault> {
    words
        .parse()
        .map_err(|error| Fault::new(twinroot_rpc::codes::ADDRESS, error))
}

/// What a ledger says, or why it says nothing.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` gives")]
pub(crate) fn fault(error: ChainError) -> Fault {
    let known = codes::all().find(|entry| entry.code == error.code());
    let fault = Fault::new(
        known.map_or(twinroot_rpc::codes::UNINTELLIGIBLE, |entry| entry.code),
        &error,
    );
    match error {
        ChainError::Unreachable(_) => fault.then("for tries, start one: `twinroot chain dev`"),
        _ => fault,
    }
}

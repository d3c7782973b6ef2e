//! What is refused: off chain by the party that is asked, on chain by the ledger, each time for the
//! reason that is its own and without a trace in the channel (docs/spec/channel.md, arbiter.md, oracles.md).
//!
//! ```text
//!               proposer's own rules   peer             forced by hand
//! broken step   impossible             refuses          refuted: same reason, the forcer pays the gas
//! broken form   -                      refuses          rejected: nobody pays
//! ```

mod attestations;
mod bytes;
mod closes;
mod code;
mod envelope;
mod forge;
mod insurance;
mod paths;
mod readings;
mod sale;
mod states;
mod witness;
mod world;

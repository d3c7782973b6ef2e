//! What is measured: rounds between two parties, forced steps, restarts. The harnesses in `benches/`
//! time it and print ratios; `cargo bench -p twinroot-benches` runs them all.

mod force;
mod rounds;
pub mod workloads;

pub use force::{Forced, forced_release};
pub use rounds::{Pair, Work, signature_work};

//! Keeps the evidence of feeds: what was received is verified, ordered and written down.
//!
//! ```text
//!  any relay, in any order, twice           on all cores            on disk            in memory
//!  message bytes ---> Verifier::open ---> Signed ---> Log::append ---> file, fsync ---> Store
//!                     results in order                                                  since, gaps, lag
//! ```
//!
//! No relay is trusted and neither is the disk: nothing comes into a [`Store`] but what its feed has
//! signed, and a log is verified again when it is opened. What is missing is told: places that
//! nobody sent are [`Gap`]s, what memory had no room for is [`Lag`], what the disk lost is [`Damage`].

mod error;
mod log;
mod store;
mod verify;

pub use error::LogError;
pub use log::{Damage, Log, LogReader};
pub use store::{Arrival, Gap, Lag, Place, Since, Store};
pub use verify::Verifier;

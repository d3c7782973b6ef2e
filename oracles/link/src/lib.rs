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
mod file;
pub mod http;
mod keeper;
mod log;
pub mod mqtt;
mod running;
mod store;
mod verify;
mod wanted;

pub use error::LogError;
pub use file::follow_log;
pub use keeper::{
    Closed, Event, Events, Evidence, Follower, Keeper, Kept, LinkState, MESSAGE_LIMIT, Notice,
    Origin, Overview, Receipt, Unkept,
};
pub use log::{Damage, Log, LogReader};
pub use running::Running;
pub use store::{Arrival, Gap, Lag, NoPlace, Page, Place, Since, Store, Stretch};
pub use verify::Verifier;

//! Links: how messages of feeds travel, and how they are kept as evidence (docs/spec/oracles.md, 10).
//!
//! ```text
//!  mqtt, http, file: any order, twice     Keeper, one task a feed
//!  message bytes ---> [bounded] ---> Verifier::open ---> Log::append ---> Store ---> since, gaps, lag
//!                <--- acknowledged    on all cores        file, fsync       |
//!                                                                           +---> Events, Follower
//! ```
//!
//! No relay is trusted and neither is the disk: nothing comes into a [`Store`] but what its feed has
//! signed, and a log is verified again when it is opened. What is missing is told: places that
//! nobody sent are [`Gap`]s, what was dropped is [`Lag`], what the disk lost is [`Damage`].

mod error;
mod file;
pub mod http;
mod keeper;
mod log;
pub mod mqtt;
mod running;
mod store;
mod tls;
mod verify;
mod wanted;

pub use error::LogError;
pub use file::follow_log;
pub use keeper::{
    Closed, Event, Events, Evidence, Follower, Keeper, Kept, LinkState, MESSAGE_LIMIT, Notice,
    Ordered, Origin, Overview, Receipt, Turn, Unkept,
};
pub use log::{Damage, Dropped, Log, LogReader};
pub use running::Running;
pub use store::{Arrival, Gap, Lag, NoPlace, Page, Place, Since, Store, Stretch};
pub use tls::{Authorities, TlsError};
pub use verify::Verifier;

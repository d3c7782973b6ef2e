//! Feeds over an MQTT 5 broker (docs/spec/oracles.md, 9.3 and 9.4).
//!
//! ```text
//! device: Publisher --- .../r, .../latest, .../desc ---> broker ---> subscribe ---> Keeper
//!         keeps what is not acknowledged                               acknowledges what is on disk
//!
//! who has a log: answer <--- .../since ------- broker <--- backfill, where something is missing
//!                       ---- .../answer/... -> broker ---> Keeper
//! ```
//!
//! The broker is a relay like any other: it is believed nothing but what a feed has signed. The session of
//! a subscriber is no history; what a broker lost is asked for again.

mod answer;
mod backfill;
mod broker;
mod describe;
mod exchange;
mod outbox;
mod publish;
mod subscribe;
mod topics;

pub use answer::answer;
pub use backfill::backfill;
pub use broker::{Broker, BrokerError};
pub use describe::describe;
pub use publish::{Publisher, PublisherState};
pub use subscribe::subscribe;

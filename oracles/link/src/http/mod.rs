//! Feeds over HTTP: server-sent events for browsers, and for programs behind a wall that lets nothing else
//! through (docs/spec/oracles.md, 9.5).
//!
//! ```text
//! Keeper ---> serve: GET /v1/feeds/FEED            descriptor, latest, how things stand
//!                    GET /v1/feeds/FEED/events     server-sent events, from a place on
//!                    GET /v1/feeds/FEED/messages   a page    <--- listen ---> another Keeper
//! ```
//!
//! The server is a relay like any other: whoever listens opens each message again.

mod address;
mod answers;
mod connections;
mod events;
mod listen;
mod said;
mod serve;

pub use address::{Address, AddressError};
pub use listen::{describe, listen};
pub use serve::serve;

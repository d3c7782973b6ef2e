//! JSON-RPC 2.0 over WebSocket, on TCP or a local socket: server, client, subscriptions.
//!
//! ```text
//! frames --message--> request --Methods--> answer
//!                 \-> refused: a fault with a code, and what to do
//! ```
//!
//! A request is a text frame with one JSON-RPC object; batches are refused. The answer of a subscription is its number; its items
//! follow as notifications `subscription {subscription, item}`, its end as `subscription.ended {subscription, error}`, and the
//! method `unsubscribe {subscription}` ends it from outside.
//!
//! Memory is bounded whatever the other side does: frames, requests in flight, subscriptions and connections have limits
//! ([`Limits`]), and who does not read what it asked for is told and dropped.

mod access;
mod client;
pub mod codes;
mod endpoint;
mod fault;
mod limits;
mod link;
mod message;
mod methods;
mod server;
mod session;
mod socket;

pub use access::Access;
pub use client::{CallError, Client, ConnectError, Subscription};
pub use endpoint::{Endpoint, EndpointError};
pub use fault::Fault;
pub use limits::Limits;
pub use message::{Incoming, Request, Unreadable, read_incoming, read_request};
pub use methods::Methods;
pub use server::{Server, StartError};

//! The program as its users start it.

#![expect(clippy::unwrap_used, reason = "a test says so by failing")]

mod author;
mod broker;
mod chain;
mod demo;
mod node;
mod oracle;
mod play;
mod readme;

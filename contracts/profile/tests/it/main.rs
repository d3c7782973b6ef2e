//! Calls, profiled.

#![expect(clippy::unwrap_used, reason = "a test says so by failing")]

mod contracts;
mod host_calls;
mod inner;
mod source;
mod split;
mod stacks;
mod stage;
mod stops;

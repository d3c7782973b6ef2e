//! Calls on both backends.

#![expect(clippy::unwrap_used, reason = "a test says so by failing")]

mod stack;
mod stage;

//! Calls on both backends.

#![expect(clippy::unwrap_used, reason = "a test says so by failing")]

mod batch;
mod crypto;
mod folder;
mod log;
mod nested;
mod recorded;
mod stack;
mod stage;
mod trace;

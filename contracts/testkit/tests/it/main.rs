//! The law of the system, and what is refused.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says so by failing"
)]

mod refusals;
mod slots;
mod twins;

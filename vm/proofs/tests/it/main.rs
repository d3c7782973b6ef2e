//! Four engines, one outcome.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says so by failing"
)]

mod bombs;
mod corpus;
mod smith;
mod spec;

/// A number from outside: how much of a long run is wanted.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

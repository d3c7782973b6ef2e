//! Tests of the gate as its callers see it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of a test may fail as the test itself"
)]

mod count;
mod gas;
mod property;
mod refusal;
mod run;
mod smith;
mod stack;

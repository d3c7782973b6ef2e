//! What a node is asked and answers, and a client for it.

pub mod api;
mod failure;
mod serves;

pub use failure::{Failure, FailureData};
pub use serves::Api;

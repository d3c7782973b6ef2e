//! What a node is asked and answers, and a client for it.

pub mod api;
mod failure;
pub mod methods;
mod schema;
mod serves;

pub use failure::{Failure, FailureData};
pub use schema::schema;
pub use serves::Api;

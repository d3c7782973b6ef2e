//! What a node is asked and answers, and a client for it.
//!
//! ```text
//! api:      the types of params and answers      methods: the names, with the types of each
//! schema(): both as one JSON document            Api:     what a node implements
//! Client:   the verbs, for programs
//! ```

pub mod api;
mod client;
mod error;
mod failure;
pub mod methods;
mod schema;
mod serves;
mod step;

pub use client::Client;
pub use error::Error;
pub use failure::{Failure, FailureData};
pub use schema::schema;
pub use serves::Api;
pub use twinroot_rpc::{Endpoint, EndpointError};

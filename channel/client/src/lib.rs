//! What a node is asked and answers, and a client for it.

pub mod api;

//! Why a node did not do what it was asked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a node did not do what it was asked.
///
/// Over the wire it is the error of a JSON-RPC answer: `message` is its message, `code` and `todo` are `code` and `advice` of its data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// The code that `twinroot explain` knows.
    pub code: &'static str,
    /// What is wrong and who is at fault.
    pub message: String,
    /// What to do about it; empty where the message says it.
    pub todo: String,
}

/// What the data of a JSON-RPC error says beside its message.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct FailureData {
    /// The code that `twinroot explain` knows.
    pub code: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub advice: String,
}

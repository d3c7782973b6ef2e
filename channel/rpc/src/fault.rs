//! Why a request was not carried out, as its answer says it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::codes;

/// The error object of an answer. `data.code` is a stable code (`TRxxxx`), `data.advice` says what to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// The number of JSON-RPC.
    pub code: i64,
    /// What is wrong, and with what.
    pub message: String,
    /// What a program wants to know beside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

impl Fault {
    /// A fault of the application: its stable code, and what is wrong.
    #[must_use]
    pub fn new(code: &str, message: impl ToString) -> Self {
        Self::numbered(APPLICATION, code, message)
    }

    /// The same fault with what to do about it.
    #[must_use]
    pub fn advice(self, advice: &str) -> Self {
        self.with("advice", advice.into())
    }

    /// The same fault with something else that a program wants to know.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        let data = self.data.get_or_insert_with(|| json!({}));
        if let Value::Object(data) = data {
            data.insert(name.into(), value);
        }
        self
    }

    /// The stable code, where it has one.
    #[must_use]
    pub fn stable(&self) -> Option<&str> {
        self.data.as_ref()?.get("code")?.as_str()
    }

    /// What to do, where it says so.
    #[must_use]
    pub fn what_to_do(&self) -> Option<&str> {
        self.data.as_ref()?.get("advice")?.as_str()
    }

    /// The text is no JSON.
    #[must_use]
    pub fn parse_error(why: impl ToString) -> Self {
        Self::numbered(
            -32_700,
            codes::REQUEST,
            format!("the message is no JSON: {}", why.to_string()),
        )
    }

    /// The JSON is no request.
    #[must_use]
    pub fn invalid_request(why: impl ToString) -> Self {
        Self::numbered(
            -32_600,
            codes::REQUEST,
            format!("the message is no request: {}", why.to_string()),
        )
    }

    /// There is no such method.
    #[must_use]
    pub fn method_not_found(method: &str) -> Self {
        let method: String = method.escape_default().take(80).collect();
        Self::numbered(
            -32_601,
            codes::METHOD,
            format!("there is no method `{method}` here"),
        )
        .advice("The schema of the API lists all of them.")
    }

    /// The method does not take these parameters.
    #[must_use]
    pub fn invalid_params(why: impl ToString) -> Self {
        Self::numbered(
            -32_602,
            codes::REQUEST,
            format!("the parameters do not fit: {}", why.to_string()),
        )
    }

    /// The server itself failed.
    #[must_use]
    pub fn internal(why: impl ToString) -> Self {
        Self::numbered(-32_603, codes::INTERNAL, why)
    }

    pub(crate) fn too_much(what: impl ToString) -> Self {
        Self::new(codes::TOO_MUCH, what)
            .advice("Wait for answers before asking more; nothing of this request was done.")
    }

    pub(crate) fn slow() -> Self {
        Self::new(
            codes::SLOW,
            "the subscriber did not read what was sent to it; the subscription ends",
        )
        .advice("Subscribe again from where you stand, and read faster than things happen.")
    }

    pub(crate) fn ending() -> Self {
        Self::new(codes::LOST, "the server is ending").advice("Connect again later.")
    }

    fn numbered(number: i64, code: &str, message: impl ToString) -> Self {
        let (message, data) = (message.to_string(), json!({ "code": code }));
        Self {
            code: number,
            message,
            data: Some(data),
        }
    }
}

/// The number that JSON-RPC leaves to applications.
const APPLICATION: i64 = -32_000;

//! The messages of JSON-RPC 2.0: pure, so that they can be fuzzed.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::Fault;

/// A request.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Its name, a number or a text; none where no answer is wanted.
    pub id: Option<Value>,
    /// What to do.
    pub method: String,
    /// With what: an object, an array, or null where nothing was given.
    pub params: Value,
}

/// A text that is no request.
#[derive(Clone, Debug, PartialEq)]
pub struct Unreadable {
    /// The name under which that is to be answered, null where none can be read.
    pub id: Value,
    /// What is wrong.
    pub fault: Fault,
}

/// Reads a request.
///
/// # Errors
/// [`Unreadable`], with the fault to answer; who sent it is at fault.
pub fn read_request(text: &str) -> Result<Request, Unreadable> {
    let unnamed = |fault| Unreadable {
        id: Value::Null,
        fault,
    };
    let mut object = match serde_json::from_str(text) {
        Ok(Value::Object(object)) => object,
        Ok(Value::Array(_)) => {
            let why =
                "batches are not taken; send one request a message, without waiting in between";
            return Err(unnamed(Fault::invalid_request(why)));
        }
        Ok(_) => return Err(unnamed(Fault::invalid_request("it is no object"))),
        Err(error) => return Err(unnamed(Fault::parse_error(error))),
    };
    let id = match object.remove("id") {
        None => None,
        Some(id) if is_name(&id) => Some(id),
        Some(_) => {
            let why = format!("`id` is a number, or a text of at most {ID_BYTES} bytes");
            return Err(unnamed(Fault::invalid_request(why)));
        }
    };
    let wrong = |why: &str| Unreadable {
        id: id.clone().unwrap_or(Value::Null),
        fault: Fault::invalid_request(why),
    };
    if object.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err(wrong("`jsonrpc` is \"2.0\""));
    }
    let Some(Value::String(method)) = object.remove("method") else {
        return Err(wrong("`method` is a text"));
    };
    let params = object.remove("params").unwrap_or(Value::Null);
    if !matches!(params, Value::Null | Value::Object(_) | Value::Array(_)) {
        return Err(wrong("`params` is an object or an array"));
    }
    Ok(Request { id, method, params })
}

/// A name comes back with each answer, so a long one would make answers long.
fn is_name(id: &Value) -> bool {
    match id {
        Value::Number(_) => true,
        Value::String(text) => text.len() <= ID_BYTES,
        _ => false,
    }
}

const ID_BYTES: usize = 128;

/// What a server sends.
#[derive(Clone, Debug, PartialEq)]
pub enum Incoming {
    /// An answer; without a number where the server could not read which request it was.
    Answer {
        /// To which request.
        id: Option<u64>,
        /// What came out.
        result: Result<Value, Fault>,
    },
    /// The next item of a subscription.
    Item {
        /// Of which one.
        subscription: u64,
        /// The item.
        item: Value,
    },
    /// A subscription is over.
    Ended {
        /// Which one.
        subscription: u64,
        /// Why, if it did not just end.
        error: Option<Fault>,
    },
}

/// Reads what a server sends; none if it is nothing that a server of this protocol sends.
#[must_use]
pub fn read_incoming(text: &str) -> Option<Incoming> {
    let mut object: Map<String, Value> = serde_json::from_str(text).ok()?;
    match object.get("method").map(|method| method.as_str()) {
        Some(Some(ITEM)) => {
            let Item { subscription, item } =
                serde_json::from_value(object.remove("params")?).ok()?;
            Some(Incoming::Item { subscription, item })
        }
        Some(Some(ENDED)) => {
            let Ended {
                subscription,
                error,
            } = serde_json::from_value(object.remove("params")?).ok()?;
            Some(Incoming::Ended {
                subscription,
                error,
            })
        }
        Some(_) => None,
        None => {
            let id = object.get("id")?.as_u64();
            let result = match object.remove("error") {
                Some(error) => Err(serde_json::from_value(error).ok()?),
                None => Ok(object.remove("result")?),
            };
            Some(Incoming::Answer { id, result })
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Item {
    subscription: u64,
    item: Value,
}

#[derive(Serialize, Deserialize)]
struct Ended {
    subscription: u64,
    error: Option<Fault>,
}

const ITEM: &str = "subscription";
const ENDED: &str = "subscription.ended";
/// The method that ends a subscription.
pub(crate) const UNSUBSCRIBE: &str = "unsubscribe";

/// The parameters of [`UNSUBSCRIBE`].
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Unsubscribe {
    pub(crate) subscription: u64,
}

pub(crate) fn request(id: u64, method: &str, params: &Value) -> String {
    let mut request = json!({ "jsonrpc": "2.0", "id": id, "method": method });
    if !params.is_null() {
        request["params"] = params.clone();
    }
    request.to_string()
}

pub(crate) fn answer(id: &Value, result: Result<Value, Fault>) -> String {
    match result {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(error) => json!({ "jsonrpc": "2.0", "id": id, "error": error }),
    }
    .to_string()
}

pub(crate) fn item(subscription: u64, item: Value) -> String {
    json!({ "jsonrpc": "2.0", "method": ITEM, "params": Item { subscription, item } }).to_string()
}

pub(crate) fn ended(subscription: u64, error: Option<Fault>) -> String {
    json!({ "jsonrpc": "2.0", "method": ENDED, "params": Ended { subscription, error } })
        .to_string()
}

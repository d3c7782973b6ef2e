//! What holds of every decoder on any bytes. The fuzz targets run the same checks (fuzz/README.md).

use serde_json::json;
use twinroot_rpc::{Incoming, Request, read_incoming, read_request};

/// It stops the test, or the fuzz target, where something does not hold of these bytes.
type Check = fn(&[u8]);

/// The check of each fuzz target, by its name.
pub(crate) const DECODERS: [(&str, Check); 2] = [("request", request), ("incoming", incoming)];

/// A request is read as it is written again; whatever is none has a fault with a code.
fn request(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    match read_request(text) {
        Ok(request) => {
            let again = written(request);
            let read = read_request(&again).expect("what was a request is one");
            assert_eq!(written(read), again);
        }
        Err(unreadable) => assert!(unreadable.fault.stable().is_some()),
    }
}

/// An answer is read as it is written again.
fn incoming(bytes: &[u8]) {
    let read = |text: &str| match read_incoming(text)? {
        Incoming::Answer {
            id: Some(id),
            result: Ok(result),
        } => Some(json!({ "jsonrpc": "2.0", "id": id, "result": result }).to_string()),
        _ => None,
    };
    if let Ok(text) = str::from_utf8(bytes)
        && let Some(again) = read(text)
    {
        assert_eq!(read(&again).as_ref(), Some(&again));
    }
}

fn written(request: Request) -> String {
    let Request { id, method, params } = request;
    let mut all = json!({ "jsonrpc": "2.0", "method": method });
    if let Some(id) = id {
        all["id"] = id;
    }
    if !params.is_null() {
        all["params"] = params;
    }
    all.to_string()
}

//! The schema of the API, for those who write a client in another language.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::failure::FailureData;
use crate::methods::{self, Method};

/// The schema of the API: one JSON document, which docs/spec/api.schema.json holds.
///
/// `methods` and `subscriptions` have params and answer of each method, by its name; an error's data is `error`. All are JSON
/// Schema (2020-12), with the types they name in `$defs`.
#[must_use]
pub fn schema() -> Value {
    let mut table = Table {
        generator: SchemaSettings::draft2020_12().into_generator(),
        methods: Map::new(),
    };
    table.add(&methods::STATUS);
    table.add(&methods::ADD_PEER);
    table.add(&methods::APP);
    table.add(&methods::OPEN);
    table.add(&methods::APPROVE);
    table.add(&methods::DECLINE);
    table.add(&methods::LIST);
    table.add(&methods::SHOW);
    table.add(&methods::BALANCES);
    table.add(&methods::CALL);
    table.add(&methods::FORCE);
    table.add(&methods::READ);
    table.add(&methods::ESTIMATE);
    table.add(&methods::MESSAGE);
    table.add(&methods::CANCEL);
    table.add(&methods::CLOSE);
    table.add(&methods::SETTLE);
    table.add(&methods::SLASH);
    table.add(&methods::SNAPSHOT);
    table.add(&methods::EXPORT);
    table.add(&methods::IMPORT);
    table.add(&methods::EVENTS);
    table.add(&methods::ACK);
    let calls = std::mem::take(&mut table.methods);
    table.add(&methods::FOLLOW);
    let subscriptions = table.methods;
    let error = table.generator.subschema_for::<FailureData>();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The API of a Twinroot node",
        "description": "JSON-RPC 2.0 over WebSocket or a local socket. Params are objects by name; of a subscription, `result` is what \
            each notification carries.",
        "methods": calls,
        "subscriptions": subscriptions,
        "error": error,
        "$defs": table.generator.take_definitions(true),
    })
}

struct Table {
    generator: SchemaGenerator,
    methods: Map<String, Value>,
}

impl Table {
    fn add<P: JsonSchema, R: JsonSchema>(&mut self, method: &Method<P, R>) {
        let described = json!({
            "description": method.about(),
            "params": self.generator.subschema_for::<P>(),
            "result": self.generator.subschema_for::<R>(),
        });
        self.methods.insert(method.name().to_owned(), described);
    }
}

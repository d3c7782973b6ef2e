//! Values of a contract, in words.

use serde_json::Value;
use twinroot_spec::Named;

/// A value as a person reads it: texts without quotes, fields by name.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(self::value).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => format!("{{{}}}", listed(fields.iter())),
        other => other.to_string(),
    }
}

/// `side: initiator, amount: 5`, as the contract has them in its order.
pub(super) fn in_order(order: &[Named], values: &Value) -> String {
    let fields = order.iter().filter_map(|field| {
        let value = values.get(&field.name)?;
        Some((&field.name, value))
    });
    listed(fields)
}

fn listed<'a>(fields: impl Iterator<Item = (&'a String, &'a Value)>) -> String {
    let fields: Vec<_> = fields
        .map(|(name, value)| format!("{name}: {}", self::value(value)))
        .collect();
    fields.join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use twinroot_spec::{Named, Type};

    use super::{in_order, value};

    #[test]
    fn values_have_no_quotes_and_fields_have_names() {
        let both = json!({ "side": "initiator", "sums": [1, { "of": null }] });
        assert_eq!(value(&both), "{side: initiator, sums: [1, {of: null}]}");
        let order = ["sums", "side"].map(|name| Named {
            name: name.to_owned(),
            docs: String::new(),
            kind: Type::Side,
        });
        assert_eq!(
            in_order(&order, &both),
            "sums: [1, {of: null}], side: initiator"
        );
    }
}

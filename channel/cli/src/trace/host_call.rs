//! Calls of host functions in the words of the contract's spec.

use serde_json::Value;
use twinroot_abi::{REVERT_JUDGE, Side};
use twinroot_profile::ToldCall;
use twinroot_spec::{Place, Spec, printable};

use super::words;

/// The call in words: fields, events, errors and sides by name. A part that the spec does not know stays in
/// hexadecimal, and so does what other contracts asked that were called.
pub(super) fn say(call: &ToldCall, entry: &str, spec: &Spec) -> String {
    let said = (call.depth == 0).then(|| said(call, entry, spec)).flatten();
    let Some(said) = said else {
        return call.to_string();
    };
    let at = call.at.as_ref().map(|line| format!(", at {line}"));
    let ends = match &call.ends {
        Some(ends) if call.function != "revert" => format!(", ends the call: {ends}"),
        _ => String::new(),
    };
    format!("{said}{}{ends}", at.unwrap_or_default())
}

fn said(call: &ToldCall, entry: &str, spec: &Spec) -> Option<String> {
    let bytes = |name: &str| bytes(call.argument(name)?);
    let number = |name: &str| call.argument(name)?.parse::<u64>().ok();
    Some(match call.function.as_str() {
        "input_read" => String::from("input_read() reads the arguments"),
        "storage_read" => {
            let place = spec.decode_key(&bytes("key")?).ok()?;
            format!("storage_read({}) = {}", name(&place), found(call, &place)?)
        }
        "storage_write" => {
            let place = spec.decode_key(&bytes("key")?).ok()?;
            let value = place.kind.decode(&bytes("value")?).ok()?;
            format!("storage_write({} = {})", name(&place), words::value(&value))
        }
        "storage_remove" => {
            let place = spec.decode_key(&bytes("key")?).ok()?;
            let was = if call.result? == 0 {
                "absent"
            } else {
                "removed"
            };
            format!("storage_remove({}) = {was}", name(&place))
        }
        "judge" => {
            let policy = spec
                .policies
                .get(usize::try_from(number("policy")?).ok()?)?;
            let verdict = verdict(call, spec, &policy.verdict)?;
            format!("judge({}: {}) = {verdict}", policy.field, policy.rule)
        }
        "emit" => {
            let event = bytes("event")?;
            let (name, fields) = spec.decode_event(&event).ok()?;
            format!(
                "emit({name}({}))",
                words::in_order(&spec.event(name)?.fields, &fields)
            )
        }
        "ret" => {
            let value = spec.decode_return(entry, &bytes("value")?).ok()?;
            format!("ret({})", words::value(&value))
        }
        "revert" => {
            let code = u32::try_from(number("code")?).ok()?;
            format!("revert({})", spec.explain_revert(code))
        }
        "transfer" => {
            let side = side(number("side")?)?;
            let done = match call.result? {
                0 => "paid",
                _ => "not paid, there is less",
            };
            format!("transfer({} to {side}) = {done}", number("amount")?)
        }
        "caller" => {
            let caller = side(u64::try_from(call.result?).ok()?)?;
            format!("caller() = {caller}")
        }
        "log" => {
            let text = bytes("bytes")?;
            format!("log({})", printable(&String::from_utf8_lossy(&text)))
        }
        _ => return None,
    })
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    match digits {
        "empty" => Some(Vec::new()),
        digits => hex::decode(digits).ok(),
    }
}

fn side(index: u64) -> Option<Side> {
    Side::from_index(u32::try_from(index).ok()?)
}

/// `price`, `used[5]`.
fn name(place: &Place<'_>) -> String {
    match &place.key {
        Some(key) => format!("{}[{}]", place.field, words::value(key)),
        None => place.field.to_owned(),
    }
}

/// What was read: the value, or that there is none. Without room for the value only its size is told.
fn found(call: &ToldCall, place: &Place<'_>) -> Option<String> {
    match (call.result?, call.written.first()) {
        (-1, _) => Some(String::from("absent")),
        (size, None) => Some(format!("{size} bytes")),
        (_, Some(value)) => {
            let value: Value = place.kind.decode(&hex::decode(value).ok()?).ok()?;
            Some(words::value(&value))
        }
    }
}

/// What the judge said. Below zero is the rule that is broken.
fn verdict(call: &ToldCall, spec: &Spec, kind: &twinroot_spec::Type) -> Option<String> {
    let result = call.result?;
    if result < 0 {
        let rule = u32::try_from(result.checked_neg()?).ok()?;
        return Some(spec.explain_revert(REVERT_JUDGE.checked_add(rule)?));
    }
    let verdict = kind
        .decode(&hex::decode(call.written.first()?).ok()?)
        .ok()?;
    Some(words::value(&verdict))
}

//! A step of a test in the words of the contract's spec.

use std::fmt;

use serde::Serialize;
use serde_json::Value;
use twinroot_profile::ToldCall;
use twinroot_spec::Spec;
use twinroot_testkit::Recorded;

use super::{host_call, words};

/// What the spec knows of a step. What it does not know stays as it was written down.
#[derive(Serialize)]
pub(super) struct Decoded {
    /// By name; none where the contract did not read them.
    arguments: Option<Value>,
    /// In words, in the entry's order; `..` where they are not known.
    #[serde(skip)]
    pub(super) said: String,
    /// How it ended, errors by name and with what they say.
    pub(super) outcome: String,
    /// None where it returned nothing.
    returned: Option<Value>,
    pub(super) events: Vec<Event>,
    /// In words, one each.
    pub(super) host_calls: Vec<String>,
}

/// Something that the contract told.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Event {
    /// By name.
    Known {
        name: String,
        fields: Value,
        /// In words, in their order.
        #[serde(skip)]
        said: String,
    },
    /// In hexadecimal.
    Unknown(String),
}

impl Decoded {
    pub(super) fn of(step: &Recorded, spec: &Spec) -> Self {
        let told = step.traced.iter().flat_map(|traced| &traced.host_calls);
        let told: Vec<_> = told.map(|words| (words, ToldCall::read(words))).collect();
        let read = told.iter().filter_map(|(_, call)| call.as_ref());
        let returned = hex::decode(&step.returned)
            .ok()
            .and_then(|bytes| spec.decode_return(&step.entry, &bytes).ok());
        let arguments = arguments(step, spec, read);
        let said = arguments.as_ref().zip(spec.entry(&step.entry));
        let said = said.map_or_else(
            || String::from(".."),
            |(arguments, entry)| words::in_order(&entry.args, arguments),
        );
        Self {
            arguments,
            said,
            outcome: outcome(&step.outcome, spec),
            returned: returned.filter(|value| step.succeeded() && !value.is_null()),
            events: step
                .events
                .iter()
                .map(|event| Event::of(event, spec))
                .collect(),
            host_calls: told
                .iter()
                .map(|(words, call)| match call {
                    Some(call) => host_call::say(call, &step.entry, spec),
                    None => (*words).clone(),
                })
                .collect(),
        }
    }

    /// What was returned, in words.
    pub(super) fn returned(&self) -> Option<String> {
        self.returned.as_ref().map(words::value)
    }
}

/// What the contract read as its arguments, which are all that there were. An entry that takes none needs not
/// read them.
fn arguments<'a>(
    step: &Recorded,
    spec: &Spec,
    mut calls: impl Iterator<Item = &'a ToldCall>,
) -> Option<Value> {
    let read = calls.find(|call| call.depth == 0 && call.function == "input_read");
    let bytes = read.and_then(|call| call.written.first());
    let bytes = hex::decode(bytes.map_or("", String::as_str)).ok()?;
    spec.decode_args(&step.entry, &bytes).ok()
}

fn outcome(outcome: &str, spec: &Spec) -> String {
    match outcome.split_once(' ') {
        Some(("revert", code)) => match code.parse() {
            Ok(code) => format!("called off with {}", spec.explain_revert(code)),
            Err(_) => outcome.to_owned(),
        },
        None if outcome == "trap" => String::from(
            "trap: the code broke off, as it does where a sum overflows, an index is too large or something is divided by zero",
        ),
        _ => outcome.to_owned(),
    }
}

impl Event {
    fn of(digits: &str, spec: &Spec) -> Self {
        let bytes = hex::decode(digits).unwrap_or_default();
        match spec.decode_event(&bytes) {
            Ok((name, fields)) => Self::Known {
                name: name.to_owned(),
                said: spec
                    .event(name)
                    .map(|event| words::in_order(&event.fields, &fields))
                    .unwrap_or_default(),
                fields,
            },
            Err(_) => Self::Unknown(digits.to_owned()),
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known { name, said, .. } => write!(f, "{name}({said})"),
            Self::Unknown(digits) => write!(f, "{digits}, which is no event of its spec"),
        }
    }
}

//! Calls of host functions, in plain words.

use std::fmt;

use serde::Serialize;
use twinroot_abi::{ContractId, Gas, HOST_FUNCTIONS, ValType};
use twinroot_exec::Outcome;
use twinroot_host::Asked;

use crate::{SourceFrame, ToldCall};

/// A call of a host function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HostCall {
    /// How many contracts called each other to come here: 0 for the called contract itself.
    pub depth: usize,
    /// The contract that asks.
    pub contract: ContractId,
    /// Name of the host function.
    pub function: &'static str,
    /// What it is asked; pointers to where the answer goes are left out.
    pub arguments: Vec<Argument>,
    /// Gas before it, its price already paid.
    pub gas_before: Gas,
    /// Gas after it, or where it stopped.
    pub gas_after: Gas,
    /// Its result, if it has one.
    pub result: Option<i64>,
    /// What the host wrote into the memory, in order, in hex.
    pub written: Vec<String>,
    /// How it ended the call of the contract, or `Success`.
    pub outcome: Outcome,
    /// Who asks, the innermost function first.
    pub stack: Vec<SourceFrame>,
}

/// An argument of a host function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Argument {
    /// What it is.
    pub name: &'static str,
    /// What it says.
    pub value: Value,
}

/// What an argument says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// A number, or a length; without sign.
    Number(u64),
    /// Bytes of the memory, in hex.
    Bytes(String),
    /// Bytes outside of the memory: none.
    Outside,
}

impl HostCall {
    /// Of a call that finds this memory.
    pub(crate) fn new(
        depth: usize,
        contract: ContractId,
        asked: &Asked,
        memory: &[u8],
        stack: Vec<SourceFrame>,
    ) -> Self {
        let hex = |written: &twinroot_host::Written| hex::encode(&written.bytes);
        Self {
            depth,
            contract,
            function: asked.function,
            arguments: arguments(asked, memory),
            gas_before: Gas(asked.gas_before),
            gas_after: Gas(asked.gas_after),
            result: asked.result,
            written: asked.written.iter().map(hex).collect(),
            outcome: asked.outcome,
            stack,
        }
    }
}

impl HostCall {
    /// What is told of it.
    #[must_use]
    pub fn told(&self) -> ToldCall {
        let argument = |argument: &Argument| (argument.name.to_owned(), argument.value.to_string());
        let own = self.stack.iter().filter_map(|frame| frame.at.as_ref());
        ToldCall {
            depth: self.depth,
            function: self.function.to_owned(),
            arguments: self.arguments.iter().map(argument).collect(),
            result: self.result,
            written: self
                .written
                .iter()
                .filter(|written| !written.is_empty())
                .cloned()
                .collect(),
            at: own.into_iter().find(|line| line.is_own()).cloned(),
            ends: match self.outcome {
                Outcome::Success => None,
                outcome => Some(outcome.to_string()),
            },
        }
    }
}

/// As it is told.
impl fmt::Display for HostCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.told().fmt(f)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Bytes(bytes) if bytes.is_empty() => f.write_str("empty"),
            Self::Bytes(bytes) => f.write_str(bytes),
            Self::Outside => f.write_str("outside of the memory"),
        }
    }
}

/// What the arguments of a host function that are shown are made of.
#[derive(Clone, Copy)]
enum Shown {
    /// The parameter of that number.
    Number(usize),
    /// So many bytes at the pointer that is the parameter of the first number; the second is that of their
    /// length.
    Bytes(usize, usize),
    /// So many bytes at the pointer that is the parameter of the first number.
    Array(usize, u64),
}

/// What is shown of a host function's arguments (docs/spec/vm.md, 5.1), each with its name.
fn shown(function: &str) -> &'static [(&'static str, Shown)] {
    use Shown::{Array, Bytes, Number};
    match function {
        "blake2b" | "sha256" | "log" => &[("bytes", Bytes(0, 1))],
        "call" => &[
            ("contract", Array(0, 32)),
            ("entry", Bytes(1, 2)),
            ("arguments", Bytes(3, 4)),
            ("coins", Number(5)),
            ("gas", Number(6)),
        ],
        "call_returned" => &[("room", Number(1))],
        "emit" => &[("event", Bytes(0, 1))],
        "judge" => &[("policy", Number(0)), ("room", Number(2))],
        "ret" => &[("value", Bytes(0, 1))],
        "revert" => &[("code", Number(0))],
        "storage_read" => &[("key", Bytes(0, 1)), ("room", Number(3))],
        "storage_remove" => &[("key", Bytes(0, 1))],
        "storage_write" => &[("key", Bytes(0, 1)), ("value", Bytes(2, 3))],
        "transfer" => &[("side", Number(0)), ("amount", Number(1))],
        "verify" => &[
            ("key", Array(0, 32)),
            ("bytes", Bytes(1, 2)),
            ("signature", Array(3, 64)),
        ],
        _ => &[],
    }
}

fn arguments(asked: &Asked, memory: &[u8]) -> Vec<Argument> {
    let number = |place: usize| unsigned(asked.function, &asked.arguments, place);
    let value = |shown: Shown| match shown {
        Shown::Number(place) => Value::Number(number(place)),
        Shown::Bytes(pointer, length) => bytes(memory, number(pointer), number(length)),
        Shown::Array(pointer, length) => bytes(memory, number(pointer), length),
    };
    shown(asked.function)
        .iter()
        .map(|(name, shown)| Argument {
            name,
            value: value(*shown),
        })
        .collect()
}

/// An argument as the host reads it.
fn unsigned(function: &str, arguments: &[i64], place: usize) -> u64 {
    let argument = arguments.get(place).copied().unwrap_or_default();
    let host = HOST_FUNCTIONS.iter().find(|host| host.name == function);
    match host.and_then(|host| host.params.get(place)) {
        Some(ValType::I32) => argument.cast_unsigned() & u64::from(u32::MAX),
        _ => argument.cast_unsigned(),
    }
}

fn bytes(memory: &[u8], pointer: u64, length: u64) -> Value {
    let range = usize::try_from(pointer)
        .ok()
        .zip(usize::try_from(pointer.saturating_add(length)).ok());
    match range.and_then(|(start, end)| memory.get(start..end)) {
        Some(bytes) => Value::Bytes(hex::encode(bytes)),
        None => Value::Outside,
    }
}

#[cfg(test)]
mod tests {
    use twinroot_abi::{HOST_FUNCTIONS, ValType};

    use super::{Shown, shown};

    #[test]
    fn what_is_shown_are_parameters() {
        for host in HOST_FUNCTIONS {
            let pointer =
                |place: usize| assert_eq!(host.params[place], ValType::I32, "{}", host.name);
            for (_, shown) in shown(host.name) {
                match *shown {
                    Shown::Number(place) => assert!(place < host.params.len(), "{}", host.name),
                    Shown::Array(start, _) => pointer(start),
                    Shown::Bytes(start, length) => [start, length].into_iter().for_each(pointer),
                }
            }
        }
    }

    /// Parameters that are not shown are pointers to where an answer goes.
    #[test]
    fn little_is_left_out() {
        for host in HOST_FUNCTIONS {
            let of = |shown: &Shown| match shown {
                Shown::Number(_) | Shown::Array(..) => 1,
                Shown::Bytes(..) => 2,
            };
            let seen: usize = shown(host.name).iter().map(|(_, shown)| of(shown)).sum();
            assert!(host.params.len() - seen <= 1, "{}", host.name);
        }
    }
}

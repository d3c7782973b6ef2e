//! A call of a host function as its words tell it. Where only the words were kept, they are read again.

use std::fmt;

use crate::SourceLine;

/// What is told of a call of a host function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldCall {
    /// How many contracts called each other to come here.
    pub depth: usize,
    /// Name of the host function.
    pub function: String,
    /// What it is asked: names, and numbers or bytes in hex.
    pub arguments: Vec<(String, String)>,
    /// Its result, if it has one.
    pub result: Option<i64>,
    /// What the host wrote into the memory, in order, in hex.
    pub written: Vec<String>,
    /// The innermost line of the contract's own source that asks.
    pub at: Option<SourceLine>,
    /// How it ended the call of the contract, if it did.
    pub ends: Option<String>,
}

/// What stands before a call for each contract that was called to come there.
const INDENT: &str = "  ";
const RESULT: &str = " = ";
const WRITES: &str = ", writes ";
const AT: &str = ", at ";
const ENDS: &str = ", ends the call: ";

impl ToldCall {
    /// Reads what the words say; `None` where they are of something else.
    #[must_use]
    pub fn read(words: &str) -> Option<Self> {
        let trimmed = words.trim_start();
        let depth = words.len().saturating_sub(trimmed.len()) / INDENT.len();
        let (function, rest) = trimmed.split_once('(')?;
        let (arguments, rest) = rest.split_once(')')?;
        let argument = |argument: &str| {
            let (name, value) = argument.split_once(' ')?;
            Some((name.to_owned(), value.to_owned()))
        };
        let arguments = arguments.split(", ").filter(|text| !text.is_empty());
        let (rest, ends) = cut(rest, ENDS);
        let (rest, at) = cut(rest, AT);
        let mut parts = rest.split(WRITES);
        let result = parts.next()?.strip_prefix(RESULT);
        Some(Self {
            depth,
            function: function.to_owned(),
            arguments: arguments.map(argument).collect::<Option<_>>()?,
            result: result.map(str::parse).transpose().ok()?,
            written: parts.map(str::to_owned).collect(),
            at: match at {
                Some(line) => Some(SourceLine::read(line)?),
                None => None,
            },
            ends: ends.map(str::to_owned),
        })
    }

    /// The argument of that name.
    #[must_use]
    pub fn argument(&self, name: &str) -> Option<&str> {
        let mut arguments = self.arguments.iter();
        arguments
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The text up to a mark, and what stands behind it.
fn cut<'a>(text: &'a str, mark: &str) -> (&'a str, Option<&'a str>) {
    match text.split_once(mark) {
        Some((before, behind)) => (before, Some(behind)),
        None => (text, None),
    }
}

/// `storage_read(key 00000000, room 8) = 8, writes 2a00000000000000, at src/lib.rs:12`.
impl fmt::Display for ToldCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}(", INDENT.repeat(self.depth), self.function)?;
        for (place, (name, value)) in self.arguments.iter().enumerate() {
            let parting = if place == 0 { "" } else { ", " };
            write!(f, "{parting}{name} {value}")?;
        }
        f.write_str(")")?;
        if let Some(result) = self.result {
            write!(f, "{RESULT}{result}")?;
        }
        for written in &self.written {
            write!(f, "{WRITES}{written}")?;
        }
        if let Some(at) = &self.at {
            write!(f, "{AT}{at}")?;
        }
        match &self.ends {
            Some(ends) => write!(f, "{ENDS}{ends}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;

    use super::ToldCall;
    use crate::{SourceFrame, SourceLine};

    fn line() -> impl Strategy<Value = SourceLine> {
        ("/[a-z]{1,5}/lib[.]rs", any::<u32>()).prop_map(|(file, line)| SourceLine { file, line })
    }

    fn call() -> impl Strategy<Value = ToldCall> {
        (
            0..4_usize,
            "[a-z_]{1,9}",
            vec(("[a-z]{1,5}", "[0-9a-f]{1,9}|outside of the memory"), 0..4),
            option::of(any::<i64>()),
            vec("[0-9a-f]{2,8}", 0..3),
            option::of(line()),
            option::of("revert [0-9]{1,9}|host error 3: no such thing, at all"),
        )
            .prop_map(
                |(depth, function, arguments, result, written, at, ends)| ToldCall {
                    depth,
                    function,
                    arguments,
                    result,
                    written,
                    at,
                    ends,
                },
            )
    }

    proptest! {
        #[test]
        fn what_was_told_is_read(call in call()) {
            prop_assert_eq!(ToldCall::read(&call.to_string()), Some(call));
        }

        #[test]
        fn so_is_a_frame(function in "[a-z:<> ]{1,9}", at in option::of(line())) {
            let frame = SourceFrame { function, at };
            prop_assert_eq!(SourceFrame::read(&frame.to_string()), frame);
        }

        #[test]
        fn other_words_are_of_no_call(words in ".*") {
            let _ = ToldCall::read(&words);
        }
    }

    #[test]
    fn lines_of_the_sdk_are_not_the_contracts_own() {
        let is_own = |file: &str| {
            let file = file.to_owned();
            SourceLine { file, line: 1 }.is_own()
        };
        assert!(is_own("src/lib.rs"));
        assert!(is_own("/twinroot/contracts/examples/counter/src/lib.rs"));
        assert!(!is_own("/twinroot/contracts/sdk/src/call.rs"));
        assert!(!is_own("/sdk/contracts/sdk/src/call.rs"));
        assert!(!is_own(
            "/rust/lib/rustlib/src/rust/library/core/src/result.rs"
        ));
    }
}

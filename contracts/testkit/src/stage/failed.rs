//! Why a call did not go through, in words that name whatever has a name.

use std::fmt;
use std::sync::Arc;

use twinroot_abi::{Gas, Side};
use twinroot_exec::Outcome;
use twinroot_host::Trace;
use twinroot_profile::SourceLine;
use twinroot_rules::Refused;
use twinroot_spec::Spec;

use super::contract::Contract;
use super::tracer::{own_line, profile};
use crate::WorldError;

/// A call that did not succeed. Nothing has changed.
#[derive(Clone, PartialEq, Eq)]
pub enum Failed {
    /// It was called, and ended otherwise.
    Call(Box<Ended>),
    /// The messages are not what the policy asks for; nothing was called.
    Evidence(String),
    /// The step cannot be made at all; nothing was called.
    Impossible(String),
}

/// How a call ended that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Who called.
    pub by: Side,
    /// Which entry.
    pub entry: String,
    /// How it ended.
    pub outcome: Outcome,
    /// What trying it on chain would cost.
    pub gas: Gas,
    /// The line of the contract's source at which it ended, if it was built here.
    pub at: Option<SourceLine>,
    /// What the contract says of itself, if its module has kept that.
    pub spec: Option<Arc<Spec>>,
}

impl Failed {
    pub(super) fn of(
        error: WorldError,
        by: Side,
        entry: &str,
        contract: &Contract,
        trace: Option<&Trace>,
    ) -> Self {
        match error {
            WorldError::Impossible(Refused::Failed { receipt, .. }) => {
                let profile = trace.and_then(|trace| profile(trace, contract).ok());
                Self::Call(Box::new(Ended {
                    by,
                    entry: entry.to_owned(),
                    outcome: receipt.outcome,
                    gas: receipt.gas,
                    at: profile.and_then(|profile| own_line(profile.stopped_at(), contract)),
                    spec: contract.spec.clone(),
                }))
            }
            WorldError::Impossible(refused) => Self::Impossible(refused.to_string()),
            error => Self::Impossible(error.to_string()),
        }
    }

    /// The code that the contract called it off with.
    #[must_use]
    pub fn code(&self) -> Option<u32> {
        match self {
            Self::Call(ended) => ended.code(),
            _ => None,
        }
    }

    /// Whether the contract called it off with this error.
    #[must_use]
    pub fn is(&self, error: impl Into<u32>) -> bool {
        self.code() == Some(error.into())
    }

    /// The contract called it off with this error.
    ///
    /// # Panics
    /// Where it ended otherwise: with both, what was expected and what came, in words.
    #[track_caller]
    pub fn must_be(&self, error: impl Into<u32>) {
        let expected = error.into();
        if self.code() == Some(expected) {
            return;
        }
        let expected = match self {
            Self::Call(ended) => ended.words(expected),
            _ => format!("the code {expected}"),
        };
        panic!("expected: {expected}\n     got: {self}");
    }

    /// How it ended, in short.
    pub(super) fn outcome(&self) -> String {
        match self {
            Self::Call(ended) => ended.outcome.to_string(),
            Self::Evidence(_) => String::from("no evidence"),
            Self::Impossible(_) => String::from("impossible"),
        }
    }

    pub(super) fn gas(&self) -> Gas {
        match self {
            Self::Call(ended) => ended.gas,
            _ => Gas::ZERO,
        }
    }
}

impl Ended {
    const fn code(&self) -> Option<u32> {
        match self.outcome {
            Outcome::Revert(code) => Some(code),
            _ => None,
        }
    }

    /// A code as the contract explains it.
    fn words(&self, code: u32) -> String {
        match &self.spec {
            Some(spec) => spec.explain_revert(code),
            None => Outcome::Revert(code).to_string(),
        }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(ended) => ended.fmt(f),
            Self::Evidence(why) => write!(f, "the messages do not answer the policy: {why}"),
            Self::Impossible(why) => f.write_str(why),
        }
    }
}

/// `release, called by responder, was called off at src/lib.rs:57, gas 641639: TooEarly (2): wait for it.`
impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            by,
            entry,
            outcome,
            gas,
            at,
            ..
        } = self;
        let ended = match outcome {
            Outcome::Revert(_) => "was called off",
            _ => "ended",
        };
        write!(f, "{entry}, called by {by}, {ended}")?;
        if let Some(at) = at {
            write!(f, " at {at}")?;
        }
        write!(f, ", gas {gas}: ")?;
        match self.code() {
            Some(code) => f.write_str(&self.words(code)),
            None => write!(f, "{outcome}{}", mend(*outcome)),
        }
    }
}

/// What its author can do about it, where the outcome alone does not say so.
const fn mend(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Trap => {
            ": a sum that overflows, an index beyond the end or the like; forced, it costs the whole limit, so check \
             what a caller can choose and revert"
        }
        Outcome::OutOfGas => ": give the turn more with `gas`, or let the entry do less",
        _ => "",
    }
}

/// What `unwrap` prints is for people.
impl fmt::Debug for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Failed {}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use twinroot_abi::{Gas, REVERT_STORAGE, Side};
    use twinroot_exec::Outcome;
    use twinroot_profile::SourceLine;
    use twinroot_spec::Spec;

    use super::{Ended, Failed};

    const MODULE: &str = r#"(module
        (func (export "stop"))
        (@custom "twinroot.spec"
            "{\"contract\":\"Door\",\"docs\":\"\",\"storage\":[]}\n"
            "{\"entry\":\"stop\",\"docs\":\"\",\"args\":[]}\n"
            "{\"errors\":\"Error\",\"docs\":\"\",\"codes\":["
            "{\"code\":1,\"name\":\"Early\",\"docs\":\"Wait for it.\"},"
            "{\"code\":2,\"name\":\"Late\",\"docs\":\"It is over.\"}]}\n"))"#;

    fn ended(outcome: Outcome) -> Ended {
        let spec = Spec::of_module(&wat::parse_str(MODULE).unwrap()).unwrap();
        Ended {
            by: Side::Responder,
            entry: String::from("stop"),
            outcome,
            gas: Gas(7),
            at: Some(SourceLine {
                file: String::from("src/lib.rs"),
                line: 5,
            }),
            spec: Some(Arc::new(spec)),
        }
    }

    fn failed(outcome: Outcome) -> Failed {
        Failed::Call(Box::new(ended(outcome)))
    }

    #[test]
    fn a_call_that_is_called_off_says_who_where_and_why() {
        assert_eq!(
            failed(Outcome::Revert(1)).to_string(),
            "stop, called by responder, was called off at src/lib.rs:5, gas 7: Early (1): Wait for it."
        );
        assert_eq!(
            failed(Outcome::Trap).to_string(),
            "stop, called by responder, ended at src/lib.rs:5, gas 7: trap: a sum that overflows, an index beyond the end \
             or the like; forced, it costs the whole limit, so check what a caller can choose and revert"
        );
    }

    #[test]
    fn without_a_spec_the_code_stands_there() {
        let ended = Ended {
            spec: None,
            at: None,
            ..ended(Outcome::Revert(1))
        };
        assert_eq!(
            ended.to_string(),
            "stop, called by responder, was called off, gas 7: revert 1"
        );
    }

    #[test]
    fn the_expected_error_is_no_failure() {
        failed(Outcome::Revert(2)).must_be(2_u32);
    }

    #[test]
    #[should_panic(
        expected = "expected: Late (2): It is over.\n     got: stop, called by responder, was called off at src/lib.rs:5, gas 7: Early (1)"
    )]
    fn another_error_than_expected_is_told_beside_it() {
        failed(Outcome::Revert(1)).must_be(2_u32);
    }

    #[test]
    #[should_panic(expected = "expected: a stored value that the contract needs is absent")]
    fn errors_of_the_sdk_have_words_too() {
        failed(Outcome::OutOfGas).must_be(REVERT_STORAGE);
    }
}

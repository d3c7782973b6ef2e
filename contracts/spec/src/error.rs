//! Why a module tells nothing, or nothing that can be believed. The author of the module is at fault.

use twinroot_abi::Policy;
use twinroot_gate::GateError;

/// What is wrong with a module or with its spec (docs/spec/contract.md, 5).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpecError {
    /// Something else was given than a module.
    #[error(
        "these bytes are no WebAssembly module, which begins with `\\0asm`: give the .wasm file of a contract"
    )]
    NotAModule,
    /// A module that is no contract.
    #[error(transparent)]
    Module(#[from] GateError),
    /// A module that says nothing of itself.
    #[error(
        "the module has no spec, the custom section `{}`: write the contract with the attributes of the SDK, and take \
         the module before its custom sections are stripped; if it is not yours, ask its author for that one",
        twinroot_abi::SPEC_SECTION
    )]
    Missing,
    /// Two sections, either of which could be meant.
    #[error(
        "the module has two custom sections `{}`: put all lines into one",
        twinroot_abi::SPEC_SECTION
    )]
    TwoSections,
    /// More than anyone would write.
    #[error("the spec has {have} bytes where {limit} are allowed: shorten the doc comments")]
    TooLong {
        /// Bytes given.
        have: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// A line that is not as it should be.
    #[error("line {line} of the spec cannot be read: {reason}")]
    Line {
        /// Which, from 1.
        line: usize,
        /// What is wrong with it, escaped.
        reason: String,
    },
    /// No line about the contract itself.
    #[error(
        "the spec has no line `contract`: mark the struct whose fields are the storage with `#[contract]`"
    )]
    NoContract,
    /// The same name, number or kind of line twice.
    #[error("the spec has {what} twice: which one holds nobody could tell; keep one")]
    Twice {
        /// What, escaped.
        what: String,
    },
    /// Something whose name is none.
    #[error(
        "the spec calls {what} `{name}`: a name has 1 to 64 letters of ASCII, digits and `_`, and begins with no digit"
    )]
    Name {
        /// What has the name.
        what: &'static str,
        /// The name, escaped.
        name: String,
    },
    /// A type of the contract with a name that stands for something else.
    #[error("the spec has a type of its own called `{name}`, which the SDK has as well: rename it")]
    Taken {
        /// The name.
        name: String,
    },
    /// A type that is none, or that nobody could write a value of.
    #[error("the type of {place} is `{kind}`: {reason}")]
    Type {
        /// Where it stands.
        place: String,
        /// The type as it is written, escaped.
        kind: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A type that is neither or both of struct and enum, or an empty one.
    #[error("the type `{name}` of the spec has to have either fields or variants, at least one")]
    Shape {
        /// The name.
        name: String,
    },
    /// The spec and the code differ in what can be called.
    #[error(
        "the spec names the entry `{entry}`, but the module exports no such function: the spec is of another module"
    )]
    NotExported {
        /// The entry.
        entry: String,
    },
    /// The spec and the code differ in what can be called.
    #[error(
        "the module exports the function `{entry}`, which its spec does not name: export entries only by `#[entries]`"
    )]
    NotNamed {
        /// The function.
        entry: String,
    },
    /// The spec and the types of the fields differ in what `init` takes.
    #[error(
        "the spec says that the field `{field}` begins with `{have}`, but a `{kind}` begins with `{want}`"
    )]
    First {
        /// The field.
        field: String,
        /// What it is.
        kind: String,
        /// What the spec says.
        have: String,
        /// What follows from its type.
        want: String,
    },
    /// The spec and the policy section differ in what the host judges.
    #[error(
        "policy {number} is {spec} in the spec, but {module} in the policy section, which is what counts: the spec is of \
         another module"
    )]
    Policies {
        /// Which, from 0.
        number: usize,
        /// What the spec says.
        spec: PolicyClaim,
        /// What the module says.
        module: PolicyClaim,
    },
    /// An error whose code can be none.
    #[error("the error `{name}` has the code 0: codes are 1 to 65535")]
    Code {
        /// The error.
        name: String,
    },
    /// An event that has another number than its place.
    #[error(
        "the event `{name}` has the number {have}, but events are numbered from 0 in their order, so it has {want}"
    )]
    EventNumber {
        /// The event.
        name: String,
        /// The number given.
        have: u8,
        /// Its place.
        want: usize,
    },
    /// A share of more than everything.
    #[error("the fallback is {have} percent: it is the creator's share, 0 to 100")]
    Fallback {
        /// Percent given.
        have: u8,
    },
}

/// A policy that one of both, spec and policy section, has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyClaim(pub Option<Policy>);

impl std::fmt::Display for PolicyClaim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(policy) => write!(f, "{policy:?}"),
            None => f.write_str("absent"),
        }
    }
}

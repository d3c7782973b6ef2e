//! Why a module does not pass. The author of the module is at fault, always.

use core::fmt;

use crate::label::quoted;
use crate::{FunctionLabel, Site};

/// The first rule that a module breaks (docs/spec/vm.md, 1).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GateError {
    /// More bytes than a module may have.
    #[error(
        "the module has {have} bytes where at most {limit} are allowed; build for size and strip debug information"
    )]
    TooLong {
        /// Bytes given.
        have: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// No WebAssembly module, or one that breaks a rule of WebAssembly itself.
    #[error("not a valid WebAssembly module: {reason} (at byte {offset:#x} of its canonical form)")]
    Invalid {
        /// Where.
        offset: u64,
        /// What is wrong, in the words of the parser.
        reason: String,
    },
    /// A floating-point type or instruction.
    #[error(
        "{site} uses `{feature}`: floats are not allowed, their results differ between machines; use integers with a scale"
    )]
    Float {
        /// Where.
        site: Site,
        /// The type or instruction.
        feature: String,
    },
    /// An instruction or another feature of WebAssembly that is not on the allow-list.
    #[error("{site} uses `{feature}`: {rule}")]
    Forbidden {
        /// Where.
        site: Site,
        /// The instruction or feature.
        feature: String,
        /// The rule, and what to do instead where that is clear.
        rule: &'static str,
    },
    /// A function that would run before any call.
    #[error(
        "{function} is a start function: not allowed, a contract runs only when called; move its work to an entry"
    )]
    Start {
        /// Which function.
        function: FunctionLabel,
    },
    /// An import that the host does not offer.
    #[error(
        "the module imports `{name}`, which is no host function; only those of docs/spec/vm.md, 5, can be imported"
    )]
    UnknownImport {
        /// Both names of the import.
        name: String,
    },
    /// A host function imported with a type that is not its own.
    #[error("the module imports `{name}` as {have}, but it is {want}")]
    ImportType {
        /// Both names of the import.
        name: String,
        /// The type in the module.
        have: String,
        /// The type of the host function.
        want: String,
    },
    /// The same host function imported twice.
    #[error("the module imports `{name}` twice; import it once")]
    DuplicateImport {
        /// Both names of the import.
        name: String,
    },
    /// A memory that starts with more pages than it may have.
    #[error(
        "the memory starts with {have} pages of 64 KiB where at most {limit} are allowed; use less stack or static data"
    )]
    MemoryTooLarge {
        /// Pages asked for.
        have: u64,
        /// Pages allowed.
        limit: u64,
    },
    /// A table with more entries than it may have.
    #[error(
        "the table has {have} entries where at most {limit} are allowed; use fewer function pointers"
    )]
    TableTooLarge {
        /// Entries asked for.
        have: u64,
        /// Entries allowed.
        limit: u64,
    },
    /// A part that is larger than such a part may be.
    #[error("{site} has {have} {measure} where at most {limit} are allowed")]
    Shape {
        /// Which part.
        site: Site,
        /// What was counted.
        measure: Measure,
        /// How many there are.
        have: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// Frames that lie on no cycle of calls take more than a stack has for them.
    #[error(
        "the frames of {function} and of what it calls take {have} bytes of stack where at most {limit} are allowed; use fewer locals, smaller functions or fewer calls inside of each other"
    )]
    Depth {
        /// The function.
        function: FunctionLabel,
        /// Bytes of its frame and of the deepest chain of calls from it.
        have: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// A segment that does not fit into its memory or table, so that no call could ever start.
    #[error("{site} does not fit: it ends at {end} of {size}")]
    SegmentBounds {
        /// Which segment.
        site: Site,
        /// Where it ends, in bytes or entries.
        end: u64,
        /// Initial size of the memory or table.
        size: u64,
    },
    /// An export that is neither an entry nor the memory.
    #[error("export `{name}`: {problem}")]
    Export {
        /// Its name.
        name: String,
        /// What is wrong with it.
        problem: ExportProblem,
    },
    /// An exported function that is the host's.
    #[error(
        "export `{name}` is {function}, a host function: only functions of the contract can be entries"
    )]
    ImportedExport {
        /// Its name.
        name: String,
        /// Which function.
        function: FunctionLabel,
    },
    /// A host function in the table. Its type changes when the module is metered.
    #[error(
        "element segment {segment} refers to {function}, a host function: not supported; wrap it in a function"
    )]
    ImportedElement {
        /// Which segment.
        segment: u32,
        /// Which function.
        function: FunctionLabel,
    },
    /// A policy section that cannot be read, or more than one.
    #[error("the policy section {problem}")]
    PolicySection {
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl From<wasmparser::Error> for GateError {
    fn from(error: wasmparser::Error) -> Self {
        Self::Invalid {
            offset: error.offset(),
            reason: quoted(error.message()),
        }
    }
}

/// What a cap of [`crate::Shape`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Parameters of a function type.
    Params,
    /// Declared locals of a function.
    Locals,
    /// Bytes of a function body.
    BodyBytes,
    /// Nested blocks of a function body.
    Nesting,
    /// Loops of a function body.
    Loops,
    /// Targets of one `br_table`.
    BrTable,
    /// Function types.
    Types,
    /// Defined functions.
    Functions,
    /// Defined globals.
    Globals,
    /// Functions in all element segments.
    Elements,
    /// Data segments, or element segments.
    Segments,
    /// Bytes of all data segments.
    DataBytes,
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Params => "parameters",
            Self::Locals => "locals",
            Self::BodyBytes => "bytes of code",
            Self::Nesting => "nested blocks",
            Self::Loops => "loops",
            Self::BrTable => "targets in one `br_table`",
            Self::Types => "function types",
            Self::Functions => "functions",
            Self::Globals => "globals",
            Self::Elements => "functions in its element segments",
            Self::Segments => "segments of one kind",
            Self::DataBytes => "bytes of data",
        })
    }
}

/// What can be wrong with an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExportProblem {
    /// An entry takes and gives nothing.
    #[error(
        "an exported function is an entry: it has no parameters and no result; arguments come from `input_read`"
    )]
    Type,
    /// An entry's name is short and plain.
    #[error("the name of an entry has 1 to 64 characters, each one of a-z, 0-9 and _")]
    Name,
    /// The memory has one name.
    #[error("the memory is exported as `memory`")]
    MemoryName,
    /// The host must see the memory.
    #[error("missing: a module with a memory exports it under this name")]
    NoMemory,
    /// Nothing else is exported.
    #[error("only entries, the memory and globals can be exported")]
    Kind,
}

//! Why there is nothing to compare with.

/// Why a module cannot be run, or a run has no end. The outcomes of a call are no errors; they are
/// an [`crate::End`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// No WebAssembly module, or an invalid one.
    #[error("not a valid WebAssembly module: {reason} (at byte {offset:#x})")]
    Invalid {
        /// Where.
        offset: u64,
        /// What is wrong, in the words of the parser.
        reason: String,
    },
    /// A part that no contract has, so the module did not pass the gate.
    #[error("{part}: no contract has that")]
    Forbidden {
        /// What it is.
        part: String,
    },
    /// A function that is not counted is too deep (docs/spec/vm.md, 4.4).
    #[error("function {function} has a depth of {depth} bytes where at most {limit} are allowed")]
    TooDeep {
        /// Its index; imported functions come first.
        function: usize,
        /// Bytes of its depth.
        depth: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// An index, a place or an operand that a valid module has is not there.
    #[error("{what} is missing, which no valid module brings about")]
    Missing {
        /// What was looked for.
        what: &'static str,
    },
    /// The host gave a result of another shape than the function's.
    #[error("the host answered `{function}` with a result where there is none, or the reverse")]
    Answer {
        /// Name of the host function.
        function: &'static str,
    },
}

impl ReferenceError {
    pub(crate) fn forbidden(part: impl Into<String>) -> Self {
        Self::Forbidden { part: part.into() }
    }
}

impl From<wasmparser::BinaryReaderError> for ReferenceError {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Self::Invalid {
            offset: error.offset(),
            reason: error.message().to_owned(),
        }
    }
}

/// What a valid module has at that place.
pub(crate) trait Present<T> {
    /// # Errors
    /// [`ReferenceError::Missing`] where there is nothing.
    fn present(self, what: &'static str) -> Result<T, ReferenceError>;
}

impl<T> Present<T> for Option<T> {
    fn present(self, what: &'static str) -> Result<T, ReferenceError> {
        self.ok_or(ReferenceError::Missing { what })
    }
}

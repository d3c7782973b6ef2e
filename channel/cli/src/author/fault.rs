//! An error of these verbs: its code, which the table explains, and its message.

use std::fmt;

use twinroot_build::{BuildError, Missing};
use twinroot_gate::GateError;
use twinroot_spec::{ArgsError, SpecError};

use super::codes::{
    self, ARGUMENTS, COMPILE, GATE, NO_CORE, NO_FILE, NO_LINKER, NO_LOCK, NO_MODULE, NO_PACKAGE,
    NO_PROGRAM, PROFILE, RECORD, SPEC, TOO_LARGE,
};

/// Something that stops a verb.
#[derive(Debug)]
pub(crate) struct Fault {
    code: &'static str,
    message: String,
}

impl Fault {
    pub(crate) fn new(code: &'static str, message: impl fmt::Display) -> Self {
        let message = message.to_string();
        Self { code, message }
    }

    /// Of arguments that an entry does not take.
    pub(crate) fn arguments(message: impl fmt::Display) -> Self {
        Self::new(ARGUMENTS, message)
    }

    /// With who is at fault named first.
    pub(crate) fn about(self, culprit: &impl fmt::Display) -> Self {
        let message = format!("{culprit}: {}", self.message);
        Self { message, ..self }
    }

    /// With what to do about it said last.
    pub(crate) fn then(self, todo: &str) -> Self {
        let message = format!("{}\n  {todo}", self.message);
        Self { message, ..self }
    }

    /// The code, as it is printed.
    pub(crate) const fn code(&self) -> &'static str {
        self.code
    }

    /// What the program ends with.
    pub(crate) fn exit(&self) -> u8 {
        let entry = codes::all().find(|entry| entry.code == self.code);
        entry.and_then(|entry| entry.exit).unwrap_or(1)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl From<BuildError> for Fault {
    fn from(error: BuildError) -> Self {
        let code = match &error {
            BuildError::Missing(Missing::Core) => NO_CORE,
            BuildError::Missing(Missing::Linker) => NO_LINKER,
            BuildError::Run { .. } | BuildError::Failed { .. } => NO_PROGRAM,
            BuildError::File { .. } => NO_FILE,
            BuildError::NoPackage { .. } => NO_PACKAGE,
            BuildError::Profile { .. } => PROFILE,
            BuildError::NoLock(_) => NO_LOCK,
            BuildError::Compile(_) => COMPILE,
            BuildError::NoModule { .. } => NO_MODULE,
            BuildError::Gate(GateError::TooLong { .. }) => TOO_LARGE,
            BuildError::Gate(_) => GATE,
            BuildError::Record(_) => RECORD,
        };
        Self::new(code, error)
    }
}

impl From<SpecError> for Fault {
    fn from(error: SpecError) -> Self {
        match error {
            SpecError::NotAModule => Self::new(NO_MODULE, error),
            SpecError::Module(error) => BuildError::Gate(error).into(),
            error => Self::new(
                SPEC,
                format!(
                    "its spec cannot be believed: {error}; take the wasm that `twinroot build` wrote"
                ),
            ),
        }
    }
}

impl From<ArgsError> for Fault {
    fn from(error: ArgsError) -> Self {
        Self::new(ARGUMENTS, error)
    }
}

//! Why there is no contract. Each message says who is at fault and what to do.

use std::io;
use std::path::PathBuf;

use twinroot_gate::GateError;

use crate::Missing;

/// What stops a build.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// This machine cannot build contracts yet.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// A program of the toolchain cannot be started.
    #[error(
        "`{program}` could not be run: {source}; install it or correct the path, `twinroot doctor` says how"
    )]
    Run {
        /// Which.
        program: String,
        /// Why not.
        source: io::Error,
    },
    /// A program of the toolchain ran and did not do what it should.
    #[error("`{command}` failed: {message}")]
    Failed {
        /// As it was called.
        command: String,
        /// What it said.
        message: String,
    },
    /// A file cannot be read or written.
    #[error("{} could not be {what}: {source}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What was tried: "read" or "written".
        what: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// There is no package where one was named.
    #[error("{} is no package: {reason}", .path.display())]
    NoPackage {
        /// The path that was named.
        path: PathBuf,
        /// What is there instead, and what to name.
        reason: String,
    },
    /// The profile would build a contract whose sums wrap around.
    #[error(
        "{} has no profile `contract` with checked sums; add to it:\n\n{}",
        .manifest.display(), crate::compile::PROFILE_LINES
    )]
    Profile {
        /// The manifest that lacks it.
        manifest: PathBuf,
    },
    /// Without a lock file nobody could build the same again.
    #[error("{} is missing; `cargo generate-lockfile` in its folder makes it", .0.display())]
    NoLock(PathBuf),
    /// The compiler refuses the sources, and has said why.
    #[error("`{0}` does not compile; the compiler's messages above say where")]
    Compile(String),
    /// Bytes that are no module.
    #[error(
        "this is no wasm module: {reason} (at byte {offset:#x}); a contract's wasm is what `twinroot build` writes"
    )]
    NoModule {
        /// What is wrong.
        reason: String,
        /// Where.
        offset: u64,
    },
    /// A module that is no contract.
    #[error("this is no contract: {0}")]
    Gate(#[from] GateError),
    /// A build record that nobody could have written with this program.
    #[error("the build record cannot be understood: {0}; build the contract again")]
    Record(#[from] serde_json::Error),
}

impl From<wasmparser::Error> for BuildError {
    fn from(error: wasmparser::Error) -> Self {
        Self::NoModule {
            // Without the bytes, which it would print one below the other.
            reason: error
                .message()
                .split(" - expected")
                .next()
                .unwrap_or_default()
                .to_owned(),
            offset: error.offset(),
        }
    }
}

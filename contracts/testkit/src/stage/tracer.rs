//! What calls of a test did inside, and where in the source.

use std::path::Path;

use serde::{Deserialize, Serialize};
use twinroot_abi::ContractId;
use twinroot_host::{Host, Trace};
use twinroot_profile::{
    DebugModule, Profile, ProfileError, Recorder, SourceFrame, SourceLine, Split,
};

use super::contract::Contract;
use super::module::debug_module;

/// What a build writes in the place of the workspace's path.
const WORKSPACE: &str = "/twinroot/";

/// Listens to the calls of a stage.
#[derive(Default)]
pub(super) struct Tracer(Recorder);

/// Where the gas of one call went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traced {
    /// By what it is paid for.
    pub split: Split,
    /// What it asked the host for, in order, in words.
    pub host_calls: Vec<String>,
    /// By call stack, as flame graphs are made of: `go;release;judge 1234`, a line each.
    pub folded: String,
    /// The functions that were open where it stopped, the innermost first, if it did not succeed.
    pub stopped_at: Vec<String>,
}

impl Tracer {
    pub(super) fn listen_to(&self, host: Host) -> Host {
        self.0.listen_to(host)
    }

    /// The newest call of that contract since this was last asked; there is none where nothing was called.
    pub(super) fn newest(&self, contract: ContractId) -> Option<Trace> {
        let traces = self.0.take().into_iter();
        traces.rev().find(|trace| trace.contract == contract)
    }
}

impl Traced {
    /// # Panics
    /// Where the profile does not add up to what the call was charged.
    pub(super) fn of(trace: &Trace, contract: &Contract) -> Self {
        let profile = profile(trace, contract).unwrap_or_else(|error| {
            panic!(
                "the profile of a call of {} is wrong: {error}",
                contract.package
            )
        });
        Self {
            split: profile.split(),
            host_calls: profile
                .host_calls()
                .iter()
                .map(ToString::to_string)
                .collect(),
            folded: profile.folded().to_owned(),
            stopped_at: profile
                .stopped_at()
                .iter()
                .map(ToString::to_string)
                .collect(),
        }
    }
}

/// What a call did, with names and lines of the source if the contract was built here.
pub(super) fn profile(trace: &Trace, contract: &Contract) -> Result<Profile, ProfileError> {
    let module = debug_module(contract.package, contract.folder);
    let module = module
        .as_deref()
        .and_then(|module| DebugModule::read(module).ok());
    Profile::of(trace, module.as_slice())
}

/// The innermost line that its author wrote, named from the folder of the package.
pub(super) fn own_line(frames: &[SourceFrame], contract: &Contract) -> Option<SourceLine> {
    frames.iter().find_map(|frame| {
        let SourceLine { file, line } = frame.at.as_ref()?;
        let file = own_file(file, Path::new(contract.folder))?;
        Some(SourceLine { file, line: *line })
    })
}

/// The package lies in its workspace, or is it: so the end of the folder's path is the begin of the file's.
fn own_file(file: &str, folder: &Path) -> Option<String> {
    let file = Path::new(file.strip_prefix(WORKSPACE)?);
    let mut below = folder.components();
    loop {
        let own = file.strip_prefix(below.as_path()).ok();
        if let Some(own) = own.filter(|own| folder.join(own).is_file()) {
            return Some(own.display().to_string());
        }
        below.next()?;
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::own_file;

    #[test]
    fn only_files_of_the_package_are_its_own() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let own = |file: &str| own_file(file, folder);
        let lib = Some(String::from("src/lib.rs"));
        assert_eq!(own("/twinroot/src/lib.rs"), lib);
        assert_eq!(own("/twinroot/contracts/testkit/src/lib.rs"), lib);
        for other in [
            "/twinroot/contracts/sdk/src/lib.rs",
            "/twinroot/src/no-such-file.rs",
            "/sdk/contracts/testkit/src/lib.rs",
            "/rust/src/lib.rs",
        ] {
            assert_eq!(own(other), None, "{other}");
        }
    }
}

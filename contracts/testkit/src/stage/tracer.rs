//! Where the gas of a test's calls goes.

use serde::{Deserialize, Serialize};
use twinroot_abi::ContractId;
use twinroot_host::Host;
use twinroot_profile::{DebugModule, Profile, Recorder, Split};

use super::module::debug_module;

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

    /// The newest call of that contract; there is none where nothing was called.
    ///
    /// # Panics
    /// Where the profile does not add up to what the call was charged.
    pub(super) fn newest(
        &self,
        contract: ContractId,
        package: &str,
        folder: &str,
    ) -> Option<Traced> {
        let trace = self
            .0
            .take()
            .into_iter()
            .rfind(|trace| trace.contract == contract)?;
        let module = debug_module(package, folder);
        let module = module
            .as_deref()
            .and_then(|module| DebugModule::read(module).ok());
        let profile = Profile::of(&trace, module.as_slice())
            .unwrap_or_else(|error| panic!("the profile of a call of {package} is wrong: {error}"));
        Some(Traced {
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
        })
    }
}

//! A contract on the stage, and what is known of it beside its code.

use std::sync::Arc;

use twinroot_abi::ContractId;
use twinroot_sdk::Interface;
use twinroot_spec::Spec;

/// A contract that a test created.
#[derive(Clone)]
pub(super) struct Contract {
    pub(super) id: ContractId,
    /// Name of its package.
    pub(super) package: &'static str,
    /// Folder of its package.
    pub(super) folder: &'static str,
    /// What it says of itself, if its module has kept that.
    pub(super) spec: Option<Arc<Spec>>,
}

impl Contract {
    pub(super) fn of<C: Interface>(id: ContractId, wasm: &[u8]) -> Self {
        Self {
            id,
            package: C::PACKAGE,
            folder: C::FOLDER,
            spec: Spec::of_module(wasm).ok().map(Arc::new),
        }
    }
}

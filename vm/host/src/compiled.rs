//! Compiled contracts, kept by code hash.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use twinroot_abi::{CodeHash, Policy};
use twinroot_exec::{CodeSource, Halt};
use twinroot_gate::{CAUSE_GLOBAL, admit};
use wasmtime::{InstancePre, Linker, Module, ModuleExport};

use crate::running::Running;

/// A contract ready to be instantiated. Where its exports lie is known, so no call looks for a name.
pub(crate) struct Compiled {
    pub(crate) instance: InstancePre<Running>,
    pub(crate) policies: Arc<[Policy]>,
    pub(crate) entries: BTreeMap<String, ModuleExport>,
    pub(crate) memory: Option<ModuleExport>,
    pub(crate) cause: ModuleExport,
}

/// Contracts compiled so far. What is in it changes the speed of a call and nothing else.
#[derive(Default)]
pub(crate) struct Cache(Mutex<BTreeMap<CodeHash, Arc<Compiled>>>);

impl Cache {
    /// The compiled form of `code`.
    pub(crate) fn get(
        &self,
        linker: &Linker<Running>,
        code: CodeSource<'_>,
    ) -> Result<Arc<Compiled>, Halt> {
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match cache.entry(code.hash) {
            Entry::Occupied(known) => Ok(Arc::clone(known.get())),
            Entry::Vacant(place) => Ok(Arc::clone(place.insert(Arc::new(compile(linker, code)?)))),
        }
    }
}

fn compile(linker: &Linker<Running>, code: CodeSource<'_>) -> Result<Compiled, Halt> {
    let gated = admit(code.bytes).map_err(|error| Halt::Code(error.to_string()))?;
    // Gas depends on the length of the code, so only the canonical form may run.
    if gated.hash != code.hash || gated.canonical != code.bytes {
        return Err(Halt::Code(format!(
            "it is not the canonical form of {}",
            code.hash
        )));
    }
    let machine = |error: wasmtime::Error| {
        Halt::Machine(format!("could not compile {}: {error:#}", code.hash))
    };
    let module = Module::new(linker.engine(), &gated.metered).map_err(machine)?;
    let instance = linker.instantiate_pre(&module).map_err(machine)?;
    let entry = |name: String| {
        let place = module.get_export_index(&name)?;
        Some((name, place))
    };
    Ok(Compiled {
        instance,
        policies: gated.policies.into(),
        entries: gated.entries.into_iter().filter_map(entry).collect(),
        memory: module.get_export_index("memory"),
        cause: module.get_export_index(CAUSE_GLOBAL).ok_or_else(|| {
            Halt::Machine(format!("the gate made a module without {CAUSE_GLOBAL}"))
        })?,
    })
}

//! A contract ready to run.

use std::collections::BTreeMap;
use std::sync::Arc;

use twinroot_abi::Policy;
use twinroot_exec::{CodeSource, Halt};
use twinroot_gate::{CAUSE_GLOBAL, admit, declared_policies};
use wasmtime::{
    AsContextMut, Extern, FuncType, Instance, InstancePre, Linker, Module, ModuleExport, TypedFunc,
};

use crate::folder::Folder;
use crate::running::Running;

/// A contract ready to be instantiated. Where its exports lie is known, so no call looks for a name.
pub(crate) struct Compiled {
    pub(crate) instance: InstancePre<Box<Running>>,
    pub(crate) policies: Arc<[Policy]>,
    /// Functions that take gas and give what is left, an i64 each; nothing else is among them.
    entries: BTreeMap<String, ModuleExport>,
    pub(crate) memory: Option<ModuleExport>,
    pub(crate) cause: ModuleExport,
}

impl Compiled {
    /// The compiled form of `code`: out of the folder, if it was compiled before.
    pub(crate) fn of(
        linker: &Linker<Box<Running>>,
        code: CodeSource<'_>,
        folder: Option<&Folder>,
    ) -> Result<Self, Halt> {
        if let Some(module) = folder.and_then(|folder| folder.load(linker.engine(), code.hash)) {
            let policies =
                declared_policies(code.bytes).map_err(|error| Halt::Code(error.to_string()))?;
            return Self::ready(linker, &module, policies.into());
        }
        let gated = admit(code.bytes).map_err(|error| Halt::Code(error.to_string()))?;
        // Gas depends on the length of the code, so only the canonical form may run.
        if gated.hash != code.hash || gated.canonical != code.bytes {
            return Err(Halt::Code(format!(
                "it is not the canonical form of {}",
                code.hash
            )));
        }
        let module = Module::new(linker.engine(), &gated.metered).map_err(machine)?;
        if let Some(folder) = folder {
            folder.keep(code.hash, &module);
        }
        Self::ready(linker, &module, gated.policies.into())
    }

    /// An entry of an instance of it.
    pub(crate) fn entry(
        &self,
        mut store: impl AsContextMut,
        instance: Instance,
        name: &str,
    ) -> Option<TypedFunc<i64, i64>> {
        let place = self.entries.get(name)?;
        let function = instance
            .get_module_export(&mut store, place)
            .and_then(Extern::into_func)?;
        #[expect(
            unsafe_code,
            reason = "to look at its type again would take a thirtieth of an empty call"
        )]
        // SAFETY: `entries` has only functions of this type.
        Some(unsafe { TypedFunc::new_unchecked(store, function) })
    }

    fn ready(
        linker: &Linker<Box<Running>>,
        module: &Module,
        policies: Arc<[Policy]>,
    ) -> Result<Self, Halt> {
        let functions = module
            .exports()
            .filter(|export| export.ty().func().is_some_and(is_entry));
        let entries = functions.filter_map(|export| {
            let name = export.name();
            Some((name.to_owned(), module.get_export_index(name)?))
        });
        let cause = module.get_export_index(CAUSE_GLOBAL);
        Ok(Self {
            instance: linker.instantiate_pre(module).map_err(machine)?,
            policies,
            entries: entries.collect(),
            memory: module.get_export_index("memory"),
            cause: cause.ok_or_else(|| {
                Halt::Machine(format!("the gate made a module without {CAUSE_GLOBAL}"))
            })?,
        })
    }
}

fn is_entry(function: &FuncType) -> bool {
    let mut types = function.params().chain(function.results());
    function.params().len() == 1 && function.results().len() == 1 && types.all(|ty| ty.is_i64())
}

fn machine(error: wasmtime::Error) -> Halt {
    Halt::Machine(format!("could not compile a contract: {error:#}"))
}

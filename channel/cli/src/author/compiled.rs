//! The way from a folder to a linked module, which `build`, `check` and `verify` share.

use std::path::Path;

use twinroot_build::{
    BuildError, BuildRecord, Project, Toolchain, admit, described, function_sizes,
};
use twinroot_gate::GateError;
use twinroot_spec::{Spec, SpecError};

use super::Fault;
use super::codes::{SPEC, TOO_LARGE};

/// A contract as the linker left it.
pub(crate) struct Compiled {
    pub(crate) project: Project,
    pub(crate) record: BuildRecord,
    pub(crate) linked: Vec<u8>,
}

/// Compiles the package at `path` and lets the module through the gate.
pub(crate) fn compile(path: &Path) -> Result<Compiled, Fault> {
    let project = Project::read(path)?;
    let toolchain = Toolchain::find()?;
    let compile = project.compile(&toolchain);
    let record = project.record(&compile)?;
    let modules = compile.run()?;
    let linked = modules
        .into_iter()
        .next()
        .map(|(_, module)| module)
        .ok_or_else(|| BuildError::Compile(project.name.clone()))?;
    match admit(&linked) {
        Ok(_) => {
            spec_holds(&linked).map_err(|fault| fault.about(&project.name))?;
            Ok(Compiled {
                project,
                record,
                linked,
            })
        }
        Err(BuildError::Gate(GateError::TooLong { have, limit })) => {
            Err(too_large(&project.name, have, limit, &linked))
        }
        Err(error) => Err(Fault::from(error).about(&project.name)),
    }
}

/// Nobody would believe the spec of what is built here, if it has one that is not of its code.
fn spec_holds(linked: &[u8]) -> Result<(), Fault> {
    match Spec::of_module(&described(linked)?) {
        Ok(_) | Err(SpecError::Missing) => Ok(()),
        Err(error) => Err(Fault::new(SPEC, error)),
    }
}

/// Functions that are named where there is too much code.
const SHOWN: usize = 5;

fn too_large(name: &str, have: usize, limit: usize, linked: &[u8]) -> Fault {
    let functions = function_sizes(linked).unwrap_or_default();
    let functions: Vec<_> = functions
        .iter()
        .take(SHOWN)
        .map(ToString::to_string)
        .collect();
    Fault::new(
        TOO_LARGE,
        format!(
            "{name} has {have} bytes of code where at most {limit} are allowed; use no text in panics and no formatting, \
             and `ensure` in the place of `unwrap`. Its biggest functions:\n  {}",
            functions.join("\n  ")
        ),
    )
}

//! Exports: entries and the memory (docs/spec/vm.md, 1.5).

use twinroot_types::Limits;
use wasmparser::{Export, ExternalKind};

use crate::contract::{Contract, Signature};
use crate::label::{Names, quoted};
use crate::{ExportProblem, GateError};

/// Name under which the memory is exported.
pub(super) const MEMORY: &str = "memory";

/// Takes an export; says whether it is the memory.
pub(super) fn accept(
    contract: &mut Contract<'_>,
    names: &Names,
    export: &Export<'_>,
) -> Result<bool, GateError> {
    let bad = |problem| {
        Err(GateError::Export {
            name: quoted(export.name),
            problem,
        })
    };
    match export.kind {
        ExternalKind::Func => {
            if contract.host_function(export.index).is_some() {
                return Err(GateError::ImportedExport {
                    name: quoted(export.name),
                    function: names.label(export.index),
                });
            }
            if !is_entry_name(export.name) {
                return bad(ExportProblem::Name);
            }
            let defined = usize::try_from(export.index)
                .ok()
                .and_then(|index| index.checked_sub(contract.imports.len()));
            // An index beyond all functions is left to validation, which comes next.
            if defined
                .and_then(|defined| contract.signature(defined))
                .is_some_and(|kind| *kind != Signature::default())
            {
                return bad(ExportProblem::Type);
            }
            contract
                .entries
                .insert(export.name.to_owned(), export.index);
            Ok(false)
        }
        ExternalKind::Memory if export.name == MEMORY => Ok(true),
        ExternalKind::Memory => bad(ExportProblem::MemoryName),
        // Linkers export `__data_end` and `__heap_base`: harmless, and left out of what is run.
        ExternalKind::Global => Ok(false),
        _ => bad(ExportProblem::Kind),
    }
}

fn is_entry_name(name: &str) -> bool {
    let plain = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    (1..=Limits::V1.entry_bytes).contains(&name.len()) && name.bytes().all(plain)
}

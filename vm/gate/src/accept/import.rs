//! Imports: host functions, by name and type (docs/spec/vm.md, 1.4).

use twinroot_abi::{HOST_FUNCTIONS, IMPORT_MODULE, ValType};
use wasmparser::{Import, TypeRef};

use crate::contract::{Contract, Signature};
use crate::label::quoted;
use crate::{GateError, Site};

pub(super) fn accept(contract: &mut Contract<'_>, import: &Import<'_>) -> Result<(), GateError> {
    let name = format!("{}.{}", quoted(import.module), quoted(import.name));
    let TypeRef::Func(type_index) = import.ty else {
        let (feature, rule) = match import.ty {
            TypeRef::Memory(_) => (
                "an imported memory",
                "a contract brings its own memory; build without `--import-memory`",
            ),
            TypeRef::Table(_) => (
                "an imported table",
                "a contract brings its own table; build without `--import-table`",
            ),
            TypeRef::Global(_) => ("an imported global", "only host functions can be imported"),
            _ => (
                "an import that is no function",
                "only host functions can be imported",
            ),
        };
        return Err(super::forbidden(Site::Import(name), feature, rule));
    };
    let host = HOST_FUNCTIONS
        .iter()
        .find(|host| import.module == IMPORT_MODULE && import.name == host.name);
    let Some(host) = host else {
        return Err(GateError::UnknownImport { name });
    };
    if contract.imports.iter().any(|known| known.name == host.name) {
        return Err(GateError::DuplicateImport { name });
    }
    let want = Signature {
        params: host.params.to_vec(),
        result: host.result,
    };
    let have = usize::try_from(type_index)
        .ok()
        .and_then(|index| contract.types.get(index));
    if have != Some(&want) {
        let have = have.map_or_else(|| "an unknown type".to_owned(), shown);
        return Err(GateError::ImportType {
            name,
            have,
            want: shown(&want),
        });
    }
    contract.imports.push(host);
    Ok(())
}

/// The type as Rust would write it, as in `(i32, i64) -> i32`.
fn shown(signature: &Signature) -> String {
    let word = |kind: &ValType| match kind {
        ValType::I32 => "i32",
        ValType::I64 => "i64",
    };
    let params: Vec<&str> = signature.params.iter().map(word).collect();
    format!(
        "({}) -> {}",
        params.join(", "),
        signature.result.as_ref().map_or("()", word)
    )
}

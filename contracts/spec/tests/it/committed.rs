//! The contracts of this repository, as the compiler describes them.

use twinroot_spec::{Spec, SpecError};

use crate::module::{COMMITTED, bare, code, committed, lines_of, wasm, with_spec};

#[test]
fn every_contract_describes_itself() {
    for name in COMMITTED {
        let spec = committed(name);
        let camel: String = name
            .split('-')
            .map(|word| word[..1].to_uppercase() + &word[1..])
            .collect();
        assert_eq!(spec.name, camel);
        assert!(!spec.entries.is_empty());
    }
}

/// What is published and named by the code hash is the same without the spec.
#[test]
fn no_spec_is_part_of_the_code() {
    for name in COMMITTED {
        let wasm = wasm(name);
        let bare = bare(&wasm);
        assert!(bare.len() < wasm.len(), "{name}");
        assert_eq!(
            twinroot_gate::admit(&bare).unwrap().hash,
            committed(name).code_hash
        );
    }
}

#[test]
fn the_escrow_as_a_document() {
    let document = serde_json::to_string_pretty(&committed("tv-escrow").document()).unwrap();
    insta::assert_snapshot!("tv-escrow", document);
}

/// The lines of one contract under the code of another.
#[test]
fn no_contract_describes_another() {
    for name in COMMITTED {
        let lines = lines_of(&wasm(name));
        let error = Spec::of_module(&with_spec(&code(&["other"], &[]), &lines)).unwrap_err();
        assert!(
            matches!(
                error,
                SpecError::NotExported { .. } | SpecError::Policies { .. }
            ),
            "{name}: {error}"
        );
    }
}

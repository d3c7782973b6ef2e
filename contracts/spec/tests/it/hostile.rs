//! Specs that are made to harm whoever reads them: each is taken or refused, in time and without a panic.

use std::fmt::Write as _;

use proptest::collection::vec;
use proptest::prelude::*;
use twinroot_spec::{Spec, SpecError};

use crate::module::{EMPTY, bare, code, lines_of, module, wasm, with_spec};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes(section in vec(any::<u8>(), 0..400)) {
        let _ = Spec::of_module(&with_spec(&code(&["pay"], &[]), &section));
    }

    #[test]
    fn any_module(bytes in vec(any::<u8>(), 0..200)) {
        let module = [b"\0asm\x01\0\0\0", &*bytes].concat();
        let _ = Spec::of_module(&module);
        let _ = Spec::of_module(&bytes);
    }

    /// Tokens of specs in any order reach deeper than bytes do.
    #[test]
    fn any_tokens(tokens in vec(0..TOKENS.len(), 0..80)) {
        let lines: String = tokens.into_iter().map(|token| TOKENS[token]).collect();
        let _ = Spec::of_module(&module(&["pay"], &[], &format!("{EMPTY}{lines}")));
    }

    /// Real specs with pieces cut out, doubled, swapped in from elsewhere.
    #[test]
    fn damaged_specs(name in 0..SMALL.len(), cuts in vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..40_usize), 1..6)) {
        let wasm = wasm(SMALL[name]);
        let mut lines = lines_of(&wasm);
        for (from, to, length) in cuts {
            let from = from.index(lines.len().max(1));
            let piece = lines[from..(from + length).min(lines.len())].to_vec();
            let to = to.index(lines.len().max(1));
            let end = (to + length / 2).min(lines.len());
            lines.splice(to..end, piece);
        }
        if let Ok(spec) = Spec::of_module(&with_spec(&bare(&wasm), &lines)) {
            serde_json::to_value(spec.document()).unwrap();
        }
    }
}

/// Contracts whose code is quickly through the gate.
const SMALL: [&str; 3] = ["ballast", "truck-insurance", "tv-escrow"];

const TOKENS: &[&str] = &[
    "{\"data\":\"D\",\"docs\":\"\",\"fields\":[",
    "{\"data\":\"E\",\"docs\":\"\",\"variants\":[",
    "{\"entry\":\"pay\",\"docs\":\"\",\"args\":[",
    "{\"events\":\"V\",\"docs\":\"\",\"variants\":[",
    "{\"errors\":\"V\",\"docs\":\"\",\"codes\":[",
    "{\"name\":\"a\",\"type\":\"D\"}",
    "{\"name\":\"b\",\"type\":\"[E; 9]\"}",
    "{\"name\":\"c\",\"type\":\"(D, ())\"}",
    "{\"value\":0,\"name\":\"A\",\"docs\":\"\"}",
    "{\"code\":1,\"name\":\"A\",\"docs\":\"\"}",
    "]}",
    "\n",
    ",",
];

/// The reason why a contract with these types is refused.
fn refused(data: &str) -> String {
    match Spec::of_module(&module(&[], &[], &format!("{EMPTY}{data}"))) {
        Err(SpecError::Type { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

fn structure(out: &mut String, name: usize, fields: &[String]) {
    let fields: Vec<_> = (0..)
        .zip(fields)
        .map(|(place, kind): (u32, _)| format!(r#"{{"name":"f{place}","type":"{kind}"}}"#))
        .collect();
    writeln!(
        out,
        r#"{{"data":"T{name:04}","docs":"","fields":[{}]}}"#,
        fields.join(",")
    )
    .unwrap();
}

/// Types that each lie in the one before, named so that the outermost is met first, or last.
#[test]
fn a_chain_as_long_as_a_spec_can_be() {
    for outermost_first in [true, false] {
        let mut lines = String::new();
        for link in 0..900_usize {
            let inner = if outermost_first {
                link + 1
            } else {
                link.wrapping_sub(1)
            };
            let kind = if inner < 900 {
                format!("T{inner:04}")
            } else {
                String::from("u8")
            };
            structure(&mut lines, link, &[kind]);
        }
        assert_eq!(refused(&lines), "more than 16 types lie in each other");
    }
}

/// Each type holds the next one twice, so a few lines are a value of any number of parts, of no bytes at all.
#[test]
fn a_value_that_doubles_in_each_line() {
    for leaf in ["()", "u8"] {
        let doubling = |links: usize| {
            let mut lines = String::new();
            for link in 0..links {
                let kind = if link + 1 < links {
                    format!("T{:04}", link + 1)
                } else {
                    leaf.to_owned()
                };
                structure(&mut lines, link, &[kind.clone(), kind]);
            }
            lines
        };
        Spec::of_module(&module(&[], &[], &format!("{EMPTY}{}", doubling(14)))).unwrap();
        assert!(
            refused(&doubling(15)).starts_with("a value of it has more than 16384 bytes or parts")
        );
    }
    let mut wide = String::new();
    for link in 0..5 {
        let kind = format!("T{:04}", link + 1);
        structure(
            &mut wide,
            link,
            &[format!("({})", [&*kind; 8].join(", ")), kind],
        );
    }
    structure(&mut wide, 5, &[String::from("()")]);
    assert!(refused(&wide).starts_with("a value of it has more than 16384 bytes or parts"));
}

#[test]
fn a_ring_of_types() {
    let mut lines = String::new();
    for link in 0..3 {
        structure(&mut lines, link, &[format!("T{:04}", (link + 1) % 3)]);
    }
    assert_eq!(
        refused(&lines),
        "`T0000` has itself among its parts, so its values never end"
    );
}

#[test]
fn json_as_deep_as_a_spec_can_be() {
    for open in ["[", "{\"a\":"] {
        let line = format!(
            "{{\"entry\":\"pay\",\"docs\":\"\",\"args\":{}",
            open.repeat(10_000)
        );
        let result = Spec::of_module(&module(&["pay"], &[], &format!("{EMPTY}{line}")));
        assert!(
            matches!(result, Err(SpecError::Line { line: 2, .. })),
            "{result:?}"
        );
    }
}

/// What a contract says cannot move the cursor, colour the terminal or turn the direction of what is read.
#[test]
fn docs_cannot_show_as_something_else() {
    let lines = r#"{"contract":"C","docs":"a\u001b[2J\u202eb\nc","storage":[]}
{"errors":"E","docs":"","codes":[{"code":1,"name":"A","docs":"\u0007\u009b1m"}]}"#;
    let spec = Spec::of_module(&module(&[], &[], lines)).unwrap();
    assert_eq!(spec.docs, "a\\u{1b}[2J\\u{202e}b\nc");
    assert_eq!(spec.errors[0].docs, "\\u{7}\\u{9b}1m");
}

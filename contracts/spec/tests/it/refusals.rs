//! Specs that are wrong, or of another module, and what is said about them (docs/spec/contract.md, 5).

use twinroot_abi::Policy;
use twinroot_spec::{Spec, SpecError};

use crate::module::{EMPTY, code, module, with_spec};

fn refusal(entries: &[&str], policies: &[Policy], lines: &str) -> String {
    match Spec::of_module(&module(entries, policies, lines)) {
        Ok(spec) => panic!("taken as the spec of {}: {lines}", spec.name),
        Err(error) => error.to_string(),
    }
}

/// What is said about a contract with these lines besides.
fn refused(lines: &str) -> String {
    refusal(
        &["pay"],
        &[],
        &format!("{EMPTY}{{\"entry\":\"pay\",\"docs\":\"\",\"args\":[]}}\n{lines}"),
    )
}

/// What is said about a field.
fn refused_field(kind: &str, first: &str) -> String {
    let storage = format!(r#"{{"name":"it","type":"{kind}","docs":"","first":"{first}"}}"#);
    refusal(
        &[],
        &[],
        &format!(r#"{{"contract":"C","docs":"","storage":[{storage}]}}"#),
    )
}

/// What is said about the type of a field of a struct.
fn refused_type(kind: &str) -> String {
    let message = refused(&format!(
        r#"{{"data":"D","docs":"","fields":[{{"name":"it","type":"{kind}"}}]}}"#
    ));
    let begins = format!("the type of `it` of `D` is `{kind}`: ");
    message
        .strip_prefix(&begins)
        .map_or(message.clone(), str::to_owned)
}

#[test]
fn what_is_no_contract() {
    assert_eq!(Spec::of_module(b""), Err(SpecError::NotAModule));
    assert_eq!(Spec::of_module(b"{}"), Err(SpecError::NotAModule));
    assert!(matches!(
        Spec::of_module(b"\0asm"),
        Err(SpecError::Module(_))
    ));
    let starts = wat::parse_str("(module (func $go) (start $go))").unwrap();
    assert!(matches!(
        Spec::of_module(&starts),
        Err(SpecError::Module(_))
    ));
}

#[test]
fn what_says_nothing() {
    assert_eq!(
        Spec::of_module(&code(&["pay"], &[])),
        Err(SpecError::Missing)
    );
    let twice = with_spec(&module(&[], &[], EMPTY), EMPTY.as_bytes());
    assert_eq!(Spec::of_module(&twice), Err(SpecError::TwoSections));
    assert_eq!(
        Spec::of_module(&module(&[], &[], "")),
        Err(SpecError::NoContract)
    );
    let long = EMPTY.to_owned() + &"\n".repeat(64 * 1024);
    assert!(
        refusal(&[], &[], &long)
            .ends_with("bytes where 65536 are allowed: shorten the doc comments")
    );
}

#[test]
fn lines_that_cannot_be_read() {
    for (line, reason) in [
        ("nonsense", "expected ident at line 1 column 2"),
        (
            "[]",
            "invalid type: sequence, expected an object at line 1 column 0",
        ),
        ("{}", "the first key is ``, which names nothing"),
        (
            r#"{"docs":"","entry":"x","args":[]}"#,
            "the first key is `docs`, which names nothing",
        ),
        (
            r#"{"\u001b[2J":1}"#,
            "the first key is `\\u{1b}[2J`, which names nothing",
        ),
        (
            r#"{"entry":"x","docs":"","args":[],"\u202e":1}"#,
            "unknown field `\\u{202e}`, expected one of",
        ),
        (
            r#"{"entry":"x","docs":"","args":[],"args":[]}"#,
            "duplicate field `args`",
        ),
        (r#"{"entry":"x","args":[]}"#, "missing field `docs`"),
        (
            r#"{"errors":"E","docs":"","codes":[{"code":65536,"name":"A","docs":""}]}"#,
            "invalid value: integer `65536`",
        ),
    ] {
        let message = refused(line);
        let begins = format!("line 3 of the spec cannot be read: {reason}");
        assert!(message.starts_with(&begins), "{message}");
    }
    let message =
        Spec::of_module(&with_spec(&code(&[], &[]), b"{\"contract\":\"\xff\"")).unwrap_err();
    assert!(
        message
            .to_string()
            .starts_with("line 1 of the spec cannot be read: invalid unicode"),
        "{message}"
    );
}

#[test]
fn the_entries_are_those_of_the_module() {
    let pay = r#"{"entry":"pay","docs":"","args":[]}"#;
    let lines = format!("{EMPTY}{pay}");
    assert_eq!(
        refusal(&[], &[], &lines),
        "the spec names the entry `pay`, but the module exports no such function: the spec is of another module"
    );
    assert_eq!(
        refusal(&["pay", "steal"], &[], &lines),
        "the module exports the function `steal`, which its spec does not name: export entries only by `#[entries]`"
    );
    assert_eq!(
        refusal(&["pay"], &[], &format!("{lines}\n{pay}")),
        "the spec has the entry `pay` twice: which one holds nobody could tell; keep one"
    );
}

#[test]
fn the_policies_are_those_of_the_module() {
    let line = r#"{"contract":"C","docs":"","storage":[{"name":"a","type":"List<u8>","docs":"","first":"()"},{"name":"b","type":"KOfN<2, 3>","docs":"","first":"Claims<3>"}]}"#;
    let right = Policy::KOfNEqual { k: 2, params: 1 };
    Spec::of_module(&module(&[], &[right], line)).unwrap();
    for (policies, number, says) in [
        (&[][..], 0, "absent"),
        (&[right, right], 1, "KOfNEqual { k: 2, params: 1 }"),
        (&[right.at(0)], 0, "KOfNEqual { k: 2, params: 0 }"),
        (
            &[Policy::KOfNEqual { k: 3, params: 1 }],
            0,
            "KOfNEqual { k: 3, params: 1 }",
        ),
        (
            &[Policy::RunLength { n: 2, params: 1 }],
            0,
            "RunLength { n: 2, params: 1 }",
        ),
    ] {
        let message = refusal(&[], policies, line);
        let spec = if number == 0 {
            "KOfNEqual { k: 2, params: 1 }"
        } else {
            "absent"
        };
        let begins =
            format!("policy {number} is {spec} in the spec, but {says} in the policy section");
        assert!(message.starts_with(&begins), "{message}");
    }
}

#[test]
fn fields_are_what_the_sdk_has() {
    for (kind, reason) in [
        ("u64", "a field is a `Value`, a `Map`, a `List` or a policy"),
        (
            "Set<u8>",
            "there is no such kind of field; it may be of a newer SDK",
        ),
        (
            "Value<u8, u8>",
            "there is no such kind of field; it may be of a newer SDK",
        ),
        (
            "KOfN<u8>",
            "there is no such kind of field; it may be of a newer SDK",
        ),
        (
            "KOfN<1, 2>",
            "of 1 to 16 attestors more than half have to agree, and no more than there are",
        ),
        (
            "KOfN<0, 0>",
            "of 1 to 16 attestors more than half have to agree, and no more than there are",
        ),
        (
            "KOfN<65538, 3>",
            "of 1 to 16 attestors more than half have to agree, and no more than there are",
        ),
        (
            "KOfN<9, 17>",
            "of 1 to 16 attestors more than half have to agree, and no more than there are",
        ),
        ("RunLength<0>", "a run has 1 to 256 readings"),
        ("RunLength<257>", "a run has 1 to 256 readings"),
        (
            "Median<1>",
            "a median is of an odd number of feeds, 3 to 15",
        ),
        (
            "Median<4>",
            "a median is of an odd number of feeds, 3 to 15",
        ),
        (
            "Median<17>",
            "a median is of an odd number of feeds, 3 to 15",
        ),
        (
            "Median<65539>",
            "a median is of an odd number of feeds, 3 to 15",
        ),
        ("Duration<0>", "a breach takes at least 1 millisecond"),
        ("Duration<1, 1>", "a breach takes at least 1 millisecond"),
        (
            "MaxGap<0>",
            "a gap of at least 1 millisecond has to be allowed",
        ),
        ("Fresh<0>", "a reading may be at least 1 millisecond old"),
        ("Any<1>", "`Any` has no number with it"),
        (
            "Median",
            "a field is a `Value`, a `Map`, a `List` or a policy",
        ),
        (
            "Map<[u8; 61], u8>",
            "the key of a map takes 60 bytes at most, not 61",
        ),
        ("Value<3>", "a number is no type"),
    ] {
        let message = format!("the type of the field `it` is `{kind}`: {reason}");
        assert_eq!(refused_field(kind, "()"), message);
    }
    assert_eq!(
        refused_field("Value<u8>", "u16"),
        "the spec says that the field `it` begins with `u16`, but a `Value<u8>` begins with `u8`"
    );
}

#[test]
fn types_are_known_and_end() {
    for (kind, reason) in [
        (
            "f32",
            "`f32` is no type of the SDK, and the spec has no line `data` about it",
        ),
        (
            "Claims",
            "`Claims` is no type of the SDK, and the spec has no line `data` about it",
        ),
        (
            "Claims<u8>",
            "`Claims` has the number of its feeds with it, as in `Claims<3>`",
        ),
        (
            "Sources<3, 3>",
            "`Sources` has the number of its feeds with it, as in `Sources<3>`",
        ),
        ("Value<u8>", "`Value` is no type of a value"),
        ("Band<3>", "`Band` is no type of a value"),
        ("Band<u8>", "`Band` is no type of a value"),
        (
            "D",
            "`D` has itself among its parts, so its values never end",
        ),
        (
            "[(u8, D); 2]",
            "`D` has itself among its parts, so its values never end",
        ),
        (
            "[u8; 0]",
            "an array has at least one item, of at least one byte",
        ),
        (
            "[(); 9]",
            "an array has at least one item, of at least one byte",
        ),
        (
            "(u8, u8, u8, u8, u8, u8, u8, u8, u8)",
            "a tuple has 8 items at most",
        ),
        (
            "[u8; 16385]",
            "a value of it has more than 16384 bytes or parts, which no call could carry",
        ),
        (
            "[[u64; 4294967295]; 4294967297]",
            "a value of it has more than 16384 bytes or parts, which no call could carry",
        ),
        (
            "Claims<18446744073709551615>",
            "a value of it has more than 16384 bytes or parts, which no call could carry",
        ),
    ] {
        assert_eq!(refused_type(kind), reason, "{kind}");
    }
    assert_eq!(
        refused(r#"{"data":"D","docs":""}"#),
        "the type `D` of the spec has to have either fields or variants, at least one"
    );
    assert_eq!(
        refused(r#"{"data":"D","docs":"","fields":[],"variants":[]}"#),
        "the type `D` of the spec has to have either fields or variants, at least one"
    );
}

#[test]
fn names_are_plain_and_their_own() {
    let names = "a name has 1 to 64 letters of ASCII, digits and `_`, and begins with no digit";
    for (line, what) in [
        (
            r#"{"data":"\u001b[2J","docs":"","variants":[{"value":0,"name":"A","docs":""}]}"#,
            "a type `\\u{1b}[2J`",
        ),
        (
            r#"{"data":"D","docs":"","fields":[{"name":"раy","type":"u8"}]}"#,
            "a field or an argument `раy`",
        ),
        (
            r#"{"data":"D","docs":"","variants":[{"value":0,"name":"","docs":""}]}"#,
            "a variant ``",
        ),
        (
            r#"{"errors":"E","docs":"","codes":[{"code":1,"name":"1st","docs":""}]}"#,
            "an error `1st`",
        ),
        (
            r#"{"events":"E","docs":"","variants":[{"value":0,"name":"a b","docs":"","fields":[]}]}"#,
            "an event `a b`",
        ),
    ] {
        assert_eq!(refused(line), format!("the spec calls {what}: {names}"));
    }
    for taken in [
        "u8",
        "Amount",
        "Side",
        "bool",
        "Hash",
        "Claims",
        "Band",
        "Sources",
        "Excursion",
        "Sensor",
        "Source",
        "Mark",
        "Reading",
        "Message",
        "Said",
    ] {
        assert_eq!(
            refused(&format!(
                r#"{{"data":"{taken}","docs":"","fields":[{{"name":"a","type":"u8"}}]}}"#
            )),
            format!(
                "the spec has a type of its own called `{taken}`, which the SDK has as well: rename it"
            )
        );
    }
}

#[test]
fn nothing_stands_twice() {
    let data = r#"{"data":"D","docs":"","fields":[{"name":"a","type":"u8"}]}"#;
    let errors = |codes: &str| format!(r#"{{"errors":"E","docs":"","codes":[{codes}]}}"#);
    let error = |code: u16, name: &str| format!(r#"{{"code":{code},"name":"{name}","docs":""}}"#);
    for (lines, what) in [
        (EMPTY.to_owned(), "the line `contract`"),
        ([errors(""), errors("")].join("\n"), "the line `errors`"),
        ([data, data].join("\n"), "the type `D`"),
        (errors(&[error(1, "A"), error(1, "B")].join(",")), "the error with the code `1`"),
        (errors(&[error(1, "A"), error(2, "A")].join(",")), "the error `A`"),
        (
            r#"{"data":"D","docs":"","fields":[{"name":"a","type":"u8"},{"name":"a","type":"u8"}]}"#.to_owned(),
            "`a` of `D`",
        ),
        (
            r#"{"data":"D","docs":"","variants":[{"value":1,"name":"A","docs":""},{"value":1,"name":"B","docs":""}]}"#.to_owned(),
            "the variant of `D` with the byte `1`",
        ),
        (
            r#"{"data":"D","docs":"","variants":[{"value":1,"name":"A","docs":""},{"value":2,"name":"A","docs":""}]}"#.to_owned(),
            "the variant of `D` `A`",
        ),
        (
            r#"{"events":"E","docs":"","variants":[{"value":0,"name":"A","docs":"","fields":[]},{"value":1,"name":"A","docs":"","fields":[]}]}"#.to_owned(),
            "the event `A`",
        ),
    ] {
        assert_eq!(refused(&lines), format!("the spec has {what} twice: which one holds nobody could tell; keep one"));
    }
}

#[test]
fn numbers_are_in_their_bounds() {
    assert_eq!(
        refused(r#"{"errors":"E","docs":"","codes":[{"code":0,"name":"A","docs":""}]}"#),
        "the error `A` has the code 0: codes are 1 to 65535"
    );
    assert_eq!(
        refused(
            r#"{"events":"E","docs":"","variants":[{"value":1,"name":"A","docs":"","fields":[]}]}"#
        ),
        "the event `A` has the number 1, but events are numbered from 0 in their order, so it has 0"
    );
    assert_eq!(
        refusal(
            &[],
            &[],
            r#"{"contract":"C","docs":"","fallback":101,"storage":[]}"#
        ),
        "the fallback is 101 percent: it is the creator's share, 0 to 100"
    );
}

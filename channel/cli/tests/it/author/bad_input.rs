//! What is wrong with what the program is given: each message names the culprit and what mends it.

use std::fs;
use std::path::Path;
use std::process::Output;

use super::modules::{SPEC, edited, rewritten};
use super::{CHECKOUT, assert_fails, committed, json, program, twinroot};

fn wat(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

/// Runs a verb on a file of these bytes.
fn on_file(name: &str, bytes: &[u8], verb: &str, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    twinroot(folder.path(), &[&[verb, name], arguments].concat())
}

/// Both verbs that read a contract's wasm say the same of what is none.
fn assert_refused(name: &str, bytes: &[u8], code: &str, words: &[&str]) {
    let words = [&[name], words].concat();
    let inspected = on_file(name, bytes, "inspect", &[]);
    assert_fails(&inspected, 1, code, &words);
    let benched = on_file(name, bytes, "bench", &["--entry", "go"]);
    assert_fails(&benched, 1, code, &words);
}

#[test]
fn a_file_that_is_no_module() {
    let escrow = fs::read(committed("tv-escrow.wasm")).unwrap();
    let mend = ["no wasm module", "`twinroot build`"];
    assert_refused("notes.txt", b"a television is sold", "TR0401", &mend);
    assert_refused("empty.wasm", b"", "TR0401", &mend);
    let half = &escrow[..escrow.len() / 2];
    assert_refused("half.wasm", half, "TR0401", &mend);
}

#[test]
fn a_module_that_is_no_contract() {
    let floats = wat(r#"(module (func $go (export "go") (drop (f32.const 0))))"#);
    let words = ["no contract", "`go`", "floats", "integers"];
    assert_refused("floats.wasm", &floats, "TR0301", &words);
    let foreign = wat(r#"(module (import "env" "print" (func)) (func (export "go")))"#);
    let words = [
        "no contract",
        "`env.print`",
        "only those of docs/spec/vm.md",
    ];
    assert_refused("foreign.wasm", &foreign, "TR0301", &words);
}

#[test]
fn a_spec_that_lies() {
    let mend = "`twinroot build`";
    let more = rewritten("tv-escrow.wasm", r#""entry":"pay""#, r#""entry":"pray""#);
    let words = ["names the entry `pray`", "of another module", mend];
    assert_refused("more.wasm", &more, "TR0405", &words);

    let less = edited("tv-escrow.wasm", SPEC, |spec| {
        let lines = str::from_utf8(spec).unwrap().lines();
        let left = lines.filter(|line| !line.contains(r#""entry":"pay""#));
        left.collect::<Vec<_>>().join("\n").into_bytes()
    });
    let words = ["exports the function `pay`", "does not name", mend];
    assert_refused("less.wasm", &less, "TR0405", &words);

    let policy = rewritten("tv-escrow.wasm", "KOfN<2, 3>", "KOfN<3, 3>");
    let words = ["policy 0", "k: 3", "k: 2", "what counts", mend];
    assert_refused("policy.wasm", &policy, "TR0405", &words);

    let torn = edited("tv-escrow.wasm", SPEC, |spec| {
        spec[..spec.len() / 2].to_vec()
    });
    let words = ["of the spec cannot be read", mend];
    assert_refused("torn.wasm", &torn, "TR0405", &words);
}

/// `bench` is the verb that takes a contract's arguments.
#[test]
fn arguments_that_the_entry_does_not_take() {
    let counter = fs::read(committed("counter.wasm")).unwrap();
    let bench = |arguments: &[&str]| on_file("counter.wasm", &counter, "bench", arguments);
    for (arguments, words) in [
        (
            &["--entry", "rise", "step=5"][..],
            &["no entry `rise`", "there are: init, raise"][..],
        ),
        (&["--entry", "raise"], &["`step`", "missing", "u64"]),
        (
            &["--entry", "raise", "step=many"],
            &["`step`", "u64", "many"],
        ),
        (&["--entry", "raise", "step=-1"], &["`step`", "u64", "-1"]),
        (
            &["--entry", "raise", "5"],
            &["`5` is no argument", "name=value", "step"],
        ),
        (&["--entry", "raise", "step=5", "by=5"], &["`by`", "step"]),
        (
            &["--entry", "raise", "step=5", "step=6"],
            &["`step` is given twice"],
        ),
        (
            &["--entry", "raise", "--args", "0500"],
            &["`raise`", "wants 8 bytes, got 2", "`twinroot inspect`"],
        ),
        (
            &["--entry", "raise", "--args", "xyz"],
            &["--args is not hexadecimal", "name=value"],
        ),
        (
            &["--entry", "raise", "step=5", "--init", "count=1"],
            &["`count`"],
        ),
    ] {
        let words = [&["counter.wasm"], words].concat();
        assert_fails(&bench(arguments), 2, "TR0406", &words);
    }
    let no_spec = wat(r#"(module (memory (export "memory") 1) (func (export "go")))"#);
    let output = on_file("old.wasm", &no_spec, "bench", &["--entry", "go", "by=5"]);
    assert_fails(&output, 2, "TR0406", &["old.wasm", "no spec", "--args"]);
}

#[test]
fn a_call_that_does_not_succeed_is_explained() {
    let counter = committed("counter.wasm");
    let counter = counter.to_str().unwrap();
    let output = twinroot(
        Path::new("."),
        &["bench", counter, "--entry", "raise", "step=0"],
    );
    let told = super::error(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    for word in ["`raise`", "Step (1)", "take one between"] {
        assert!(told.contains(word), "no `{word}` in: {told}");
    }
    let trap = wat(r#"(module (memory (export "memory") 1) (func (export "go") unreachable))"#);
    let output = on_file("trap.wasm", &trap, "bench", &["--entry", "go"]);
    let told = super::error(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("`go` ended with: trap"), "{told}");
}

/// Runs the program where the search path leads nowhere.
fn without_programs(folder: &Path, arguments: &[&str]) -> Output {
    let mut program = program();
    for variable in ["CARGO", "RUSTC", "TWINROOT_RUSTC"] {
        program.env_remove(variable);
    }
    program
        .args(arguments)
        .current_dir(folder)
        .env("PATH", folder)
        .output()
        .unwrap()
}

#[test]
fn without_cargo_each_verb_that_needs_it_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let source = format!("{CHECKOUT}/contracts/examples/counter");
    let wasm = committed("counter.wasm");
    for arguments in [
        &["build", &source][..],
        &["check", &source],
        &["test", &source],
        &["verify", wasm.to_str().unwrap(), "--source", &source],
    ] {
        let output = without_programs(folder.path(), arguments);
        let words = ["`cargo` could not be run", "`twinroot doctor`"];
        assert_fails(&output, 3, "TR0103", &words);
    }
    let output = without_programs(folder.path(), &["doctor"]);
    assert_eq!(output.status.code(), Some(3));
    let diagnosis = json(&output);
    assert_eq!(diagnosis["can_build"], false);
    let findings = diagnosis["findings"].as_array().unwrap();
    let cargo = findings.iter().find(|finding| finding["what"] == "cargo");
    let cargo = cargo.unwrap();
    assert_eq!(cargo["ok"], false);
    let mend = cargo["mend"][0].as_str().unwrap();
    assert!(mend.contains("install"), "{mend}");
}

/// With cargo, and no linker for wasm in the search path.
#[test]
fn without_compiler_or_linker_a_build_has_the_line_that_installs_it() {
    let folder = tempfile::tempdir().unwrap();
    let source = format!("{CHECKOUT}/contracts/examples/counter");
    let mut program = program();
    let output = program
        .args(["build", &source])
        .current_dir(folder.path())
        .env("PATH", folder.path())
        .env("CARGO", env!("CARGO"))
        .env_remove("RUSTC")
        .env_remove("TWINROOT_RUSTC")
        .output()
        .unwrap();
    let told = super::error(&output);
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(
        told.contains("error[TR0101]") || told.contains("error[TR0102]"),
        "{told}"
    );
    assert!(told.contains("apt-get install"), "{told}");
}

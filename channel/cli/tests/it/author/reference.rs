//! `twinroot explain`, `completions`, `man` and `schema`.

use std::collections::BTreeSet;
use std::path::Path;

use super::{assert_fails, json, out, program, twinroot};

fn here(arguments: &[&str]) -> std::process::Output {
    twinroot(Path::new("."), arguments)
}

#[test]
fn each_code_of_the_list_is_explained() {
    let list = out(&here(&["explain"]));
    assert!(list.lines().count() > 20);
    for line in list.lines() {
        let (code, title) = line.split_once("  ").unwrap();
        let told = out(&here(&["explain", &code.to_lowercase()]));
        assert!(told.starts_with(&format!("{code}: {title}\n")), "{told}");
    }
    let told = out(&here(&["explain", "0x10003"]));
    assert!(told.contains("too few coins"), "{told}");
    let unknown = here(&["explain", "TR9999"]);
    assert_fails(&unknown, 2, "TR0501", &["`TR9999` is no code"]);
}

#[test]
fn the_schema_names_each_verb_with_its_arguments() {
    let schema = json(&here(&["schema"]));
    let verbs = schema["verbs"].as_array().unwrap();
    let names: BTreeSet<_> = verbs
        .iter()
        .filter_map(|verb| verb["name"].as_str())
        .collect();
    for verb in [
        "new", "build", "check", "verify", "inspect", "doctor", "demo", "play",
    ] {
        assert!(names.contains(verb), "{names:?}");
    }
    let new = verbs.iter().find(|verb| verb["name"] == "new").unwrap();
    let arguments = new["arguments"].as_array().unwrap();
    let argument = |name: &str| {
        arguments
            .iter()
            .find(|found| found["name"] == name)
            .unwrap()
    };
    assert_eq!(argument("name")["required"], true);
    assert_eq!(argument("json")["kind"], "flag");
    let templates = argument("template")["values"].as_array().unwrap();
    assert!(templates.iter().any(|template| template == "escrow"));
}

/// What a shell is told of the last word.
fn completed(words: &[&str]) -> String {
    let mut program = program();
    program.env("COMPLETE", "bash");
    program.env("_CLAP_COMPLETE_INDEX", words.len().to_string());
    let output = program.args(["--", "twinroot"]).args(words).output();
    out(&output.unwrap())
}

#[test]
fn completions_and_manuals_know_the_verbs() {
    for shell in ["bash", "zsh", "fish"] {
        let script = out(&here(&["completions", shell]));
        assert!(script.contains("twinroot"), "{shell}");
    }
    assert_eq!(completed(&["doc"]), "doctor");
    assert_eq!(completed(&["channel", "est"]), "estimate");
    assert!(out(&here(&["man"])).contains("twinroot"));
    let folder = tempfile::tempdir().unwrap();
    assert!(twinroot(folder.path(), &["man", "pages"]).status.success());
    let page = std::fs::read_to_string(folder.path().join("pages/twinroot-build.1")).unwrap();
    assert!(page.contains("Exit codes"), "{page}");
}

/// Whoever calls the program from a script needs them.
#[test]
fn help_says_what_each_exit_code_means() {
    for verb in [
        "new", "build", "check", "verify", "inspect", "doctor", "explain",
    ] {
        for help in ["-h", "--help"] {
            let told = out(&here(&[verb, help]));
            assert!(told.contains("Exit codes: 0 "), "{verb} {help}: {told}");
        }
        assert!(out(&here(&[verb, "--help"])).contains("Examples:\n  twinroot"));
    }
    let told = out(&here(&["build", "--help"]));
    assert!(told.contains("decide the bytes"), "{told}");
}

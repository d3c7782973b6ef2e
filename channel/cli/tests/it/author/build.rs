//! `twinroot build`, `check` and `verify`. Where no toolchain can build for wasm, that is what they say.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use super::{CHECKOUT, assert_fails, can_build, committed, json, out, program, twinroot};

/// A package that is made anew by each run in the same place, so that what `core` compiles to is kept.
struct Trial {
    folder: PathBuf,
    package: PathBuf,
}

impl Trial {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("author")
            .join(name);
        fs::create_dir_all(&folder).unwrap();
        let package = folder.join("trial");
        Self { folder, package }
    }

    fn begin(&self, template: &str) {
        if self.package.exists() {
            fs::remove_dir_all(&self.package).unwrap();
        }
        let new = ["new", "trial", "--template", template, "--sdk", CHECKOUT];
        assert!(twinroot(&self.folder, &new).status.success());
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut program = program();
        program
            .args(arguments)
            .current_dir(&self.package)
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            // These would decide the bytes of any other build.
            .env("RUSTFLAGS", "--cfg nonsense -Copt-level=0")
            .env("CARGO_BUILD_TARGET", "nonsense")
            .output()
            .unwrap()
    }

    fn module(&self) -> PathBuf {
        self.folder.join("target/twinroot/trial.wasm")
    }

    fn edit(&self, from: &str, to: &str) {
        let path = self.package.join("src/lib.rs");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from));
        fs::write(path, text.replace(from, to)).unwrap();
    }
}

#[test]
fn templates_build_into_contracts_that_verify_and_a_change_shows() {
    let trial = Trial::new("build");
    trial.begin("empty");
    if !can_build() {
        let output = trial.run(&["build"]);
        assert_eq!(output.status.code(), Some(3));
        assert!(super::error(&output).contains("apt-get install"));
        return;
    }

    let output = trial.run(&["build"]);
    assert!(output.status.success(), "{output:?}");
    let built = json(&output);
    assert_eq!(built["entries"], serde_json::json!(["init", "raise"]));
    assert_eq!(built["record"]["package"], "trial 0.1.0");

    trial.begin("escrow");
    let built = json(&trial.run(&["build"]));
    assert!(built["code_bytes"].as_u64().unwrap() < 2 * 1024, "{built}");
    let wasm = trial.module();
    let module = fs::read(&wasm).unwrap();
    let debug = fs::read(wasm.with_extension("debug.wasm")).unwrap();
    assert_eq!(built["bytes"], module.len());
    assert!(debug.len() > module.len());
    let has = |bytes: &[u8], name: &str| {
        bytes
            .windows(name.len())
            .any(|part| part == name.as_bytes())
    };
    assert!(has(&module, "twinroot.spec") && has(&module, "twinroot.build"));
    assert!(has(&debug, ".debug_line") && !has(&module, ".debug_line"));

    let inspected = json(&trial.run(&["inspect", &wasm.display().to_string()]));
    assert_eq!(inspected["code_hash"], built["code_hash"]);
    assert_eq!(inspected["functions"], built["functions"]);

    let kept = trial.folder.join("kept.wasm");
    fs::copy(&wasm, &kept).unwrap();
    let kept = kept.display().to_string();
    let checked = trial.run(&["check", "--no-clippy"]);
    assert!(checked.status.success(), "{checked:?}");
    assert_eq!(json(&checked)["code_hash"], built["code_hash"]);
    assert_eq!(json(&checked)["doubts"], serde_json::json!([]));

    // What people read changes no code; what the contract does, does.
    trial.edit(
        "/// Takes the price from the buyer, once.",
        "/// Takes the price.",
    );
    let same = trial.run(&["verify", &kept]);
    assert!(same.status.success(), "{same:?}");
    // So do the numbers of its policy, be it how many agree or how many there are.
    for policy in ["KOfN<3, 3>", "KOfN<3, 4>"] {
        trial.edit("KOfN<2, 3>", policy);
        let other = json(&trial.run(&["build"]));
        assert!(other["code_hash"].is_string(), "{policy}");
        assert_ne!(other["code_hash"], built["code_hash"], "{policy}");
        trial.edit(policy, "KOfN<2, 3>");
    }
    trial.edit(
        "transfer(self.buyer.get(), ",
        "transfer(self.buyer.get().other(), ",
    );
    let other = trial.run(&["verify", &kept]);
    assert_fails(&other, 1, "TR0403", &["not of these sources", "(`refund`)"]);

    trial.edit("use twinroot_sdk::prelude::*;", "use std::vec::Vec;");
    let broken = trial.run(&["check"]);
    assert_fails(&broken, 1, "TR0204", &["`trial` does not compile"]);
}

#[test]
fn a_record_of_another_toolchain_cannot_be_judged() {
    let record = r#"{"package":"tv-escrow 0.1.0","toolchain":{"route":"prebuilt","rustc":"1.0.0","commit":"none",
        "host":"none","llvm":"3","linker":"ld","cargo":"cargo 1.0.0","flags":[]},"cargo_lock":"00"}"#;
    let mut module = fs::read(committed("tv-escrow.wasm")).unwrap();
    let body = ["\u{e}twinroot.build", record].concat();
    // A custom section: 0, its length in two bytes of LEB128, its body.
    module.extend([0, (body.len() & 0x7f | 0x80) as u8, (body.len() >> 7) as u8]);
    module.extend(body.as_bytes());
    let folder = tempfile::tempdir().unwrap();
    let wasm = folder.path().join("old.wasm");
    fs::write(&wasm, module).unwrap();
    let source = format!("{CHECKOUT}/contracts/examples/tv-escrow");
    let output = twinroot(folder.path(), &["verify", "old.wasm", "--source", &source]);
    if can_build() {
        let words = [
            "cannot judge",
            "rustc: 1.0.0 in the record",
            "LLVM: 3 in the record",
        ];
        assert_fails(&output, 3, "TR0404", &words);
    } else {
        assert_eq!(output.status.code(), Some(3));
    }
}

#[test]
fn what_is_wrong_with_a_package_is_told_before_anything_is_built() {
    let folder = tempfile::tempdir().unwrap();
    let output = twinroot(folder.path(), &["build"]);
    assert_fails(&output, 2, "TR0201", &["no Cargo.toml", "twinroot new"]);
    let output = twinroot(folder.path(), &["build", CHECKOUT]);
    assert_fails(&output, 2, "TR0201", &["it is a workspace", "tv-escrow"]);

    let new = ["new", "tally", "--sdk", CHECKOUT];
    assert!(twinroot(folder.path(), &new).status.success());
    let manifest = folder.path().join("tally/Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace("overflow-checks = true", "")).unwrap();
    let output = twinroot(folder.path(), &["build", "tally"]);
    assert_fails(
        &output,
        1,
        "TR0202",
        &["[profile.contract]", "overflow-checks = true"],
    );
    fs::write(&manifest, text).unwrap();
    fs::remove_file(folder.path().join("tally/Cargo.lock")).unwrap();
    let output = twinroot(folder.path(), &["check", "tally"]);
    assert_fails(&output, 1, "TR0203", &["Cargo.lock is missing"]);
}

#[test]
fn the_commands_can_be_read_without_being_run() {
    let source = format!("{CHECKOUT}/contracts/examples/tv-escrow");
    let output = twinroot(Path::new("."), &["build", &source, "--print-commands-only"]);
    if can_build() {
        let commands = out(&output);
        for part in [
            "env -u RUSTFLAGS",
            "--package tv-escrow",
            "--target wasm32v1-none",
        ] {
            assert!(commands.contains(part), "no `{part}` in {commands}");
        }
    } else {
        assert_eq!(output.status.code(), Some(3));
    }
}

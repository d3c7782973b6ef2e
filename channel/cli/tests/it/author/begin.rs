//! `twinroot new` and `twinroot doctor`.

use std::fs;
use std::process::Command;

use super::{CHECKOUT, assert_fails, json, program, twinroot};

#[test]
fn a_new_contract_has_its_name_its_sdk_and_a_lock_file_that_fits() {
    for template in ["escrow", "empty"] {
        let folder = tempfile::tempdir().unwrap();
        let output = twinroot(
            folder.path(),
            &["new", "my-sale", "--template", template, "--sdk", CHECKOUT],
        );
        assert!(output.status.success(), "{output:?}");
        let made = json(&output);
        assert_eq!(made["template"], template);
        let package = folder.path().join("my-sale");
        for file in made["files"].as_array().unwrap() {
            let text = fs::read_to_string(package.join(file.as_str().unwrap())).unwrap();
            assert!(!text.contains("{{"), "{file} has an empty place");
        }
        let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap();
        assert!(manifest.contains("name = \"my-sale\""), "{manifest}");
        if made["locked"] == true {
            let lock = fs::read_to_string(package.join("Cargo.lock")).unwrap();
            assert!(lock.contains("name = \"my-sale\"") && !lock.contains("name = \"criterion\""));
        }
    }
}

#[test]
fn nothing_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("tally")).unwrap();
    let output = twinroot(folder.path(), &["new", "tally", "--sdk", CHECKOUT]);
    assert_fails(&output, 2, "TR0206", &["tally is there already"]);
}

#[test]
fn a_name_that_no_package_can_have_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["Tally", "9lives", "../away", "größe"] {
        let output = twinroot(folder.path(), &["new", name, "--sdk", CHECKOUT]);
        assert_fails(&output, 2, "TR0205", &[name, "small letter"]);
    }
    let output = twinroot(folder.path(), &["new", "tally", "--template", "lottery"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn without_an_sdk_all_ways_to_name_one_are_told() {
    let folder = tempfile::tempdir().unwrap();
    // Neither the program nor the present folder lies in a checkout.
    let elsewhere = folder.path().join("twinroot");
    fs::copy(env!("CARGO_BIN_EXE_twinroot"), &elsewhere).unwrap();
    let output = Command::new(&elsewhere)
        .args(["new", "tally"])
        .current_dir(folder.path())
        .env_remove("TWINROOT_SDK")
        .output()
        .unwrap();
    assert_fails(
        &output,
        3,
        "TR0105",
        &["--sdk", "TWINROOT_SDK", "inside of a checkout"],
    );
    let wrong = twinroot(folder.path(), &["new", "tally", "--sdk", "nowhere"]);
    assert_fails(&wrong, 3, "TR0105", &["--sdk names nowhere"]);
    let named = program()
        .args(["new", "tally"])
        .current_dir(folder.path())
        .env("TWINROOT_SDK", CHECKOUT)
        .output()
        .unwrap();
    assert!(named.status.success(), "{named:?}");
}

#[test]
fn the_doctor_ends_as_it_judges_and_has_a_command_for_all_that_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let output = twinroot(folder.path(), &["doctor"]);
    let diagnosis = json(&output);
    let exit = if diagnosis["can_build"] == true { 0 } else { 3 };
    assert_eq!(output.status.code(), Some(exit));
    let findings = diagnosis["findings"].as_array().unwrap();
    let looked_at: Vec<_> = findings.iter().map(|finding| &finding["what"]).collect();
    for what in ["cargo", "rustc", "core for wasm", "linker", "write access"] {
        assert!(
            looked_at.iter().any(|&found| found == what),
            "{looked_at:?}"
        );
    }
    for finding in findings {
        let mends = finding["mend"].as_array().unwrap().len();
        assert_eq!(mends == 0, finding["ok"] == true, "{finding}");
    }
}

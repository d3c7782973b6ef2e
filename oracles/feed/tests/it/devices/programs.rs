//! Runs the devices and holds what they print against the vectors.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};
use twinroot_feed::{Feed, Signed, Value, open};

pub(super) const VECTORS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../docs/spec/vectors/devices.json"
);
const DEVICES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../devices");

type Lines = Vec<Json>;

#[test]
fn the_python_device_makes_its_vectors() {
    match python() {
        Ok(lines) => assert_eq!(lines, held("python")),
        Err(lacking) => not_run(&lacking),
    }
}

#[test]
fn the_c_device_makes_its_vectors() {
    match c() {
        Ok(lines) => assert_eq!(lines, held("c")),
        Err(lacking) => not_run(&lacking),
    }
}

#[test]
fn each_vector_is_made_by_a_device() {
    if std::env::var_os("TWINROOT_BLESS").is_some() {
        let made = [("python", python().unwrap()), ("c", c().unwrap())];
        std::fs::write(VECTORS, format!("{:#}\n", merged(&made))).unwrap();
    }
    for line in entries() {
        assert_ne!(line["made_by"], json!([]), "{}", line["name"]);
    }
}

/// The second line has no value and the fourth goes back in time: neither is signed, and the rest is.
#[test]
fn the_python_program_signs_lines_and_goes_on_where_it_stopped() {
    let python = match interpreter() {
        Ok(python) => python,
        Err(lacking) => return not_run(&lacking),
    };
    for form in ["native", "native-slots", "cose", "cose-slots"] {
        let folder = tempfile::tempdir().unwrap();
        let memory = folder.path().join("memory.json");
        let given = [
            "1700000000000 4.929\n1700000001000 warm\n1700000001000 -0.5\n1700000000999 1\n",
            "1700000002000 20\n",
        ];
        let signed: Vec<_> = given
            .into_iter()
            .flat_map(|given| signed_lines(python, form, &memory, given))
            .collect();
        assert_eq!(signed.len(), 3, "{form}");
        let values = signed.iter().map(|it| it.observation().value);
        let expected = [4_929, -500, 20_000].map(Value::Fixed);
        assert_eq!(values.collect::<Vec<_>>(), expected, "{form}");
        for pair in signed.windows(2) {
            assert!(pair[1].follows(&pair[0]), "{form}");
        }
    }
}

fn signed_lines(python: &str, form: &str, memory: &Path, given: &str) -> Vec<Signed> {
    let input = memory.with_extension("input");
    std::fs::write(&input, given).unwrap();
    let mut program = Command::new(python);
    program
        .arg("-B")
        .arg(Path::new(DEVICES).join("python/device.py"))
        .args([form, "--output", "json", "--seed", &hex::encode([5; 32])])
        .arg("--memory")
        .arg(memory)
        .stdin(File::open(input).unwrap());
    let bytes = |line: &Json, field: &str| hex::decode(line[field].as_str().unwrap()).unwrap();
    lines(&mut program)
        .iter()
        .map(|line| {
            let feed = Feed::decode(&bytes(line, "descriptor")).unwrap();
            open(&feed, &bytes(line, "message")).unwrap()
        })
        .collect()
}

/// Every message once, with the devices that make it.
fn merged(made: &[(&str, Lines)]) -> Json {
    let mut entries = Lines::new();
    for (device, lines) in made {
        for line in lines {
            let known = entries.iter_mut().find(|it| it["name"] == line["name"]);
            let Some(entry) = known else {
                let mut entry = line.clone();
                entry["made_by"] = json!([device]);
                entries.push(entry);
                continue;
            };
            assert_eq!(
                entry["message"], line["message"],
                "{device}: {}",
                line["name"]
            );
            entry["made_by"].as_array_mut().unwrap().push(json!(device));
        }
    }
    entries.into()
}

/// What the vectors say that a device prints.
fn held(device: &str) -> Lines {
    entries()
        .into_iter()
        .filter_map(|mut entry| {
            let made_by = entry.as_object_mut().unwrap().remove("made_by").unwrap();
            let made = made_by.as_array().unwrap().contains(&json!(device));
            made.then_some(entry)
        })
        .collect()
}

fn entries() -> Lines {
    serde_json::from_str(&std::fs::read_to_string(VECTORS).unwrap()).unwrap()
}

/// What the Python device prints, or what it lacks here.
fn python() -> Result<Lines, String> {
    let program = Path::new(DEVICES).join("python/vectors.py");
    Ok(lines(Command::new(interpreter()?).arg("-B").arg(program)))
}

fn interpreter() -> Result<&'static str, String> {
    let knows = |python: &&str| {
        let modules = ["-c", "import nacl.signing, cbor2"];
        let mut asked = Command::new(python);
        asked.args(modules).stderr(Stdio::null());
        asked.status().is_ok_and(|status| status.success())
    };
    let lacking = "no python3 with nacl and cbor2 (Debian: python3-nacl python3-cbor2)";
    ["python3", "/usr/bin/python3"]
        .into_iter()
        .find(knows)
        .ok_or_else(|| lacking.to_owned())
}

/// What the C device prints, or what it lacks here.
fn c() -> Result<Lines, String> {
    let lacking = "no cc with libsodium (Debian: gcc libc6-dev libsodium-dev)";
    let folder = Path::new(DEVICES).join("c");
    let mut header = Command::new("cc");
    header.args(["-fsyntax-only", "-include", "sodium.h", "-xc", "/dev/null"]);
    let found = header.stderr(Stdio::null()).status();
    if !found.is_ok_and(|status| status.success()) {
        return Err(lacking.to_owned());
    }
    // Tests of one binary run side by side, so each build has a file of its own.
    let built = tempfile::tempdir().unwrap();
    let program = built.path().join("device");
    let status = Command::new("cc")
        .args([
            "-std=c11",
            "-O2",
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Wconversion",
            "-Werror",
        ])
        .arg(folder.join("device.c"))
        .arg(folder.join("vectors.c"))
        .args(["-lsodium", "-o"])
        .arg(&program)
        .status()
        .unwrap();
    assert!(status.success(), "the C device does not build");
    Ok(lines(&mut Command::new(program)))
}

fn lines(program: &mut Command) -> Lines {
    let output = program.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the device failed: {told}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn not_run(lacking: &str) {
    let required = std::env::var_os("TWINROOT_DEVICES").is_some_and(|it| it == "required");
    assert!(!required, "{lacking}");
    eprintln!("not run: {lacking}");
}

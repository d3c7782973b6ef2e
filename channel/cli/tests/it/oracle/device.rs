//! The folder of a device: its key, and its place.

use std::fs::{self, File};

use data_encoding::BASE64;
use serde_json::{Value, json};

use super::{lines, oracle, sign, with_device};
use crate::author::{assert_fails, json as parsed};

#[test]
fn the_secret_is_in_no_output_and_for_nobody_else_to_read() {
    let folder = with_device();
    let key = folder.path().join("truck-7/key");
    let digits = fs::read_to_string(&key).unwrap().trim().to_owned();
    let seed = hex::decode(&digits).unwrap();
    assert_eq!(seed.len(), 32);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&key).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let mut seen = Vec::new();
    for arguments in [
        &["device", "show", "truck-7"][..],
        &["device", "show", "truck-7", "--qr", "--json"],
        &["device", "show", "truck-7/key"],
        &["sign", "--device", "truck-7", "4.929", "--out", "message"],
        &["sign", "--device", "truck-7", "--format", "base64", "4.929"],
        &[
            "sign",
            "--device",
            "truck-7",
            "--time",
            "1980-01-01T00:00:00Z",
            "4.929",
        ],
        &[
            "simulate",
            "--device",
            "truck-7",
            "--walk",
            "5",
            "--fault",
            "clock@2",
            "--fault",
            "equivocate@3",
        ],
        &[
            "simulate", "--device", "truck-7", "--walk", "5", "--to", "file:log",
        ],
        &["check", "truck-7/key", "message", "--feed", "truck-7"],
        &["check", "message", "--feed", "truck-7/key"],
        &["listen", "file:log"],
    ] {
        for environment in ["json", "text"] {
            let output = crate::author::program()
                .arg("oracle")
                .args(arguments)
                .env("TWINROOT_OUTPUT", environment)
                .current_dir(folder.path())
                .output()
                .unwrap();
            seen.extend(output.stdout);
            seen.extend(output.stderr);
        }
    }
    for file in ["descriptor", "descriptor.json", "epoch", "last.json"] {
        seen.extend(fs::read(folder.path().join("truck-7").join(file)).unwrap());
    }
    for file in ["message", "log"] {
        seen.extend(fs::read(folder.path().join(file)).unwrap());
    }
    let base64 = BASE64.encode(&seed);
    for secret in [
        digits.as_bytes(),
        digits.to_uppercase().as_bytes(),
        base64.as_bytes(),
        &seed,
    ] {
        assert!(!seen.windows(secret.len()).any(|bytes| bytes == secret));
    }

    // A damaged key is not shown either.
    let half = &digits[..40];
    fs::write(&key, half).unwrap();
    let output = oracle(folder.path(), &["sign", "--device", "truck-7", "1"]);
    assert_fails(&output, 1, "TR0601", &["key", "damaged"]);
    assert!(!crate::author::error(&output).contains(half));
}

#[test]
fn a_device_is_shown_in_words_and_nothing_is_written_over() {
    let folder = with_device();
    let shown = parsed(&oracle(folder.path(), &["device", "show", "truck-7"]));
    let feed = shown["feed"].as_str().unwrap();
    assert_eq!(shown["urn"], "urn:dev:truck-7");
    assert_eq!(shown["period_ms"], 1_000);
    assert_eq!(shown["valid_to"], Value::Null);
    assert_eq!(
        shown["topics"],
        json!({
            "messages": format!("oracle/v1/{feed}/r"),
            "latest": format!("oracle/v1/{feed}/latest"),
            "descriptor": format!("oracle/v1/{feed}/desc"),
        })
    );
    // Whoever has no folder has one of the files, or their text.
    fs::write(
        folder.path().join("hex"),
        shown["descriptor"].as_str().unwrap(),
    )
    .unwrap();
    for form in ["truck-7/descriptor", "truck-7/descriptor.json", "hex"] {
        let again = parsed(&oracle(folder.path(), &["device", "show", form]));
        assert_eq!(again["feed"], shown["feed"], "{form}");
    }

    let before = fs::read(folder.path().join("truck-7/key")).unwrap();
    let again = oracle(
        folder.path(),
        &[
            "device",
            "new",
            "--urn",
            "urn:dev:truck-7",
            "--quantity",
            "temperature",
        ],
    );
    assert_fails(&again, 2, "TR0206", &["truck-7"]);
    assert_eq!(fs::read(folder.path().join("truck-7/key")).unwrap(), before);
}

#[test]
fn a_device_goes_on_where_it_stopped() {
    let folder = with_device();
    let first = sign(folder.path(), &["4.929"]);
    let second = sign(
        folder.path(),
        &["--claim", &format!("{}=7", "ab".repeat(32))],
    );
    assert_eq!((&first["epoch"], &first["seq"]), (&json!(0), &json!(0)));
    assert_eq!((&second["epoch"], &second["seq"]), (&json!(0), &json!(1)));
    assert_eq!(
        (&first["value"], &second["code"]),
        (&json!("4.929"), &json!(7))
    );

    // What is not signed takes no place.
    let late = oracle(
        folder.path(),
        &[
            "sign",
            "--device",
            "truck-7",
            "--time",
            "1980-01-01T00:00:00Z",
            "1",
        ],
    );
    assert_fails(&late, 1, "TR0606", &["before that of the last message"]);
    assert_eq!(sign(folder.path(), &["5"])["seq"], 2);
}

#[test]
fn a_device_that_is_not_sure_begins_another_epoch() {
    let folder = with_device();
    let device = folder.path().join("truck-7");
    let place = |said: &Value| (said["epoch"].clone(), said["seq"].clone());
    sign(folder.path(), &["1"]);

    // Restored from a copy, which nobody but its owner knows.
    let said = sign(folder.path(), &["--restarted", "2"]);
    assert_eq!(place(&said), (json!(1), json!(0)));
    // The memory is gone, or of an older epoch than the device was in.
    fs::remove_file(device.join("last.json")).unwrap();
    assert_eq!(place(&sign(folder.path(), &["3"])), (json!(2), json!(0)));
    fs::write(device.join("last.json"), "not what was written").unwrap();
    assert_eq!(place(&sign(folder.path(), &["4"])), (json!(3), json!(0)));
    fs::write(device.join("epoch"), "9\n").unwrap();
    assert_eq!(place(&sign(folder.path(), &["5"])), (json!(10), json!(0)));
    assert_eq!(place(&sign(folder.path(), &["6"])), (json!(10), json!(1)));

    // Without the number there is no knowing.
    fs::remove_file(device.join("epoch")).unwrap();
    let lost = oracle(folder.path(), &["sign", "--device", "truck-7", "7"]);
    assert_fails(&lost, 1, "TR0602", &["epoch"]);
}

#[test]
fn one_program_at_a_time_signs() {
    let folder = with_device();
    let key = File::open(folder.path().join("truck-7/key")).unwrap();
    key.lock().unwrap();
    let output = oracle(folder.path(), &["sign", "--device", "truck-7", "1"]);
    assert_fails(&output, 3, "TR0603", &["another program"]);
    drop(key);
    sign(folder.path(), &["1"]);
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_signs_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let folder = with_device();
    let key = folder.path().join("truck-7/key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let output = oracle(folder.path(), &["sign", "--device", "truck-7", "1"]);
    assert_fails(&output, 1, "TR0601", &["chmod 600"]);
}

#[test]
fn the_bytes_of_a_message_are_the_same_in_each_form() {
    let folder = with_device();
    let said = sign(
        folder.path(),
        &["--out", "raw", "--format", "base64", "-0.5"],
    );
    let raw = fs::read(folder.path().join("raw")).unwrap();
    assert_eq!(
        BASE64
            .decode(said["message"].as_str().unwrap().as_bytes())
            .unwrap(),
        raw
    );
    fs::write(folder.path().join("hex"), hex::encode(&raw)).unwrap();
    fs::write(folder.path().join("json"), said.to_string()).unwrap();
    let checked = oracle(
        folder.path(),
        &["check", "raw", "hex", "json", "--feed", "truck-7"],
    );
    let checked = lines(&checked);
    assert_eq!(checked.len(), 3);
    for said in &checked {
        assert_eq!(said["value"], "-0.500");
    }
    assert_eq!(checked[2]["state"], "duplicate");
}

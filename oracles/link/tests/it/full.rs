//! A log on a disk that has no room left.

/// The test starts itself once more, in a process whose files may not grow beyond a few KiB.
#[cfg(unix)]
#[test]
fn a_full_disk_is_told_and_the_log_stays_valid() {
    use std::process::Command;

    use twinroot_feed::Signed;

    use crate::world::{Disk, all, chain};

    const PATH: &str = "TWINROOT_TEST_FULL";
    const THIS: &str = "full::a_full_disk_is_told_and_the_log_stays_valid";

    let messages: Vec<Signed> = chain(200);
    if let Some(path) = std::env::var_os(PATH) {
        fill(std::path::Path::new(&path), &messages);
        return;
    }
    let disk = Disk::new();
    // Without the trap, the signal of the limit would end the process.
    let output = Command::new("sh")
        .args(["-c", r#"trap '' XFSZ; ulimit -f 16; exec "$0" "$@""#])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", THIS, "--quiet"])
        .env(PATH, &disk.path)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");

    let (log, damages) = disk.open().unwrap();
    assert_eq!(damages, []);
    let kept = all(log.store());
    assert!(kept.len() > 14 && kept.len() < 150, "{}", kept.len());
    assert_eq!(kept, messages[..kept.len()]);
}

/// Appends sevens until there is no room for seven, then as many single ones as there is room for.
#[cfg(unix)]
fn fill(path: &std::path::Path, messages: &[twinroot_feed::Signed]) {
    use twinroot_link::LogError;

    use crate::world::open_log;

    let (mut log, _) = open_log(path).unwrap();
    for size in [7, 1] {
        let error = loop {
            let there = log.store().len();
            if let Err(error) = log.append(messages[there..there + size].to_vec()) {
                assert_eq!(log.store().len(), there, "nothing of the batch");
                break error;
            }
        };
        assert!(matches!(error, LogError::Full { .. }), "{error}");
        assert!(error.to_string().contains("make room"), "{error}");
    }
}

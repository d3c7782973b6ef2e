//! A log on a disk that has no room left.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::Command;

use twinroot_feed::Signed;
use twinroot_link::LogError;

use crate::world::{Disk, all, chain, open_log};

const PATH: &str = "TWINROOT_TEST_FULL";

/// Runs a test once more, in a process whose files may not grow beyond a few KiB. It gets `path` from [`limited`].
pub(crate) fn run_limited(test: &str, path: &Path, more: &[(&str, &str)]) {
    // Without the trap, the signal of the limit would end the process.
    let output = Command::new("sh")
        .args(["-c", r#"trap '' XFSZ; ulimit -f 16; exec "$0" "$@""#])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--quiet"])
        .env(PATH, path)
        .envs(more.iter().copied())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// The path, in the process that [`run_limited`] started.
pub(crate) fn limited() -> Option<PathBuf> {
    std::env::var_os(PATH).map(PathBuf::from)
}

#[test]
fn a_full_disk_is_told_and_the_log_stays_valid() {
    const THIS: &str = "full::a_full_disk_is_told_and_the_log_stays_valid";

    let messages: Vec<Signed> = chain(200);
    if let Some(path) = limited() {
        fill(&path, &messages);
        return;
    }
    let disk = Disk::new();
    run_limited(THIS, &disk.path, &[]);

    let (log, damages) = disk.open().unwrap();
    assert_eq!(damages, []);
    let kept = all(log.store());
    assert!(kept.len() > 14 && kept.len() < 150, "{}", kept.len());
    assert_eq!(kept, messages[..kept.len()]);
}

/// Appends sevens until there is no room for seven, then as many single ones as there is room for.
fn fill(path: &Path, messages: &[Signed]) {
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

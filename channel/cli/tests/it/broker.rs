//! A Mosquitto that a test starts itself, on a free port, with its own settings in a folder of its own.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use tempfile::TempDir;

/// A broker that is gone with the test. It remembers nothing: a new start is an empty broker.
pub(crate) struct Mosquitto {
    folder: TempDir,
    program: PathBuf,
    port: u16,
    child: Child,
}

impl Mosquitto {
    /// None where no Mosquitto is on the machine, which is said, and where `TWINROOT_BROKER` is `required` is a
    /// failure.
    pub(crate) fn start() -> Option<Self> {
        let Some(program) = program() else {
            let needed = std::env::var("TWINROOT_BROKER").is_ok_and(|value| value == "required");
            assert!(!needed, "no mosquitto is here; {HOW_TO_GET}");
            eprintln!("not tested: no mosquitto is here; {HOW_TO_GET}");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let settings = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\nuser root\npersistence false\nmax_queued_messages 0\n"
        );
        fs::write(folder.path().join("settings"), settings).unwrap();
        let child = spawn(&program, folder.path());
        let broker = Self {
            folder,
            program,
            port,
            child,
        };
        broker.wait();
        Some(broker)
    }

    /// The address, without a feed.
    pub(crate) fn address(&self) -> String {
        format!("mqtt://127.0.0.1:{}", self.port)
    }

    /// Ends it without a warning.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it on the same port, with nothing of what it had.
    pub(crate) fn restart(&mut self) {
        self.child = spawn(&self.program, self.folder.path());
        self.wait();
    }

    fn wait(&self) {
        let answers = (0..3_000).any(|_| {
            sleep(Duration::from_millis(20));
            TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok()
        });
        assert!(answers, "mosquitto does not answer");
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin")])
        .map(|folder| folder.join("mosquitto"))
        .find(|program| program.is_file())
}

fn spawn(program: &Path, folder: &Path) -> Child {
    Command::new(program)
        .arg("-c")
        .arg(folder.join("settings"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

const HOW_TO_GET: &str = "apt-get install --no-install-recommends mosquitto";

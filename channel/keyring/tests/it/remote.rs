//! A signer in another process.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use proptest::prelude::*;
use twinroot_abi::PublicKey;
use twinroot_keyring::{
    BackupKey, Guard, LocalSigner, RemoteSigner, SignError, Signer, listen, open_sealed, seal,
    serve_signer,
};
use twinroot_types::{SecretKey, Signature, Tag, encode};

/// The signer's process; it ends with this.
struct Process(Child);

impl Process {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "remote::signer_process", "--nocapture"])
            .env(FOLDER, folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(
            lines
                .map_while(Result::ok)
                .any(|line| line.ends_with("listening"))
        );
        Self(child)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

const FOLDER: &str = "TWINROOT_KEYRING_TEST_FOLDER";

/// What the signer's process does; without a folder there is nothing to do.
#[test]
fn signer_process() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let guard = Guard::open(&folder.join("rounds"), LocalSigner::new(key())).unwrap();
    let listener = listen(&folder.join("signer")).unwrap();
    println!("listening");
    serve_signer(&listener, &guard).unwrap();
}

fn key() -> SecretKey {
    SecretKey::from_seed(&[7; 32])
}

fn state(round: u64, rest: u8) -> Vec<u8> {
    encode(&([9_u8; 32], [1_u8; 32], 1_u16, round, rest))
}

#[test]
fn it_signs_as_its_key_and_survives_its_death() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("signer");
    let process = Process::start(folder.path());
    let signer = RemoteSigner::connect(&socket, Some(key().public())).unwrap();
    assert_eq!(signer.public(), key().public());
    assert_eq!(
        signer.sign(Tag::COMMITMENT, &state(1, 1)).unwrap(),
        key().sign(Tag::COMMITMENT, &state(1, 1))
    );
    assert!(matches!(
        signer.sign(Tag::COMMITMENT, &state(1, 2)),
        Err(SignError::Refused(_))
    ));

    // The process is killed and comes back: the connection heals, and the rule holds.
    drop(process);
    assert!(matches!(
        signer.sign(Tag::CLOSE, b"close"),
        Err(SignError::Unreachable(_))
    ));
    let _process = Process::start(folder.path());
    assert!(matches!(
        signer.sign(Tag::COMMITMENT, &state(1, 2)),
        Err(SignError::Refused(_))
    ));
    signer.sign(Tag::COMMITMENT, &state(1, 1)).unwrap();

    // The backup key is the same, wherever the signing key lies.
    let sealed = seal(b"state", &BackupKey::of(&signer).unwrap()).unwrap();
    let local = BackupKey::of(&LocalSigner::new(key())).unwrap();
    assert_eq!(open_sealed(&sealed, &local).unwrap(), b"state");

    let error =
        RemoteSigner::connect(&socket, Some(SecretKey::from_seed(&[8; 32]).public())).unwrap_err();
    assert!(matches!(error, SignError::NotItsKey(_)));
}

#[test]
fn many_ask_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let _process = Process::start(folder.path());
    std::thread::scope(|scope| {
        for thread in 0..8_u64 {
            let socket = folder.path().join("signer");
            scope.spawn(move || {
                let signer = RemoteSigner::connect(&socket, None).unwrap();
                for place in 0..20_u64 {
                    let state = encode(&([9_u8; 32], [thread as u8; 32], 1_u16, place, 1_u8));
                    assert_eq!(
                        signer.sign(Tag::FUNDING, &state).unwrap(),
                        key().sign(Tag::FUNDING, &state)
                    );
                }
            });
        }
    });
}

#[test]
fn only_its_owner_can_connect() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signer");
    let listener = listen(&path).unwrap();
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(
        listen(&path).unwrap_err().kind(),
        std::io::ErrorKind::AddrInUse
    );
    drop(listener);
    listen(&path).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// Signs with another key than it says.
struct Liar;

impl Signer for Liar {
    fn public(&self) -> PublicKey {
        key().public()
    }

    fn sign(&self, tag: Tag, bytes: &[u8]) -> Result<Signature, SignError> {
        Ok(SecretKey::from_seed(&[8; 32]).sign(tag, bytes))
    }
}

/// A signer in a thread, which ends with the program.
fn serve(listener: UnixListener, signer: impl Signer + 'static) {
    #[expect(clippy::disallowed_methods, reason = "the other process of this test")]
    std::thread::spawn(move || serve_signer(&listener, &signer));
}

#[test]
fn a_signature_that_does_not_verify_is_not_given_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signer");
    serve(listen(&path).unwrap(), Liar);
    let signer = RemoteSigner::connect(&path, None).unwrap();
    assert!(matches!(
        signer.sign(Tag::CLOSE, b"close"),
        Err(SignError::NotItsKey(_))
    ));
}

/// The other end says `answer` to whatever is asked, and no more.
fn answering(answer: Vec<u8>) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signer");
    let listener = UnixListener::bind(&path).unwrap();
    #[expect(clippy::disallowed_methods, reason = "the other process of this test")]
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 5];
            if stream.read_exact(&mut request).is_ok() {
                let _ = stream.write_all(&answer);
            }
        }
    });
    (folder, path)
}

#[test]
fn nonsense_is_told_from_silence() {
    let frame = |bytes: &[u8]| [&(bytes.len() as u32).to_le_bytes(), bytes].concat();
    let (_folder, path) = answering(frame(&[9, 9, 9]));
    assert!(matches!(
        RemoteSigner::connect(&path, None),
        Err(SignError::Nonsense)
    ));
    let (_folder, path) = answering(frame(&encode(&(1_u8, [0_u8; 32], [0_u8; 32]))));
    assert!(
        matches!(RemoteSigner::connect(&path, None), Err(SignError::Nonsense)),
        "a signature nobody asked for"
    );
    let (_folder, path) = answering(frame(&[0; 33]));
    assert!(
        matches!(
            RemoteSigner::connect(&path, None),
            Err(SignError::NotItsKey(_))
        ),
        "a weak key"
    );
    let (_folder, path) = answering(vec![0xff; 4]);
    assert!(
        matches!(
            RemoteSigner::connect(&path, None),
            Err(SignError::Unreachable(_))
        ),
        "four gigabytes to come"
    );
    let (_folder, path) = answering(vec![33, 0, 0, 0, 0, 1, 2]);
    assert!(
        matches!(
            RemoteSigner::connect(&path, None),
            Err(SignError::Unreachable(_))
        ),
        "cut off"
    );
    let nowhere = RemoteSigner::connect(Path::new("/nowhere/signer"), None);
    assert!(matches!(nowhere, Err(SignError::Unreachable(_))));
}

#[test]
fn what_is_too_long_is_not_even_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signer");
    serve(listen(&path).unwrap(), LocalSigner::new(key()));
    let signer = RemoteSigner::connect(&path, None).unwrap();
    signer.sign(Tag::TRANSACTION, &vec![1; 16 << 20]).unwrap();
    assert!(matches!(
        signer.sign(Tag::TRANSACTION, &vec![1; (16 << 20) + 1]),
        Err(SignError::TooLong { .. })
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever comes in over the socket, the signer goes on, and answers the next one.
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..100), framed: bool) {
        static SIGNER: std::sync::OnceLock<(tempfile::TempDir, PathBuf)> = std::sync::OnceLock::new();
        let (_, path) = SIGNER.get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("signer");
            serve(listen(&path).unwrap(), LocalSigner::new(key()));
            (folder, path)
        });
        let mut stream = UnixStream::connect(path).unwrap();
        let bytes = if framed { [&(bytes.len() as u32).to_le_bytes(), bytes.as_slice()].concat() } else { bytes };
        // It may hang up before all is written.
        let _ = stream.write_all(&bytes);
        drop(stream);
        // A place may still be taken by the one before, so it is asked until it has one.
        let answered = (0..1_000).any(|_| RemoteSigner::connect(path, None).is_ok());
        prop_assert!(answered);
    }
}

//! The signer's own process: it holds the key, and answers a node on a local socket.

use std::fs::{Permissions, set_permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use twinroot_types::{Tag, decode, encode};

use crate::Signer;
use crate::remote::{FRAME_LIMIT, Request, Response, read_frame, write_frame};

/// A socket at `path` that only its owner can connect to; one that a signer left behind is replaced.
///
/// # Errors
/// The system's; [`io::ErrorKind::AddrInUse`] where a signer listens there.
pub fn listen(path: &Path) -> io::Result<UnixListener> {
    if UnixStream::connect(path).is_ok() {
        return Err(io::ErrorKind::AddrInUse.into());
    }
    let folder = path
        .parent()
        .filter(|parent| *parent != Path::new(""))
        .unwrap_or_else(|| Path::new("."));
    // Nobody else can get at it before it is only ours.
    let hidden = tempfile::Builder::new()
        .permissions(Permissions::from_mode(0o700))
        .tempdir_in(folder)?;
    let made = hidden.path().join("socket");
    let listener = UnixListener::bind(&made)?;
    set_permissions(&made, Permissions::from_mode(0o600))?;
    std::fs::rename(&made, path)?;
    Ok(listener)
}

/// Answers all who connect, until the socket fails. Give it a [`crate::Guard`].
///
/// # Errors
/// The socket's.
pub fn serve_signer(listener: &UnixListener, signer: &dyn Signer) -> io::Result<()> {
    let open = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        loop {
            let (stream, _) = listener.accept()?;
            // A node needs one. Whoever comes when there is no place is sent away.
            if open.fetch_add(1, Ordering::SeqCst) >= CONNECTIONS {
                open.fetch_sub(1, Ordering::SeqCst);
                continue;
            }
            let open = &open;
            scope.spawn(move || {
                // What went wrong with one connection is told to nobody but its other end.
                let _ = answer(stream, signer);
                open.fetch_sub(1, Ordering::SeqCst);
            });
        }
    })
}

fn answer(mut stream: UnixStream, signer: &dyn Signer) -> io::Result<()> {
    stream.set_write_timeout(Some(PATIENCE))?;
    while let Some(bytes) = read_frame(&mut stream)? {
        let request = decode(&bytes, FRAME_LIMIT)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        write_frame(&mut stream, &encode(&respond(&request, signer)))?;
    }
    Ok(())
}

fn respond(request: &Request, signer: &dyn Signer) -> Response {
    match request {
        Request::Public => Response::Public(signer.public()),
        Request::Sign { tag, body } => {
            let Some(tag) = Tag::ALL.iter().find(|known| known.bytes() == tag) else {
                return Response::Refused("there is no such tag".to_owned());
            };
            match signer.sign(*tag, body) {
                Ok(signature) => Response::Signed(signature),
                Err(error) => Response::Refused(error.to_string()),
            }
        }
    }
}

/// Connections at a time.
const CONNECTIONS: usize = 16;
/// How long the other end may take to read an answer.
const PATIENCE: Duration = Duration::from_secs(30);

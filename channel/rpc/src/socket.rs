//! Sockets of both kinds.

use core::pin::Pin;
use core::task::{Context, Poll};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

use crate::Endpoint;

pub(crate) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Socket {
    pub(crate) async fn connect(endpoint: &Endpoint) -> io::Result<Self> {
        match endpoint {
            Endpoint::Tcp(address) => {
                let stream = TcpStream::connect(address.as_str()).await?;
                // Messages are small and should not wait for more. Where that cannot be had they are late, that is all.
                drop(stream.set_nodelay(true));
                Ok(Self::Tcp(stream))
            }
            Endpoint::Unix(path) => Ok(Self::Unix(UnixStream::connect(path).await?)),
        }
    }
}

pub(crate) enum Listener {
    Tcp(TcpListener),
    Unix(Local),
}

/// A local socket; its file goes with it.
pub(crate) struct Local {
    listener: UnixListener,
    path: PathBuf,
    owner: u32,
}

impl Drop for Local {
    fn drop(&mut self) {
        // A file that stays is in nobody's way: the next server finds that nobody listens there.
        drop(std::fs::remove_file(&self.path));
    }
}

impl Listener {
    pub(crate) async fn bind(endpoint: &Endpoint) -> io::Result<Self> {
        match endpoint {
            Endpoint::Tcp(address) => Ok(Self::Tcp(TcpListener::bind(address.as_str()).await?)),
            Endpoint::Unix(path) => Ok(Self::Unix(bind_local(path).await?)),
        }
    }

    /// Where it listens: with the port that was given it, if any was to do.
    pub(crate) fn endpoint(&self) -> io::Result<Endpoint> {
        Ok(match self {
            Self::Tcp(listener) => Endpoint::Tcp(listener.local_addr()?.to_string()),
            Self::Unix(local) => Endpoint::Unix(local.path.clone()),
        })
    }

    pub(crate) const fn is_local(&self) -> bool {
        matches!(self, Self::Unix(_))
    }

    pub(crate) async fn accept(&self) -> io::Result<Socket> {
        match self {
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                drop(stream.set_nodelay(true));
                Ok(Socket::Tcp(stream))
            }
            Self::Unix(local) => loop {
                let (stream, _) = local.listener.accept().await?;
                // Between its making and its mode, the file was open to others.
                let who = stream.peer_cred()?.uid();
                if who == local.owner || who == 0 {
                    return Ok(Socket::Unix(stream));
                }
            },
        }
    }
}

async fn bind_local(path: &Path) -> io::Result<Local> {
    match UnixListener::bind(path) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            // A server that was killed leaves its file behind.
            match UnixStream::connect(path).await {
                Err(refused) if refused.kind() == io::ErrorKind::ConnectionRefused => {
                    std::fs::remove_file(path)?
                }
                _ => return Err(error),
            }
            own(UnixListener::bind(path)?, path)
        }
        listener => own(listener?, path),
    }
}

fn own(listener: UnixListener, path: &Path) -> io::Result<Local> {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    let owner = std::fs::metadata(path)?.uid();
    let path = path.to_owned();
    Ok(Local {
        listener,
        path,
        owner,
    })
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Unix(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Unix(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_flush(context),
            Self::Unix(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Unix(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}

//! The token of the API.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The file cannot be read or written.
    #[error("could not read or write the token of the API, {path}: {source}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Others than its owner may read it.
    #[error("others may read the token of the API: chmod 600 {}", _0.display())]
    Open(PathBuf),
    /// The file is something else.
    #[error("{} is no token: remove it, and another one is made", _0.display())]
    Other(PathBuf),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
}

/// Name of the file in the node's folder.
const FILE: &str = "token";
/// Random bytes of a token; it is written in hex.
const BYTES: usize = 32;

/// The token in the folder's file, which is made where it is missing: who shows it may do all that the node can do.
///
/// # Errors
/// [`TokenError`].
pub fn token(folder: &Path) -> Result<String, TokenError> {
    let path = folder.join(FILE);
    let failed = |source| TokenError::File {
        path: path.clone(),
        source,
    };
    match fs::read_to_string(&path) {
        Ok(text) => {
            let mode = fs::metadata(&path).map_err(failed)?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(TokenError::Open(path));
            }
            let token = text.trim_end();
            let is_token =
                token.len() == 2 * BYTES && token.bytes().all(|digit| digit.is_ascii_hexdigit());
            if is_token {
                Ok(token.to_owned())
            } else {
                Err(TokenError::Other(path))
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut bytes = [0; BYTES];
            getrandom::fill(&mut bytes).map_err(TokenError::Random)?;
            let token = hex::encode(bytes);
            let file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path);
            file.and_then(|mut file| writeln!(file, "{token}"))
                .map_err(failed)?;
            Ok(token)
        }
        Err(error) => Err(failed(error)),
    }
}

//! Errors of the rooms below as this program says them.

use twinroot_client::Error;
use twinroot_keyring::KeyFileError;
use twinroot_node::StartError;

use super::codes::{FAILED, KEY_FILE, PASSPHRASE, START};
use crate::author::Fault;
use crate::author::codes;

/// What a node says, or why it says nothing.
pub(crate) fn client_fault(error: Error) -> Fault {
    let code = codes::all()
        .find(|entry| entry.code == error.code())
        .map_or(FAILED, |entry| entry.code);
    let fault = Fault::new(code, &error);
    match error.todo() {
        Some(todo) => fault.then(todo),
        None => fault,
    }
}

/// Of a key file.
pub(crate) fn key_fault(error: KeyFileError) -> Fault {
    let code = match error {
        KeyFileError::WrongPassphrase(_) | KeyFileError::NoPassphrase => PASSPHRASE,
        _ => KEY_FILE,
    };
    Fault::new(code, error)
}

/// Of a node that does not start.
pub(crate) fn start_fault(error: StartError) -> Fault {
    Fault::new(START, error)
}

//! Who signs for a node.

use std::path::Path;
use std::sync::Arc;

use twinroot_abi::PublicKey;
use twinroot_keyring::{KeyFile, LocalSigner, RemoteSigner, Signer};
use twinroot_node::Config;

use super::codes::{SIGNER, START};
use super::{CONFIG, KEY, key_fault};
use crate::author::Fault;
use crate::key::{Passphrase, Which};

/// The settings of a node; a folder without any has the defaults.
pub(crate) fn settings(folder: &Path) -> Result<Config, Fault> {
    let file = folder.join(CONFIG);
    if !file.exists() {
        return Ok(Config::default());
    }
    Config::read(&file).map_err(|error| Fault::new(START, error))
}

/// Who signs for the node: the process that its settings name, else the key in its folder. Where both are there, they have to be of
/// one key.
pub(crate) fn signer(
    folder: &Path,
    config: &Config,
    passphrase: &Passphrase,
) -> Result<Arc<dyn Signer>, Fault> {
    let file = folder.join(KEY);
    let expected = if file.exists() {
        Some(KeyFile::public(&file).map_err(key_fault)?)
    } else {
        None
    };
    if let Some(remote) = remote(config, expected)? {
        return Ok(Arc::new(remote));
    }
    let key = KeyFile::open(&file, &passphrase.get(Which::Known)?).map_err(key_fault)?;
    Ok(Arc::new(LocalSigner::new(key)))
}

/// The signer in another process, if the settings name one.
pub(crate) fn remote(
    config: &Config,
    expected: Option<PublicKey>,
) -> Result<Option<RemoteSigner>, Fault> {
    config.remote_signer(expected).map_err(|error| {
        Fault::new(SIGNER, error).then("`twinroot key serve FILE --socket PATH` starts one")
    })
}

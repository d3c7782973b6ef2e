//! Keys and what is encrypted with them: key files, signers, backups.
//!
//! - [`KeyFile`]: a signing key on disk, under a passphrase.
//! - [`Signer`]: what signs. The key may lie in this process ([`LocalSigner`]) or in another one ([`RemoteSigner`],
//!   [`serve_signer`]); a [`Guard`] before it never lets two states of one round be signed.
//! - [`BackupKey`]: encrypts backups so that their length tells little; [`write_backup`] keeps the newest of them in a folder.
//!
//! No secret is ever printed, and memory that held one is wiped.

mod backup;
mod error;
mod folder;
mod guard;
mod key_file;
mod pad;
mod place;
mod remote;
mod serve;
mod signer;

pub use backup::{BackupKey, open_sealed, seal};
pub use error::{BackupError, FolderError, GuardError, KeyFileError, OpenSealedError, SignError};
pub use folder::{Backup, list_backups, read_backup, write_backup};
pub use guard::Guard;
pub use key_file::{Cost, KeyFile, new_key};
pub use remote::RemoteSigner;
pub use serve::{listen, serve_signer};
pub use signer::{LocalSigner, Signer};

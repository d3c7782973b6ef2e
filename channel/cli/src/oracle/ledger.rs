//! What the verbs about oracles of the ledger share: who sends, which height, which bytes.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use twinroot_abi::{Hash, Height};
use twinroot_chain::{Answer, ChainBackend, ChainError, Query};
use twinroot_keyring::KeyFile;
use twinroot_types::SecretKey;
use twinroot_wire::{Action, Transaction, VERSION};

use crate::author::Fault;
use crate::chain::fault;
use crate::key::{Passphrase, Which};
use crate::node::key_fault;

/// Blocks for which a transaction can be included.
const EXPIRY: u64 = 50;
/// How often a transaction is made anew because another one took its number.
const TRIES: usize = 3;

/// Whose transaction it is.
#[derive(clap::Args)]
pub(super) struct Sender {
    /// The key file of the account that sends the transaction and pays for it.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    #[command(flatten)]
    passphrase: Passphrase,
}

impl Sender {
    pub(super) fn secret(&self) -> Result<SecretKey, Fault> {
        secret(&self.key, &self.passphrase)
    }
}

/// The key of an account.
pub(super) fn secret(file: &Path, passphrase: &Passphrase) -> Result<SecretKey, Fault> {
    KeyFile::open(file, &passphrase.get(Which::Known)?).map_err(key_fault)
}

/// Signs and posts, with the account's next number.
pub(super) async fn post(
    ledger: &dyn ChainBackend,
    key: &SecretKey,
    action: &Action,
) -> Result<Hash, Fault> {
    for left in (0..TRIES).rev() {
        let status = ledger.status().await.map_err(fault)?;
        let Answer::Account(account) = ledger
            .query(Query::Account(key.public()))
            .await
            .map_err(fault)?
        else {
            return Err(other_answer());
        };
        let transaction = Transaction {
            chain: status.chain,
            version: VERSION,
            sender: key.public(),
            nonce: account.nonce,
            expiry: Height(status.block.height.0.saturating_add(EXPIRY)),
            action: action.clone(),
        };
        match ledger.submit(transaction.sign(key).encode()).await {
            Err(error) if error.is_nonce() && left > 0 => {}
            done => return done.map_err(fault),
        }
    }
    Err(other_answer())
}

/// The ledger answers, but not what it was asked.
pub(super) fn other_answer() -> Fault {
    fault(ChainError::Protocol(
        "it answers something else than was asked".into(),
    ))
}

/// A height, or how many blocks above the present one.
#[derive(Clone, Copy, Debug)]
pub(super) enum When {
    At(Height),
    In(u64),
}

impl When {
    pub(super) async fn height(self, ledger: &dyn ChainBackend) -> Result<Height, Fault> {
        match self {
            Self::At(height) => Ok(height),
            Self::In(blocks) => {
                let present = ledger.status().await.map_err(fault)?.block.height;
                Ok(Height(present.0.saturating_add(blocks)))
            }
        }
    }
}

impl FromStr for When {
    type Err = String;

    fn from_str(words: &str) -> Result<Self, String> {
        let wrong = |_| {
            format!("`{words}` is no height: write 1200, or +500 for that many blocks from now")
        };
        match words.strip_prefix('+') {
            Some(blocks) => blocks.parse().map(Self::In).map_err(wrong),
            None => words
                .parse()
                .map(|height| Self::At(Height(height)))
                .map_err(wrong),
        }
    }
}

/// A question or an answer: text, or bytes as 0x and hex.
#[derive(Clone, Debug)]
pub(super) struct Words(pub(super) Vec<u8>);

impl FromStr for Words {
    type Err = Infallible;

    fn from_str(words: &str) -> Result<Self, Infallible> {
        let bytes = words
            .strip_prefix("0x")
            .and_then(|digits| hex::decode(digits).ok());
        Ok(Self(bytes.unwrap_or_else(|| words.as_bytes().to_vec())))
    }
}

/// As [`Words`] reads them.
pub(super) fn words(bytes: &[u8]) -> String {
    match str::from_utf8(bytes) {
        Ok(text) if !text.starts_with("0x") && !text.contains(char::is_control) => text.to_owned(),
        _ => format!("0x{}", hex::encode(bytes)),
    }
}

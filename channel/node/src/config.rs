//! How a node is set up: a TOML file, every field with a default.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, Gas, PublicKey, Side};
use twinroot_keyring::{RemoteSigner, SignError};
use twinroot_party::{Guarantee, Kind, Offers, Otherwise, Policy, Rule};

/// How a node is set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the ledger is: `ws://host:port` or `unix:/path`.
    pub chain: String,
    /// Where peers connect; none to be reachable for nobody.
    pub listen: Option<SocketAddr>,
    /// Where the API listens beside the local socket in the node's folder; none for the socket only.
    pub api: Option<SocketAddr>,
    /// Where metrics are told to Prometheus; none for nowhere.
    pub metrics: Option<SocketAddr>,
    /// Socket of the signer where the key lies in another process; none where it lies in this one.
    pub signer: Option<PathBuf>,
    /// What the node does by itself.
    pub policy: PolicyConfig,
    /// The log.
    pub log: LogConfig,
    /// Backups.
    pub backup: BackupConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            chain: "ws://127.0.0.1:8640".into(),
            listen: Some(SocketAddr::from(([127, 0, 0, 1], 8641))),
            api: None,
            metrics: None,
            signer: None,
            policy: PolicyConfig::default(),
            log: LogConfig::default(),
            backup: BackupConfig::default(),
        }
    }
}

/// What the node does by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyConfig {
    /// Blocks after which a change on the ledger counts as final.
    pub depth: u64,
    /// Blocks after which something that was posted and is not there is posted again.
    pub repost: u64,
    /// Whether a close whose time is over is settled.
    pub settle: bool,
    /// Blocks of silence after which a step is forced that was asked for without a limit of its own; none: never.
    pub force_after: Option<u64>,
    /// Steps of peers that are signed without asking.
    pub sign: Vec<SignRule>,
    /// What to do with a state that is not worth its next forced step: `refuse`, `warn` or `ignore`.
    pub unaffordable: Unaffordable,
    /// The shortest time to answer of a channel that is offered, in blocks.
    pub shortest_lock: u64,
    /// The longest, in blocks.
    pub longest_lock: u64,
    /// The most coins that an offer may ask of this node; none for any number.
    pub most_stake: Option<u64>,
    /// Whether peers' offers within these bounds are accepted without asking.
    pub accept_offers: bool,
}

impl Default for PolicyConfig {
    fn default() -> Self {
        let Policy {
            depth,
            repost,
            settle,
            offers,
            ..
        } = Policy::default();
        Self {
            depth,
            repost,
            settle,
            force_after: None,
            sign: Vec::new(),
            unaffordable: Unaffordable::Warn,
            shortest_lock: offers.shortest_lock,
            longest_lock: offers.longest_lock,
            most_stake: None,
            accept_offers: false,
        }
    }
}

/// Steps of the peer that are signed without asking: all of it must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignRule {
    /// The most that this node's payout may fall by.
    #[serde(default)]
    pub loses: u64,
    /// The most gas.
    #[serde(default = "any_gas")]
    pub gas: u64,
    /// Whether the hold has to stay as it is.
    #[serde(default)]
    pub same_hold: bool,
    /// What it may be made of.
    pub only: Vec<SignKind>,
}

const fn any_gas() -> u64 {
    1 << 62
}

/// A kind of operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignKind {
    /// The peer pays.
    Transfer,
    /// Any call of this contract, hex.
    Call(String),
    /// A call of this contract's entry: hex and name.
    Entry(String, String),
    /// A contract of this code, hex, comes to be.
    Create(String),
    /// A hold is lowered.
    LowerHold,
}

/// What to do with a state that is not worth its next forced step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unaffordable {
    /// Do not sign.
    Refuse,
    /// Sign, and say so.
    Warn,
    /// Sign.
    Ignore,
}

/// The log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// Lines of a channel after which a checkpoint takes their place.
    pub checkpoint_every: usize,
    /// Answers of steps that are kept under their keys, the newest: whoever asks under an older key has the step made again.
    pub answers: usize,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            checkpoint_every: 256,
            answers: 10_000,
        }
    }
}

/// Backups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BackupConfig {
    /// Where sealed copies of the log go; none for nowhere.
    pub folder: Option<PathBuf>,
    /// How many of the newest stay there.
    pub keep: usize,
    /// Commits of the log after which a copy is made.
    pub every: u64,
    /// Seconds after a commit at which one is made where fewer came.
    pub seconds: u64,
    /// Whether each peer is given one as well; it cannot open it.
    pub peers: bool,
    /// Minutes between two that a peer is given.
    pub peers_minutes: u64,
    /// Whether copies of peers are kept: the newest of each, of 4 MiB at most.
    pub keep_for_peers: bool,
}

impl Default for BackupConfig {
    fn default() -> Self {
        Self {
            folder: None,
            keep: 5,
            every: 256,
            seconds: 60,
            peers: true,
            peers_minutes: 10,
            keep_for_peers: true,
        }
    }
}

/// What bounds the core.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) policy: Policy,
    pub(crate) force_after: Option<u64>,
    pub(crate) checkpoint_every: usize,
    pub(crate) answers: usize,
    pub(crate) accept_offers: bool,
}

/// Why a file does not set a node up.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("{}: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        error: std::io::Error,
    },
    /// It is not what it should be.
    #[error("{}: {error}", path.display())]
    Toml {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        error: Box<toml::de::Error>,
    },
    /// A name in a rule is no hex of 32 bytes.
    #[error(
        "`{0}` in [[policy.sign]] is not the name of a contract or of code: 64 hex digits are expected"
    )]
    Name(String),
}

impl Config {
    /// What the file says.
    ///
    /// # Errors
    /// [`ConfigError`] names the file and the place in it.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Read {
            path: path.to_owned(),
            error,
        })?;
        toml::from_str(&text).map_err(|error| ConfigError::Toml {
            path: path.to_owned(),
            error: Box::new(error),
        })
    }

    /// The signer in another process that the file names, if it names one. Where the node's key is known, another is not
    /// accepted. It is waited for: not to be called where others must not wait.
    ///
    /// # Errors
    /// [`SignError`]: it is not there, or has another key.
    pub fn remote_signer(&self, key: Option<PublicKey>) -> Result<Option<RemoteSigner>, SignError> {
        self.signer
            .as_deref()
            .map(|path| RemoteSigner::connect(path, key))
            .transpose()
    }

    pub(crate) fn limits(&self) -> Result<Limits, ConfigError> {
        let policy = &self.policy;
        let mut sign = Vec::new();
        for rule in &policy.sign {
            sign.push(Rule {
                only: kinds(&rule.only)?,
                loses: Amount(rule.loses),
                gas: Gas(rule.gas),
                same_hold: rule.same_hold,
            });
        }
        let otherwise = match policy.unaffordable {
            Unaffordable::Refuse => Otherwise::Refuse,
            Unaffordable::Warn => Otherwise::Warn,
            Unaffordable::Ignore => Otherwise::Ignore,
        };
        let usual = Policy::default();
        Ok(Limits {
            policy: Policy {
                depth: policy.depth,
                repost: policy.repost,
                settle: policy.settle,
                sign,
                guarantee: Guarantee {
                    otherwise,
                    ..usual.guarantee
                },
                offers: Offers {
                    shortest_lock: policy.shortest_lock,
                    longest_lock: policy.longest_lock,
                    stake: policy.most_stake.map_or(usual.offers.stake, Amount),
                    ..usual.offers
                },
                ..usual
            },
            force_after: policy.force_after,
            checkpoint_every: self.log.checkpoint_every.max(8),
            // Where none is kept, no line would say below which the log can be forgotten.
            answers: self.log.answers.max(1),
            accept_offers: policy.accept_offers,
        })
    }
}

fn kinds(only: &[SignKind]) -> Result<Vec<Kind>, ConfigError> {
    let mut kinds = Vec::new();
    for kind in only {
        match kind {
            // The peer is the other side, whichever that is: its own coins are all that it can move.
            SignKind::Transfer => kinds.extend(Side::BOTH.map(Kind::Transfer)),
            SignKind::Call(contract) => kinds.push(Kind::Call(name(contract)?.into(), None)),
            SignKind::Entry(contract, entry) => {
                kinds.push(Kind::Call(name(contract)?.into(), Some(entry.clone())))
            }
            SignKind::Create(code) => kinds.push(Kind::Create(name(code)?.into())),
            SignKind::LowerHold => kinds.push(Kind::LowerHold),
        }
    }
    Ok(kinds)
}

fn name(text: &str) -> Result<twinroot_client::api::Id, ConfigError> {
    text.parse().map_err(|_| ConfigError::Name(text.to_owned()))
}

//! `twinroot node init`.

use std::fs;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use twinroot_client::api::Id;
use twinroot_keyring::{KeyFile, Signer, new_key};
use twinroot_node::Config;

use super::signer::remote;
use super::{EXIT_CODES, folder, key_fault};
use crate::author::Fault;
use crate::author::codes::{EXISTS, NO_FILE};
use crate::author::output::{self, Report};
use crate::key::{Passphrase, Which};

/// Name of the file with the settings, in the node's folder.
pub(crate) const CONFIG: &str = "node.toml";
/// Name of the key file, in the node's folder.
pub(crate) const KEY: &str = "key";

/// Make a node: a folder with its settings and its key.
#[derive(clap::Args)]
#[command(
    long_about = "Make a node: a folder with its settings (node.toml, every line explained) and its key. Nothing is asked of the ledger yet.",
    after_help = format!("Examples:\n  twinroot node init\n  twinroot node init alice --chain ws://127.0.0.1:8640 --listen 127.0.0.1:8641\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// Folder of the node; else TWINROOT_NODE, else ~/.twinroot.
    folder: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    passphrase: Passphrase,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

/// The settings that most nodes want to choose.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Settings {
    /// Where the ledger is: ws://HOST:PORT, or unix:PATH.
    #[arg(long, value_name = "ADDRESS")]
    pub(super) chain: Option<String>,
    /// Where peers connect.
    #[arg(long, value_name = "HOST:PORT")]
    pub(super) listen: Option<SocketAddr>,
    /// Where the API listens beside the socket in the folder.
    #[arg(long, value_name = "HOST:PORT")]
    pub(super) api: Option<SocketAddr>,
    /// Socket of the process that signs (`twinroot key serve`), where the key is not to be in the folder.
    #[arg(long, value_name = "PATH")]
    pub(super) signer: Option<PathBuf>,
}

impl Settings {
    /// With these in place of what a file says.
    pub(super) fn over(&self, config: Config) -> Config {
        Config {
            chain: self.chain.clone().unwrap_or(config.chain),
            listen: self.listen.or(config.listen),
            api: self.api.or(config.api),
            signer: self.signer.as_deref().map(from_anywhere).or(config.signer),
            ..config
        }
    }
}

/// The same place, wherever the node is started.
fn from_anywhere(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let folder = folder(arguments.folder.as_deref())?;
    let made = make(&folder, &arguments.settings, &arguments.passphrase)?;
    output::print(&made, arguments.json)?;
    Ok(ExitCode::SUCCESS)
}

/// Makes the folder of a node, with its settings and its key.
pub(super) fn make(folder: &Path, settings: &Settings, passphrase: &Passphrase) -> Result<Made> {
    let config = folder.join(CONFIG);
    if config.exists() {
        return Err(Fault::new(EXISTS, format!("{} is a node already", folder.display())).into());
    }
    let settings = settings.over(Config::default());
    let signer = remote(&settings, None)?;
    let failed = |error: io::Error| Fault::new(NO_FILE, format!("{}: {error}", folder.display()));
    // Keys, tokens and states are nobody else's business.
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(failed)?;
    let key_file = folder.join(KEY);
    let key = if let Some(signer) = signer {
        signer.public()
    } else if key_file.exists() {
        KeyFile::public(&key_file).map_err(key_fault)?
    } else {
        let key = new_key().map_err(key_fault)?;
        KeyFile::create(&key_file, &key, &passphrase.get(Which::New)?).map_err(key_fault)?;
        key.public()
    };
    fs::write(&config, written(&settings)).map_err(failed)?;
    Ok(Made {
        folder: folder.to_owned(),
        key: key.into(),
        listen: settings.listen,
    })
}

/// A node that was made.
#[derive(Serialize)]
pub(super) struct Made {
    folder: PathBuf,
    key: Id,
    listen: Option<SocketAddr>,
}

impl Report for Made {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        let folder = self.folder.display();
        writeln!(out, "node      {folder}: settings in node.toml, key in key")?;
        match self.listen {
            Some(address) => writeln!(out, "name      {}@{address}", self.key)?,
            None => writeln!(out, "name      {}; it listens to nobody", self.key)?,
        }
        write!(out, "\nnext: `twinroot node run {folder}`. ")?;
        if self.folder.join(KEY).exists() {
            writeln!(out, "Keep a copy of {folder}/key and its passphrase.")
        } else {
            writeln!(out, "Keep copies of what the signer has.")
        }
    }
}

/// The settings as a file that explains itself.
fn written(config: &Config) -> String {
    let address = |name: &str, address: Option<SocketAddr>, example: &str| match address {
        Some(address) => format!("{name} = \"{address}\""),
        None => format!("# {name} = \"{example}\""),
    };
    let policy = &config.policy;
    format!(
        r#"# How this node is set up. Lines that begin with # show what could be said; what is left out has its default.

# Where the ledger is: ws://HOST:PORT, or unix:PATH for a socket on this machine.
chain = "{chain}"
# Where peers connect. Without it, only this node connects to others.
{listen}
# Where the API listens, beside the socket api.sock in this folder. Callers show the token of this folder.
{api}
# Where Prometheus reads metrics.
{metrics}
# The socket of the process that signs, `twinroot key serve`; without it the key is the file `key` in this folder.
{signer}

# What the node does by itself.
[policy]
# Blocks after which a change on the ledger counts as final.
depth = {depth}
# Blocks after which something that was posted and is not there is posted again.
repost = {repost}
# Whether a close whose time is over is settled.
settle = {settle}
# Blocks of the peer's silence after which a step is forced that was asked for without a limit of its own.
# force_after = 20
# What to do with a state that is not worth its next forced step: "refuse", "warn" or "ignore".
unaffordable = "warn"
# The shortest and the longest time to answer of a channel that is offered, in blocks. The shortest is the longest time
# that this node may be off without a risk.
shortest_lock = {shortest}
longest_lock = {longest}
# The most coins that an offer may ask of this node.
# most_stake = 1000000
# Whether offers within these bounds are accepted without asking.
accept_offers = {accept}

# Steps of peers that are signed without asking: all of a rule must hold. `loses` is the most that this node's payout may
# fall by.
# [[policy.sign]]
# only = ["transfer"]
# loses = 0

[log]
# Lines of a channel after which a checkpoint takes their place.
checkpoint_every = {checkpoint}
# Answers of steps that are kept under their keys, the newest. Whoever asks under an older key has the step made again, so at 500
# steps a second 10,000 are enough for a program that is back within 20 seconds.
answers = {answers}

# Copies of the log that only this node's key opens. Restoring one of any age is safe.
[backup]
# Where they go, and how many of the newest stay there.
# folder = "/backup/twinroot"
keep = {keep}
# A copy is made after so many commits, or so many seconds after a commit.
every = {every}
seconds = {seconds}
# Whether each peer is given one as well, at most once in so many minutes; it cannot open it.
peers = {peers}
peers_minutes = {minutes}
# Whether copies of peers are kept: the newest of each, of 4 MiB at most.
keep_for_peers = {keep_for_peers}
"#,
        chain = config.chain,
        listen = address("listen", config.listen, "127.0.0.1:8641"),
        api = address("api", config.api, "127.0.0.1:8642"),
        metrics = address("metrics", config.metrics, "127.0.0.1:8643"),
        signer = match &config.signer {
            Some(path) => format!("signer = {}", toml::Value::from(&*path.to_string_lossy())),
            None => "# signer = \"/run/twinroot.signer\"".to_owned(),
        },
        depth = policy.depth,
        repost = policy.repost,
        settle = policy.settle,
        shortest = policy.shortest_lock,
        longest = policy.longest_lock,
        accept = policy.accept_offers,
        checkpoint = config.log.checkpoint_every,
        answers = config.log.answers,
        keep = config.backup.keep,
        every = config.backup.every,
        seconds = config.backup.seconds,
        peers = config.backup.peers,
        minutes = config.backup.peers_minutes,
        keep_for_peers = config.backup.keep_for_peers,
    )
}

#[cfg(test)]
mod tests {
    use twinroot_node::Config;

    use super::written;

    #[test]
    fn the_written_settings_are_the_defaults() {
        assert_eq!(
            toml::from_str::<Config>(&written(&Config::default())).unwrap(),
            Config::default()
        );
    }

    #[test]
    fn what_the_comments_show_can_be_said() {
        let text = written(&Config::default());
        let said: String = text
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                // A comment that is a line of the file: a name, an equals sign; or a table.
                Some(line) if line.starts_with("[[") || line.split(' ').nth(1) == Some("=") => {
                    format!("{line}\n")
                }
                _ => format!("{line}\n"),
            })
            .collect();
        let config: Config = toml::from_str(&said).unwrap();
        assert!(config.api.is_some() && config.metrics.is_some() && config.backup.folder.is_some());
        assert_eq!(
            (config.policy.sign.len(), config.policy.force_after),
            (1, Some(20))
        );
    }
}

//! `twinroot exit`: the money out, with nothing but a key, a backup and a chain.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use twinroot_client::api::Id;
use twinroot_node::{LOG, Left, Outcome};

use crate::author::Fault;
use crate::author::codes::NO_FILE;
use crate::author::output::{self, Report};
use crate::channel::wait;
use crate::key::Passphrase;
use crate::node::codes::START;
use crate::node::{EXIT_CODES, KEY, chain, engine, folder, restore, settings, signer};

/// Get the money out: close every channel without the peers, and wait until the ledger has paid out.
#[derive(clap::Args)]
#[command(
    long_about = "Get the money out: close every channel without the peers, answer what they post, and wait until the ledger has paid out. All it \
        takes is a key, a backup of any age and a chain. It can be stopped and begun again at any time. The node must not run.",
    after_help = format!("Examples:\n  twinroot exit\n  twinroot exit rescue --key alice.key --backup node.00000000000000000007.backup \
        --chain ws://127.0.0.1:8640\n\n{EXIT_CODES}")
)]
pub(crate) struct Arguments {
    /// Folder of the node, or a new one for what a backup says; else TWINROOT_NODE, else ~/.twinroot.
    folder: Option<PathBuf>,
    /// The key file, where it is not in the folder.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// A backup, where there is no log in the folder.
    #[arg(long, value_name = "FILE")]
    backup: Option<PathBuf>,
    /// Where the ledger is; else as the folder's node.toml says.
    #[arg(long, value_name = "ADDRESS")]
    chain: Option<String>,
    #[command(flatten)]
    passphrase: Passphrase,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let folder = folder(arguments.folder.as_deref())?;
    prepare(&folder, arguments)?;
    let mut config = settings(&folder)?;
    if let Some(chain) = &arguments.chain {
        config.chain.clone_from(chain);
    }
    if arguments.key.is_some() {
        // The key is all that it takes, whoever signed before.
        config.signer = None;
    }
    let signer = signer(&folder, &config, &arguments.passphrase)?;
    let left = wait(async {
        let ledger = chain::connect(&config.chain).await?;
        let tell = |event: &twinroot_client::api::Event| {
            anstream::eprintln!("{:>8}  {}", event.height, output::quoted(&event.text))
        };
        let left = twinroot_node::exit(
            &folder,
            &config,
            engine::start(&folder)?,
            signer,
            ledger.backend(),
            tell,
        )
        .await;
        left.map_err(|error| anyhow::Error::from(Fault::new(START, error)))
    })??;
    let stuck = left
        .iter()
        .any(|left| matches!(left.outcome, Outcome::Stuck(_)));
    output::print(&Done(left.iter().map(Line::of).collect()), arguments.json)?;
    Ok(if stuck {
        ExitCode::from(3)
    } else {
        ExitCode::SUCCESS
    })
}

/// Puts key and log into the folder, where they are not there.
fn prepare(folder: &Path, arguments: &Arguments) -> Result<()> {
    let failed = |path: &Path| {
        let path = path.display().to_string();
        move |error: io::Error| Fault::new(NO_FILE, format!("{path}: {error}"))
    };
    fs::create_dir_all(folder).map_err(failed(folder))?;
    let place = folder.join(KEY);
    if let Some(key) = arguments.key.as_deref().filter(|_| !place.exists()) {
        fs::copy(key, &place).map_err(failed(key))?;
    }
    match &arguments.backup {
        Some(backup) if !folder.join(LOG).exists() => {
            restore(folder, backup, &arguments.passphrase)
        }
        _ => Ok(()),
    }
}

#[derive(Serialize)]
#[serde(transparent)]
struct Done(Vec<Line>);

#[derive(Serialize)]
struct Line {
    channel: Id,
    outcome: &'static str,
    why: Option<String>,
}

impl Line {
    fn of(left: &Left) -> Self {
        let (outcome, why) = match &left.outcome {
            Outcome::PaidOut => ("paid_out", None),
            Outcome::NothingLocked => ("nothing_locked", None),
            Outcome::Stuck(why) => ("stuck", Some(why.clone())),
        };
        Self {
            channel: left.channel,
            outcome,
            why,
        }
    }
}

impl Report for Done {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        for Line {
            channel,
            outcome,
            why,
        } in &self.0
        {
            let words = outcome.replace('_', " ");
            match why {
                Some(why) => writeln!(out, "{channel}  {words}: {}", output::quoted(why))?,
                None => writeln!(out, "{channel}  {words}")?,
            }
        }
        writeln!(
            out,
            "no channel is open any more, but for those that are stuck"
        )
    }
}

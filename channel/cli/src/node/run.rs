//! `twinroot node run`: the daemon.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;
use twinroot_client::api::Id;
use twinroot_client::{Client, Endpoint};
use twinroot_keyring::Signer;
use twinroot_node::serve::codes::TOKEN_FILE;
use twinroot_node::serve::{Metrics, ServeError, Serving};
use twinroot_node::{Config, Node};
use twinroot_rpc::Limits;

use super::codes::START;
use super::init::{self, Settings};
use super::{CONFIG, EXIT_CODES, chain, client_fault, engine, folder, signer, start_fault};
use crate::author::Fault;
use crate::author::output::Report;
use crate::channel::ask_all;
use crate::key::Passphrase;
use crate::lines::is_for_programs;

/// Variable that says how much is logged: `debug`, `twinroot_node=trace`.
const LOG_VARIABLE: &str = "TWINROOT_LOG";

/// Run a node until it is told to stop: it answers the API, talks to peers and watches the ledger.
#[derive(clap::Args)]
#[command(
    long_about = "Run a node until it is told to stop (Ctrl-C, SIGTERM): it answers the API, talks to peers and watches the ledger. Then it takes \
        nothing new, writes down what is under way, and ends. Killed at any other moment it loses nothing either.",
    after_help = format!("Examples:\n  twinroot node run\n  twinroot node run alice --dev\n  TWINROOT_LOG=debug twinroot node run alice --api 127.0.0.1:8642\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// Folder of the node; else TWINROOT_NODE, else ~/.twinroot.
    folder: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    passphrase: Passphrase,
    /// For tries, with `twinroot chain dev`: makes the node where it is missing, with a key that nothing protects, and takes coins of
    /// the faucet.
    #[arg(long)]
    dev: bool,
    /// Asks here, on the terminal, what peers ask for.
    #[arg(long)]
    ask: bool,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let folder = folder(arguments.folder.as_deref())?;
    if arguments.dev && !folder.join(CONFIG).exists() {
        init::make(&folder, &arguments.settings, &Passphrase::none())?;
    }
    let config = Config::read(&folder.join(CONFIG))
        .map_err(|error| Fault::new(START, error).then("make a node: `twinroot node init`"))?;
    let config = arguments.settings.over(config);
    let signer = if arguments.dev {
        signer(&folder, &config, &Passphrase::none())
    } else {
        signer(&folder, &config, &arguments.passphrase)
    }?;
    follow_log()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("could not begin")?;
    let done = runtime.block_on(serve(arguments, &folder, &config, signer));
    // Somebody may still be asked on the terminal, who never answers.
    runtime.shutdown_background();
    done.map(|()| ExitCode::SUCCESS)
}

async fn serve(
    arguments: &Arguments,
    folder: &Path,
    config: &Config,
    signer: Arc<dyn Signer>,
) -> Result<()> {
    // Before anything else, so that whoever stops it early stops it well.
    let mut term = signal(SignalKind::terminate()).context("could not listen for signals")?;
    let _metrics = match config.metrics {
        Some(address) => Some(
            Metrics::start(address)
                .await
                .map_err(|error| Fault::new(START, error))?,
        ),
        None => None,
    };
    let ledger = chain::connect(&config.chain).await?;
    if arguments.dev {
        chain::fund(&ledger, signer.public()).await?;
    }
    let node = Node::start(
        folder,
        config,
        engine::start(folder)?,
        signer,
        ledger.backend(),
    )
    .await
    .map_err(start_fault)?;
    let tcp = config.api.map(|address| Endpoint::Tcp(address.to_string()));
    let serving = Serving::start(&node.handle(), folder, tcp.as_ref(), Limits::default())
        .await
        .map_err(|error| match error {
            ServeError::Token(_) => Fault::new(TOKEN_FILE, error),
            ServeError::Start(_) => Fault::new(START, error),
        })?;
    let running = Running {
        key: node.key().into(),
        listening: node.listening().map(|address| address.to_string()),
        api: serving.local().to_string(),
        tcp: serving.tcp().map(ToString::to_string),
    };
    running.print(arguments.json)?;
    let local = serving.local().clone();
    let questions = async {
        if !arguments.ask {
            return std::future::pending().await;
        }
        let client = Client::connect(local, None).await.map_err(client_fault)?;
        ask_all(&client).await
    };
    let stopped = tokio::select! {
        _ = term.recv() => Ok(()),
        pressed = tokio::signal::ctrl_c() => pressed.context("could not listen for signals"),
        ended = questions => ended,
    };
    tracing::info!("stops: takes nothing new, and writes down what is under way");
    serving.shutdown().await;
    node.stop().await;
    stopped
}

/// Says what happens on the standard error: for people on a terminal, else a JSON object a line.
fn follow_log() -> Result<()> {
    let filter = EnvFilter::try_from_env(LOG_VARIABLE)
        .unwrap_or_else(|_| EnvFilter::new("warn,twinroot=info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    let begun = if io::stderr().is_terminal() {
        log.compact().try_init()
    } else {
        log.json().try_init()
    };
    begun.map_err(|error| anyhow::anyhow!("could not begin to log: {error}"))
}

/// Where a node that runs can be reached.
#[derive(Serialize)]
struct Running {
    key: Id,
    listening: Option<String>,
    api: String,
    tcp: Option<String>,
}

impl Running {
    /// In one line for programs, which wait for it.
    fn print(&self, json: bool) -> Result<()> {
        if is_for_programs(json) {
            let mut out = io::stdout().lock();
            serde_json::to_writer(&mut out, self).map_err(io::Error::from)?;
            writeln!(out)?;
            return Ok(out.flush()?);
        }
        Ok(self.tell(&mut anstream::stdout().lock())?)
    }
}

impl Report for Running {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        match &self.listening {
            Some(address) => writeln!(out, "node  {}@{address}", self.key)?,
            None => writeln!(out, "node  {}", self.key)?,
        }
        write!(out, "api   {}", self.api)?;
        match &self.tcp {
            Some(address) => writeln!(out, " and {address}"),
            None => writeln!(out),
        }
    }
}

//! Steps: `call`, `force`, `read`, `estimate`, `create`, `transfer`, `deposit`, `withdraw`.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap_complete::engine::ArgValueCompleter;
use twinroot_abi::{Amount, Gas, Side};
use twinroot_client::api::{Args, Bytes, Coins, Done, Operation, Step, Work};
use twinroot_node::codes::PEER_REFUSED;

use super::{Session, complete, pick, progress};
use crate::author::codes::{ARGUMENTS, NO_FILE};
use crate::author::{Fault, output, spec_of};
use crate::node::codes::WHICH;
use crate::node::{EXIT_CODES, client_fault};

/// What a call is made of: the same for `call`, `force`, `read` and `estimate`.
#[derive(clap::Args)]
struct Called {
    /// Channel and contract, where there are several; the entry; its arguments as name=value, parts as JSON.
    #[arg(
        required = true,
        value_name = "[[CHANNEL] CONTRACT] ENTRY NAME=VALUE",
        add = ArgValueCompleter::new(complete::called)
    )]
    words: Vec<String>,
    /// Free coins that go with the call.
    #[arg(long, value_name = "COINS", default_value_t = 0)]
    value: u64,
    /// Gas that it may use; else as much as it needs now and a quarter more.
    #[arg(long)]
    gas: Option<u64>,
    /// A bundle of oracle messages, as `twinroot oracle export` writes it; may stand several times.
    #[arg(long, value_name = "FILE")]
    facts: Vec<PathBuf>,
    #[command(flatten)]
    key: Key,
}

/// The caller's own name of a step.
#[derive(clap::Args)]
struct Key {
    /// A name of this step: the same again is the same step, with the same answer.
    #[arg(long, default_value = "", hide_default_value = true)]
    key: String,
}

/// Call an entry of a contract: both carry it out and sign.
#[derive(clap::Args)]
#[command(
    long_about = "Call an entry of a contract: both carry it out and sign. `twinroot channel show` lists the entries and what they take.",
    after_help = format!("Examples:\n  twinroot channel call raise step=5\n  twinroot channel call PerSecond start --value 500\n  \
        twinroot channel call 3f2a 77c0 claim 'deal={{\"price\":3}}' --facts bundle --or-force\n\n{EXIT_CODES}")
)]
pub(super) struct Call {
    #[command(flatten)]
    called: Called,
    /// If the peer has not signed after so many blocks, the ledger carries it out.
    #[arg(long, value_name = "BLOCKS")]
    force_after: Option<u64>,
    /// If the peer refuses, the ledger carries it out.
    #[arg(long)]
    or_force: bool,
}

/// Have the ledger carry out a call, without the peer. It takes what `call` takes.
#[derive(clap::Args)]
#[command(after_help = format!("Examples:\n  twinroot channel force stop\n\n{EXIT_CODES}"))]
pub(super) struct Force {
    #[command(flatten)]
    called: Called,
}

/// Show what a call would return. Nothing is done, and nobody else hears of it.
#[derive(clap::Args)]
#[command(after_help = format!("Examples:\n  twinroot channel read draw\n\n{EXIT_CODES}"))]
pub(super) struct Read {
    #[command(flatten)]
    called: Called,
}

/// Show what a call would return, its gas, and what it would cost to force it. Nothing is done.
#[derive(clap::Args)]
#[command(after_help = format!("Examples:\n  twinroot channel estimate stop\n\n{EXIT_CODES}"))]
pub(super) struct Estimate {
    #[command(flatten)]
    called: Called,
}

/// Make a contract in the channel: both sign.
#[derive(clap::Args)]
#[command(
    long_about = "Make a contract in the channel: both sign. What it offers for hold and fallback is taken where nothing else is said.",
    after_help = format!("Examples:\n  twinroot channel create contracts/wasm/per-second.wasm payer=initiator rate=100\n\n{EXIT_CODES}")
)]
pub(super) struct Create {
    /// The module, and arguments of `init` as name=value.
    #[arg(required = true, value_name = "WASM NAME=VALUE")]
    words: Vec<String>,
    /// The channel, where there are several.
    #[arg(long, add = ArgValueCompleter::new(complete::channel))]
    channel: Option<String>,
    /// Blocks, from now on, in which no solo close pays out while it holds coins.
    #[arg(long, value_name = "BLOCKS")]
    hold: Option<u64>,
    /// Percent of its coins that go to this side if the channel closes first.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    fallback: Option<u8>,
    /// Gas that `init` may use; else as much as it needs now and a quarter more.
    #[arg(long)]
    gas: Option<u64>,
    #[command(flatten)]
    key: Key,
}

/// Pay the peer, out of the own free coins.
#[derive(clap::Args)]
#[command(after_help = format!("Examples:\n  twinroot channel transfer 500\n  twinroot channel transfer 3f2a 500\n\n{EXIT_CODES}"))]
pub(super) struct Transfer {
    #[command(flatten)]
    coins: Moved,
}

/// Bring coins of the own account into the channel; both sign, and the ledger moves them.
#[derive(clap::Args)]
#[command(after_help = format!("Examples:\n  twinroot channel deposit 500\n\n{EXIT_CODES}"))]
pub(super) struct Deposit {
    #[command(flatten)]
    coins: Moved,
}

/// Take own free coins out of the channel; both sign, and the ledger moves them.
#[derive(clap::Args)]
#[command(after_help = format!("Examples:\n  twinroot channel withdraw 500\n\n{EXIT_CODES}"))]
pub(super) struct Withdraw {
    #[command(flatten)]
    coins: Moved,
}

/// Coins of a channel.
#[derive(clap::Args)]
struct Moved {
    /// The channel, where there are several, and how many coins.
    #[arg(required = true, num_args = 1..=2, value_names = ["CHANNEL", "COINS"])]
    words: Vec<String>,
    #[command(flatten)]
    key: Key,
}

pub(super) async fn call(session: &Session, arguments: &Call) -> Result<ExitCode> {
    let mut step = arguments.called.step(session).await?;
    step.force_after = arguments.force_after;
    match session.node.call(step.clone()).await {
        Err(error) if arguments.or_force && error.code() == PEER_REFUSED => {
            anstream::eprintln!("{error}; the ledger is asked");
            if !step.key.is_empty() {
                step.key.push_str("/force");
            }
            force_step(session, step).await
        }
        result => done(session, result),
    }
}

/// Percent that each side gets where nobody says more.
const EVEN: u8 = 50;
/// Basis points in a percent.
const BASIS_POINTS: u16 = 100;

pub(super) async fn force(session: &Session, arguments: &Force) -> Result<ExitCode> {
    let step = arguments.called.step(session).await?;
    force_step(session, step).await
}

async fn force_step(session: &Session, step: Step) -> Result<ExitCode> {
    let what = "the ledger carries the step out";
    let forced = progress::during(&session.node, what, session.node.force(step)).await;
    done(session, forced)
}

pub(super) async fn read(session: &Session, arguments: &Read) -> Result<ExitCode> {
    let step = arguments.called.step(session).await?;
    done(session, session.node.read(step).await)
}

pub(super) async fn estimate(session: &Session, arguments: &Estimate) -> Result<ExitCode> {
    let step = arguments.called.step(session).await?;
    done(session, session.node.estimate(step).await)
}

pub(super) async fn create(session: &Session, arguments: &Create) -> Result<ExitCode> {
    let Create {
        words,
        channel,
        hold,
        fallback,
        gas,
        key,
    } = arguments;
    let channel = pick::channel(&session.node, channel.as_deref()).await?;
    let (path, args) = words
        .split_first()
        .ok_or_else(|| Fault::new(WHICH, "no module is named"))?;
    let wasm = fs::read(path).map_err(|error| Fault::new(NO_FILE, format!("{path}: {error}")))?;
    let spec = spec_of(&wasm)?;
    if let Some(spec) = &spec {
        // Here the message has the words of whoever wrote them.
        spec.encode_words(twinroot_abi::INIT, args)
            .map_err(Fault::from)?;
    }
    let offered = spec.as_ref().and_then(|spec| spec.hold);
    let hold = match hold.or(offered).unwrap_or(0) {
        0 => 0,
        blocks => session
            .node
            .status()
            .await
            .map_err(client_fault)?
            .height
            .saturating_add(blocks),
    };
    let offered = spec.as_ref().and_then(|spec| spec.fallback);
    let own = u16::from(fallback.or(offered).unwrap_or(EVEN)).saturating_mul(BASIS_POINTS);
    let is_initiator = session
        .node
        .show(channel)
        .await
        .map_err(client_fault)?
        .summary
        .side
        == Side::Initiator.to_string();
    let operation = Operation::Create {
        wasm: Bytes(wasm),
        args: Args::Words(args.to_vec()),
        fallback: if is_initiator {
            own
        } else {
            (100 * BASIS_POINTS).saturating_sub(own)
        },
        hold,
        gas: gas.map(|gas| Work(Gas(gas))),
    };
    let step = Step::on(channel).and(operation).keyed(&*key.key);
    done(session, session.node.call(step).await)
}

pub(super) async fn transfer(session: &Session, arguments: &Transfer) -> Result<ExitCode> {
    arguments
        .coins
        .make(session, |amount| Operation::Transfer { amount })
        .await
}

pub(super) async fn deposit(session: &Session, arguments: &Deposit) -> Result<ExitCode> {
    arguments
        .coins
        .make(session, |amount| Operation::Deposit { amount })
        .await
}

pub(super) async fn withdraw(session: &Session, arguments: &Withdraw) -> Result<ExitCode> {
    arguments
        .coins
        .make(session, |amount| Operation::Withdraw { amount })
        .await
}

fn done(session: &Session, result: Result<Done, twinroot_client::Error>) -> Result<ExitCode> {
    output::print(&result.map_err(client_fault)?, session.json)?;
    Ok(ExitCode::SUCCESS)
}

impl Called {
    /// The step that the words say.
    async fn step(&self, session: &Session) -> Result<Step, Fault> {
        let names = self
            .words
            .iter()
            .take_while(|word| !word.contains('='))
            .count();
        let (names, args) = self.words.split_at(names);
        let (channel, contract, entry) = match names {
            [entry] => (None, None, entry),
            [contract, entry] => (None, Some(contract), entry),
            [channel, contract, entry] => (Some(channel), Some(contract), entry),
            [] => return Err(Fault::new(ARGUMENTS, "no entry is named")),
            _ => {
                return Err(Fault::new(
                    ARGUMENTS,
                    "there are too many names before the arguments: [[CHANNEL] CONTRACT] ENTRY",
                ));
            }
        };
        let channel = pick::channel(&session.node, channel.map(String::as_str)).await?;
        let shown = session.node.show(channel).await.map_err(client_fault)?;
        let contract = pick::contract(&shown, contract.map(String::as_str))?.contract;
        let mut facts = Vec::new();
        for path in &self.facts {
            let bundle = fs::read(path)
                .map_err(|error| Fault::new(NO_FILE, format!("{}: {error}", path.display())))?;
            facts.push(Bytes(bundle));
        }
        let operation = Operation::Call {
            contract,
            entry: entry.clone(),
            args: Args::Words(args.to_vec()),
            value: Coins(Amount(self.value)),
            gas: self.gas.map(|gas| Work(Gas(gas))),
            facts,
        };
        Ok(Step::on(channel).and(operation).keyed(&*self.key.key))
    }
}

impl Moved {
    async fn make(
        &self,
        session: &Session,
        operation: impl FnOnce(Coins) -> Operation,
    ) -> Result<ExitCode> {
        let (channel, amount) = super::message::last(&self.words)?;
        let amount = amount.parse().map_err(|_| {
            Fault::new(
                ARGUMENTS,
                format!("`{}` is no number of coins", output::quoted(amount)),
            )
        })?;
        let channel = pick::channel(&session.node, channel).await?;
        let step = Step::on(channel)
            .and(operation(Coins(Amount(amount))))
            .keyed(&*self.key.key);
        done(session, session.node.call(step).await)
    }
}

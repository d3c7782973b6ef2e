//! `twinroot play`: one person drives both parties, the ledger and the network.

mod state;
mod tell;

use std::fs;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::PathBuf;

use anstyle::Style;
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use serde::Serialize;
use twinroot_abi::{Amount, Side};
use twinroot_sim::{Action, Broken, Config, Happened, Script, Sim, toys};

use state::State;
use tell::Told;

const TITLE: Style = Style::new().bold();
/// Messages that arrive at one `deliver`, at most.
const MESSAGES: usize = 200;

/// Drive both parties, the ledger and the network, step by step.
///
/// Without a script, lines are read from the terminal or from standard input. `help` lists them. The
/// contract of the simulation is a toy: it keeps coins, pays out to whoever calls it, and stores the
/// height. A script may begin with lines such as `with bad responder`, `with unwilling initiator` or `with
/// lock 20`. What the fuzzer finds is such a script as well.
#[derive(Args)]
#[command(
    after_help = "Exit codes: 0 done, 1 a line could not be understood or read, 2 wrong usage, 3 something \
                  happened that must never happen."
)]
pub(crate) struct Arguments {
    /// A file with one line for each thing that happens.
    script: Option<PathBuf>,
    /// One JSON object a line: what was done, what followed, how things stand.
    #[arg(long)]
    json: bool,
    /// Who keeps to the protocol; the other side may cheat (`close-stale`, `force-stale`, ...).
    #[arg(long, value_enum, default_value_t = Honest::Both)]
    honest: Honest,
    /// Users are asked; without it both agree to whatever is asked.
    #[arg(long)]
    ask: bool,
    /// Blocks in which the other side may answer a close.
    #[arg(long, default_value_t = 10)]
    lock: u64,
    /// Coins that each side locks.
    #[arg(long, default_value_t = 1_000)]
    deposit: u64,
}

#[derive(Clone, Copy, ValueEnum)]
enum Honest {
    Both,
    Initiator,
    Responder,
}

/// Something happened that must never happen.
#[derive(Debug)]
pub(crate) struct Never(Broken);

impl std::fmt::Display for Never {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "this must never be: {}; please report the script",
            self.0
        )
    }
}

impl std::error::Error for Never {}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let interactive = arguments.script.is_none() && io::stdin().is_terminal() && !arguments.json;
    if interactive {
        let mut game = Game::begin(arguments.config(), false)?;
        println!(
            "A channel is open between initiator and responder. `help` lists what can happen."
        );
        game.show()?;
        return game.play(io::stdin().lock().lines(), true);
    }
    let script = match &arguments.script {
        Some(path) => fs::read_to_string(path)
            .with_context(|| format!("could not read {}", path.display()))?,
        None => io::read_to_string(io::stdin()).context("could not read standard input")?,
    };
    let said: Vec<&str> = script.lines().filter(|line| is_config(line)).collect();
    let config = if said.is_empty() {
        arguments.config()
    } else {
        said.join("\n").parse::<Script>()?.config
    };
    let lines = script.lines().map(|line| Ok(line.to_owned()));
    Game::begin(config, arguments.json)?.play(lines, false)
}

impl Arguments {
    fn config(&self) -> Config {
        Config {
            deposits: [Amount(self.deposit); 2],
            lock: self.lock,
            honest: match self.honest {
                Honest::Both => [true; 2],
                Honest::Initiator => [true, false],
                Honest::Responder => [false, true],
            },
            willing: [!self.ask; 2],
            ..Config::default()
        }
    }
}

/// Whether a line says what a life begins with. Those count wherever they stand, and count more than
/// options.
fn is_config(line: &str) -> bool {
    line.trim_start().starts_with("with ")
}

struct Game {
    sim: Sim<'static>,
    json: bool,
    line: usize,
}

/// What one line led to, for machines.
#[derive(Serialize)]
struct Record<'a> {
    line: usize,
    action: &'a str,
    happened: Vec<Told>,
    state: State,
}

impl Game {
    fn begin(config: Config, json: bool) -> Result<Self> {
        Ok(Self {
            sim: Sim::new(config, toys()).map_err(Never)?,
            json,
            line: 0,
        })
    }

    fn play(
        &mut self,
        lines: impl Iterator<Item = io::Result<String>>,
        interactive: bool,
    ) -> Result<()> {
        if interactive {
            println!(
                "A channel is open between initiator and responder. `help` lists what can happen."
            );
            self.show()?;
        }
        prompt(interactive)?;
        for line in lines {
            let line = line.context("could not read the next line")?;
            self.line += 1;
            match self.act(line.trim(), interactive) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(error) if interactive && !error.is::<Never>() => {
                    anstream::println!("  {error:#}");
                }
                Err(error) => {
                    return Err(error.context(format!("line {}: {}", self.line, line.trim())));
                }
            }
            prompt(interactive)?;
        }
        Ok(())
    }

    /// Does what a line says; `false` where it says that this is enough.
    fn act(&mut self, line: &str, interactive: bool) -> Result<bool> {
        match line {
            "" => {}
            "quit" | "exit" => return Ok(false),
            "help" => print!("{HELP}"),
            "show" => self.show()?,
            "deliver" => {
                let happened = self.deliver()?;
                self.tell(line, &happened)?;
            }
            "finish" => {
                self.sim.finish().map_err(Never)?;
                self.show()?;
            }
            comment if comment.starts_with('#') => {}
            // It was read before the first line.
            config if is_config(config) && !interactive => {}
            action => {
                let action: Action = action.parse()?;
                let happened = self.sim.act(action).map_err(Never)?;
                self.tell(line, &happened)?;
            }
        }
        Ok(true)
    }

    /// All messages arrive, and those that answer them.
    fn deliver(&mut self) -> Result<Vec<Happened>> {
        let mut happened = Vec::new();
        for _ in 0..MESSAGES {
            let to = Side::BOTH
                .into_iter()
                .find(|side| self.sim.on_the_way(*side) > 0);
            let Some(to) = to else {
                return Ok(happened);
            };
            happened.extend(self.sim.act(Action::Deliver(to, 0)).map_err(Never)?);
        }
        bail!("messages go on and on")
    }

    fn tell(&self, line: &str, happened: &[Happened]) -> Result<()> {
        let told: Vec<Told> = happened.iter().map(tell::told).collect();
        if self.json {
            let record = Record {
                line: self.line,
                action: line,
                happened: told,
                state: State::of(&self.sim),
            };
            writeln!(io::stdout(), "{}", serde_json::to_string(&record)?)?;
            return Ok(());
        }
        let mut out = anstream::stdout().lock();
        writeln!(out, "{TITLE}{line}{TITLE:#}")?;
        for Told { who, text, .. } in told {
            writeln!(out, "  {who:<10} {text}")?;
        }
        Ok(())
    }

    fn show(&self) -> Result<()> {
        let state = State::of(&self.sim);
        if self.json {
            writeln!(io::stdout(), "{}", serde_json::to_string(&state)?)?;
        } else {
            write!(anstream::stdout(), "{state}")?;
        }
        Ok(())
    }
}

fn prompt(interactive: bool) -> Result<()> {
    if interactive {
        print!("> ");
        io::stdout().flush()?;
    }
    Ok(())
}

const HELP: &str = "\
Who: `initiator` (or A) and `responder` (or B).

What a user does
  A propose WISH       propose a step                A approve | decline   answer what was asked
  A cancel             take back what was proposed   A note 7              say something
  A propose-close 20   end it together, in 20 blocks A leave               go away for a while
  A force WISH         have the ledger do it         A close               close it on the ledger
  A snapshot           tell the ledger the newest    A tick                time passes: ask again
Wishes: pay 5, ask 5 (of the peer), deposit 5, withdraw 5, create 0 (a contract, held 0 blocks),
  fund 5 (into it), claim 5 (out of it), stamp 1 (store the height), lower-hold 3 (blocks from now)

Beside the channel, on the ledger
  A bond 100           vouch for a feed              A unbond              want that bond back
  A release A          it goes back, after a delay   A forfeit B           prove that the feed lied
  B register 5         answer for 5 coins            B extend 5            go on with that
  A ask 7              ask the peer question 7       B answer 0            answer the newest question
  A refund 0           have its price back

What the world does
  deliver              all messages arrive           mine 3                three blocks
  A deliver 0          one on the way to A arrives   fork 2                two blocks are replaced
  A duplicate 0        it arrives, and will again    cut, connect          the connection
  A lose 0             it is lost
  A slow, A written, A write-fails                   the disk
  A crash written, A crash unwritten, A restart      the computer
  A backup 2           A comes back from a copy that lacks the 2 newest records

What a cheater does (with --honest)
  A close-stale 1      close at the state before the newest       A slash-stale 1
  A force-stale 1 WISH force a step on it                         A snapshot-stale 1
  A sign-secretly 0    sign the newest proposal of the peer, and post it instead of answering
  A propose-twice 5    sign a second step of the same round

Besides: show, finish (everything comes to its end), quit, # a comment
";

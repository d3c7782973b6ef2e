//! `twinroot bench`: how fast the VM is, in ratios of one run.

mod own;

use std::io::{self, Write};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use twinroot_benches::{Figure, GROUPS};

/// Measure the VM beside plain engines and this machine, or a contract of your own.
#[derive(clap::Args)]
#[command(
    long_about = "Measure the VM, in under two minutes: each figure is the time of something, and how many times that of \
        something else it is, both taken in turns in this run. With a contract: the time and gas of one entry, beside \
        the same module without gas. Arguments have the names of the contract's spec; `twinroot inspect` shows them. The contract \
        has 1,000,000 coins, the height is 100, and no coins or facts come with the call.",
    after_help = "Examples:\n  twinroot bench\n  twinroot bench --only metering --json\n  \
        twinroot bench counter.wasm --entry raise step=5\n  twinroot bench old.wasm --entry release --args 00ff\n\n\
        Exit codes: 0 done; 1 the contract is at fault, or a call did not succeed; 2 wrong usage, wrong arguments; 3 the file \
        cannot be read."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    own: own::Arguments,
    /// Only groups whose name begins so: metering, native, call, host_call, compile, cache, batch, state, oracle.
    #[arg(long, value_name = "GROUP", conflicts_with = "contract")]
    only: Option<String>,
    /// One JSON object a line: name, ratio, against, median_ns, min_ns.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if own::run(&arguments.own, arguments.json)? {
        Ok(())
    } else {
        all(arguments)
    }
}

fn all(arguments: &Arguments) -> anyhow::Result<()> {
    let only = arguments.only.as_deref().unwrap_or_default();
    let groups: Vec<_> = GROUPS
        .iter()
        .filter(|group| group.name.starts_with(only))
        .collect();
    anyhow::ensure!(!groups.is_empty(), "there is no group `{only}`; see --help");
    // Goes to the terminal, if there is one, and leaves the output alone.
    let bar = ProgressBar::new(groups.len() as u64).with_style(
        ProgressStyle::with_template("{bar:24} {pos}/{len} {msg}")
            .unwrap_or(ProgressStyle::default_bar()),
    );
    let mut figures = Vec::new();
    for group in groups {
        bar.set_message(group.about);
        bar.tick();
        let new = (group.run)();
        if arguments.json {
            bar.suspend(|| new.iter().try_for_each(line))?;
        }
        figures.extend(new);
        bar.inc(1);
    }
    bar.finish_and_clear();
    if arguments.json {
        Ok(())
    } else {
        table(&figures)
    }
}

fn table(figures: &[Figure]) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    let width = figures.iter().map(|figure| figure.name.len()).max();
    let width = width.unwrap_or_default();
    writeln!(
        out,
        "{:width$}  {:>10}  {:>10}  {:>6}  against",
        "", "median", "best", "ratio"
    )?;
    for figure in figures {
        let Figure {
            name,
            ratio,
            against,
            ..
        } = figure;
        let (median, best) = (time(figure.median_ns), time(figure.min_ns));
        writeln!(
            out,
            "{name:width$}  {median:>10}  {best:>10}  {ratio:>6.2}  {against}"
        )?;
    }
    Ok(())
}

fn line(what: &impl Serialize) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, what)?;
    writeln!(out)?;
    Ok(())
}

#[expect(clippy::float_arithmetic, reason = "for people to read")]
fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ns if ns < 1e3 => format!("{ns:.1} ns"),
        ns if ns < 1e6 => format!("{:.2} us", ns / 1e3),
        ns => format!("{:.2} ms", ns / 1e6),
    }
}

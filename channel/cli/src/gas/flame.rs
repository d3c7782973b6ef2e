//! `twinroot gas flame`: a picture of where the gas goes.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use super::Package;

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    package: Package,
    /// Only calls of this entry.
    #[arg(long)]
    entry: Option<String>,
    /// Where the picture goes, as SVG.
    #[arg(long, value_name = "FILE", default_value = "gas.svg")]
    output: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<()> {
    let tests = arguments.package.steps()?;
    let wanted = |entry: &str| {
        arguments
            .entry
            .as_deref()
            .is_none_or(|wanted| wanted == entry)
    };
    let mut stacks: BTreeMap<String, u64> = BTreeMap::new();
    for step in tests.values().flatten().filter(|step| wanted(&step.entry)) {
        let lines = step.traced.iter().flat_map(|traced| traced.folded.lines());
        for (stack, gas) in lines.filter_map(|line| line.rsplit_once(' ')) {
            let gas: u64 = gas.parse().unwrap_or_default();
            *stacks.entry(stack.to_owned()).or_default() += gas;
        }
    }
    ensure!(
        !stacks.is_empty(),
        "no test calls {}",
        arguments.entry.as_deref().unwrap_or("anything")
    );
    let folded: String = stacks
        .iter()
        .map(|(stack, gas)| format!("{stack} {gas}\n"))
        .collect();
    let svg = twinroot_profile::flame_graph("Gas of the tests' calls", &folded)?;
    fs::write(&arguments.output, svg)
        .with_context(|| format!("could not write {}", arguments.output.display()))?;
    anstream::eprintln!("{}: {} stacks", arguments.output.display(), stacks.len());
    Ok(())
}

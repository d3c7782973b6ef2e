//! `twinroot oracle register` and `twinroot oracle extend`.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use twinroot_abi::Amount;
use twinroot_client::api::{Coins, Id};
use twinroot_wire::Action;

use super::ledger::{Sender, When, post};
use crate::author::output::{self, Report};
use crate::chain::{At, EXIT_CODES};
use crate::channel::{coins, wait};

/// Become an oracle of the ledger: an account that answers questions for a price.
#[derive(clap::Args)]
#[command(
    long_about = "Become an oracle of the ledger: an account that answers questions for a price (docs/spec/arbiter.md, 12). Whoever asks locks \
        the price; the answer unlocks it, and silence gives it back. `extend` says price and last height anew.",
    after_help = format!("Examples:\n  twinroot oracle register --key oracle.key --price 50 --until +10000\n  \
        twinroot oracle extend --key oracle.key --price 60 --until +20000\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// Coins for an answer.
    #[arg(long)]
    price: u64,
    /// The last height at which it is an oracle: 1200, or +500 from now.
    #[arg(long, value_name = "HEIGHT")]
    until: When,
    #[command(flatten)]
    sender: Sender,
    #[command(flatten)]
    at: At,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, is_new: bool) -> Result<ExitCode> {
    let key = arguments.sender.secret()?;
    let ledger = arguments.at.ledger()?;
    let price = Amount(arguments.price);
    let shown = wait(async {
        let until = arguments.until.height(&ledger).await?;
        let action = if is_new {
            Action::Register { price, until }
        } else {
            Action::Extend { price, until }
        };
        let transaction = post(&ledger, &key, &action).await?;
        Ok::<_, crate::author::Fault>(Registered {
            oracle: key.public().into(),
            price: price.into(),
            until: until.0,
            transaction: transaction.into(),
        })
    })??;
    output::print(&shown, arguments.json)?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
struct Registered {
    oracle: Id,
    price: Coins,
    until: u64,
    transaction: Id,
}

impl Report for Registered {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "{} is an oracle until height {}, for {} coins an answer",
            self.oracle,
            self.until,
            coins(self.price)
        )
    }
}

//! `twinroot oracle query`: ask an oracle of the ledger, and show what it said.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use twinroot_abi::{Amount, Height};
use twinroot_chain::{Answer, ChainBackend, Query};
use twinroot_client::api::Id;
use twinroot_exec::Bundle;
use twinroot_feed::{Asked, BundleError, Query as Named, Shown as Proven};
use twinroot_types::encode;
use twinroot_wire::Action;

use super::advice;
use super::codes::SHORTFALL;
use super::ledger::{When, Words, other_answer, post, secret, words};
use crate::author::Fault;
use crate::author::codes::NO_FILE;
use crate::author::output::{self, Report};
use crate::chain::{At, EXIT_CODES, codes, fault};
use crate::channel::wait;
use crate::key::Passphrase;

/// Ask an oracle of the ledger, show what it said, or write the fact that a contract's call takes.
#[derive(clap::Args)]
#[command(
    long_about = "A query is an oracle, a question and two heights: the last one for the answer, and the last one at which the answer is kept. \
        Those four are its name, so a contract can name it before anyone asked, and anyone may ask it for anyone: with --ask, the account \
        of --key pays. Without it, this shows what the ledger has of it. --proof writes the fact that a contract's call takes (docs/spec/oracles.md, 9): \
        it holds for a call that pins the present block, on both paths.",
    after_help = format!("Examples:\n  \
        twinroot oracle query 5f..00 'who won?' --answer-by 1200 --kept-until 2200 --ask 50 --key carol.key\n  \
        twinroot oracle query 5f..00 'who won?' --answer-by 1200 --kept-until 2200 --proof answer.bundle\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// The oracle's key.
    oracle: Id,
    /// The question: text, or 0x and hex; 1 to 256 bytes.
    question: Words,
    /// The last height for the answer: 1200, or +500 from now.
    #[arg(long, value_name = "HEIGHT")]
    answer_by: When,
    /// The last height up to which the answer is kept.
    #[arg(long, value_name = "HEIGHT")]
    kept_until: When,
    /// Ask, and pay at most so many coins to the oracle.
    #[arg(long, value_name = "COINS", requires = "key")]
    ask: Option<u64>,
    /// Write the fact for a contract's call.
    #[arg(long, value_name = "FILE")]
    proof: Option<PathBuf>,
    /// Place of the policy in the contract's section, for --proof.
    #[arg(long, default_value_t = 0)]
    policy: u8,
    /// The key file of the account that asks and pays, for --ask.
    #[arg(long, value_name = "FILE", requires = "ask")]
    key: Option<PathBuf>,
    #[command(flatten)]
    passphrase: Passphrase,
    #[command(flatten)]
    at: At,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let key = match &arguments.key {
        Some(file) => Some(secret(file, &arguments.passphrase)?),
        None => None,
    };
    let ledger = arguments.at.ledger()?;
    let shown = wait(async {
        let named = arguments.named(&ledger).await?;
        if let (Some(key), Some(most)) = (&key, arguments.ask) {
            let Named {
                oracle,
                answer_by,
                kept_until,
                ..
            } = named;
            let (question, most) = (arguments.question.0.clone(), Amount(most));
            post(
                &ledger,
                key,
                &Action::Ask {
                    oracle,
                    question,
                    answer_by,
                    kept_until,
                    most,
                },
            )
            .await?;
        }
        let proven_at = match &arguments.proof {
            Some(file) => Some(prove(&ledger, &named, arguments.policy, file).await?),
            None => None,
        };
        let Answer::OracleQuery(asked) = ledger
            .query(Query::OracleQuery(named.id()))
            .await
            .map_err(fault)?
        else {
            return Err(other_answer());
        };
        Ok(Shown::new(&named, asked, proven_at))
    })??;
    output::print(&shown, arguments.json)?;
    Ok(ExitCode::SUCCESS)
}

impl Arguments {
    async fn named(&self, ledger: &dyn ChainBackend) -> Result<Named, Fault> {
        Ok(Named {
            oracle: self.oracle.into(),
            question: Named::hash(&self.question.0),
            answer_by: self.answer_by.height(ledger).await?,
            kept_until: self.kept_until.height(ledger).await?,
        })
    }
}

/// Writes the fact that shows a query at the present block, which is checked as a contract's call checks it.
async fn prove(
    ledger: &dyn ChainBackend,
    named: &Named,
    policy: u8,
    file: &Path,
) -> Result<Height, Fault> {
    let Answer::Proof(proof) = ledger
        .query(Query::Proof(named.place()))
        .await
        .map_err(fault)?
    else {
        return Err(other_answer());
    };
    let (block, message) = (proof.block.env(), proof.message());
    let Proven(asked) =
        Proven::open(&message, named, block).map_err(|error| Fault::new(codes::PROOF, error))?;
    let is_answered = asked.is_some_and(|asked| asked.answer.is_some());
    if block.height > named.kept_until {
        return Err(not_yet_or_no_more(BundleError::Forgotten));
    }
    if !is_answered && block.height <= named.answer_by {
        return Err(not_yet_or_no_more(BundleError::Pending));
    }
    let bundle = Bundle {
        policy,
        descriptors: Vec::new(),
        messages: vec![message],
    };
    fs::write(file, encode(&bundle))
        .map_err(|error| Fault::new(NO_FILE, format!("{}: {error}", file.display())))?;
    Ok(block.height)
}

/// A contract would call the call off.
fn not_yet_or_no_more(rule: BundleError) -> Fault {
    Fault::new(SHORTFALL, advice::sentence(rule.into()))
}

#[derive(Serialize)]
struct Shown {
    query: Id,
    answer_by: u64,
    kept_until: u64,
    asked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<String>,
    /// The block that the written fact is good for.
    #[serde(skip_serializing_if = "Option::is_none")]
    proven_at: Option<u64>,
}

impl Shown {
    fn new(named: &Named, asked: Option<Asked>, proven_at: Option<Height>) -> Self {
        let is_asked = asked.is_some();
        let answer = asked.and_then(|asked| asked.answer);
        Self {
            query: named.id().into(),
            answer_by: named.answer_by.0,
            kept_until: named.kept_until.0,
            asked: is_asked,
            answered_at: answer.as_ref().map(|answer| answer.at.0),
            answer: answer.map(|answer| words(&answer.bytes)),
            proven_at: proven_at.map(|height| height.0),
        }
    }
}

impl Report for Shown {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "query   {}", self.query)?;
        match (&self.answer, self.answered_at) {
            (Some(answer), Some(height)) => writeln!(out, "answer  {answer} (at height {height})")?,
            _ if self.asked => writeln!(out, "answer  none")?,
            _ => writeln!(out, "asked   not yet, or it is kept no more")?,
        }
        writeln!(
            out,
            "heights {} for the answer, which is kept until {}",
            self.answer_by, self.kept_until
        )?;
        match self.proven_at {
            Some(height) => writeln!(
                out,
                "proof   for calls that pin the block of height {height}"
            ),
            None => Ok(()),
        }
    }
}

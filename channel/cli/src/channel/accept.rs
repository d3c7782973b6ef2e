//! `twinroot channel accept` and `decline`: the answer to what the peer asks for.

use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap_complete::engine::ArgValueCompleter;
use serde::Serialize;
use twinroot_client::Client;
use twinroot_client::api::{Answer, Id, Question, Shown};

use super::{Session, complete, pick, question};
use crate::author::Fault;
use crate::author::output::{self, Report};
use crate::node::codes::NOT_SO;
use crate::node::{EXIT_CODES, client_fault};

/// Agree to what the peer asks for: a channel, a step, an end. It is shown before, and asked.
#[derive(clap::Args)]
#[command(
    long_about = "Agree to what the peer asks for: a channel, a step, an end. What it is and what it costs is shown before: of a contract its \
        code, its spec and whether that fits the code.",
    after_help = format!("Examples:\n  twinroot channel accept\n  twinroot channel accept 3f2a --yes\n\n{EXIT_CODES}")
)]
pub(super) struct Accept {
    /// The channel.
    #[arg(add = ArgValueCompleter::new(complete::channel))]
    channel: Option<String>,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

/// Refuse what the peer asks for.
#[derive(clap::Args)]
#[command(after_help = format!("Examples:\n  twinroot channel decline\n\n{EXIT_CODES}"))]
pub(super) struct Decline {
    /// The channel.
    #[arg(add = ArgValueCompleter::new(complete::channel))]
    channel: Option<String>,
}

pub(super) async fn accept(session: &Session, arguments: &Accept) -> Result<ExitCode> {
    let (shown, question) = asked(&session.node, arguments.channel.as_deref()).await?;
    let agrees = arguments.yes || ask(&shown, &question)?;
    answer(session, &shown, &question, agrees).await
}

pub(super) async fn decline(session: &Session, arguments: &Decline) -> Result<ExitCode> {
    let (shown, question) = asked(&session.node, arguments.channel.as_deref()).await?;
    answer(session, &shown, &question, false).await
}

/// The channel with a question, and its newest.
async fn asked(node: &Client, name: Option<&str>) -> Result<(Shown, Question), Fault> {
    let nothing = || {
        Fault::new(
            NOT_SO,
            "nothing is asked; `twinroot channel watch` shows when something is",
        )
    };
    if name.is_some() {
        let mut shown = node
            .show(pick::channel(node, name).await?)
            .await
            .map_err(client_fault)?;
        let question = shown.questions.pop().ok_or_else(nothing)?;
        return Ok((shown, question));
    }
    for summary in node.list().await.map_err(client_fault)? {
        let mut shown = node.show(summary.channel).await.map_err(client_fault)?;
        if let Some(question) = shown.questions.pop() {
            return Ok((shown, question));
        }
    }
    Err(nothing())
}

/// Shows what is asked, and asks.
fn ask(shown: &Shown, asked: &Question) -> Result<bool> {
    let mut out = anstream::stderr();
    question::tell(&shown.summary, asked, &mut out)?;
    if !io::stdin().is_terminal() {
        return Err(Fault::new(
            NOT_SO,
            "nobody can be asked here: `--yes` agrees to what is shown above",
        )
        .into());
    }
    Ok(read_answer(&mut out, &mut io::stdin().lock())?)
}

/// Asks until somebody says yes or no; the end of the input is a no.
pub(crate) fn read_answer(out: &mut dyn Write, input: &mut dyn BufRead) -> io::Result<bool> {
    loop {
        write!(out, "agree? [y/n] ")?;
        out.flush()?;
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            return Ok(false);
        }
        match line.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => return Ok(true),
            "n" | "no" => return Ok(false),
            _ => {}
        }
    }
}

async fn answer(
    session: &Session,
    shown: &Shown,
    question: &Question,
    agrees: bool,
) -> Result<ExitCode> {
    let channel = shown.summary.channel;
    give(&session.node, channel, question.question, agrees).await?;
    output::print(
        &Answered {
            channel,
            question: question.question,
            kind: question.kind.clone(),
            agreed: agrees,
        },
        session.json,
    )?;
    Ok(ExitCode::SUCCESS)
}

async fn give(node: &Client, channel: Id, question: Id, agrees: bool) -> Result<(), Fault> {
    let answer = Answer {
        channel,
        question: Some(question),
    };
    let given = if agrees {
        node.approve(answer).await
    } else {
        node.decline(answer).await
    };
    given.map_err(client_fault)
}

/// Shows and asks whatever comes, one after another, on the terminal of a node that runs; without end.
pub(crate) async fn ask_all(node: &Client) -> Result<()> {
    use futures_util::StreamExt;
    use twinroot_client::api::Events;
    let mut events = node.events(Events::default());
    while let Some(event) = events.next().await {
        let event = event.map_err(client_fault)?;
        let (Some(channel), "asked") = (event.channel, &*event.kind) else {
            continue;
        };
        // It may be answered already, or be of the past.
        let shown = node.show(channel).await.map_err(client_fault)?;
        let Some(question) = shown.questions.last().cloned() else {
            continue;
        };
        if event.details["question"] != question.question.to_string() {
            continue;
        }
        let name = question.question;
        let agrees = tokio::task::spawn_blocking(move || {
            let mut out = anstream::stderr();
            question::tell(&shown.summary, &question, &mut out)?;
            read_answer(&mut out, &mut io::stdin().lock())
        });
        let agrees = agrees.await.context("could not ask")??;
        if let Err(fault) = give(node, channel, name, agrees).await {
            anstream::eprintln!("{fault}");
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct Answered {
    channel: Id,
    question: Id,
    kind: String,
    agreed: bool,
}

impl Report for Answered {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "{} the {} in {}",
            if self.agreed { "agreed to" } else { "declined" },
            self.kind,
            self.channel
        )
    }
}

#[cfg(test)]
mod tests {
    use super::read_answer;

    #[test]
    fn only_a_yes_is_a_yes() {
        for (said, agrees) in [
            ("y\n", true),
            ("maybe\nYES\n", true),
            ("n\n", false),
            ("", false),
            ("yep\n", false),
        ] {
            let mut out = Vec::new();
            assert_eq!(
                read_answer(&mut out, &mut said.as_bytes()).unwrap(),
                agrees,
                "{said}"
            );
        }
    }
}

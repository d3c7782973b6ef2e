//! `twinroot channel message`.

use std::process::ExitCode;

use anyhow::Result;

use super::{Session, pick};
use crate::author::Fault;
use crate::node::codes::WHICH;
use crate::node::{EXIT_CODES, client_fault};

/// Say something to the peer.
#[derive(clap::Args)]
#[command(after_help = format!("Examples:\n  twinroot channel message 'the bike is at the station'\n\n{EXIT_CODES}"))]
pub(super) struct Arguments {
    /// The channel, where there are several, and the text.
    #[arg(required = true, num_args = 1..=2, value_names = ["CHANNEL", "TEXT"])]
    words: Vec<String>,
}

pub(super) async fn run(session: &Session, arguments: &Arguments) -> Result<ExitCode> {
    let (name, text) = last(&arguments.words)?;
    let channel = pick::channel(&session.node, name).await?;
    session
        .node
        .message(channel, text.as_bytes())
        .await
        .map_err(client_fault)?;
    Ok(ExitCode::SUCCESS)
}

/// The last word, and the channel's name before it.
pub(super) fn last(words: &[String]) -> Result<(Option<&str>, &str), Fault> {
    match words {
        [last] => Ok((None, last)),
        [channel, last] => Ok((Some(channel), last)),
        _ => Err(Fault::new(WHICH, "there are too many words")),
    }
}

//! Waiting for blocks.

use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::interval;
use twinroot_client::Client;
use twinroot_client::api::{Event, Events, Id};

use crate::author::{Fault, output};
use crate::node::client_fault;

/// Follows a channel until an event of it says that enough has happened; on a terminal, a line shows what it waits for.
///
/// # Errors
/// Where the node can be asked no more.
pub(super) async fn until<T>(
    node: &Client,
    channel: Id,
    after: u64,
    what: &str,
    mut is_enough: impl FnMut(&Event) -> Option<T>,
) -> Result<T, Fault> {
    let bar = bar();
    let mut events = node.events(Events {
        after: Some(after),
        limit: None,
        channel: Some(channel),
    });
    let mut looks = interval(LOOK);
    let mut last = String::new();
    loop {
        tokio::select! {
            event = events.next() => {
                let Some(event) = event else { continue };
                let event = event.map_err(client_fault)?;
                last = output::quoted(&event.text);
                if let Some(enough) = is_enough(&event) {
                    bar.finish_and_clear();
                    return Ok(enough);
                }
            }
            _ = looks.tick() => look(&bar, node, what, &last).await,
        }
    }
}

/// Does something that takes blocks; on a terminal, a line shows what it waits for.
pub(super) async fn during<T>(node: &Client, what: &str, work: impl Future<Output = T>) -> T {
    let bar = bar();
    let mut looks = interval(LOOK);
    let mut work = pin!(work);
    loop {
        tokio::select! {
            done = &mut work => {
                bar.finish_and_clear();
                return done;
            }
            _ = looks.tick() => look(&bar, node, what, "").await,
        }
    }
}

/// Waits for a height of the ledger; on a terminal, a bar shows how far it is.
///
/// # Errors
/// Where the node can be asked no more.
pub(super) async fn height(node: &Client, height: u64, what: &str) -> Result<(), Fault> {
    let begin = node.status().await.map_err(client_fault)?.height;
    let blocks = height.saturating_sub(begin);
    let style = ProgressStyle::with_template("{bar:40} {pos} of {len} blocks: {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(blocks)
        .with_style(style)
        .with_message(what.to_owned());
    let mut looks = interval(LOOK);
    loop {
        looks.tick().await;
        let present = node.status().await.map_err(client_fault)?.height;
        bar.set_position(present.saturating_sub(begin).min(blocks));
        if present >= height {
            bar.finish_and_clear();
            return Ok(());
        }
    }
}

fn bar() -> ProgressBar {
    ProgressBar::new_spinner().with_style(
        ProgressStyle::with_template("{spinner} {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner()),
    )
}

async fn look(bar: &ProgressBar, node: &Client, what: &str, last: &str) {
    // Nobody looks at the height where there is no terminal.
    if !bar.is_hidden()
        && let Ok(status) = node.status().await
    {
        let apart = if last.is_empty() { "" } else { "; " };
        bar.set_message(format!("height {}: {what}{apart}{last}", status.height));
    }
    bar.tick();
}

/// How often the height is looked at, for whoever watches.
const LOOK: Duration = Duration::from_millis(500);

//! Waiting for blocks.

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
    let bar = ProgressBar::new_spinner().with_style(
        ProgressStyle::with_template("{spinner} {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner()),
    );
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
            _ = looks.tick() => {
                // Nobody looks at the height where there is no terminal.
                if !bar.is_hidden() && let Ok(status) = node.status().await {
                    bar.set_message(format!("height {}: {what}{}{last}", status.height, if last.is_empty() { "" } else { "; " }));
                }
                bar.tick();
            }
        }
    }
}

/// How often the height is looked at, for whoever watches.
const LOOK: Duration = Duration::from_millis(500);

//! A log as a source: what another program appends to its log is given to a keeper.

use core::mem;
use core::time::Duration;

use crate::running::{Lost, Pauses, Running};
use crate::{Keeper, LinkState, LogReader, Origin};

/// Gives `keeper` what is in a log of its feed, and what is appended to it.
pub fn follow_log(reader: LogReader, keeper: Keeper) -> Running {
    let origin = Origin::new(&format!("file:{}", reader.path().display()));
    Running::start(async move {
        keeper.tell(&origin, LinkState::Up);
        let mut reader = Box::new(reader);
        let mut pauses = Pauses::new();
        // Whoever has something keeps it, though it is not in the log any more.
        let begun = keeper.overview().await;
        let mut is_empty = begun.is_ok_and(|begun| begun.messages == 0);
        // What was read and is not kept yet.
        let mut records = Vec::new();
        loop {
            if records.is_empty() {
                let read = tokio::task::spawn_blocking(move || {
                    let records = reader.records();
                    (reader, records)
                });
                // Only where the runtime shuts down.
                let Ok((back, read)) = read.await else {
                    return;
                };
                reader = back;
                match read {
                    Ok((read, _)) if read.is_empty() => {
                        tokio::time::sleep(BETWEEN_LOOKS).await;
                        continue;
                    }
                    Ok((read, _)) => records = read,
                    Err(error) => {
                        let lost = Lost::at_once(error);
                        pauses.after(lost, |link| keeper.tell(&origin, link)).await;
                        continue;
                    }
                }
            }
            let messages: Vec<Vec<u8>> = records.iter().map(|it| it.message.clone()).collect();
            match keeper.deliver_all(&origin, messages).await {
                Ok(()) => records.clear(),
                Err(unkept) => {
                    let lost = Lost::at_once(unkept);
                    pauses.after(lost, |link| keeper.tell(&origin, link)).await;
                    continue;
                }
            }
            if mem::take(&mut is_empty) {
                // So that nobody waits for what will not come. Where the keeper ended, nobody waits.
                drop(keeper.drop_before(reader.floor()).await);
            }
        }
    })
}

/// How long after it was found without anything new the file is looked at again.
const BETWEEN_LOOKS: Duration = Duration::from_millis(250);

//! A log as a source: what another program appends to its log is given to a keeper.

use std::time::Duration;

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
        let before = keeper.overview().await;
        let mut is_empty = before.is_ok_and(|before| before.messages == 0);
        loop {
            let before = reader.next();
            let read = tokio::task::spawn_blocking(move || {
                let records = reader.records();
                (reader, records)
            });
            // Only where the runtime shuts down.
            let Ok((back, records)) = read.await else {
                return;
            };
            reader = back;
            let kept = match records {
                Ok((records, _)) => {
                    let is_end = records.is_empty();
                    let messages = records.into_iter().map(|record| record.message);
                    let kept = keeper.deliver_all(&origin, messages).await;
                    if is_empty && !is_end && kept.is_ok() {
                        is_empty = false;
                        // So that nobody waits for what will not come. Where the keeper ended, nobody waits.
                        drop(keeper.drop_before(reader.floor()).await);
                    }
                    kept.map(|()| is_end).map_err(Lost::at_once)
                }
                Err(error) => Err(Lost::at_once(error)),
            };
            match kept {
                Ok(true) => tokio::time::sleep(BETWEEN_LOOKS).await,
                Ok(false) => {}
                Err(lost) => {
                    reader.go_back(before);
                    pauses.after(lost, |link| keeper.tell(&origin, link)).await;
                }
            }
        }
    })
}

/// How long after it was found without anything new the file is looked at again.
const BETWEEN_LOOKS: Duration = Duration::from_millis(250);

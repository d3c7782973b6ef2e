//! The core as the API's server sees it: questions go into the inbox, answers come back.

use std::future::Future;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use tokio::sync::{mpsc, oneshot, watch};
use twinroot_abi::ChannelId;
use twinroot_client::api::{
    Ack, Answer, AppRecord, Balances, Bytes, ChannelFile, Close, Done, Event, Events, NodeStatus,
    Open, Opened, Peer, Say, Shown, Step, Summary, Which,
};
use twinroot_client::{Api, Failure};

use super::tell::words;
use super::{Core, Inbox, codes, events};
use crate::node::Shelf;

/// A node that runs, to be asked.
#[derive(Clone)]
pub struct Handle {
    inbox: mpsc::Sender<Inbox>,
    newest_event: watch::Receiver<u64>,
    shelf: Shelf,
}

impl Handle {
    pub(crate) const fn new(
        inbox: mpsc::Sender<Inbox>,
        newest_event: watch::Receiver<u64>,
        shelf: Shelf,
    ) -> Self {
        Self {
            inbox,
            newest_event,
            shelf,
        }
    }

    /// Notes an event that is not of a channel.
    pub(crate) async fn tell(&self, kind: &'static str, text: String) {
        let told = self.ask(move |core| {
            core.check_running()?;
            core.tell(None, &words(kind, text, serde_json::json!({})));
            Ok(())
        });
        if let Err(failure) = told.await {
            tracing::warn!(kind, %failure, "not told");
        }
    }

    /// Has the core do something.
    async fn ask<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Core) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.send(|core, reply: oneshot::Sender<Result<T, Failure>>| {
            let result = job(core);
            // What it has noted is on the disk before the user hears of it.
            core.after_write(move || {
                let _ = reply.send(result);
            });
        })
        .await
    }

    async fn behind(&self, after: Option<u64>) -> Result<Option<u64>, Failure> {
        let shelf = self.shelf.clone();
        let read = tokio::task::spawn_blocking(move || Ok(events::behind(&shelf.store()?, after)));
        read.await.map_err(|_| stopped())?
    }

    async fn send<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Core, oneshot::Sender<Result<T, Failure>>) + Send + 'static,
    ) -> Result<T, Failure> {
        let (reply, answer) = oneshot::channel();
        let job = Inbox::Do(Box::new(move |core: &mut Core| job(core, reply)));
        self.inbox.send(job).await.map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }
}

fn stopped() -> Failure {
    Failure {
        code: codes::STOPPED,
        message: "the node stopped, or froze, before this was answered".into(),
        todo: "ask again with the same key once it runs: the step is not made twice".into(),
    }
}

fn random<const LENGTH: usize>() -> Result<[u8; LENGTH], Failure> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|error| Failure {
        code: codes::RANDOM,
        message: format!("this machine gives no random numbers: {error}"),
        todo: String::new(),
    })?;
    Ok(bytes)
}

/// Gives a step whose caller has no name for it one that nobody else uses.
fn name(key: &mut String) -> Result<(), Failure> {
    if key.is_empty() {
        *key = hex::encode(random::<16>()?);
    }
    Ok(())
}

impl Api for Handle {
    fn status(&self) -> impl Future<Output = Result<NodeStatus, Failure>> + Send {
        self.send(|core, reply| {
            let _ = reply.send(Ok(core.node_status()));
        })
    }

    async fn add_peer(&self, peer: Peer) -> Result<(), Failure> {
        self.ask(move |core| {
            core.check_running()?;
            core.add_peer(peer.peer.into(), peer.address);
            Ok(())
        })
        .await
    }

    async fn app(&self, name: Bytes) -> Result<AppRecord, Failure> {
        let shelf = self.shelf.clone();
        let read = tokio::task::spawn_blocking(move || {
            let value = shelf
                .store()?
                .app(&name.0)
                .map_err(|error| unreadable(&error))?;
            Ok(AppRecord {
                name,
                value: value.map(Bytes),
            })
        });
        read.await.map_err(|_| stopped())?
    }

    async fn open(&self, terms: Open) -> Result<Opened, Failure> {
        let nonce = random::<8>()?;
        self.ask(move |core| core.open(&terms, u64::from_le_bytes(nonce)))
            .await
    }

    async fn approve(&self, answer: Answer) -> Result<(), Failure> {
        self.ask(move |core| core.answer(&answer, true)).await
    }

    async fn decline(&self, answer: Answer) -> Result<(), Failure> {
        self.ask(move |core| core.answer(&answer, false)).await
    }

    async fn list(&self) -> Result<Vec<Summary>, Failure> {
        self.ask(|core| core.list()).await
    }

    async fn show(&self, channel: Which) -> Result<Shown, Failure> {
        let id = ChannelId::from(channel.channel);
        let mut shown = self.ask(move |core| core.show(id)).await?;
        let which = Events {
            after: None,
            limit: None,
            channel: Some(channel.channel),
        };
        shown.history = self.events(which).await?;
        Ok(shown)
    }

    async fn balances(&self, channel: Which) -> Result<Balances, Failure> {
        self.ask(move |core| core.balances(channel.channel.into()))
            .await
    }

    async fn call(&self, mut step: Step) -> Result<Done, Failure> {
        name(&mut step.key)?;
        self.send(move |core, reply| core.step(step, false, reply))
            .await
    }

    async fn force(&self, mut step: Step) -> Result<Done, Failure> {
        name(&mut step.key)?;
        self.send(move |core, reply| core.step(step, true, reply))
            .await
    }

    async fn read(&self, step: Step) -> Result<Done, Failure> {
        self.ask(move |core| core.read(step)).await
    }

    async fn estimate(&self, step: Step) -> Result<Done, Failure> {
        self.ask(move |core| core.estimate(step)).await
    }

    async fn message(&self, say: Say) -> Result<(), Failure> {
        self.ask(move |core| core.message(say)).await
    }

    async fn cancel(&self, channel: Which) -> Result<(), Failure> {
        self.ask(move |core| core.cancel(channel.channel.into()))
            .await
    }

    async fn close(&self, close: Close) -> Result<(), Failure> {
        self.ask(move |core| core.close(&close)).await
    }

    async fn settle(&self, channel: Which) -> Result<(), Failure> {
        self.ask(move |core| core.settle(channel.channel.into()))
            .await
    }

    async fn slash(&self, channel: Which) -> Result<(), Failure> {
        self.ask(move |core| core.slash(channel.channel.into()))
            .await
    }

    async fn snapshot(&self, channel: Which) -> Result<(), Failure> {
        self.ask(move |core| core.snapshot(channel.channel.into()))
            .await
    }

    async fn export(&self, channel: Which) -> Result<ChannelFile, Failure> {
        self.ask(move |core| core.export(channel.channel.into()))
            .await
    }

    async fn import(&self, file: ChannelFile) -> Result<Opened, Failure> {
        let salt = u32::from_le_bytes(random()?);
        self.send(move |core, reply| core.import(&file.file.0, salt, reply))
            .await
    }

    async fn events(&self, which: Events) -> Result<Vec<Event>, Failure> {
        let shelf = self.shelf.clone();
        let read = tokio::task::spawn_blocking(move || events::read(&shelf.store()?, &which));
        read.await.map_err(|_| stopped())?
    }

    fn follow(&self, which: Events) -> BoxStream<'static, Event> {
        let first = (self.clone(), which, true);
        stream::unfold(first, |(handle, mut which, first)| async move {
            let mut newest = handle.newest_event.clone();
            if first {
                which.after = handle.behind(which.after).await.ok()?;
            } else {
                // Marked as seen before the log is read, so that nothing is slept through.
                let after = which.after.unwrap_or(0);
                newest.wait_for(|newest| *newest > after).await.ok()?;
            }
            let up_to = *newest.borrow();
            let events = handle.events(which.clone()).await.ok()?;
            let full = events.last().map(|event| event.id);
            let after = full.unwrap_or_else(|| which.after.unwrap_or(0).max(up_to));
            let next = Events {
                after: Some(after),
                ..which
            };
            // A page that is full may not be the last.
            Some((stream::iter(events), (handle, next, full.is_some())))
        })
        .flatten()
        .boxed()
    }

    async fn ack(&self, ack: Ack) -> Result<(), Failure> {
        self.ask(move |core| {
            core.check_running()?;
            core.ack(ack);
            Ok(())
        })
        .await
    }
}

pub(crate) fn unreadable(error: &twinroot_store::ReadError) -> Failure {
    Failure {
        code: codes::LOG,
        message: format!("the log cannot be read: {error}"),
        todo: "`twinroot node check` says what is broken".into(),
    }
}

//! The users of both nodes: they pay each other, have the ledger carry steps out, and ask until they have an answer.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use serde_json::Value;
use twinroot_abi::{Amount, ChannelId, Gas};
use twinroot_client::api::{
    Answer, Args, Bytes, Coins, Event, Events, Id, Operation, Step, Summary, Work,
};
use twinroot_client::{Client, Endpoint};
use twinroot_node::{codes, serve::SOCKET};
use twinroot_types::encode;

use crate::toy::Line;

/// Longer than anything here takes on a slow machine; whoever waits longer waits in vain.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);
const SOON: Duration = Duration::from_millis(20);

/// What a user asked for, and the answer.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) step: Step,
    pub(crate) is_forced: bool,
    /// What was done, or the code of why not.
    pub(crate) answer: Result<Value, String>,
    /// How often the node's log was lost meanwhile: it does not know then what it had done.
    pub(crate) lost: u64,
}

/// The user of one node.
pub(crate) struct User {
    pub(crate) name: usize,
    folder: PathBuf,
    /// Every event, as it was told first.
    pub(crate) events: Mutex<BTreeMap<u64, Event>>,
    acked: Mutex<u64>,
    /// How often the node's log was replaced by a backup.
    pub(crate) restored: AtomicU64,
}

impl User {
    pub(crate) const fn new(name: usize, folder: PathBuf) -> Self {
        Self {
            name,
            folder,
            events: Mutex::new(BTreeMap::new()),
            acked: Mutex::new(0),
            restored: AtomicU64::new(0),
        }
    }

    /// A client of the node, as soon as that is there.
    pub(crate) async fn client(&self) -> Client {
        loop {
            match Client::connect(Endpoint::Unix(self.folder.join(SOCKET)), None).await {
                Ok(client) => return client,
                Err(_) => tokio::time::sleep(SOON).await,
            }
        }
    }

    /// Asks, and notes the answer.
    pub(crate) async fn ask(&self, step: Step, is_forced: bool) -> Asked {
        let before = self.restored.load(Ordering::SeqCst);
        let answer = self.insist(&step, is_forced).await;
        let lost = self.restored.load(Ordering::SeqCst) - before;
        Asked {
            step,
            is_forced,
            answer,
            lost,
        }
    }

    /// Asks until there is an answer that stands.
    pub(crate) async fn insist(&self, step: &Step, is_forced: bool) -> Result<Value, String> {
        let last = Mutex::new(None);
        let ask = async {
            loop {
                let client = self.client().await;
                let answer = if is_forced {
                    client.force(step.clone()).await
                } else {
                    client.call(step.clone()).await
                };
                match answer {
                    Ok(done) => return Ok(serde_json::to_value(&done).expect("JSON")),
                    Err(error) if FINAL.contains(&error.code()) => {
                        return Err(error.code().to_owned());
                    }
                    Err(error) => {
                        *last.lock().expect("nobody panics with it") = Some(error);
                        tokio::time::sleep(SOON).await;
                    }
                }
            }
        };
        if let Ok(answer) = tokio::time::timeout(PATIENCE, ask).await {
            return answer;
        }
        let shown = self.look(step.channel).await;
        panic!(
            "{} never has an answer to {}, forced {is_forced}; the last was {last:?}, and the channel is {shown:?}",
            self.name, step.key
        )
    }

    /// The channel as its list has it.
    pub(crate) async fn look(&self, channel: Id) -> Option<Summary> {
        let list = self.client().await.list().await.ok()?;
        list.into_iter().find(|one| one.channel == channel)
    }

    /// Agrees to everything that is asked.
    pub(crate) async fn agree(&self) {
        loop {
            let client = self.client().await;
            for summary in client.list().await.unwrap_or_default() {
                let Ok(shown) = client.show(summary.channel).await else {
                    continue;
                };
                for question in shown.questions {
                    // It may be answered already, or stand no more.
                    let _ = client
                        .approve(Answer {
                            channel: summary.channel,
                            question: Some(question.question),
                        })
                        .await;
                }
            }
            tokio::time::sleep(10 * SOON).await;
        }
    }

    /// Takes what happens as it happens; says from time to time that it has.
    pub(crate) async fn listen(&self) {
        let client = self.client().await;
        let mut events = client.events(Events::default());
        while let Some(event) = events.next().await {
            let event =
                event.unwrap_or_else(|error| panic!("{} hears no more: {error}", self.name));
            self.take(&client, event).await;
        }
        panic!("the events of {} end", self.name);
    }

    async fn take(&self, client: &Client, event: Event) {
        let id = event.id;
        if event.kind == "asked"
            && let (Some(channel), Ok(question)) = (
                event.channel,
                serde_json::from_value(event.details["question"].clone()),
            )
        {
            let client = client.clone();
            tokio::spawn(async move { client.approve(Answer { channel, question }).await });
        }
        self.heard(event);
        if fastrand::u8(..100) == 0 {
            self.ack(client, id).await;
        }
    }

    async fn ack(&self, client: &Client, id: u64) {
        *self.acked.lock().expect("nobody panics with it") = id;
        // Asked for again until it is done; a node that has done it does not tell those events any more.
        let _ = client.ack(id).await;
    }

    /// Whatever was told before is told in the same words.
    fn heard(&self, event: Event) {
        let mut events = self.events.lock().expect("nobody panics with it");
        let told = format!("{event:?}");
        let known = events.entry(event.id).or_insert(event);
        assert_eq!(
            format!("{known:?}"),
            told,
            "an event of {} is told in other words",
            self.name
        );
    }

    /// All events that were not acknowledged are those that were told.
    pub(crate) async fn check_events(&self) {
        let client = self.client().await;
        let mut after = None;
        loop {
            let page = client
                .list_events(Events {
                    after,
                    limit: None,
                    channel: None,
                })
                .await
                .expect("events");
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            for event in page {
                let known = self
                    .events
                    .lock()
                    .expect("nobody panics with it")
                    .contains_key(&event.id);
                assert!(known, "{} was never told of event {event:?}", self.name);
                self.heard(event);
            }
        }
    }

    /// The last event that is told.
    pub(crate) async fn caught_up(&self) {
        let wait = async {
            loop {
                let last = self
                    .client()
                    .await
                    .status()
                    .await
                    .map_or(u64::MAX, |status| status.last_event);
                let is_told = |last| {
                    let events = self.events.lock().expect("nobody panics with it");
                    events.contains_key(last)
                };
                if last == 0 || is_told(&last) {
                    return;
                }
                tokio::time::sleep(SOON).await;
            }
        };
        tokio::time::timeout(PATIENCE, wait)
            .await
            .expect("events are told");
    }
}

/// Answers that stand: the step is done, or never will be.
const FINAL: [&str; 6] = [
    codes::IMPOSSIBLE,
    codes::PEER_REFUSED,
    codes::CLOSED,
    codes::NOT_FORCED,
    codes::CALLED_OFF,
    codes::UNFUNDED,
];

/// Some step of a channel.
pub(crate) fn step(random: &mut fastrand::Rng, channel: Id, key: String) -> Step {
    let step = Step::on(channel).keyed(key);
    if random.u8(..4) == 0 {
        let contract: Id = twinroot_rules::contract_id(ChannelId::from(channel), 0).into();
        let script = vec![
            Line::Store(random.u8(..8), random.u8(..)),
            Line::Read(random.u8(..8)),
        ];
        let args = Args::Encoded {
            bytes: Bytes(encode(&script)),
        };
        let gas = Some(Work(Gas(10_000)));
        return step.and(Operation::Call {
            contract,
            entry: "run".into(),
            args,
            value: Coins::default(),
            gas,
            facts: Vec::new(),
        });
    }
    step.transfer(random.u64(1..1_000))
}

/// The contract that the steps call.
pub(crate) fn create(channel: Id, key: String) -> Step {
    let args = Args::Encoded {
        bytes: Bytes(encode(&vec![Line::Store(1, 1)])),
    };
    let wasm = Bytes(b"toy".to_vec());
    Step::on(channel).keyed(key).and(Operation::Create {
        wasm,
        args,
        fallback: 5_000,
        hold: 0,
        gas: None,
    })
}

/// What the answered steps of one user have moved to the peer.
pub(crate) fn paid(asked: &[Asked]) -> u64 {
    let done = asked.iter().filter(|asked| asked.answer.is_ok());
    done.map(moves).sum()
}

/// What a node that has forgotten them may have moved beside: once for each life that was lost before there was an answer.
pub(crate) fn forgotten(asked: &[Asked]) -> u64 {
    asked.iter().map(|asked| asked.lost * moves(asked)).sum()
}

/// What the ledger alone has moved, as far as it was answered.
pub(crate) fn forced(asked: &[Asked]) -> u64 {
    let done = asked
        .iter()
        .filter(|asked| asked.answer.as_ref().is_ok_and(|done| done["forced"] != 0));
    done.map(moves).sum()
}

fn moves(asked: &Asked) -> u64 {
    let amounts = asked
        .step
        .operations
        .iter()
        .map(|operation| match operation {
            Operation::Transfer {
                amount: Coins(Amount(amount)),
            } => *amount,
            _ => 0,
        });
    amounts.sum()
}

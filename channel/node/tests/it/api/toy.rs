//! Something that answers the API, and remembers what it was asked.

use std::sync::{Arc, Mutex};

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use serde_json::json;
use tokio::sync::watch;
use twinroot_abi::{Amount, Gas};
use twinroot_client::api::{
    Ack, Answer, AppRecord, Balances, Bytes, ChannelFile, Close, Coins, Contract, Done, Event,
    Events, Id, NodeStatus, Open, Opened, Peer, Question, Receipt, Say, Shown, Stage, Step,
    Summary, Which, Work,
};
use twinroot_client::{Api, Failure};

pub(super) const CHANNEL: Id = Id([7; 32]);

#[derive(Clone, Default)]
pub(super) struct Toy {
    /// Keys of the calls that came.
    pub(super) keys: Arc<Mutex<Vec<String>>>,
    /// Number of the newest event.
    pub(super) newest: watch::Sender<u64>,
    /// Calls wait as long as this is so.
    pub(super) waiting: watch::Sender<bool>,
}

fn coins(units: u64) -> Coins {
    Coins(Amount(units))
}

pub(super) fn event(id: u64) -> Event {
    Event {
        id,
        channel: Some(CHANNEL),
        kind: "agreed".into(),
        height: id,
        text: "a step".into(),
        details: json!({ "round": id }),
    }
}

fn known(channel: Id) -> Result<(), Failure> {
    if channel == CHANNEL {
        return Ok(());
    }
    Err(Failure {
        code: "TR0801",
        message: format!("there is no channel {channel}"),
        todo: "List them.".into(),
    })
}

impl Toy {
    async fn done(&self, step: Step) -> Result<Done, Failure> {
        known(step.channel)?;
        self.keys.lock().unwrap().push(step.key);
        self.waiting
            .subscribe()
            .wait_for(|waiting| !waiting)
            .await
            .unwrap();
        let receipt = Receipt {
            contract: Id([1; 32]),
            outcome: "success".into(),
            gas: Work(Gas(9)),
            returned: Bytes(vec![1]),
            value: Some(json!(1)),
            events: vec![json!({ "name": "Paid" })],
        };
        Ok(Done {
            round: 1,
            forced: 0,
            root: Id([2; 32]),
            receipts: vec![receipt],
            gas: Work(Gas(9)),
            force_fee: Some(coins(5)),
            force_bytes: None,
        })
    }
}

impl Api for Toy {
    async fn status(&self) -> Result<NodeStatus, Failure> {
        Ok(NodeStatus {
            key: Id([3; 32]),
            chain: Id([4; 32]),
            height: 1,
            time_ms: 1,
            coins: coins(u64::MAX),
            channels: 1,
            connected: vec![Id([5; 32])],
            frozen: None,
            last_event: *self.newest.borrow(),
        })
    }

    async fn add_peer(&self, _: Peer) -> Result<(), Failure> {
        Ok(())
    }

    async fn app(&self, name: Bytes) -> Result<AppRecord, Failure> {
        Ok(AppRecord {
            value: Some(name.clone()),
            name,
        })
    }

    async fn open(&self, terms: Open) -> Result<Opened, Failure> {
        self.keys.lock().unwrap().push(terms.key);
        Ok(Opened { channel: CHANNEL })
    }

    async fn approve(&self, answer: Answer) -> Result<(), Failure> {
        known(answer.channel)
    }

    async fn decline(&self, answer: Answer) -> Result<(), Failure> {
        known(answer.channel)
    }

    async fn list(&self) -> Result<Vec<Summary>, Failure> {
        Ok(vec![self.show(Which { channel: CHANNEL }).await?.summary])
    }

    async fn show(&self, which: Which) -> Result<Shown, Failure> {
        known(which.channel)?;
        let summary = Summary {
            channel: CHANNEL,
            peer: Id([5; 32]),
            connected: true,
            side: "initiator".into(),
            status: "open".into(),
            stage: Stage::Open,
            round: 1,
            forced: 0,
            balances: [coins(1), coins(2)],
        };
        let contract = Contract {
            contract: Id([1; 32]),
            code: Id([6; 32]),
            name: Some("Till".into()),
            coins: coins(0),
            document: None,
        };
        let question = Question {
            question: Id([8; 32]),
            kind: "step".into(),
            stake: [coins(1), coins(2)],
            details: json!({}),
        };
        Ok(Shown {
            summary,
            deposits: [coins(1), coins(2)],
            lock: 10,
            root: Id([2; 32]),
            hold_until: 0,
            closing_until: Some(3),
            contracts: vec![contract],
            questions: vec![question],
            history: vec![event(1)],
        })
    }

    async fn balances(&self, which: Which) -> Result<Balances, Failure> {
        known(which.channel)?;
        let (one, why) = (coins(1), "the lock period".into());
        Ok(Balances {
            spendable: one,
            free: one,
            payout: one,
            total: coins(3),
            locked_until: 10,
            why,
        })
    }

    async fn call(&self, step: Step) -> Result<Done, Failure> {
        self.done(step).await
    }

    async fn force(&self, step: Step) -> Result<Done, Failure> {
        self.done(step).await
    }

    async fn read(&self, step: Step) -> Result<Done, Failure> {
        self.done(step).await
    }

    async fn estimate(&self, step: Step) -> Result<Done, Failure> {
        self.done(step).await
    }

    async fn message(&self, say: Say) -> Result<(), Failure> {
        known(say.channel)
    }

    async fn cancel(&self, which: Which) -> Result<(), Failure> {
        known(which.channel)
    }

    async fn close(&self, close: Close) -> Result<(), Failure> {
        known(close.channel)
    }

    async fn settle(&self, which: Which) -> Result<(), Failure> {
        known(which.channel)
    }

    async fn slash(&self, which: Which) -> Result<(), Failure> {
        known(which.channel)
    }

    async fn snapshot(&self, which: Which) -> Result<(), Failure> {
        known(which.channel)
    }

    async fn export(&self, which: Which) -> Result<ChannelFile, Failure> {
        known(which.channel)?;
        Ok(ChannelFile {
            file: Bytes(vec![1]),
        })
    }

    async fn import(&self, _: ChannelFile) -> Result<Opened, Failure> {
        Ok(Opened { channel: CHANNEL })
    }

    async fn events(&self, which: Events) -> Result<Vec<Event>, Failure> {
        let newest = *self.newest.borrow();
        Ok((which.after.unwrap_or(0) + 1..=newest).map(event).collect())
    }

    fn follow(&self, which: Events) -> BoxStream<'static, Event> {
        let first = which.after.unwrap_or(0) + 1;
        stream::unfold(
            (first, self.newest.subscribe()),
            |(next, mut newest)| async move {
                newest.wait_for(|newest| *newest >= next).await.ok()?;
                Some((event(next), (next + 1, newest)))
            },
        )
        .boxed()
    }

    async fn ack(&self, _: Ack) -> Result<(), Failure> {
        Ok(())
    }
}

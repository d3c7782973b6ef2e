//! Calls that have a key: the same key is the same step, with the same answer, whatever crashed in between.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_json::json;
use twinroot_abi::{ChannelId, Gas};
use twinroot_client::Failure;
use twinroot_client::api::{Bytes, Done, Id, Receipt, Work};
use twinroot_exec::Receipt as CallReceipt;
use twinroot_party::Agreed;
use twinroot_types::encode;
use twinroot_wire::{Commitment, Operation};

use super::line::{Asked, CALLS, CallLine};
use super::want::{Reply, Want};
use super::{Core, codes};

/// What is known of a key.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) asked: Asked,
    /// What came of it; none as long as it is under way.
    pub(crate) answer: Option<Answer>,
}

/// What came of a step with a key, as it stands in the log.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    Done(Done),
    Failed {
        code: String,
        message: String,
        todo: String,
    },
}

/// The keys of calls.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    known: BTreeMap<String, Known>,
    /// Lines with answers, oldest first, so that old ones can be forgotten.
    lines: VecDeque<(u64, String)>,
}

impl Keys {
    pub(crate) fn get(&self, key: &str) -> Option<&Known> {
        self.known.get(key)
    }

    pub(crate) fn waits(&mut self, key: String, asked: Asked) {
        let answer = None;
        self.known.insert(key, Known { asked, answer });
    }

    pub(crate) fn answered(&mut self, line: u64, key: String, asked: Asked, answer: Answer) {
        self.lines.push_back((line, key.clone()));
        let answer = Some(answer);
        self.known.insert(key, Known { asked, answer });
    }

    pub(crate) fn is_answered(&self, key: &str) -> bool {
        self.get(key).is_some_and(|known| known.answer.is_some())
    }

    pub(crate) fn forget(&mut self, key: &str) {
        self.known.remove(key);
    }

    /// Forgets all but the newest answers, a tenth of them at a time, and says below which line there is none any more.
    fn prune(&mut self, kept: usize) -> Option<u64> {
        if self.lines.len() <= kept.saturating_add(kept / 10) {
            return None;
        }
        while self.lines.len() > kept {
            if let Some((_, key)) = self.lines.pop_front()
                && self.is_answered(&key)
            {
                self.known.remove(&key);
            }
        }
        self.lines.front().map(|(line, _)| *line)
    }
}

impl Answer {
    fn of(result: &Result<Done, Failure>) -> Self {
        match result {
            Ok(done) => Self::Done(done.clone()),
            Err(failure) => Self::Failed {
                code: failure.code.to_owned(),
                message: failure.message.clone(),
                todo: failure.todo.clone(),
            },
        }
    }

    pub(crate) fn into_result(self) -> Result<Done, Failure> {
        match self {
            Self::Done(done) => Ok(done),
            Self::Failed {
                code,
                message,
                todo,
            } => {
                let code = codes::ALL
                    .into_iter()
                    .find(|known| *known == code)
                    .unwrap_or(codes::NOT_NOW);
                Err(Failure {
                    code,
                    message,
                    todo,
                })
            }
        }
    }
}

impl Core {
    /// Answers everybody who waits for a step, once that is on the disk.
    pub(super) fn answer_want(&mut self, want: Want, result: Result<Done, Failure>) {
        self.note_answer(&want.key, want.asked, &result);
        let replies: Vec<Reply> = want.replies;
        self.after_write(move || {
            for reply in replies {
                // Whoever asked may be gone; the answer is kept under its key.
                let _ = reply.send(result.clone());
            }
        });
    }

    /// Notes what came of a key. A step that failed before anything was signed can be tried again under the same key.
    pub(super) fn note_answer(&mut self, key: &str, asked: Asked, result: &Result<Done, Failure>) {
        if key.is_empty() {
            return;
        }
        if let Err(failure) = result
            && failure.code == codes::NOT_NOW
        {
            self.keys.forget(key);
            return;
        }
        let answer = Answer::of(result);
        let text = serde_json::to_string(&answer).unwrap_or_default();
        let line = self.note(
            CALLS,
            encode(&CallLine::Answered {
                key: key.to_owned(),
                asked,
                answer: text,
            }),
        );
        self.keys.answered(line, key.to_owned(), asked, answer);
        if let Some(below) = self.keys.prune(self.parts.limits.answers) {
            // Steps that have no answer yet may be older than all that have one.
            self.note_under_way();
            self.batch.forget.push((CALLS, below));
        }
    }

    /// What came of a step for one caller: those of its calls, and the operations that made them.
    pub(super) fn done(
        &self,
        id: ChannelId,
        agreed: &Agreed,
        calls: Range<usize>,
        operations: &[Operation],
    ) -> Done {
        let forced = self
            .seats
            .get(&id)
            .and_then(|seat| seat.party())
            .map_or(0, |party| party.standing().forced);
        let receipts = agreed.receipts.get(calls).unwrap_or_default();
        Done {
            receipts: self.receipts(receipts, operations),
            gas: gas(receipts),
            forced,
            ..moved(&agreed.commitment)
        }
    }

    /// What is left of calls, as the contracts' specs say it.
    pub(super) fn receipts(
        &self,
        receipts: &[CallReceipt],
        operations: &[Operation],
    ) -> Vec<Receipt> {
        let entries = operations.iter().filter_map(|operation| match operation {
            Operation::Call(call) => Some(Some(&*call.entry)),
            Operation::Create { .. } => Some(None),
            _ => None,
        });
        let entries = entries.chain(std::iter::repeat(None));
        receipts
            .iter()
            .zip(entries)
            .map(|(receipt, entry)| self.receipt(receipt, entry))
            .collect()
    }

    fn receipt(&self, receipt: &CallReceipt, entry: Option<&str>) -> Receipt {
        let called = receipt.called.first();
        let spec = called.and_then(|(_, header)| self.specs.get(&header.code));
        let value = entry.and_then(|entry| spec?.decode_return(entry, &receipt.returned).ok());
        let events = receipt.events.iter().filter_map(|event| {
            let (_, header) = receipt
                .called
                .iter()
                .find(|(contract, _)| *contract == event.contract)?;
            let (name, value) = self
                .specs
                .get(&header.code)?
                .decode_event(&event.bytes)
                .ok()?;
            Some(json!({ "contract": Id::from(event.contract), "event": name, "value": value }))
        });
        Receipt {
            contract: called.map_or(Id([0; 32]), |(contract, _)| (*contract).into()),
            outcome: receipt.outcome.to_string(),
            gas: Work(receipt.gas),
            returned: Bytes(receipt.returned.clone()),
            value,
            events: events.collect(),
        }
    }
}

pub(super) fn gas(receipts: &[CallReceipt]) -> Work {
    Work(Gas(receipts.iter().fold(0_u64, |sum, receipt| {
        sum.saturating_add(receipt.gas.0)
    })))
}

/// What came of a step without calls.
pub(super) fn moved(commitment: &Commitment) -> Done {
    Done {
        round: commitment.round.0,
        forced: 0,
        root: commitment.state_root.into(),
        receipts: Vec::new(),
        gas: Work::default(),
        force_fee: None,
        force_bytes: None,
    }
}

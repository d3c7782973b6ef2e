//! What the user is shown.

use serde_json::{Value, json};
use twinroot_abi::{Amount, ChannelId, ContractId, Height, Side};
use twinroot_client::Failure;
use twinroot_client::api::{
    self, Balances, Coins, Contract, Done, Id, NodeStatus, Question, Shown, Summary,
};
use twinroot_exec::Header;
use twinroot_party::{Party, Question as Asked, Status};
use twinroot_wire::Operation;

use super::Core;
use super::answer::{gas, moved};
use super::operations::{headers, side_name};
use super::seat::{Seat, Stage};

/// Contracts that are shown of one channel, at most.
const CONTRACTS: usize = 10_000;

impl Core {
    pub(super) fn node_status(&self) -> NodeStatus {
        let block = self.blocks.back();
        NodeStatus {
            key: self.key.into(),
            chain: self.parts.chain.into(),
            height: self.height().0,
            time_ms: block.map_or(0, |block| block.time.0),
            coins: Coins(self.coins),
            channels: u64::try_from(self.seats.values().filter(|seat| !seat.is_over()).count())
                .unwrap_or(u64::MAX),
            connected: self
                .parts
                .peers
                .connected()
                .into_iter()
                .map(Id::from)
                .collect(),
            frozen: self.frozen.clone(),
            last_event: self.last_event,
        }
    }

    pub(super) fn list(&self) -> Result<Vec<Summary>, Failure> {
        self.check_running()?;
        let connected = self.parts.peers.connected();
        Ok(self
            .seats
            .iter()
            .map(|(id, seat)| summary(*id, seat, connected.contains(&seat.peer())))
            .collect())
    }

    pub(super) fn show(&self, id: ChannelId) -> Result<Shown, Failure> {
        let seat = self.seat(id)?;
        let party = seat.party();
        let commitment = party.map(Party::commitment);
        Ok(Shown {
            summary: summary(id, seat, self.is_connected(id)),
            deposits: seat.terms.deposits.map(Coins),
            lock: seat.terms.lock,
            root: commitment.map_or(Id([0; 32]), |commitment| commitment.state_root.into()),
            hold_until: commitment.map_or(0, |commitment| commitment.hold_until.0),
            closing_until: party
                .and_then(|party| party.on_ledger()?.closing)
                .map(|until| until.0),
            contracts: party
                .map(|party| self.contracts(id, party))
                .unwrap_or_default(),
            questions: seat
                .question
                .iter()
                .map(|asked| self.question(id, seat, asked))
                .collect(),
            history: Vec::new(),
        })
    }

    fn contracts(&self, id: ChannelId, party: &Party) -> Vec<Contract> {
        let shown = |(contract, header): (ContractId, Header)| {
            let spec = self.specs.get(&header.code);
            Contract {
                contract: contract.into(),
                code: header.code.into(),
                name: spec.map(|spec| spec.name.clone()),
                coins: Coins(header.coins),
                document: spec.and_then(|spec| serde_json::to_value(spec.document()).ok()),
            }
        };
        headers(id, party).take(CONTRACTS).map(shown).collect()
    }

    fn question(&self, id: ChannelId, seat: &Seat, asked: &Asked) -> Question {
        let none = Coins(Amount::ZERO);
        let question = asked.hash().into();
        match asked {
            Asked::Offer { terms, stake } => Question {
                question,
                kind: "offer".into(),
                stake: [none, Coins(*stake)],
                details: json!({
                    "deposits": terms.deposits.map(Coins),
                    "lock": terms.lock,
                    "expiry": terms.expiry.0,
                    "peer": Id::from(terms.parties[seat.side.other().index()]),
                }),
            },
            Asked::Step {
                proposal,
                stake,
                receipts,
                creates,
            } => {
                let created = creates.iter().map(|code| {
                    let spec = self.specs.get(code);
                    json!({
                        "code": Id::from(*code),
                        "name": spec.map(|spec| spec.name.clone()),
                        "spec": spec.and_then(|spec| serde_json::to_value(spec.document()).ok()),
                        // The spec was held against this very module, whoever sent it.
                        "verified": spec.is_some(),
                        "bytes": self.codes.get(code).map(Vec::len),
                    })
                });
                let steps: Vec<Value> = proposal
                    .update
                    .operations
                    .iter()
                    .map(|operation| self.words_of(id, operation))
                    .collect();
                Question {
                    question,
                    kind: "step".into(),
                    stake: stake.map(Coins),
                    details: json!({
                        "round": proposal.commitment.round.0,
                        "operations": steps,
                        "creates": created.collect::<Vec<_>>(),
                        "receipts": self.receipts(receipts, &proposal.update.operations),
                    }),
                }
            }
            Asked::Close(close) => Question {
                question,
                kind: "close".into(),
                stake: [none, Coins(close.payout[seat.side.index()])],
                details: json!({ "payout": close.payout.map(Coins), "expiry": close.expiry.0 }),
            },
        }
    }

    /// An operation for people.
    fn words_of(&self, id: ChannelId, operation: &Operation) -> Value {
        match operation {
            Operation::Transfer { from, amount } => {
                json!({ "do": "transfer", "from": side_name(*from), "amount": Coins(*amount) })
            }
            Operation::Create {
                code,
                fallback,
                hold,
                args,
                gas,
            } => {
                let spec = self.specs.get(code);
                json!({
                    "do": "create", "code": Id::from(*code), "contract": spec.map(|spec| spec.name.clone()),
                    "fallback": fallback.initiator(), "hold": hold.0, "gas": gas.0.to_string(),
                    "args": spec.and_then(|spec| spec.decode_args(twinroot_abi::INIT, args).ok()),
                    "bytes": hex::encode(args),
                })
            }
            Operation::Call(call) => {
                let spec = self
                    .code_of(id, call.contract)
                    .ok()
                    .and_then(|code| self.specs.get(&code));
                json!({
                    "do": "call", "contract": Id::from(call.contract), "entry": call.entry, "value": Coins(call.value),
                    "gas": call.gas.0.to_string(), "facts": call.facts.len(),
                    "args": spec.and_then(|spec| spec.decode_args(&call.entry, &call.args).ok()),
                    "bytes": hex::encode(&call.args),
                })
            }
            Operation::Deposit(coins) => {
                json!({ "do": "deposit", "side": side_name(coins.side), "amount": Coins(coins.amount) })
            }
            Operation::Withdraw(coins) => {
                json!({ "do": "withdraw", "side": side_name(coins.side), "amount": Coins(coins.amount) })
            }
            Operation::LowerHold { until } => json!({ "do": "lower_hold", "until": until.0 }),
        }
    }

    pub(super) fn balances(&self, id: ChannelId) -> Result<Balances, Failure> {
        let seat = self.seat(id)?;
        let party = self.party(id)?;
        let commitment = party.commitment();
        let side = seat.side.index();
        let closing = party.on_ledger().and_then(|ledger| ledger.closing);
        let lock_end =
            closing.unwrap_or_else(|| Height(self.height().0.saturating_add(seat.terms.lock)));
        let locked_until = lock_end.max(commitment.hold_until);
        let why = if commitment.hold_until > lock_end {
            "a contract that holds coins keeps closes up until then"
        } else if closing.is_some() {
            "the ledger was asked to close the channel, and newer states can be posted until then"
        } else {
            "a solo close that is asked for now can be answered until then; a mutual close pays at once"
        };
        Ok(Balances {
            spendable: Coins(party.sure()),
            free: Coins(party.balances()[side]),
            payout: Coins(commitment.payout[side]),
            total: Coins(commitment.total),
            locked_until: locked_until.0,
            why: why.into(),
        })
    }

    /// What a call would return; it is thrown away.
    pub(super) fn read(&mut self, step: api::Step) -> Result<Done, Failure> {
        let mut done = self.estimate(step)?;
        done.force_fee = None;
        done.force_bytes = None;
        Ok(done)
    }

    pub(super) fn estimate(&mut self, step: api::Step) -> Result<Done, Failure> {
        let id = ChannelId::from(step.channel);
        let operations = self.operations(id, step.operations)?;
        let party = self.party(id)?;
        let run = party
            .dry_run(operations.clone(), &*self.parts.execute)
            .map_err(|refused| {
                self.refused(
                    id,
                    &refused,
                    refused.operation().and_then(|place| operations.get(place)),
                )
            })?;
        let fee = run
            .price
            .and_then(|price| price.fee.checked_add(price.publish));
        Ok(Done {
            receipts: self.receipts(&run.receipts, &operations),
            gas: gas(&run.receipts),
            force_fee: fee.map(Coins),
            force_bytes: run.price.and_then(|price| u64::try_from(price.bytes).ok()),
            ..moved(&run.commitment)
        })
    }
}

fn summary(id: ChannelId, seat: &Seat, connected: bool) -> Summary {
    let party = seat.party();
    let standing = party.map(Party::standing);
    let side = seat.side.index();
    let balances = party.map_or(seat.terms.deposits, Party::balances);
    let closing = party.and_then(|party| party.on_ledger()?.closing).is_some();
    let (stage, status) = match &seat.stage {
        Stage::Opening(_) if seat.question.is_some() => {
            (api::Stage::Asked, "a peer offers it".to_owned())
        }
        Stage::Opening(opening) if opening.is_refused() => (
            api::Stage::Offered,
            "offered; the peer does not want it".to_owned(),
        ),
        Stage::Opening(_) if seat.side == Side::Initiator => (
            api::Stage::Offered,
            "offered; waits for the peer and the ledger".to_owned(),
        ),
        Stage::Opening(_) => (
            api::Stage::Opening,
            "agreed to; waits for the ledger".to_owned(),
        ),
        Stage::Open(party) if party.status() == Status::Closed => (
            api::Stage::Closing,
            "has paid out; over once no fork can take that back".to_owned(),
        ),
        Stage::Open(party) if closing => (api::Stage::Closing, party.status().to_string()),
        Stage::Open(party) => (api::Stage::Open, party.status().to_string()),
        Stage::Over => (api::Stage::Closed, "closed".to_owned()),
    };
    Summary {
        channel: id.into(),
        peer: seat.peer().into(),
        connected,
        side: side_name(seat.side).into(),
        status: seat.broken.clone().unwrap_or(status),
        stage,
        round: standing.map_or(0, |standing| standing.round.0),
        forced: standing.map_or(0, |standing| standing.forced),
        balances: [
            Coins(balances[side]),
            Coins(balances[seat.side.other().index()]),
        ],
    }
}

//! The API's types. JSON: ids and bytes are hex, coins and gas are decimal strings (a JSON number loses digits above 2^53),
//! heights, rounds and numbers of events are numbers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

mod coins;
mod hex;

pub use coins::{Coins, Work};
pub use hex::{Bytes, Id};

/// What the node is and how it is doing. Method `node.status`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct NodeStatus {
    /// Its key: account on the ledger and name among peers.
    pub key: Id,
    /// The ledger it follows.
    pub chain: Id,
    /// The newest block that it knows.
    pub height: u64,
    /// Time of that block, in milliseconds since 1970.
    pub time_ms: u64,
    /// Coins of its account.
    pub coins: Coins,
    /// Channels that are not closed.
    pub channels: u64,
    /// Peers that are connected.
    pub connected: Vec<Id>,
    /// Why it does nothing at present, if so: something could not be written down.
    pub frozen: Option<String>,
    /// The newest event.
    pub last_event: u64,
}

/// Nothing more to say. Methods `node.status`, `channel.list`.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Terms of a new channel. Method `channel.open`, answered with [`Opened`] once the terms are offered.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// The caller's own name of this opening: the same again opens nothing new.
    pub key: String,
    /// With whom.
    pub peer: Id,
    /// Where it listens, `host:port`; not needed where the node knows.
    pub address: Option<String>,
    /// Coins that this node locks.
    pub deposit: Coins,
    /// Coins that the peer locks.
    pub peer_deposit: Coins,
    /// Blocks in which either may answer.
    pub lock: u64,
    /// Blocks in which the channel may still be opened.
    pub expiry: u64,
}

/// A channel that is being opened.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Opened {
    /// Its name.
    pub channel: Id,
}

/// A channel and a question that its user was asked. Methods `channel.approve` (also: accept an offer), `channel.decline`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The channel.
    pub channel: Id,
    /// The question; none for the newest.
    pub question: Option<Id>,
}

/// A channel in a file. Answer of `channel.export`, params of `channel.import`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelFile {
    /// The bytes of the file, 4 MiB at most.
    pub file: Bytes,
}

/// Just a channel. Methods `channel.show`, `.balances`, `.settle`, `.slash`, `.snapshot`, `.export`, `.cancel`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// The channel.
    pub channel: Id,
}

/// One step. Methods `channel.call` (sign it together), `channel.force` (the ledger carries it out),
/// `channel.estimate` and `channel.read` (carry it out here and throw it away).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The channel.
    pub channel: Id,
    /// The caller's own name of this step: the same again is the same step, with the same answer, and anything else under it is
    /// refused. Not needed to read or estimate.
    #[serde(default)]
    pub key: String,
    /// What to do, in order, together or not at all.
    pub operations: Vec<Operation>,
    /// Force it if the peer has not signed it after so many blocks; none: never.
    #[serde(default)]
    pub force_after: Option<u64>,
    /// Records of the application that are written in the same commit.
    #[serde(default)]
    pub records: Vec<AppRecord>,
}

/// A record of the application. Method `app.get` answers with one; its params are a name.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppRecord {
    /// Its name.
    pub name: Bytes,
    /// What it says; none takes it away.
    pub value: Option<Bytes>,
}

/// The name of a record of the application. Method `app.get`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// Its name.
    pub name: Bytes,
}

/// One thing to do.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Operation {
    /// Own free coins go to the peer.
    Transfer {
        /// How many.
        amount: Coins,
    },
    /// A contract comes to be.
    Create {
        /// The module, spec section included, as the build leaves it.
        wasm: Bytes,
        /// Arguments of `init`.
        args: Args,
        /// Parts of 10,000 of its coins that go to the initiator if the channel closes first.
        fallback: u16,
        /// No close pays out before this height while it holds coins.
        hold: u64,
        /// Gas that `init` may use; none for as much as it needs in a dry run, and a quarter more.
        gas: Option<Work>,
    },
    /// A contract is called.
    Call {
        /// Which.
        contract: Id,
        /// Its entry.
        entry: String,
        /// Arguments.
        args: Args,
        /// Free coins that go with the call.
        value: Coins,
        /// Gas that it may use; none for as much as it needs in a dry run, and a quarter more.
        gas: Option<Work>,
        /// Bundles of oracle messages, as `twinroot oracle export` writes them.
        facts: Vec<Bytes>,
    },
    /// Coins of the own account come into the channel; alone in its step.
    Deposit {
        /// How many.
        amount: Coins,
    },
    /// Own free coins go out to the own account; alone in its step.
    Withdraw {
        /// How many.
        amount: Coins,
    },
    /// The channel is held no longer than until this height.
    LowerHold {
        /// Which height.
        until: u64,
    },
}

/// Arguments of an entry.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Args {
    /// Encoded, as the contract reads them.
    Encoded {
        /// The bytes.
        bytes: Bytes,
    },
    /// By name, as the contract's spec has them: an object.
    Named(Value),
    /// As people write them, read by the contract's spec: `amount=5`, `side=initiator`, `deal={"price":3}`.
    Words(Vec<String>),
}

/// What came of a step.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Done {
    /// Round of the state, and steps forced on it.
    pub round: u64,
    /// Steps forced on that round.
    pub forced: u32,
    /// Root of the state.
    pub root: Id,
    /// What is left of the calls.
    pub receipts: Vec<Receipt>,
    /// Gas of all of them.
    pub gas: Work,
    /// Of an estimate: what forcing it would cost, in coins.
    pub force_fee: Option<Coins>,
    /// Of an estimate: bytes that forcing it would post.
    pub force_bytes: Option<u64>,
}

/// What is left of a call.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Receipt {
    /// The contract.
    pub contract: Id,
    /// How it ended, in words of the glossary.
    pub outcome: String,
    /// Gas that it is charged.
    pub gas: Work,
    /// What it returned.
    pub returned: Bytes,
    /// The same as the contract's spec says it, where there is one.
    pub value: Option<Value>,
    /// Its events, as the contract's spec says them.
    pub events: Vec<Value>,
}

/// Text or bytes for the peer. Method `channel.message`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Say {
    /// The channel.
    pub channel: Id,
    /// At most 64 KiB.
    pub bytes: Bytes,
}

/// The end of a channel. Method `channel.close`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Close {
    /// The channel.
    pub channel: Id,
    /// Not together with the peer, but by the ledger, at the newest co-signed state.
    #[serde(default)]
    pub solo: bool,
}

/// A channel in a list. Method `channel.list`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Its name.
    pub channel: Id,
    /// The peer.
    pub peer: Id,
    /// Whether the peer is connected.
    pub connected: bool,
    /// Which side this node is: `initiator` or `responder`.
    pub side: String,
    /// What it is doing, in words.
    pub status: String,
    /// Where its life stands.
    pub stage: Stage,
    /// The newest co-signed round.
    pub round: u64,
    /// Steps forced on it.
    pub forced: u32,
    /// Free coins: own, peer's.
    pub balances: [Coins; 2],
}

/// Where the life of a channel stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Offered by this node, not agreed to or not yet on the ledger.
    Offered,
    /// Offered by the peer; this node's user is asked.
    Asked,
    /// Agreed to, and not yet on the ledger.
    Opening,
    /// Open.
    Open,
    /// Being closed.
    Closing,
    /// Paid out, or never opened.
    Closed,
}

/// All of a channel that a person wants to see. Method `channel.show`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Shown {
    /// What a list says of it.
    pub summary: Summary,
    /// Coins that each side locked when it was opened: initiator, responder.
    pub deposits: [Coins; 2],
    /// Blocks in which either may answer.
    pub lock: u64,
    /// Root of the newest state.
    pub root: Id,
    /// No solo close pays out before this height.
    pub hold_until: u64,
    /// The height until which a close under way can be answered.
    pub closing_until: Option<u64>,
    /// Its contracts.
    pub contracts: Vec<Contract>,
    /// Questions that wait for the user.
    pub questions: Vec<Question>,
    /// What happened, oldest first: the events that are still kept.
    pub history: Vec<Event>,
}

/// A contract of a channel.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Contract {
    /// Its name.
    pub contract: Id,
    /// Its code.
    pub code: Id,
    /// Its name in its spec.
    pub name: Option<String>,
    /// Coins that it holds.
    pub coins: Coins,
    /// Its document, as `twinroot contract spec --json` prints it.
    pub document: Option<Value>,
}

/// What the user is asked.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Question {
    /// Its name, for the answer.
    pub question: Id,
    /// `offer`, `step` or `close`.
    pub kind: String,
    /// What a close would pay this node before and after; of an offer: nothing and what it locks.
    pub stake: [Coins; 2],
    /// The step's operations in words, the offer's terms, the close's payouts.
    pub details: Value,
}

/// How the coins of a channel stand for this node. Method `channel.balances`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Balances {
    /// Free coins in any state that can still be the last: these can be spent now.
    pub spendable: Coins,
    /// Own free coins in the newest state.
    pub free: Coins,
    /// What a close at the newest state pays: free coins and shares of contracts.
    pub payout: Coins,
    /// All coins of the channel.
    pub total: Coins,
    /// Height until which they cannot leave by a solo close begun now, and why.
    pub locked_until: u64,
    /// Why until then.
    pub why: String,
}

/// Something that happened. Subscription `events.follow`, method `events.list`; kept until `events.ack`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// Its number: rises, never changes.
    pub id: u64,
    /// The channel; none where it is about the node.
    pub channel: Option<Id>,
    /// What it is: `agreed`, `asked`, `posted`, `closed` and so on; docs/book names all.
    pub kind: String,
    /// The height at which it was seen.
    pub height: u64,
    /// In words, with the reason.
    pub text: String,
    /// The rest, by kind.
    pub details: Value,
}

/// Which events. Method `events.list` and subscription `events.follow`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Events {
    /// Only those with a higher number; none for all that are not acknowledged.
    pub after: Option<u64>,
    /// At most so many; of a list.
    pub limit: Option<u32>,
    /// Only of this channel.
    pub channel: Option<Id>,
}

/// All events up to this number were taken. Method `events.ack`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ack {
    /// The last one.
    pub up_to: u64,
}

/// Where a peer listens. Method `peer.add`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Peer {
    /// Its key.
    pub peer: Id,
    /// `host:port`.
    pub address: String,
}

//! Why a transaction is not included (docs/spec/arbiter.md, 9, 9.1). Whoever posts it is at fault, and
//! nothing is changed.

use twinroot_abi::{Amount, ChannelId, CodeHash, FeedId, Height, PublicKey, QueryId, Root, Round};
use twinroot_feed::FeedError;
use twinroot_state::WitnessError;
use twinroot_types::{DecodeError, KeyError};
use twinroot_wire::SignatureError;

use crate::BondId;

/// The rule of the ledger that a transaction breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejected {
    /// The bytes are no transaction.
    #[error("the transaction is {0}")]
    Bytes(#[from] DecodeError),
    /// It is for another ledger.
    #[error("the transaction is for another chain")]
    Chain,
    /// It is written in a protocol version that this ledger does not speak.
    #[error("the transaction is written in version {version}")]
    Version {
        /// Which one.
        version: u16,
    },
    /// Its last height has passed, or that of what it posts.
    #[error("the transaction, or what it posts, could be included up to height {expiry} only")]
    Expired {
        /// Which height.
        expiry: Height,
    },
    /// The sender's key may not be used.
    #[error("the sender's key may not be used: {0}")]
    Key(KeyError),
    /// The sender did not sign it.
    #[error("the sender's signature does not verify")]
    Signature,
    /// It is not the sender's next one.
    #[error("the sender's next nonce is {expected}, not {posted}")]
    Nonce {
        /// The next one.
        expected: u64,
        /// The one given.
        posted: u64,
    },
    /// The account has less than the transaction needs.
    #[error("the account has {have} coins, the transaction needs {need}")]
    Funds {
        /// Coins there.
        have: Amount,
        /// Coins needed: fee, gas and whatever it moves.
        need: Amount,
    },
    /// Sums that fit no number.
    #[error("a sum does not fit")]
    Overflow,
    /// The code does not pass the gate.
    #[error("the code is not acceptable: {0}")]
    Code(String),
    /// The code is there already.
    #[error("the code {0} is published already")]
    Published(CodeHash),
    /// The terms of a channel that cannot be.
    #[error("the terms of the channel are not acceptable: {0}")]
    Terms(&'static str),
    /// A party's key or signature is not good.
    #[error(transparent)]
    PartySignature(#[from] SignatureError),
    /// The channel exists, or did.
    #[error("the channel {0} was opened already")]
    Opened(ChannelId),
    /// There is no such channel.
    #[error("there is no channel {0}")]
    NoChannel(ChannelId),
    /// Only the two parties may do this.
    #[error("the sender is not a party of the channel")]
    NotAParty,
    /// The posted state is of another chain.
    #[error("the posted state is of another chain")]
    StateChain,
    /// The posted state is of another channel.
    #[error("the posted state is of another channel")]
    StateChannel,
    /// The posted state is of another protocol version.
    #[error("the posted state is of another protocol version")]
    StateVersion,
    /// The total, or the payouts, do not go with the locked coins.
    #[error("payouts of {} and {} do not go with the {locked} coins that are locked", payout[0], payout[1])]
    Payout {
        /// Coins locked.
        locked: Amount,
        /// What was to be paid.
        payout: [Amount; 2],
    },
    /// The ledger knows a state that is as new, or newer.
    #[error("the ledger knows round {known}, the posted state is round {posted}")]
    Stale {
        /// What it knows.
        known: Round,
        /// What was posted.
        posted: Round,
    },
    /// The channel is being closed: only an answer, a forced step or a settlement can follow.
    #[error("the channel is being closed already; answer with a slash if there is a newer state")]
    AlreadyClosing,
    /// The channel is not being closed.
    #[error("the channel is not being closed")]
    NotClosing,
    /// The channel cannot settle yet.
    #[error(
        "the channel can settle at height {at}: answers count until {until}, its contracts hold it until {hold}"
    )]
    TooEarly {
        /// The first height.
        at: Height,
        /// End of the time to answer.
        until: Height,
        /// End of the holds.
        hold: Height,
    },
    /// The forced update is not the sender's.
    #[error("a forced update must be its poster's own")]
    NotTheProposer,
    /// The pinned block is unknown or too old.
    #[error("the pinned block is not one of the newest")]
    PinnedBlock,
    /// The side has no forced steps left on this base.
    #[error("all {limit} forced steps are used up; a newer co-signed state gives them back")]
    NoStepsLeft {
        /// How many there are.
        limit: u8,
    },
    /// The witness is not one.
    #[error(transparent)]
    Witness(#[from] WitnessError),
    /// The witness is of another state.
    #[error("the witness is of a state with root {shown}, not {expected}")]
    WitnessRoot {
        /// Root of the state to be changed.
        expected: Root,
        /// Root of the witness.
        shown: Root,
    },
    /// The code of a contract that is called or created is not published.
    #[error("the code {0} is not published; publish it first")]
    NotPublished(CodeHash),
    /// There is no such bond.
    #[error("{} has no bond on the feed {}", .0.owner, .0.feed)]
    NoBond(BondId),
    /// The bond is on its way back to its owner.
    #[error("the bond is leaving until height {until}; release it then, and make another")]
    BondLeaving {
        /// First height at which it may be released.
        until: Height,
    },
    /// The delay of a bond is out of bounds.
    #[error("the delay of this bond can be {least} to {most} blocks")]
    BondDelay {
        /// The least: that of any bond, or the one that this bond has.
        least: u64,
        /// The most.
        most: u64,
    },
    /// The bond would have too few coins.
    #[error("a bond has at least {least} coins")]
    BondAmount {
        /// The least.
        least: Amount,
    },
    /// The owner of the bond does not want it back.
    #[error("the bond stands; its owner unbonds it first")]
    BondStanding,
    /// The bond can still be forfeited only.
    #[error("the bond can be released at height {until}")]
    BondLasts {
        /// The first height.
        until: Height,
    },
    /// The proof proves nothing.
    #[error("the proof does not hold: {0}")]
    Proof(FeedError),
    /// The proof is of another feed, be it one of the same key.
    #[error("the proof is of the feed {0}")]
    ProofOfOther(FeedId),
    /// The proof shows what a device can do without a lie.
    #[error("the time that falls from one epoch to a later one is no lie")]
    NoLie,
    /// The sender is an oracle already.
    #[error("the sender is an oracle already; extend it instead")]
    Registered,
    /// An oracle cannot be there for so short or so long a time.
    #[error("an oracle can be there until {least} to {most}, not until {until}")]
    Lifetime {
        /// Its last height.
        until: Height,
        /// The lowest that it may be.
        least: Height,
        /// The highest.
        most: Height,
    },
    /// There is no such oracle.
    #[error("there is no oracle {0}")]
    NoOracle(PublicKey),
    /// A question of a length that none can have.
    #[error("a question has 1 to 256 bytes, not {bytes}")]
    Question {
        /// Its bytes.
        bytes: usize,
    },
    /// An answer cannot be kept for so short or so long a time.
    #[error("an answer is kept for 1 to 100,000 blocks, not from {answer_by} until {kept_until}")]
    Kept {
        /// The last height for the answer.
        answer_by: Height,
        /// The last height up to which it is kept.
        kept_until: Height,
    },
    /// The oracle is not there for so long.
    #[error("the oracle is there until {until}, and is asked to answer by {answer_by}")]
    OracleLeaves {
        /// Its last height.
        until: Height,
        /// The last height for the answer.
        answer_by: Height,
    },
    /// The oracle takes more than the sender pays.
    #[error("the oracle takes {price} coins, the sender pays {most} at most")]
    Price {
        /// What it takes.
        price: Amount,
        /// What the sender pays.
        most: Amount,
    },
    /// The very question was asked already, and whoever asked it asked for everyone.
    #[error("the query {0} was asked already; its answer counts for everyone")]
    Asked(QueryId),
    /// There is no such query.
    #[error("there is no query {0}")]
    NoQuery(QueryId),
    /// The query has its answer.
    #[error("the query {0} is answered already")]
    Answered(QueryId),
    /// Only the oracle that was asked may answer.
    #[error("the sender is not the oracle that was asked")]
    NotTheOracle,
    /// An answer that is too long.
    #[error("an answer has at most 256 bytes, not {bytes}")]
    Answer {
        /// Its bytes.
        bytes: usize,
    },
    /// The oracle may still answer.
    #[error("the oracle may answer up to height {answer_by}")]
    StillOpen {
        /// The last height for the answer.
        answer_by: Height,
    },
    /// Not a verdict: this machine failed. Nothing is changed and the node must stop.
    #[error("this machine failed, the node must stop: {0}")]
    Machine(String),
}

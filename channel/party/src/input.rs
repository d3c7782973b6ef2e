//! What happens to a party.

use twinroot_abi::{Hash, Height};
use twinroot_exec::Env;
use twinroot_types::Signature;
use twinroot_wire::{CoSigned, Commitment, Message, Operation, Update};

/// Something that happens to a party.
#[derive(Clone, Debug)]
pub enum Input {
    /// Its user wants a step; none at all takes back what was proposed before.
    Propose(Vec<Operation>),
    /// Its user wants to end the channel together with the peer.
    ProposeClose {
        /// Last height at which the close may be posted.
        expiry: Height,
    },
    /// The peer says something.
    Message(Message),
    /// Its user agrees to what was asked, by the hash in the question.
    Approve(Hash),
    /// Its user does not agree to what was asked, by the hash in the question.
    Decline(Hash),
    /// The signature that was asked for.
    Signed(Signature),
    /// The ledger has a new block.
    Block(Env),
    /// The channel changed on the ledger.
    Chain(ChainEvent),
    /// Its user wants the ledger to carry out a step.
    Force(Vec<Operation>),
    /// Its user wants the ledger to close the channel: as both agreed, or at the newest state.
    CloseSolo,
}

/// A change of the channel on the ledger.
#[derive(Clone, Debug)]
pub enum ChainEvent {
    /// A close was asked for, or answered.
    Closing {
        /// The state it would end at.
        commitment: Box<Commitment>,
        /// The co-signed state that was posted for it, if one was.
        posted: Option<Box<CoSigned>>,
    },
    /// A step was carried out on the newest state that the ledger knows.
    Forced {
        /// The co-signed state that came along with it, if the ledger did not know it.
        base: Option<Box<CoSigned>>,
        /// The step.
        update: Box<Update>,
        /// What it led to.
        commitment: Box<Commitment>,
    },
    /// The channel has paid out.
    Closed,
}

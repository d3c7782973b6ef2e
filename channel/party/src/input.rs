//! What happens to a party.

use twinroot_abi::{Amount, CodeHash, Hash, Height};
use twinroot_exec::Env;
use twinroot_types::Signature;
use twinroot_wire::{Commitment, Ground, Message, Operation, Update};

/// Something that happens to a party.
#[derive(Clone, Debug)]
pub enum Input {
    /// Its user wants a step. A deposit or a withdrawal is one, alone in its list.
    Propose(Vec<Operation>),
    /// Its user takes back what was proposed before.
    Cancel,
    /// Its user wants to end the channel together with the peer.
    ProposeClose {
        /// Last height at which the close may be posted.
        expiry: Height,
    },
    /// Its user agrees to what was asked, by the hash in the question.
    Approve(Hash),
    /// Its user does not agree to what was asked, by the hash in the question.
    Decline(Hash),
    /// Its user wants the ledger to carry out a step.
    Force(Vec<Operation>),
    /// Its user wants the ledger to close the channel: as both agreed, or at the newest state.
    CloseSolo,
    /// Its user wants the ledger to know the newest state.
    Snapshot,
    /// Its user has something to say that is no business of the channel.
    Note(Vec<u8>),
    /// Its user goes away for a while.
    Leave,
    /// The peer says something.
    Message(Message),
    /// The peer can be reached, for the first time or again.
    Connected,
    /// The signature that was asked for. The driver answers for it: where the signer is another
    /// process, it checks that the signature is good.
    Signed {
        /// What was signed, by [`crate::ToSign::hash`].
        what: Hash,
        /// The signature.
        signature: Signature,
    },
    /// What was to be persisted could not be.
    WriteFailed,
    /// The ledger has a new block. One that is not above the newest takes the place of all blocks
    /// from its height on: they were of a fork that lost.
    Block(Env),
    /// The channel as the ledger has it now; none if it has paid out. The driver gives it after
    /// every block that changed it, a fork included, and may give it at any time. A party that was
    /// away gets the blocks, then this, and only then anything else.
    Ledger(Option<Box<OnLedger>>),
    /// The ledger rejected the forced step that this party posted, and would do so again. Where the step was posted before, that
    /// may be why: the driver says this only once the ledger has shown that it is not there.
    Rejected,
    /// The coins of this party's account on the ledger.
    Funds(Amount),
    /// The ledger knows this code.
    Published(CodeHash),
    /// A while has passed without anything: time to say again what was not answered.
    Tick,
}

/// A channel as the ledger has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnLedger {
    /// What both signed last, as far as the ledger knows.
    pub ground: Ground,
    /// The steps forced on it, in order.
    pub steps: Vec<Update>,
    /// The state after them.
    pub tip: Commitment,
    /// The end of the time to answer, if it is being closed.
    pub closing: Option<Height>,
}

//! A fault at a chosen write or message, so that a test can have one at each of them.

use twinroot_abi::Side;
use twinroot_wire::Message;

use crate::Sim;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A write fails, and its driver begins again.
    WriteFails,
    /// A crash after a write has landed.
    CrashWritten,
    /// A crash before a write has landed.
    CrashUnwritten,
    /// A message is lost.
    Lost,
    /// The connection breaks when a message was sent, and it is lost with all that is on the way.
    Cut,
    /// A message arrives twice.
    Twice,
    /// A crash when a message was sent.
    CrashSent,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::WriteFails,
        Self::CrashWritten,
        Self::CrashUnwritten,
        Self::Lost,
        Self::Cut,
        Self::Twice,
        Self::CrashSent,
    ];

    /// Whether a party begins again after it.
    #[must_use]
    pub const fn is_crash(self) -> bool {
        !matches!(self, Self::Lost | Self::Cut | Self::Twice)
    }

    /// Whether it comes at a write, or else at a message.
    #[must_use]
    pub const fn is_at_write(self) -> bool {
        matches!(
            self,
            Self::WriteFails | Self::CrashWritten | Self::CrashUnwritten
        )
    }
}

/// Where something goes wrong: at a side's write or message of that number, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trap {
    /// Whose.
    pub side: Side,
    /// Which one.
    pub number: usize,
    /// What goes wrong there.
    pub fault: Fault,
}

impl Sim<'_> {
    /// Something will go wrong once.
    pub const fn set_trap(&mut self, trap: Trap) {
        self.trap = Some(trap);
    }

    /// Whether it is still to come.
    #[must_use]
    pub const fn is_trap_set(&self) -> bool {
        self.trap.is_some()
    }

    /// How many writes a side has begun.
    #[must_use]
    pub const fn writes(&self, side: Side) -> usize {
        self.nodes[side.index()].writes
    }

    /// How many messages a side has sent.
    #[must_use]
    pub const fn sends(&self, side: Side) -> usize {
        self.nodes[side.index()].sends
    }

    /// Whether the write that has just begun goes wrong.
    pub(crate) fn is_trapped_writing(&mut self, side: Side) -> bool {
        let number = self.nodes[side.index()].writes;
        let here = |trap: &mut Trap| {
            trap.fault.is_at_write() && trap.side == side && trap.number == number
        };
        let Some(trap) = self.trap.take_if(here) else {
            return false;
        };
        match trap.fault {
            Fault::WriteFails => self.write_fails(side),
            fault => self.crash(side, fault == Fault::CrashWritten),
        }
        true
    }

    /// Whether the message that is being sent goes wrong; it needs not be sent then.
    pub(crate) fn is_trapped_sending(&mut self, side: Side, message: &Message) -> bool {
        let number = self.nodes[side.index()].sends;
        let here = |trap: &mut Trap| {
            !trap.fault.is_at_write() && trap.side == side && trap.number == number
        };
        let Some(trap) = self.trap.take_if(here) else {
            return false;
        };
        match trap.fault {
            Fault::Lost => {}
            Fault::Cut => self.network.cut(),
            Fault::Twice => {
                self.network.send(side.other(), message.encode());
                self.network.send(side.other(), message.encode());
            }
            _ => {
                self.network.send(side.other(), message.encode());
                self.crash(side, false);
            }
        }
        true
    }
}

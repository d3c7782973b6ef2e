//! What a state holds, and what an operation makes of it.

use crate::rules::Bounds;

/// All coins of the channel.
pub(crate) const TOTAL: u8 = 4;

/// A side of the channel. The escrow is the initiator's, for the responder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Side {
    Initiator,
    Responder,
}

use Side::{Initiator, Responder};

impl Side {
    pub(crate) const fn other(self) -> Self {
        match self {
            Initiator => Responder,
            Responder => Initiator,
        }
    }

    pub(crate) const fn index(self) -> usize {
        match self {
            Initiator => 0,
            Responder => 1,
        }
    }
}

/// Whose coins are whose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Coins {
    pub(crate) free: [u8; 2],
    pub(crate) escrow: u8,
    /// The escrow was created. Its hold stays when its coins are gone: no call lowers a hold.
    pub(crate) held: bool,
}

/// What an update does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operation {
    /// Nothing: off chain it takes back what is half-signed below; forced, it plays for time.
    Nothing,
    /// A coin from this side to the other.
    Pay(Side),
    /// A coin of the initiator into the escrow.
    Create,
    /// The responder has the coin of the escrow.
    Claim,
    /// A coin out of nothing, for this side. No rule lets it pass.
    Mint(Side),
}

impl Coins {
    pub(crate) const START: Self = Self {
        free: [TOTAL / 2, TOTAL / 2],
        escrow: 0,
        held: false,
    };

    /// What a close pays to each side; the escrow falls back to the initiator.
    pub(crate) fn payout(self) -> [u8; 2] {
        [self.free[0] + self.escrow, self.free[1]]
    }

    /// What the state is worth to a side that acts in time: the initiator has to count with the
    /// claim, and the responder can.
    pub(crate) fn worth(self, side: Side) -> u8 {
        match side {
            Initiator => self.free[0],
            Responder => self.free[1] + self.escrow,
        }
    }

    pub(crate) fn after(
        mut self,
        operation: Operation,
        proposer: Side,
        height: u8,
        bounds: &Bounds,
    ) -> Option<Self> {
        match operation {
            Operation::Nothing => {}
            Operation::Pay(from) => {
                self.take(from)?;
                self.free[from.other().index()] += 1;
            }
            Operation::Create => {
                bounds.escrow.as_ref()?;
                // Who signs it sees to it that the whole time is left.
                let late = bounds.has_deadline() && height > 0;
                if self.held || late {
                    return None;
                }
                self.take(Initiator)?;
                self.escrow = 1;
                self.held = true;
            }
            Operation::Claim => {
                if proposer != Responder || self.escrow == 0 || !bounds.claim_succeeds(height) {
                    return None;
                }
                self.free[1] += self.escrow;
                self.escrow = 0;
            }
            Operation::Mint(side) => self.free[side.index()] += 1,
        }
        Some(self)
    }

    fn take(&mut self, side: Side) -> Option<()> {
        let free = &mut self.free[side.index()];
        *free = free.checked_sub(1)?;
        Some(())
    }
}

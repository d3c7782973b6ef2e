//! What must hold after every action.

use twinroot_abi::{Amount, Side};
use twinroot_arbiter::Repaid;
use twinroot_party::Status;

use crate::{Broken, Sim};

impl Sim<'_> {
    /// Holds what must always hold.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn check(&mut self) -> Result<(), Broken> {
        if let Some(broken) = &self.broken {
            return Err(broken.clone());
        }
        self.check_coins()?;
        for side in Side::BOTH {
            self.check_place(side)?;
            self.note_sure(side);
        }
        Ok(())
    }

    fn check_coins(&self) -> Result<(), Broken> {
        let now = self.chain.ledger().supply();
        if now != self.supply {
            return Err(Broken::Coins {
                before: self.supply.unwrap_or_default(),
                now: now.unwrap_or_default(),
            });
        }
        let (accounts, booked) = (self.accounts(), self.chain.booked());
        for side in Side::BOTH {
            let (now, sum) = (accounts[side.index()], booked[side.index()]);
            if now != sum {
                return Err(Broken::Account { side, sum, now });
            }
        }
        Ok(())
    }

    /// A party that sees the ledger stand on its own newest state stands where the ledger does.
    fn check_place(&self, side: Side) -> Result<(), Broken> {
        let node = &self.nodes[side.index()];
        let Some(party) = &node.party else {
            return Ok(());
        };
        let status = party.status();
        if matches!(status, Status::Behind(_)) {
            let lost = self.config.honest == [true; 2] && !node.lost_records;
            return if lost {
                Err(Broken::Behind(side))
            } else {
                Ok(())
            };
        }
        let (Some(view), Some(seen)) = (self.chain.view(), party.on_ledger()) else {
            return Ok(());
        };
        let rests = view.ground.round() == party.standing().round;
        let there = party.commitment() == &view.tip;
        if self.config.honest[side.index()] && *seen == view && rests && !there {
            let theirs = twinroot_wire::Standing {
                round: view.ground.round(),
                forced: u32::try_from(view.steps.len()).unwrap_or(u32::MAX),
            };
            return Err(Broken::NotTheTip(side, party.standing(), theirs));
        }
        Ok(())
    }

    /// What a party is sure of counts once all that it wants done is done and it knows the ledger;
    /// less counts at once.
    fn note_sure(&mut self, side: Side) {
        let node = &self.nodes[side.index()];
        let Some(party) = &node.party else {
            return;
        };
        let knows = !matches!(party.status(), Status::Behind(_) | Status::Doubtful);
        let now = knows.then(|| party.sure());
        let sure = match (node.sure, now) {
            (Some(before), Some(now)) if !node.is_idle() || node.lags => Some(before.min(now)),
            _ => now,
        };
        self.nodes[side.index()].sure = sure;
    }

    /// What a party that keeps to the protocol is sure of: the least that any state leaves it which
    /// can still be the last.
    pub(crate) fn sure(&self, side: Side) -> Option<Amount> {
        let honest = self.config.honest[side.index()];
        self.nodes[side.index()].sure.filter(|_| honest)
    }

    /// The channel has paid out: nobody got less than it was sure of, but for the fee of the answer
    /// that it owes.
    pub(crate) fn check_payout(
        &mut self,
        sure: [Option<Amount>; 2],
        payout: [Amount; 2],
        repaid: Option<Repaid>,
    ) {
        for side in Side::BOTH {
            let owed = repaid.filter(|repaid| repaid.by == side);
            let owed = owed.map_or(Amount::ZERO, |repaid| repaid.amount);
            let got = payout[side.index()].checked_add(owed).unwrap_or_default();
            if let Some(sure) = sure[side.index()].filter(|sure| got < *sure) {
                self.breaks(Broken::Robbed { side, sure, got });
            }
        }
    }
}

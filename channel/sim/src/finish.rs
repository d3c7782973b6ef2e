//! The end of every life: all trouble is over, and the channel closes.

use twinroot_abi::Side;

use crate::{Action, Broken, Sim};

impl Sim<'_> {
    /// Lets everything come to its end, without any more trouble.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn finish(&mut self) -> Result<(), Broken> {
        if self.config.honest == [true; 2] {
            self.stays_alive()?;
        }
        self.calm()?;
        let closer = Side::BOTH
            .into_iter()
            .find(|side| self.config.honest[side.index()]);
        // Two closes by both sides, all forced steps, the holds, and some blocks for each transaction.
        let most = self.config.lock.saturating_mul(40).saturating_add(100);
        for block in 0..most {
            let Some(view) = self.chain.view() else {
                return self.both_know();
            };
            if block.checked_rem(5) == Some(0) {
                match (closer, view.closing) {
                    (Some(side), None) => drop(self.act(Action::CloseSolo(side))?),
                    // Nobody keeps to the protocol, so that nobody does it by itself.
                    (None, None) => {
                        drop(self.act(Action::CloseStale(Side::Initiator, usize::MAX))?)
                    }
                    (_, Some(_)) => drop(self.act(Action::Settle(Side::Responder))?),
                }
            }
            self.act(Action::Mine(1))?;
            self.exchange()?;
        }
        Err(Broken::NotClosed(most))
    }

    /// Both are up and connected, know the ledger, and have said what they have to say.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn calm(&mut self) -> Result<(), Broken> {
        for side in Side::BOTH {
            self.be_there(side);
        }
        self.act(Action::Connect)?;
        self.exchange()
    }

    /// Both parties have heard that it is over.
    fn both_know(&mut self) -> Result<(), Broken> {
        for side in Side::BOTH {
            let closed = self
                .party(side)
                .is_some_and(|party| party.status() == twinroot_party::Status::Closed);
            if self.config.honest[side.index()] && !closed {
                let why = format!("the {side} does not know that the channel has closed");
                return Err(Broken::Diverged(side, why));
            }
        }
        Ok(())
    }
}

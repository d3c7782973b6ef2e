//! Nothing stays stuck for ever: two that keep to the protocol come to agree again once the network
//! is good, whatever happened before.

use twinroot_abi::Side;
use twinroot_party::Status;

use crate::{Action, Broken, Sim, Wish};

/// Blocks for which something that is signed may bind, and some for the forks and the posting.
const BINDS: usize = 60;
/// Messages that it may take.
const MESSAGES: usize = 60;

impl Sim<'_> {
    /// Has each side propose a step, and sees that both come to sign it. Nothing is to be said where
    /// the channel is being closed: then it ends.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn stays_alive(&mut self) -> Result<(), Broken> {
        self.calm()?;
        // Where both have lost the newest state, nobody can hand it back, and closing is all that is left.
        let lacks = |side| matches!(self.party(side), Some(party) if party.lacks_its_newest());
        if Side::BOTH.into_iter().all(lacks) {
            return Ok(());
        }
        self.repeat()?;
        self.wait_until_free()?;
        self.repeat()?;
        self.no_rival()?;
        for side in Side::BOTH {
            if self.is_ending() {
                return Ok(());
            }
            let open = |party: &twinroot_party::Party| party.half_signed().count() > 0;
            if self.party(side).is_some_and(open) {
                self.agree(Action::Cancel(side))?;
            }
            self.agree(Action::Propose(side, Wish::Pay(0)))?;
        }
        Ok(())
    }

    /// What the peer could still sign rests on the newest state, or on one before it: a party sees by
    /// itself to it that nothing else stays open.
    fn no_rival(&self) -> Result<(), Broken> {
        for side in Side::BOTH {
            let party = self.party(side).filter(|_| !self.is_ending());
            let rival = party.and_then(|party| {
                let tip = party.commitment();
                let mut half_signed = party.half_signed();
                half_signed.find(|half| !self.descends(tip, half.prev))
            });
            if let Some(rival) = rival {
                let why = format!("round {} of the {side} stays open", rival.round);
                return Err(Broken::Stuck(Action::Tick(side), why));
            }
        }
        Ok(())
    }

    /// What was not heard, or was refused as long as the other side was busy, is said again.
    fn repeat(&mut self) -> Result<(), Broken> {
        for side in Side::BOTH {
            self.act(Action::Tick(side))?;
        }
        self.talk(Action::Connect)
    }

    fn is_ending(&self) -> bool {
        self.chain.view().is_none_or(|view| view.closing.is_some())
    }

    /// What is signed and can still be posted comes to an end.
    fn wait_until_free(&mut self) -> Result<(), Broken> {
        for _ in 0..BINDS {
            let waits = |side: Side| {
                let status = self.party(side).map(twinroot_party::Party::status);
                matches!(status, Some(Status::Bound(_) | Status::Forcing))
            };
            if self.is_ending() || !Side::BOTH.into_iter().any(waits) {
                return Ok(());
            }
            self.talk(Action::Mine(1))?;
        }
        let statuses = Side::BOTH.map(|side| self.party(side).map(twinroot_party::Party::status));
        Err(Broken::Stuck(Action::Mine(1), format!("{statuses:?}")))
    }

    /// Both sign another state after this action, and agree which one it is.
    fn agree(&mut self, action: Action) -> Result<(), Broken> {
        let before = self.party(Side::Initiator).map(|party| party.standing());
        self.talk(action)?;
        let [one, other] = Side::BOTH.map(|side| {
            let party = self.party(side)?;
            Some((party.commitment().clone(), party.standing(), party.status()))
        });
        let (Some(one), Some(other)) = (one, other) else {
            return Err(Broken::Stuck(action, "a side is down".to_owned()));
        };
        if one.0 != other.0 || Some(one.1) <= before {
            let why = format!("{:?} {:?}, {:?} {:?}", one.1, one.2, other.1, other.2);
            return Err(Broken::Stuck(action, why));
        }
        Ok(())
    }

    /// Something happens, all messages arrive, and users agree to whatever they are asked.
    fn talk(&mut self, action: Action) -> Result<(), Broken> {
        self.act(action)?;
        for _ in 0..MESSAGES {
            self.exchange()?;
            let Some(asked) = Side::BOTH.into_iter().find(|side| self.is_asked(*side)) else {
                return Ok(());
            };
            self.act(Action::Approve(asked))?;
        }
        Err(Broken::Storm)
    }
}

//! Rows of actions that random bytes would seldom find: what honest parties run into, and what one
//! does that means no good.

use twinroot_abi::Side;

use crate::life::Life;
use crate::{Action, Broken, Wish};

impl Life<'_> {
    /// What can befall two who keep to the protocol.
    pub(crate) fn story(&mut self, kind: u8, side: Side, number: u8) -> Result<(), Broken> {
        let peer = side.other();
        let wish = self.wish(side, number);
        let other = self.wish(peer, number.rotate_left(3));
        match kind / 4 % 8 {
            // A channel that is being closed tells no story any more, so most go on.
            2 | 5 | 6 if !number.is_multiple_of(4) => self.whole(side, number),
            // Proposals cross.
            0 => {
                self.hear(8)?;
                self.wants(side, wish, number)?;
                self.wants(peer, other, number)?;
                self.hear(usize::from(4 + number % 5))
            }
            // A fork loses coins that were moved.
            1 => {
                let moves = if number.is_multiple_of(2) {
                    Wish::Deposit(1 + u64::from(number))
                } else {
                    Wish::Withdraw(1)
                };
                self.wants(side, moves, number)?;
                self.hear(6)?;
                self.act(Action::Mine(1 + u64::from(number % 3)))?;
                self.act(Action::Fork(1 + u64::from(number % 2)))?;
                self.acts([Action::Mine(1)])
            }
            // One of them does not know that the peer has signed, and closes.
            2 => {
                self.hear(6)?;
                self.wants(side, wish, number)?;
                self.hear(1)?;
                self.acts([Action::Cut, Action::CloseSolo(side), Action::Mine(1)])?;
                self.act(Action::Mine(1 + u64::from(number / 4 % 4)))?;
                self.acts([Action::Connect])
            }
            // A step is forced while both sign another, which beats it.
            3 => {
                self.hear(6)?;
                self.act(Action::Force(side, wish))?;
                self.wants(peer, other, number)?;
                self.hear(4)?;
                self.act(Action::Mine(1 + u64::from(number % 2)))?;
                let closes = if number.is_multiple_of(4) {
                    Action::CloseSolo(side)
                } else {
                    Action::Snapshot(side)
                };
                self.acts([closes, Action::Mine(1)])
            }
            // A contract comes to be and holds coins.
            4 => {
                let create = Wish::Create(u64::from(number % 3) * 8);
                for wish in [create, Wish::Fund(5), Wish::Claim(2)] {
                    self.wants(side, wish, number)?;
                    self.hear(4)?;
                }
                Ok(())
            }
            // The end, together.
            5 => {
                self.hear(6)?;
                self.act(Action::ProposeClose(side, 2 + u64::from(number / 4 % 10)))?;
                self.hear(usize::from(number / 4 % 5))?;
                self.acts([Action::Force(peer, other), Action::Mine(1)])
            }
            // The end, by steps of both.
            6 => {
                self.acts([Action::CloseSolo(side), Action::Mine(1)])?;
                self.forces(peer, number)
            }
            // A write fails in the midst of it.
            _ => {
                self.act(Action::Slow(side))?;
                self.wants(side, wish, number)?;
                self.wants(peer, other, number)?;
                self.hear(usize::from(number % 4))?;
                match number % 3 {
                    0 => self.acts([Action::WriteFails(side)]),
                    1 => self.acts([Action::Crash(side, true), Action::Restart(side)]),
                    _ => self.acts([Action::Crash(side, false), Action::Restart(side)]),
                }
            }
        }
    }

    /// What one does that does not keep to the protocol.
    pub(crate) fn misdeed(&mut self, kind: u8, bad: Side, number: u8) -> Result<(), Broken> {
        if self.sim.config().honest == [false; 2] && !kind.is_multiple_of(5) {
            let kinds = u64::from(kind / 4 % 2) * 128;
            let collude = Action::Collude(bad, kinds + u64::from(number));
            return self.acts([collude, Action::Mine(1)]);
        }
        let age = usize::from(number / 4 % 4);
        let wish = self.wish(bad, number);
        match (kind - 220) / 3 {
            0 | 4 | 9 | 11 if number % 4 > 1 => self.whole(bad, number),
            0 => self.acts([Action::CloseStale(bad, 1 + age), Action::Mine(1)]),
            1 => self.acts([Action::SlashStale(bad, age), Action::Mine(1)]),
            2 => self.acts([Action::SnapshotStale(bad, age), Action::Mine(1)]),
            3 => {
                let wish = match number % 4 {
                    0 => Wish::Ask(1 + u64::from(number)),
                    1 => Wish::Claim(1_000_000),
                    _ => wish,
                };
                self.acts([Action::ForceStale(bad, age / 2, wish), Action::Mine(1)])
            }
            4 => self.acts([
                Action::ForceStale(bad, 1 + age / 2, wish),
                Action::Mine(1),
                // At what the ledger knows: the step.
                Action::CloseStale(bad, usize::MAX),
                Action::Mine(2),
            ]),
            5 => self.acts([Action::SignSecretly(bad, age), Action::Mine(1)]),
            6 => {
                self.hear(6)?;
                let wish = self.wish(bad.other(), number);
                self.acts([
                    Action::Propose(bad.other(), wish),
                    Action::Lose(bad, 0),
                    Action::SignSecretly(bad, 0),
                    Action::Mine(1),
                ])
            }
            7 => {
                self.act(Action::Propose(bad, wish))?;
                self.act(Action::ProposeTwice(bad, u64::from(number)))?;
                self.hear(usize::from(number % 4))
            }
            8 => self.forces(bad, number),
            9 => self.acts([
                Action::CloseStale(bad, 1 + age / 2),
                Action::Mine(2),
                Action::Fork(1 + u64::from(number / 4 % 2)),
                Action::Mine(1),
            ]),
            10 if number.is_multiple_of(2) => {
                self.acts([
                    Action::ProposeFalsely(bad, u64::from(number / 2)),
                    Action::Deliver(bad.other(), 0),
                ])?;
                self.hear(2)
            }
            10 => self.acts([Action::Settle(bad), Action::Mine(1)]),
            _ => self.acts([
                Action::CloseStale(bad, 1 + age / 2),
                Action::Force(bad, wish),
                Action::Mine(2),
                Action::Fork(1),
            ]),
        }
    }

    /// A side has steps carried out one after the other, to gain time.
    fn forces(&mut self, side: Side, number: u8) -> Result<(), Broken> {
        self.hear(6)?;
        for turn in 0..number / 4 % 12 {
            self.acts([
                Action::Force(side, Wish::Pay(1 + u64::from(turn))),
                Action::Mine(1),
            ])?;
        }
        Ok(())
    }
}

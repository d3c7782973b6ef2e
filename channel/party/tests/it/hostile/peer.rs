//! What the peer says: right, wrong and almost right.

use twinroot_abi::{Amount, CodeHash, Hash, Height, Round};
use twinroot_party::ToSign;
use twinroot_types::{Signature, Tag};
use twinroot_wire::{CoSigned, Hello, Leaf, Message, MutualClose, Note, Package, Proposal, Reason};

use super::event::Peer;
use super::siege::{Siege, step};
use crate::toy::code;
use crate::world::{
    A, B, deposit, parameters, pay, secret, sign, sign_commitment, signed_proposal, withdraw,
};

impl Siege {
    pub(crate) fn peers(&self, peer: &Peer) -> Option<Message> {
        let any_of =
            |which: &proptest::sample::Index| self.said.get(which.index(self.said.len().max(1)));
        let seen =
            |which: &proptest::sample::Index| self.seen.get(which.index(self.seen.len().max(1)));
        let tip = self.node.party.commitment();
        Some(match peer {
            Peer::Propose {
                step: which,
                round,
                spoil,
            } => self.proposal(*which, *round, *spoil)?,
            Peer::Move {
                expiry,
                withdraw: out,
            } => {
                let expiry = self.now.height.0 + expiry;
                let operations = match out {
                    true => withdraw(B, 30, expiry),
                    false => deposit(B, 30, expiry),
                };
                let round = self.highest() + 1;
                self.node
                    .peers_proposal(round, self.now, operations.clone())?;
                let proposal = self.node.peers_funding(round, self.now, operations);
                Message::Propose(Box::new(proposal))
            }
            Peer::Accept { which, round } => self.acceptance(seen(which)?, *round),
            Peer::Refuse {
                which,
                reason,
                last,
            } => {
                let round = seen(which)?.commitment.round;
                let reason = reason_of(*reason, Round(round.0 + last));
                Message::Refuse { round, reason }
            }
            Peer::Close {
                expiry,
                forced,
                spoil,
            } => {
                let mut close = MutualClose {
                    chain: tip.chain,
                    channel: tip.channel,
                    version: tip.version,
                    standing: self.node.party.standing(),
                    payout: tip.payout,
                    expiry: Height(self.now.height.0 + expiry),
                };
                close.standing.forced += forced;
                match spoil {
                    0 => close.payout = [Amount(0), tip.total],
                    1 => close.standing.round = Round(close.standing.round.0 + 1),
                    _ => {}
                }
                let signature = secret(B).sign(Tag::CLOSE, &close.signed_bytes());
                Message::ProposeClose { close, signature }
            }
            Peer::AcceptClose => Message::AcceptClose {
                signature: sign(B, &ToSign::Close(self.last_close()?.clone())),
            },
            Peer::RefuseClose => Message::RefuseClose {
                close: self.last_close()?.hash(),
                reason: Reason::Declined,
            },
            Peer::Hello {
                kind,
                which,
                last,
                heard,
                answer,
            } => Message::Hello(Box::new(Hello {
                newest: self.newest(*kind, seen(which)),
                last_round: Round(tip.round.0 + last),
                heard: *heard,
                notes_from: heard / 2,
                answer: *answer,
            })),
            Peer::Fetch(after) => Message::Fetch {
                round: tip.round,
                after: after.map(|first| Hash([first; 32])),
            },
            Peer::Leaves { count, round, last } => Message::Leaves {
                round: Round(tip.round.0 + round),
                leaves: (0..*count)
                    .map(|key| Leaf {
                        key: Hash([key; 32]),
                        value: vec![key],
                    })
                    .collect(),
                last: *last,
            },
            Peer::WantCode(known) => Message::WantCode(match known {
                true => code(b"toy").hash,
                false => CodeHash([9; 32]),
            }),
            Peer::Code(number) => Message::Code(Package {
                wasm: match number {
                    0 => b"no toy".to_vec(),
                    1 => b"broken".to_vec(),
                    _ => format!("toy {number}").into_bytes(),
                },
                spec: Vec::new(),
            }),
            Peer::Note(number) => Message::Note(Note {
                number: *number,
                bytes: vec![1],
            }),
            Peer::Heard(below) => Message::Heard(*below),
            Peer::Leave => Message::Leave,
            Peer::Offer => Message::Offer {
                parameters: parameters(),
                signature: sign(B, &ToSign::Terms(parameters())),
            },
            Peer::Replay { which } => any_of(which)?.clone(),
            Peer::Spoiled { which, byte, with } => {
                let mut bytes = any_of(which)?.encode();
                let place = byte.index(bytes.len());
                bytes[place] ^= with.max(&1);
                Message::decode(&bytes).ok()?
            }
        })
    }

    /// The highest round that was signed, as far as the peer knows.
    fn highest(&self) -> u64 {
        let signed = self.seen.iter().map(|it| it.commitment.round.0);
        let tip = self.node.party.commitment().round.0;
        signed.chain([tip]).max().unwrap_or(tip)
    }

    fn proposal(&self, which: u8, round: u64, spoil: u8) -> Option<Message> {
        let round = self.highest() + round;
        let mut proposal = self.node.peers_proposal(round, self.now, step(B, which))?;
        match spoil {
            0 => proposal.commitment.state_root.0[0] ^= 1,
            1 => proposal.commitment.payout.swap(0, 1),
            2 => proposal.update.proposer = A,
            3 => proposal.update.base.0[0] ^= 1,
            4 => proposal.update.env.block.0[0] ^= 1,
            5 => proposal.update.operations.extend(pay(A, 1)),
            _ => {}
        }
        let mut proposal = signed_proposal(B, proposal.update, proposal.commitment);
        if spoil == 6 {
            proposal.signature = Signature::from_bytes(&[1; 64]);
        }
        Some(Message::Propose(Box::new(proposal)))
    }

    fn acceptance(&self, proposal: &Proposal, round: u64) -> Message {
        let commitment = &proposal.commitment;
        let body = self.node.signed.iter().find(|body| match body {
            ToSign::Funding(funding) => funding.commitment == *commitment,
            _ => false,
        });
        let signature = match body {
            Some(body) => sign(B, body),
            None => sign_commitment(B, commitment),
        };
        Message::Accept {
            round: Round(commitment.round.0 + round / 2),
            signature,
        }
    }

    /// A state that both have signed, or almost.
    fn newest(&self, kind: u8, own: Option<&Proposal>) -> Option<CoSigned> {
        let known = self.node.party.newest().cloned();
        match kind {
            0 => None,
            1 => known,
            2 => {
                // Signed after all.
                let own = own.filter(|own| own.update.moves().is_none())?;
                let theirs = sign_commitment(B, &own.commitment);
                Some(CoSigned {
                    commitment: own.commitment.clone(),
                    signatures: [own.signature, theirs],
                })
            }
            3 => {
                // Of another channel of the same two.
                let mut state = known?;
                state.commitment.channel.0[0] ^= 1;
                state.commitment.round = Round(state.commitment.round.0 + 9);
                state.signatures = [A, B].map(|side| sign_commitment(side, &state.commitment));
                Some(state)
            }
            _ => {
                let mut state = known?;
                state.commitment.round = Round(state.commitment.round.0 + 1);
                Some(state)
            }
        }
    }

    fn last_close(&self) -> Option<&MutualClose> {
        self.node.signed.iter().rev().find_map(|body| match body {
            ToSign::Close(close) => Some(close),
            _ => None,
        })
    }
}

fn reason_of(number: u8, last: Round) -> Reason {
    match number {
        0 => Reason::Declined,
        1 => Reason::OutOfOrder,
        2 => Reason::Environment,
        3 => Reason::Rules("no".repeat(200)),
        4 => Reason::Mismatch,
        5 => Reason::Signature,
        6 => Reason::Busy,
        7 => Reason::Unaffordable,
        _ => Reason::Taken(last),
    }
}

//! What one can do in a world. Each deed carries out all that follows from it, and says what the step
//! did on both paths.

use twinroot_abi::{Amount, Height, Side, TimeMs};
use twinroot_arbiter::Effect as OnChain;
use twinroot_exec::{Code, Execute};
use twinroot_party::{Agreed, Guarantee, Input, Otherwise, Party, Policy};
use twinroot_rules::Consent;
use twinroot_types::Tag;
use twinroot_wire::{
    Action, CoSigned, Operation, Parameters, SignedParameters, SignedTransaction, VERSION,
};

use crate::world::EXPIRY;
use crate::{Posted, Step, Twin, World, WorldError, replay};

/// Stories and tests say themselves when a channel settles, and deal in few coins.
fn policy() -> Policy {
    Policy {
        settle: false,
        guarantee: Guarantee {
            otherwise: Otherwise::Ignore,
            ..Guarantee::default()
        },
        ..Policy::default()
    }
}

/// Milliseconds between blocks.
const BLOCK_MS: u64 = 2_000;

impl World {
    /// Opens a channel with these deposits.
    ///
    /// # Errors
    /// [`WorldError::Rejected`] where the ledger does not open it.
    pub fn open(&mut self, deposits: [Amount; 2], lock: u64) -> Result<Step, WorldError> {
        let parameters = Parameters {
            chain: self.ledger.chain(),
            version: VERSION,
            parties: [self.keys[0].public(), self.keys[1].public()],
            deposits,
            lock,
            nonce: self.channels,
            expiry: self.in_blocks(EXPIRY),
        };
        self.channels += 1;
        let signatures =
            [0, 1].map(|side: usize| self.keys[side].sign(Tag::OPEN, &parameters.signed_bytes()));
        let action = Action::Open(SignedParameters {
            parameters: parameters.clone(),
            signatures,
        });
        let posted = self.post(Side::Initiator, action)?;
        let opened = posted.receipt.block;
        self.parties = Some([
            Party::new(&parameters, Side::Initiator, opened, policy())?,
            Party::new(&parameters, Side::Responder, opened, policy())?,
        ]);
        self.steps.clear();
        let step = self.on_ledger(posted.bytes)?;
        self.twin_root = step.on_chain_root;
        Ok(step)
    }

    /// Makes code known to both parties and to the ledger.
    ///
    /// # Errors
    /// [`WorldError::Gate`] where it is not acceptable.
    pub fn publish(&mut self, by: Side, wasm: &[u8]) -> Result<Code, WorldError> {
        let code = self.learn(wasm)?;
        if !self.ledger.codes().contains_key(&code.hash) {
            self.post(
                by,
                Action::Publish {
                    code: code.bytes.clone(),
                },
            )?;
        }
        Ok(code)
    }

    /// Makes code known to both parties only.
    ///
    /// # Errors
    /// [`WorldError::Gate`] where it is not acceptable.
    pub fn learn(&mut self, wasm: &[u8]) -> Result<Code, WorldError> {
        let code = self.off_chain.admit(wasm)?;
        for side in Side::BOTH {
            self.party_mut(side)?.learn(code.clone());
        }
        Ok(code)
    }

    /// One side proposes, the other checks and signs, and the step is repeated from a witness.
    ///
    /// # Errors
    /// Whoever does not want the step; [`WorldError::TwinsDiffer`] if the two paths disagree.
    pub fn agree(&mut self, by: Side, operations: Vec<Operation>) -> Result<Step, WorldError> {
        let base = self.position()?;
        self.input(by, Input::Propose(operations))?;
        let agreed = self.agreed()?;
        let update = self.update.take().ok_or(WorldError::Silent("a proposal"))?;
        let codes = self.codes()?;
        let twin = replay(
            &base,
            &update,
            Consent::Both,
            &agreed.touched,
            &codes,
            &self.on_chain,
        )
        .map_err(|error| WorldError::TwinsDiffer(error.to_string()))?;
        self.twin_root = twin.commitment.state_root;
        self.step(&agreed, &twin, Vec::new())
    }

    /// One side proposes and the other is expected not to sign.
    ///
    /// # Errors
    /// [`WorldError::PeerRefused`] is what is expected.
    pub fn propose(&mut self, by: Side, operations: Vec<Operation>) -> Result<(), WorldError> {
        self.input(by, Input::Propose(operations))?;
        self.agreed().map(|_| ())
    }

    /// One side has the ledger carry out a step; both parties take it over.
    ///
    /// # Errors
    /// [`WorldError::Impossible`], [`WorldError::Rejected`] or [`WorldError::Refuted`], whoever stops it first.
    pub fn force(&mut self, by: Side, operations: Vec<Operation>) -> Result<Step, WorldError> {
        self.input(by, Input::Force(operations))?;
        let agreed = self.agreed()?;
        let (_, posted) = self
            .posted
            .pop()
            .ok_or(WorldError::Silent("a forced step"))?;
        let OnChain::Forced {
            commitment,
            receipts,
            gas,
            ..
        } = posted.receipt.effect
        else {
            return Err(WorldError::Refuted(Box::new(posted.receipt)));
        };
        let witness_bytes = match SignedTransaction::decode(&posted.bytes)?.transaction.action {
            Action::Force(force) => force.witness.len(),
            _ => 0,
        };
        let twin = Twin {
            commitment: *commitment,
            receipts,
            gas,
            witness_bytes,
        };
        self.twin_root = twin.commitment.state_root;
        self.step(&agreed, &twin, posted.bytes)
    }

    /// Both agree on the end, and it is posted. The ledger sees no root then; the step shows the one
    /// that its path came to last.
    ///
    /// # Errors
    /// Whoever does not want it.
    pub fn close(&mut self, by: Side) -> Result<Step, WorldError> {
        let step = self.on_ledger(Vec::new())?;
        let expiry = self.in_blocks(EXPIRY);
        self.input(by, Input::ProposeClose { expiry })?;
        let (_, posted) = self
            .posted
            .pop()
            .ok_or(WorldError::Silent("a mutual close"))?;
        let (on_chain_root, transaction) = (self.twin_root, posted.bytes);
        Ok(Step {
            on_chain_root,
            transaction,
            accounts: self.accounts(),
            ..step
        })
    }

    /// One side has the ledger close at its newest state.
    ///
    /// # Errors
    /// [`WorldError::Rejected`].
    pub fn close_solo(&mut self, by: Side) -> Result<Step, WorldError> {
        self.input(by, Input::CloseSolo)?;
        let (_, posted) = self
            .posted
            .pop()
            .ok_or(WorldError::Silent("a solo close"))?;
        self.on_ledger(posted.bytes)
    }

    /// One side posts a state of its choice, as a cheater does; the peer's party answers by itself.
    /// The cheater's own party is not told: an honest one would answer too.
    ///
    /// # Errors
    /// [`WorldError::Rejected`].
    pub fn close_at(
        &mut self,
        by: Side,
        state: CoSigned,
    ) -> Result<(Posted, Option<Posted>), WorldError> {
        let channel = self.channel()?;
        let posted = self.post(
            by,
            Action::CloseSolo {
                channel,
                state: Some(state),
            },
        )?;
        self.notify(&[by.other()])?;
        Ok((posted, self.posted.pop().map(|(_, answer)| answer)))
    }

    /// One side has a channel pay out whose time is over.
    ///
    /// # Errors
    /// [`WorldError::Rejected`], with the height at which it could.
    pub fn settle(&mut self, by: Side) -> Result<Step, WorldError> {
        let step = self.on_ledger(Vec::new());
        let channel = self.channel()?;
        let posted = self.post(by, Action::Settle { channel })?;
        self.notify(&Side::BOTH)?;
        Ok(Step {
            transaction: posted.bytes,
            accounts: self.accounts(),
            ..step?
        })
    }

    /// Posts whatever one side wants to post, and tells the parties what it did.
    ///
    /// # Errors
    /// [`WorldError::Rejected`].
    pub fn post_and_notify(&mut self, by: Side, action: Action) -> Result<Posted, WorldError> {
        let posted = self.post(by, action)?;
        self.notify(&Side::BOTH)?;
        Ok(posted)
    }

    /// Lets `blocks` pass.
    ///
    /// # Errors
    /// [`WorldError::Illegal`] where a party does not follow.
    pub fn advance(&mut self, blocks: u64) -> Result<(), WorldError> {
        for _ in 0..blocks {
            let time = TimeMs(self.ledger.block().time.0 + BLOCK_MS);
            self.ledger.advance(time);
            let block = self.ledger.block();
            if self.parties.is_some() && self.channel_is_open() {
                for side in Side::BOTH {
                    self.input(side, Input::Block(block))?;
                }
            }
        }
        Ok(())
    }

    /// Lets blocks pass up to `height`.
    ///
    /// # Errors
    /// [`WorldError::Illegal`] where a party does not follow.
    pub fn advance_to(&mut self, height: Height) -> Result<(), WorldError> {
        self.advance(height.0.saturating_sub(self.ledger.block().height.0))
    }

    fn step(&self, agreed: &Agreed, twin: &Twin, transaction: Vec<u8>) -> Result<Step, WorldError> {
        if agreed.commitment != twin.commitment || agreed.receipts != twin.receipts {
            return Err(WorldError::TwinsDiffer(format!("{agreed:?}\n{twin:?}")));
        }
        let party = self.party(Side::Initiator)?;
        let called = !agreed.receipts.is_empty();
        Ok(Step {
            round: agreed.commitment.round,
            off_chain_root: agreed.commitment.state_root,
            on_chain_root: twin.commitment.state_root,
            gas_off_chain: called.then_some(agreed.gas),
            gas_on_chain: called.then_some(twin.gas),
            witness_bytes: twin.witness_bytes,
            transaction,
            state_leaves: party.state().leaves(),
            channel: party.balances(),
            accounts: self.accounts(),
            receipts: agreed.receipts.clone(),
        })
    }
}

//! One operation of an update, carried out on an overlay.

use twinroot_abi::{Amount, ChannelId, ContractId, Gas, Height, INIT, Side};
use twinroot_exec::{
    Call, Caller, CodeSource, Codes, CoinsError, Execute, Halt, Header, HeaderPlace, Outcome,
    Receipt, Scene, StateKey, balance, pay, set_balance,
};
use twinroot_state::Overlay;
use twinroot_types::{Limits, Tag, decode, encode, hash};
use twinroot_wire::{Operation, Update};

use crate::{Refusal, Refused};

/// What the operations of one update need beside the state.
pub(crate) struct Stage<'a> {
    pub(crate) update: &'a Update,
    pub(crate) codes: &'a Codes,
    pub(crate) execute: &'a dyn Execute,
}

/// What an operation did to the header of the state.
pub(crate) struct Effect {
    /// What each side would be paid, before and after.
    pub(crate) worth: [[Amount; 2]; 2],
    /// The hold that the operation asks for.
    pub(crate) hold: Hold,
    /// What is left of the call, if there was one.
    pub(crate) receipt: Option<Receipt>,
}

/// What an operation wants of the hold.
pub(crate) enum Hold {
    /// That it is no lower than this.
    AtLeast(Height),
    /// That it is lowered to this.
    Lowered(Height),
}

impl Stage<'_> {
    /// Carries out one operation (docs/spec/channel.md, 3.3). Where it fails, what it changed is of no use; the whole update is.
    pub(crate) fn carry_out(
        &self,
        state: &mut Overlay,
        place: usize,
        operation: &Operation,
    ) -> Result<Effect, Refusal> {
        let unpaid = |reason| Refusal {
            reason,
            gas: Gas::ZERO,
        };
        let coins = |error| {
            unpaid(Refused::Coins {
                operation: place,
                error,
            })
        };
        match operation {
            Operation::Transfer { from, amount } => {
                self.between(state, place, |state| pay(state, *from, *amount))
            }
            Operation::Deposit(coins) => self.between(state, place, |state| {
                let have = balance(state, coins.side)?.checked_add(coins.amount);
                set_balance(state, coins.side, have.ok_or(CoinsError::Overflow)?);
                Ok(())
            }),
            Operation::Withdraw(coins) => self.between(state, place, |state| {
                let have = balance(state, coins.side)?;
                let rest = have.checked_sub(coins.amount).ok_or(CoinsError::Short {
                    have,
                    need: coins.amount,
                })?;
                set_balance(state, coins.side, rest);
                Ok(())
            }),
            Operation::LowerHold { until } => Ok(Effect {
                worth: [[Amount::ZERO; 2]; 2],
                hold: Hold::Lowered(*until),
                receipt: None,
            }),
            Operation::Create {
                code,
                fallback,
                hold,
                args,
                gas,
            } => {
                let contract = next_contract(state, self.update).map_err(coins)?;
                let new = Header {
                    code: *code,
                    coins: Amount::ZERO,
                    fallback: *fallback,
                    hold: *hold,
                };
                HeaderPlace::of(contract).set(state, &new);
                let entry = String::from(INIT);
                let (args, value, facts) = (args.clone(), Amount::ZERO, Vec::new());
                self.call(
                    state,
                    place,
                    &Call {
                        contract,
                        entry,
                        args,
                        value,
                        gas: *gas,
                        facts,
                    },
                )
            }
            Operation::Call(call) => self.call(state, place, call),
        }
    }

    /// A move of free coins.
    fn between(
        &self,
        state: &mut Overlay,
        operation: usize,
        step: impl FnOnce(&mut Overlay) -> Result<(), CoinsError>,
    ) -> Result<Effect, Refusal> {
        let moved = |state: &mut Overlay| {
            let before = worth(state, &[])?;
            step(state)?;
            Ok([before, worth(state, &[])?])
        };
        let worth = moved(state).map_err(|error| Refusal {
            reason: Refused::Coins { operation, error },
            gas: Gas::ZERO,
        })?;
        Ok(Effect {
            worth,
            hold: Hold::AtLeast(Height(0)),
            receipt: None,
        })
    }

    fn call(&self, state: &mut Overlay, operation: usize, call: &Call) -> Result<Effect, Refusal> {
        let unpaid = |reason| Refusal {
            reason,
            gas: Gas::ZERO,
        };
        let coins = |error| unpaid(Refused::Coins { operation, error });
        let place = HeaderPlace::of(call.contract);
        let contract = place.read(state).map_err(coins)?;
        let contract = contract.ok_or_else(|| coins(CoinsError::NoContract(call.contract)))?;
        let code = self.codes.get(&contract.code).ok_or_else(|| {
            unpaid(Refused::CodeUnknown {
                operation,
                code: contract.code,
            })
        })?;
        let before = worth(state, &[contract]).map_err(coins)?;
        place
            .credit(state, self.update.proposer, call.value)
            .map_err(coins)?;

        let source = CodeSource {
            hash: contract.code,
            bytes: code,
        };
        let scene = Scene {
            caller: Caller::Side(self.update.proposer),
            env: self.update.env,
        };
        let receipt = self
            .execute
            .execute(source, self.codes, state, scene, call)
            .map_err(|error| {
                let reason = match error {
                    Halt::CodeUnknown(code) => Refused::CodeUnknown { operation, code },
                    error => Refused::Halted { operation, error },
                };
                // A call without an outcome still made the machine work: it counts with its limit.
                let gas = call.gas;
                Refusal { reason, gas }
            })?;
        let paid = |reason| Refusal {
            reason,
            gas: receipt.gas,
        };
        if receipt.outcome != Outcome::Success {
            return Err(paid(Refused::Failed {
                operation,
                receipt: Box::new(receipt.clone()),
            }));
        }
        if let Some(unused) = call
            .facts
            .iter()
            .find(|bundle| !receipt.judged.contains(&bundle.policy))
        {
            return Err(paid(Refused::SurplusFact {
                operation,
                policy: unused.policy,
            }));
        }
        let coins = |error| paid(Refused::Coins { operation, error });
        let mut contracts = Vec::new();
        contracts.extend(place.read(state).map_err(coins)?);
        let mut before = before;
        for (called, header) in &receipt.called {
            let shares = header.fallback.shares(header.coins);
            before = sum(before, shares).map_err(coins)?;
            let place = HeaderPlace::of(*called);
            contracts.extend(place.read(state).map_err(coins)?);
        }
        let after = worth(state, &contracts).map_err(coins)?;
        let funded = contracts
            .iter()
            .filter(|header| header.coins > Amount::ZERO);
        let hold = funded.map(|header| header.hold).max();
        Ok(Effect {
            worth: [before, after],
            hold: Hold::AtLeast(hold.unwrap_or(Height(0))),
            receipt: Some(receipt),
        })
    }
}

/// What each side would be paid of its free coins and of those of some contracts.
fn worth(state: &mut Overlay, contracts: &[Header]) -> Result<[Amount; 2], CoinsError> {
    let mut worth = [Amount::ZERO; 2];
    for side in Side::BOTH {
        worth[side.index()] = balance(state, side)?;
    }
    contracts.iter().try_fold(worth, |worth, header| {
        sum(worth, header.fallback.shares(header.coins))
    })
}

fn sum(one: [Amount; 2], other: [Amount; 2]) -> Result<[Amount; 2], CoinsError> {
    let add = |side: Side| {
        let sum = one[side.index()].checked_add(other[side.index()]);
        sum.ok_or(CoinsError::Overflow)
    };
    Ok([add(Side::Initiator)?, add(Side::Responder)?])
}

/// The id of the next contract: its place in the channel's count of them (docs/spec/channel.md, 3.4).
fn next_contract(state: &mut Overlay, update: &Update) -> Result<ContractId, CoinsError> {
    let key = StateKey::Counter.hash();
    let count: u64 = match state.get(&key)? {
        Some(bytes) => decode(&bytes, Limits::V1.value_bytes)?,
        None => 0,
    };
    state.put(
        key,
        encode(&count.checked_add(1).ok_or(CoinsError::Overflow)?),
    );
    Ok(contract_id(update.channel, count))
}

/// The name of the contract that a channel created as the `count`th, from 0 (docs/spec/channel.md, 3.4).
#[must_use]
pub fn contract_id(channel: ChannelId, count: u64) -> ContractId {
    ContractId(hash(Tag::CONTRACT, &[&channel.0, &count.to_le_bytes()]))
}

//! What the API asks for, as the rules have it: arguments by the contract's spec, gas by a dry run.

use std::sync::Arc;

use twinroot_abi::{ChannelId, CodeHash, ContractId, Gas, Height, INIT, Side};
use twinroot_client::Failure;
use twinroot_client::api::{self, Args};
use twinroot_exec::{Bundle, Call, Fallback, Header, StateKey};
use twinroot_party::Party;
use twinroot_rules::{CLOSE_WINDOW, Refused, contract_id};
use twinroot_spec::Spec;
use twinroot_state::{Read, Tree};
use twinroot_types::{Limits, decode};
use twinroot_wire::{Move, Operation};

use super::{Core, codes};

/// Gas beside what a dry run needed, as a part of it: the state may be another one by then.
const SPARE: u64 = 4;

impl Core {
    /// The operations that a step of the API means.
    pub(super) fn operations(
        &mut self,
        id: ChannelId,
        wanted: Vec<api::Operation>,
    ) -> Result<Vec<Operation>, Failure> {
        let mut open_gas = Vec::new();
        let mut operations = Vec::new();
        for (place, wanted) in wanted.into_iter().enumerate() {
            let (operation, gas_is_open) = self.operation(id, wanted)?;
            operations.push(operation);
            open_gas.extend(gas_is_open.then_some(place));
        }
        if !open_gas.is_empty() {
            self.find_gas(id, &mut operations, &open_gas)?;
        }
        Ok(operations)
    }

    fn operation(
        &mut self,
        id: ChannelId,
        wanted: api::Operation,
    ) -> Result<(Operation, bool), Failure> {
        let side = self.seat(id)?.side;
        let soon = Height(self.height().0.saturating_add(CLOSE_WINDOW / 2));
        Ok(match wanted {
            api::Operation::Transfer { amount } => (
                Operation::Transfer {
                    from: side,
                    amount: amount.0,
                },
                false,
            ),
            api::Operation::Create {
                wasm,
                args,
                fallback,
                hold,
                gas,
            } => {
                let code = self.learn(id, &wasm.0)?;
                let args = self.encode(code, INIT, &args)?;
                let fallback = Fallback::new(fallback).ok_or_else(|| Failure {
                    code: codes::ARGUMENTS,
                    message: format!(
                        "a fallback of {fallback} parts of 10,000 is more than the whole"
                    ),
                    todo: String::new(),
                })?;
                let operation = Operation::Create {
                    code,
                    fallback,
                    hold: Height(hold),
                    args,
                    gas: gas.map_or(Gas::ZERO, |gas| gas.0),
                };
                (operation, gas.is_none())
            }
            api::Operation::Call {
                contract,
                entry,
                args,
                value,
                gas,
                facts,
            } => {
                let contract = ContractId::from(contract);
                let code = self.code_of(id, contract)?;
                let args = self.encode(code, &entry, &args)?;
                let facts = facts
                    .iter()
                    .map(|bytes| bundle(&bytes.0))
                    .collect::<Result<_, _>>()?;
                let call = Call {
                    contract,
                    entry,
                    args,
                    value: value.0,
                    gas: gas.map_or(Gas::ZERO, |gas| gas.0),
                    facts,
                };
                (Operation::Call(call), gas.is_none())
            }
            api::Operation::Deposit { amount } => (
                Operation::Deposit(Move {
                    side,
                    amount: amount.0,
                    expiry: soon,
                }),
                false,
            ),
            api::Operation::Withdraw { amount } => (
                Operation::Withdraw(Move {
                    side,
                    amount: amount.0,
                    expiry: soon,
                }),
                false,
            ),
            api::Operation::LowerHold { until } => (
                Operation::LowerHold {
                    until: Height(until),
                },
                false,
            ),
        })
    }

    /// Gives the calls whose gas was left open what they need in a dry run, and a quarter more.
    fn find_gas(
        &self,
        id: ChannelId,
        operations: &mut [Operation],
        open: &[usize],
    ) -> Result<(), Failure> {
        let open_count = u64::try_from(open.len()).unwrap_or(u64::MAX).max(1);
        let given = operations
            .iter()
            .try_fold(Gas::ZERO, |sum, operation| sum.checked_add(operation.gas()));
        let left = Limits::V1
            .update_gas
            .0
            .saturating_sub(given.unwrap_or(Limits::V1.update_gas).0);
        let share = Gas(left.checked_div(open_count).unwrap_or_default());
        for place in open {
            set_gas(operations, *place, share);
        }
        let party = self.party(id)?;
        // What does not work with all the gas there is does not work: the real run says why.
        let Ok(run) = party.dry_run(operations.to_vec(), &*self.parts.execute) else {
            return Ok(());
        };
        let mut receipts = run.receipts.iter();
        for (place, operation) in operations.to_vec().iter().enumerate() {
            if !matches!(operation, Operation::Call(_) | Operation::Create { .. }) {
                continue;
            }
            let Some(receipt) = receipts.next() else {
                break;
            };
            if open.contains(&place) {
                let spare = receipt.gas.0.checked_div(SPARE).unwrap_or_default();
                set_gas(operations, place, Gas(receipt.gas.0.saturating_add(spare)));
            }
        }
        Ok(())
    }

    /// Lets a module in, and keeps it for this channel and all others.
    fn learn(&mut self, id: ChannelId, wasm: &[u8]) -> Result<CodeHash, Failure> {
        let code = self.parts.execute.admit(wasm).map_err(|error| Failure {
            code: codes::ARGUMENTS,
            message: format!("the contract's module is not acceptable: {error}"),
            todo: "`twinroot contract check` says which rule it breaks and where".into(),
        })?;
        let hash = code.hash;
        self.keep_code(hash, code.bytes.clone(), wasm.to_vec());
        let spec = self.modules.get(&hash).cloned().unwrap_or_default();
        if let Some(super::seat::Stage::Open(party)) =
            self.seats.get_mut(&id).map(|seat| &mut seat.stage)
        {
            party.learn_with(code, spec);
        }
        Ok(hash)
    }

    /// Keeps a module, and what its author says of it where that is of this very module.
    pub(super) fn keep_code(&mut self, hash: CodeHash, bytes: Vec<u8>, module: Vec<u8>) {
        let new = !self.codes.contains_key(&hash);
        if new {
            self.batch.blobs.push((hash.0, bytes.clone()));
            Arc::make_mut(&mut self.codes).insert(hash, bytes);
        }
        if !self.modules.contains_key(&hash)
            && let Some(spec) = self.spec_in(hash, &module)
        {
            self.batch.blobs.push((module_name(hash), module.clone()));
            self.modules.insert(hash, module);
            self.specs.insert(hash, spec);
        }
    }

    /// The spec in a module, if the module is the one of that name.
    pub(super) fn spec_in(&self, hash: CodeHash, module: &[u8]) -> Option<Spec> {
        let same = self
            .parts
            .execute
            .admit(module)
            .is_ok_and(|code| code.hash == hash);
        same.then(|| Spec::of_module(module).ok()).flatten()
    }

    fn encode(&self, code: CodeHash, entry: &str, args: &Args) -> Result<Vec<u8>, Failure> {
        let wrong = |message: String| Failure {
            code: codes::ARGUMENTS,
            message,
            todo: "`twinroot channel show` lists the entries and their arguments".into(),
        };
        let spec = || {
            self.specs.get(&code).ok_or_else(|| wrong("the contract has no spec here, so its arguments have to come encoded: {\"bytes\": \"..\"}".into()))
        };
        match args {
            Args::Encoded { bytes } => Ok(bytes.0.clone()),
            Args::Words(words) => spec()?
                .encode_words(entry, words)
                .map_err(|error| wrong(error.to_string())),
            Args::Named(value) => spec()?
                .encode_args(entry, value)
                .map_err(|error| wrong(error.to_string())),
        }
    }

    pub(super) fn code_of(&self, id: ChannelId, contract: ContractId) -> Result<CodeHash, Failure> {
        let state = self.party(id)?.state();
        header(state, contract)
            .map(|header| header.code)
            .ok_or_else(|| Failure {
                code: codes::NO_CONTRACT,
                message: format!("the channel has no contract {contract}"),
                todo: "`twinroot channel show` lists its contracts".into(),
            })
    }

    /// Why a step does not work, in the words of the contract where it is the contract that says so.
    pub(super) fn refused(
        &self,
        id: ChannelId,
        refused: &Refused,
        operation: Option<&Operation>,
    ) -> Failure {
        let Refused::Failed { receipt, .. } = refused else {
            return Failure {
                code: codes::IMPOSSIBLE,
                message: format!("the step does not work: {refused}"),
                todo: String::new(),
            };
        };
        let code = match operation {
            Some(Operation::Call(call)) => self.code_of(id, call.contract).ok(),
            Some(Operation::Create { code, .. }) => Some(*code),
            _ => None,
        };
        let spec = code.and_then(|code| self.specs.get(&code));
        let why = match (receipt.outcome, spec) {
            (twinroot_exec::Outcome::Revert(code), Some(spec)) => spec.explain_revert(code),
            (outcome, _) => outcome.to_string(),
        };
        Failure {
            code: codes::CALLED_OFF,
            message: format!("the contract calls it off: {why}"),
            todo: "nothing was signed and nothing changed".into(),
        }
    }
}

/// The header of a contract in a full state.
pub(super) fn header(state: &Tree, contract: ContractId) -> Option<Header> {
    let key = StateKey::Header(contract).hash();
    let leaf = state.read(&key).ok().flatten()?;
    decode(&leaf, Limits::V1.value_bytes).ok()
}

/// All contracts of a channel.
pub(super) fn headers(id: ChannelId, party: &Party) -> impl Iterator<Item = (ContractId, Header)> {
    let state = party.state();
    let counter = state.read(&StateKey::Counter.hash()).ok().flatten();
    let count: u64 = counter
        .and_then(|bytes| decode(&bytes, Limits::V1.value_bytes).ok())
        .unwrap_or_default();
    (0..count).filter_map(move |place| {
        let contract = contract_id(id, place);
        Some((contract, header(state, contract)?))
    })
}

/// The name under which a module as its author built it is kept, beside the code of that name.
pub(super) fn module_name(code: CodeHash) -> [u8; 32] {
    code.0.map(|byte| !byte)
}

fn bundle(bytes: &[u8]) -> Result<Bundle, Failure> {
    decode(bytes, Limits::V1.update_bytes).map_err(|error| Failure {
        code: codes::ARGUMENTS,
        message: format!("a bundle of facts cannot be read: {error}"),
        todo: "`twinroot oracle export` writes bundles".into(),
    })
}

fn set_gas(operations: &mut [Operation], place: usize, to: Gas) {
    match operations.get_mut(place) {
        Some(Operation::Call(call)) => call.gas = to,
        Some(Operation::Create { gas, .. }) => *gas = to,
        _ => {}
    }
}

/// Which side a key is.
#[must_use]
pub(super) const fn side_name(side: Side) -> &'static str {
    match side {
        Side::Initiator => "initiator",
        Side::Responder => "responder",
    }
}

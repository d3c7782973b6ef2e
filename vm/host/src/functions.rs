//! The host functions (docs/spec/vm.md, 5): what each does, after what it costs.

use std::mem;

use blake2b_simd::Params;
use sha2::{Digest, Sha256};
use twinroot_abi::{
    Amount, ContractId, Gas, HOST_FUNCTIONS, IMPORT_MODULE, KEY_GATE_GAS, PublicKey, SIGNATURE_GAS,
    Side,
};
use twinroot_exec::{self as exec, CoinsError, Halt, HeaderPlace, HostError, Question, StateKey};
use twinroot_types::{CheckedKey, Limits, Signature};
use wasmtime::{AsContextMut, Caller, Linker};

use crate::guest::{Guest, unsigned};
use crate::nested::{self, Inner};
use crate::running::{Running, Stop};

/// Offers every host function to modules.
pub(crate) fn link(linker: &mut Linker<Box<Running>>) -> wasmtime::Result<()> {
    let module = IMPORT_MODULE;
    linker.func_wrap(
        module,
        "balance",
        |caller: Caller<'_, Box<Running>>, gas: i64| {
            run(caller, &Request::new("balance", &[], gas), balance)
        },
    )?;
    linker.func_wrap(
        module,
        "blake2b",
        |caller: Caller<'_, Box<Running>>, pointer: i32, length: i32, out: i32, gas: i64| {
            run_only(
                caller,
                &Request::new("blake2b", &[pointer.into(), length.into(), out.into()], gas),
                |guest| {
                    hash(guest, BLAKE2B, pointer, length, out, |bytes| {
                        let mut digest = [0; 32];
                        let params = Params::new().hash_length(32).hash(bytes);
                        digest.copy_from_slice(params.as_bytes());
                        digest
                    })
                },
            )
        },
    )?;
    linker.func_wrap(
        module,
        "call",
        |caller: Caller<'_, Box<Running>>,
         contract: i32,
         entry: i32,
         entry_length: i32,
         args: i32,
         length: i32,
         value: i64,
         limit: i64,
         gas: i64| {
            run(
                caller,
                &Request::new(
                    "call",
                    &[
                        contract.into(),
                        entry.into(),
                        entry_length.into(),
                        args.into(),
                        length.into(),
                        value,
                        limit,
                    ],
                    gas,
                ),
                |guest| {
                    let bytes = unsigned(entry_length).saturating_add(unsigned(length));
                    if unsigned(entry_length) > Limits::V1.entry_bytes
                        || unsigned(length) > Limits::V1.argument_bytes
                    {
                        return Err(HostError::Arguments.into());
                    }
                    guest.charge(price(CALL, bytes))?;
                    let inner = Inner {
                        contract: ContractId(guest.array(contract)?),
                        entry: guest.read(entry, entry_length)?,
                        args: guest.read(args, length)?,
                        value: Amount(value.cast_unsigned()),
                        gas: Gas(limit.cast_unsigned()),
                    };
                    nested::call(guest, inner)
                },
            )
        },
    )?;
    linker.func_wrap(
        module,
        "call_returned",
        |caller: Caller<'_, Box<Running>>, out: i32, cap: i32, gas: i64| {
            run(
                caller,
                &Request::new("call_returned", &[out.into(), cap.into()], gas),
                |guest| call_returned(guest, out, cap),
            )
        },
    )?;
    linker.func_wrap(
        module,
        "caller",
        |caller: Caller<'_, Box<Running>>, gas: i64| {
            run(
                caller,
                &Request::new("caller", &[], gas),
                |guest| match guest.running().scene.caller {
                    exec::Caller::Side(side) => Ok(side as i32),
                    exec::Caller::Contract(_) => Err(HostError::NoSide.into()),
                },
            )
        },
    )?;
    linker.func_wrap(
        module,
        "caller_contract",
        |caller: Caller<'_, Box<Running>>, out: i32, gas: i64| {
            run(
                caller,
                &Request::new("caller_contract", &[out.into()], gas),
                |guest| match guest.running().scene.caller {
                    exec::Caller::Side(_) => Ok(0),
                    exec::Caller::Contract(id) => guest.write(out, &id.0).map(|()| 1),
                },
            )
        },
    )?;
    linker.func_wrap(
        module,
        "emit",
        |caller: Caller<'_, Box<Running>>, pointer: i32, length: i32, gas: i64| {
            run_only(
                caller,
                &Request::new("emit", &[pointer.into(), length.into()], gas),
                |guest| emit(guest, pointer, length),
            )
        },
    )?;
    linker.func_wrap(
        module,
        "height",
        |caller: Caller<'_, Box<Running>>, gas: i64| {
            run(caller, &Request::new("height", &[], gas), |guest| {
                Ok(guest.running().scene.env.height.0.cast_signed())
            })
        },
    )?;
    linker.func_wrap(
        module,
        "input_len",
        |caller: Caller<'_, Box<Running>>, gas: i64| {
            run(caller, &Request::new("input_len", &[], gas), |guest| {
                Ok(signed(guest.running().args.len()))
            })
        },
    )?;
    linker.func_wrap(
        module,
        "input_read",
        |caller: Caller<'_, Box<Running>>, pointer: i32, gas: i64| {
            run_only(
                caller,
                &Request::new("input_read", &[pointer.into()], gas),
                |guest| input_read(guest, pointer),
            )
        },
    )?;
    linker.func_wrap(
        module,
        "judge",
        |caller: Caller<'_, Box<Running>>, policy: i32, out: i32, cap: i32, gas: i64| {
            run(
                caller,
                &Request::new("judge", &[policy.into(), out.into(), cap.into()], gas),
                |guest| judge(guest, policy, out, cap),
            )
        },
    )?;
    linker.func_wrap(
        module,
        "log",
        |caller: Caller<'_, Box<Running>>, pointer: i32, length: i32, gas: i64| {
            run_only(
                caller,
                &Request::new("log", &[pointer.into(), length.into()], gas),
                |guest| log(guest, pointer, length),
            )
        },
    )?;
    linker.func_wrap(
        module,
        "ret",
        |caller: Caller<'_, Box<Running>>, pointer: i32, length: i32, gas: i64| {
            run_only(
                caller,
                &Request::new("ret", &[pointer.into(), length.into()], gas),
                |guest| ret(guest, pointer, length),
            )
        },
    )?;
    linker.func_wrap(
        module,
        "revert",
        |caller: Caller<'_, Box<Running>>, code: i32, gas: i64| {
            run_only(
                caller,
                &Request::new("revert", &[code.into()], gas),
                |guest| {
                    Err(Stop::Revert {
                        code: code.cast_unsigned(),
                        gas_left: guest.gas().cast_unsigned(),
                    })
                },
            )
        },
    )?;
    linker.func_wrap(
        module,
        "sha256",
        |caller: Caller<'_, Box<Running>>, pointer: i32, length: i32, out: i32, gas: i64| {
            run_only(
                caller,
                &Request::new("sha256", &[pointer.into(), length.into(), out.into()], gas),
                |guest| {
                    hash(guest, SHA256, pointer, length, out, |bytes| {
                        Sha256::digest(bytes).into()
                    })
                },
            )
        },
    )?;
    linker.func_wrap(
        module,
        "storage_read",
        |caller: Caller<'_, Box<Running>>,
         key: i32,
         key_length: i32,
         out: i32,
         cap: i32,
         gas: i64| {
            run(
                caller,
                &Request::new(
                    "storage_read",
                    &[key.into(), key_length.into(), out.into(), cap.into()],
                    gas,
                ),
                |guest| storage_read(guest, key, key_length, out, cap),
            )
        },
    )?;
    linker.func_wrap(
        module,
        "storage_remove",
        |caller: Caller<'_, Box<Running>>, key: i32, length: i32, gas: i64| {
            run(
                caller,
                &Request::new("storage_remove", &[key.into(), length.into()], gas),
                |guest| storage_remove(guest, key, length),
            )
        },
    )?;
    linker.func_wrap(
        module,
        "storage_write",
        |caller: Caller<'_, Box<Running>>,
         key: i32,
         key_length: i32,
         value: i32,
         length: i32,
         gas: i64| {
            run_only(
                caller,
                &Request::new(
                    "storage_write",
                    &[key.into(), key_length.into(), value.into(), length.into()],
                    gas,
                ),
                |guest| storage_write(guest, key, key_length, value, length),
            )
        },
    )?;
    linker.func_wrap(
        module,
        "time_ms",
        |caller: Caller<'_, Box<Running>>, gas: i64| {
            run(caller, &Request::new("time_ms", &[], gas), |guest| {
                Ok(guest.running().scene.env.time.0.cast_signed())
            })
        },
    )?;
    linker.func_wrap(
        module,
        "transfer",
        |caller: Caller<'_, Box<Running>>, side: i32, amount: i64, gas: i64| {
            run(
                caller,
                &Request::new("transfer", &[side.into(), amount], gas),
                |guest| transfer(guest, side, amount),
            )
        },
    )?;
    linker.func_wrap(
        module,
        "value",
        |caller: Caller<'_, Box<Running>>, gas: i64| {
            run(caller, &Request::new("value", &[], gas), |guest| {
                Ok(guest.running().value.0.cast_signed())
            })
        },
    )?;
    linker.func_wrap(
        module,
        "verify",
        |caller: Caller<'_, Box<Running>>,
         key: i32,
         pointer: i32,
         length: i32,
         signature: i32,
         gas: i64| {
            run(
                caller,
                &Request::new(
                    "verify",
                    &[key.into(), pointer.into(), length.into(), signature.into()],
                    gas,
                ),
                |guest| verify(guest, key, pointer, length, signature),
            )
        },
    )?;
    Ok(())
}

/// What a module asks for.
struct Request<'a> {
    function: &'static str,
    arguments: &'a [i64],
    gas: i64,
}

impl<'a> Request<'a> {
    const fn new(function: &'static str, arguments: &'a [i64], gas: i64) -> Self {
        Self {
            function,
            arguments,
            gas,
        }
    }
}

/// A host function with a result: `(args, gas) -> (result, gas)`.
fn run<R: Copy + Into<i64>>(
    caller: Caller<'_, Box<Running>>,
    request: &Request<'_>,
    body: impl FnOnce(&mut Guest<'_>) -> Result<R, Stop>,
) -> wasmtime::Result<(R, i64)> {
    carry_out(caller, request, body, |result| Some(result.into()))
}

/// A host function without one: `(args, gas) -> gas`.
fn run_only(
    caller: Caller<'_, Box<Running>>,
    request: &Request<'_>,
    body: impl FnOnce(&mut Guest<'_>) -> Result<(), Stop>,
) -> wasmtime::Result<i64> {
    carry_out(caller, request, body, |()| None).map(|((), gas)| gas)
}

fn carry_out<R: Copy>(
    mut caller: Caller<'_, Box<Running>>,
    request: &Request<'_>,
    body: impl FnOnce(&mut Guest<'_>) -> Result<R, Stop>,
    bits: impl FnOnce(R) -> Option<i64>,
) -> wasmtime::Result<(R, i64)> {
    // The reborrow ends with the block, so that a stop can still be noted.
    let done = Guest::enter(caller.as_context_mut(), request.gas).and_then(|mut guest| {
        let result = body(&mut guest);
        let gas = guest.gas();
        if let Some(tracing) = &mut guest.running().trail.tracing {
            let result = result.as_ref().map(|result| bits(*result));
            tracing.asked(
                request.function,
                request.arguments,
                [request.gas, gas],
                result,
            );
        }
        Ok((result?, gas))
    });
    done.map_err(|stop| {
        caller.data_mut().stop = Some(stop);
        wasmtime::Error::msg("the host ends the call")
    })
}

fn balance(guest: &mut Guest<'_>) -> Result<i64, Stop> {
    let contract = guest.running().contract;
    let place = HeaderPlace::of(contract);
    let header = place.read(&mut guest.running().state).map_err(coins_stop)?;
    Ok(header.map_or(0, |header| header.coins.0.cast_signed()))
}

fn call_returned(guest: &mut Guest<'_>, out: i32, cap: i32) -> Result<i32, Stop> {
    let answer = mem::take(&mut guest.running().answer);
    guest.charge(price(CALL_RETURNED, answer.len()))?;
    guest.write(out, &answer[..answer.len().min(unsigned(cap))])?;
    let length = signed(answer.len());
    guest.running().answer = answer;
    Ok(length)
}

fn emit(guest: &mut Guest<'_>, pointer: i32, length: i32) -> Result<(), Stop> {
    guest.charge(price(EMIT, unsigned(length)))?;
    let event = guest.read(pointer, length)?;
    guest.running().emit(event)
}

fn hash(
    guest: &mut Guest<'_>,
    function: PerByte,
    pointer: i32,
    length: i32,
    out: i32,
    digest: impl FnOnce(&[u8]) -> [u8; 32],
) -> Result<(), Stop> {
    guest.charge(price(function, unsigned(length)))?;
    let digest = digest(guest.bytes(pointer, length)?);
    guest.write(out, &digest)
}

/// Costs and can fail the same whether anybody listens or not (docs/spec/vm.md, 5.4).
fn log(guest: &mut Guest<'_>, pointer: i32, length: i32) -> Result<(), Stop> {
    guest.charge(price(LOG, unsigned(length)))?;
    let contract = guest.running().contract;
    let listener = guest.running().tools.listener.clone();
    let bytes = guest.bytes(pointer, length)?;
    if let Some(listener) = listener {
        listener(contract, bytes);
    }
    Ok(())
}

fn verify(
    guest: &mut Guest<'_>,
    key: i32,
    pointer: i32,
    length: i32,
    signature: i32,
) -> Result<i32, Stop> {
    guest.charge(price(VERIFY, unsigned(length)))?;
    let key = PublicKey(guest.array(key)?);
    let signature = Signature::from_bytes(&guest.array(signature)?);
    let bytes = guest.bytes(pointer, length)?;
    let checked = CheckedKey::gate(key);
    let verified = checked.is_ok_and(|key| key.verify_untagged(bytes, &signature).is_ok());
    Ok(i32::from(verified))
}

fn input_read(guest: &mut Guest<'_>, pointer: i32) -> Result<(), Stop> {
    let args = mem::take(&mut guest.running().args);
    guest.charge(price(INPUT_READ, args.len()))?;
    guest.write(pointer, &args)?;
    guest.running().args = args;
    Ok(())
}

fn judge(guest: &mut Guest<'_>, policy: i32, out: i32, cap: i32) -> Result<i32, Stop> {
    let number = u8::try_from(policy).map_err(|_| HostError::Policy)?;
    let policies = guest.running().policies.as_deref().unwrap_or_default();
    let declared = *policies.get(usize::from(number)).ok_or(HostError::Policy)?;
    let facts = guest
        .running()
        .facts
        .iter()
        .find(|bundle| bundle.policy == number)
        .cloned();
    if let Some(facts) = &facts {
        let bytes = facts
            .descriptors
            .iter()
            .chain(&facts.messages)
            .map(Vec::len)
            .sum();
        guest.charge(price(JUDGE, bytes))?;
        guest.charge(KEY_GATE_GAS.saturating_mul(facts.descriptors.len() as u64))?;
        guest.charge(SIGNATURE_GAS.saturating_mul(facts.messages.len() as u64))?;
    }
    let key = StateKey::Slot(guest.running().contract, &declared.params_key()).hash();
    let params = guest.running().state.get(&key)?;
    guest.running().check_leaves()?;
    guest.charge(price(
        JUDGE,
        params.as_ref().map_or(0, |params| params.len()),
    ))?;
    let question = Question {
        policy: declared,
        params: params.as_deref(),
        facts: facts.as_ref(),
        pinned: guest.running().scene.env,
    };
    match guest.running().tools.judge.judge(&question) {
        Ok(verdict) => {
            guest.charge(price(JUDGE, verdict.len()))?;
            if verdict.len() <= unsigned(cap) {
                guest.write(out, &verdict)?;
            }
            let judged = &mut guest.running().judged;
            if let Err(place) = judged.binary_search(&number) {
                judged.insert(place, number);
            }
            Ok(signed(verdict.len()))
        }
        Err(refusal) => Ok(-i32::from(refusal.0)),
    }
}

fn ret(guest: &mut Guest<'_>, pointer: i32, length: i32) -> Result<(), Stop> {
    if unsigned(length) > Limits::V1.return_bytes {
        return Err(HostError::Return.into());
    }
    guest.charge(price(RET, unsigned(length)))?;
    guest.running().returned = guest.read(pointer, length)?;
    Ok(())
}

fn storage_read(
    guest: &mut Guest<'_>,
    key: i32,
    key_length: i32,
    out: i32,
    cap: i32,
) -> Result<i32, Stop> {
    let slot = slot(guest, STORAGE_READ, key, key_length)?;
    let value = guest.running().state.get(&slot)?;
    guest.running().check_leaves()?;
    let Some(value) = value else { return Ok(-1) };
    guest.charge(price(STORAGE_READ, value.len()))?;
    guest.write(out, &value[..value.len().min(unsigned(cap))])?;
    Ok(signed(value.len()))
}

fn storage_remove(guest: &mut Guest<'_>, key: i32, length: i32) -> Result<i32, Stop> {
    let slot = slot(guest, STORAGE_REMOVE, key, length)?;
    let had = guest.running().state.get(&slot)?.is_some();
    guest.running().check_leaves()?;
    if had {
        guest.running().state.remove(slot);
    }
    Ok(i32::from(had))
}

fn storage_write(
    guest: &mut Guest<'_>,
    key: i32,
    key_length: i32,
    value: i32,
    length: i32,
) -> Result<(), Stop> {
    let slot = slot(guest, STORAGE_WRITE, key, key_length)?;
    if unsigned(length) > Limits::V1.value_bytes {
        return Err(HostError::Value.into());
    }
    guest.charge(price(STORAGE_WRITE, unsigned(length)))?;
    let value = guest.read(value, length)?;
    guest.running().state.put(slot, value);
    guest.running().check_leaves()
}

fn transfer(guest: &mut Guest<'_>, side: i32, amount: i64) -> Result<i32, Stop> {
    let to = Side::from_index(side.cast_unsigned()).ok_or(HostError::Payment)?;
    let contract = guest.running().contract;
    let coins = Amount(amount.cast_unsigned());
    match HeaderPlace::of(contract).debit(&mut guest.running().state, to, coins) {
        Ok(()) => guest.running().check_leaves().map(|()| 0),
        Err(CoinsError::Short { .. }) => Ok(1),
        Err(error) => Err(coins_stop(error)),
    }
}

/// The place of a storage slot in the tree, its key charged for.
fn slot(
    guest: &mut Guest<'_>,
    function: PerByte,
    key: i32,
    length: i32,
) -> Result<twinroot_abi::Hash, Stop> {
    if length == 0 || unsigned(length) > Limits::V1.key_bytes {
        return Err(HostError::Key.into());
    }
    guest.charge(price(function, unsigned(length)))?;
    let key = guest.read(key, length)?;
    Ok(StateKey::Slot(guest.running().contract, &key).hash())
}

pub(crate) fn coins_stop(error: CoinsError) -> Stop {
    match error {
        CoinsError::Missing(missing) => missing.into(),
        CoinsError::Overflow | CoinsError::Short { .. } => HostError::Payment.into(),
        CoinsError::NoContract(_) | CoinsError::Damaged(_) => {
            Stop::Halt(Halt::Machine(error.to_string()))
        }
    }
}

/// Price of a byte in a host function, in hundredths of gas.
#[derive(Clone, Copy)]
struct PerByte(u64);

const BLAKE2B: PerByte = per_byte("blake2b");
const CALL: PerByte = per_byte("call");
const CALL_RETURNED: PerByte = per_byte("call_returned");
const EMIT: PerByte = per_byte("emit");
const INPUT_READ: PerByte = per_byte("input_read");
const JUDGE: PerByte = per_byte("judge");
const LOG: PerByte = per_byte("log");
const RET: PerByte = per_byte("ret");
const SHA256: PerByte = per_byte("sha256");
const STORAGE_READ: PerByte = per_byte("storage_read");
const STORAGE_REMOVE: PerByte = per_byte("storage_remove");
const STORAGE_WRITE: PerByte = per_byte("storage_write");
const VERIFY: PerByte = per_byte("verify");

/// Looks a price up in the table when this crate is compiled; a name that is not in it does not compile.
const fn per_byte(name: &str) -> PerByte {
    let mut place = 0;
    while !same(HOST_FUNCTIONS[place].name.as_bytes(), name.as_bytes()) {
        place += 1;
    }
    PerByte(HOST_FUNCTIONS[place].per_byte_centigas)
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    let mut place = 0;
    while place < one.len() && place < other.len() && one[place] == other[place] {
        place += 1;
    }
    place == one.len() && place == other.len()
}

/// What `bytes` cost in a host function, beyond its fixed price: rounded up to whole gas.
fn price(function: PerByte, bytes: usize) -> u64 {
    (bytes as u64).saturating_mul(function.0).div_ceil(100)
}

/// A length as the guest sees it; what the host hands out is far below its limit.
fn signed(length: usize) -> i32 {
    i32::try_from(length).unwrap_or(i32::MAX)
}

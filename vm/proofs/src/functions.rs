//! The host functions (docs/spec/vm.md, 5) on a mock: what each does, after what it costs. Where the real
//! host asks someone else, a judge or a hash, the mock has an answer of its own.

use twinroot_abi::{HOST_FUNCTIONS, HostFunction};
use twinroot_exec::HostError;
use twinroot_types::{Limits, Tag, hash};

use crate::host::{Host, Stop, Value};

/// Policies that every contract here is taken to declare: the first gives a verdict, the second a refusal.
const POLICIES: i32 = 2;
const VERDICT: [u8; 10] = *b"delivered.";
/// Number of a broken rule (docs/spec/vm.md, 5.4).
const REFUSAL: i32 = -3;

/// A host function as an engine calls it: the gas is the last parameter, and the last that it gives
/// (docs/spec/vm.md, 3.9).
pub(crate) fn called(
    host: &mut Host,
    place: usize,
    params: &[Value],
    memory: Option<&mut [u8]>,
) -> Result<(Option<Value>, i64), Stop> {
    host.note(place, params);
    let function = &HOST_FUNCTIONS[place];
    let (gas, params) = params.split_last().unwrap();
    let mut guest = Guest {
        function,
        gas: gas.i64(),
        memory,
    };
    // docs/spec/vm.md, 2.3: with gas below 0 it does nothing.
    guest.charge(0)?;
    let result = guest.run(host, params)?;
    Ok((result, guest.gas))
}

struct Guest<'a> {
    function: &'static HostFunction,
    gas: i64,
    memory: Option<&'a mut [u8]>,
}

impl Guest<'_> {
    fn run(&mut self, host: &mut Host, params: &[Value]) -> Result<Option<Value>, Stop> {
        let at = |place: usize| params[place].i32();
        Ok(match self.function.name {
            "balance" => Some(Value::I64(host.coins[0].cast_signed())),
            name @ ("blake2b" | "sha256") => {
                self.charge_bytes(unsigned(at(1)))?;
                // Some hash: none of the engines knows which it should be.
                let bytes = self.read(at(0), at(1))?;
                self.write(at(2), &hash(Tag::VALUE, &[name.as_bytes(), &bytes]))?;
                None
            }
            "call" => Some(Value::I64(self.call(params)?)),
            "call_returned" => {
                // Nothing was ever returned.
                self.charge_bytes(0)?;
                self.write(at(0), &[])?;
                Some(Value::I32(0))
            }
            "caller" => Some(Value::I32(host.input.caller)),
            "caller_contract" => Some(Value::I32(0)),
            "emit" => {
                self.emit(host, at(0), at(1))?;
                None
            }
            "height" => Some(Value::I64(host.input.height)),
            "input_len" => Some(length(host.input.args.len())),
            "input_read" => {
                self.charge_bytes(host.input.args.len())?;
                self.write(at(0), &host.input.args)?;
                None
            }
            "judge" => Some(Value::I32(self.judge(at(0), at(1), at(2))?)),
            "log" => {
                self.charge_bytes(unsigned(at(1)))?;
                self.read(at(0), at(1))?;
                None
            }
            "ret" => {
                if unsigned(at(1)) > Limits::V1.return_bytes {
                    return Err(HostError::Return.into());
                }
                self.charge_bytes(unsigned(at(1)))?;
                host.returned = self.read(at(0), at(1))?;
                None
            }
            "revert" => {
                return Err(Stop::Revert {
                    code: at(0).cast_unsigned(),
                    gas: self.gas,
                });
            }
            "storage_read" => Some(self.storage_read(host, params)?),
            "storage_remove" => {
                let key = self.key(at(0), at(1))?;
                let had = stored(host, &key)?.is_some();
                if had {
                    host.writes.insert(key, None);
                }
                Some(Value::I32(i32::from(had)))
            }
            "storage_write" => {
                self.storage_write(host, params)?;
                None
            }
            "time_ms" => Some(Value::I64(host.input.time_ms)),
            "transfer" => Some(Value::I32(transfer(host, at(0), params[1].i64())?)),
            "value" => Some(Value::I64(host.input.value)),
            "verify" => {
                self.charge_bytes(unsigned(at(2)))?;
                // Some signatures are good.
                let (key, signature) = (self.read(at(0), 32)?, self.read(at(3), 64)?);
                self.read(at(1), at(2))?;
                Some(Value::I32(i32::from(key[0] == signature[0])))
            }
            other => panic!("`{other}` is a host function that the mock lacks"),
        })
    }

    /// The other contract, whichever it is, uses all that it is given.
    fn call(&mut self, params: &[Value]) -> Result<i64, Stop> {
        let (entry, args) = (params[2].i32(), params[4].i32());
        if unsigned(entry) > Limits::V1.entry_bytes || unsigned(args) > Limits::V1.argument_bytes {
            return Err(HostError::Arguments.into());
        }
        self.charge_bytes(unsigned(entry) + unsigned(args))?;
        self.read(params[0].i32(), 32)?;
        self.read(params[1].i32(), entry)?;
        self.read(params[3].i32(), args)?;
        let limit = params[6].i64();
        if limit.cast_unsigned() > self.gas.cast_unsigned() {
            return Err(Stop::OutOfGas);
        }
        self.charge(limit)?;
        // docs/spec/vm.md, 5.6: it ran out of gas.
        Ok(3 << 32)
    }

    fn emit(&mut self, host: &mut Host, pointer: i32, count: i32) -> Result<(), Stop> {
        self.charge_bytes(unsigned(count))?;
        let event = self.read(pointer, count)?;
        let bytes: usize = host.events.iter().map(Vec::len).sum();
        if host.events.len() == Limits::V1.events || bytes + event.len() > Limits::V1.event_bytes {
            return Err(HostError::Events.into());
        }
        host.events.push(event);
        Ok(())
    }

    fn judge(&mut self, policy: i32, out: i32, cap: i32) -> Result<i32, Stop> {
        if !(0..POLICIES).contains(&policy) {
            return Err(HostError::Policy.into());
        }
        if policy > 0 {
            return Ok(REFUSAL);
        }
        self.charge_bytes(VERDICT.len())?;
        if VERDICT.len() <= unsigned(cap) {
            self.write(out, &VERDICT)?;
        }
        Ok(VERDICT.len() as i32)
    }

    fn storage_read(&mut self, host: &mut Host, params: &[Value]) -> Result<Value, Stop> {
        let key = self.key(params[0].i32(), params[1].i32())?;
        let Some(value) = stored(host, &key)? else {
            return Ok(Value::I32(-1));
        };
        self.charge_bytes(value.len())?;
        let fits = value.len().min(unsigned(params[3].i32()));
        self.write(params[2].i32(), &value[..fits])?;
        Ok(length(value.len()))
    }

    fn storage_write(&mut self, host: &mut Host, params: &[Value]) -> Result<(), Stop> {
        let key = self.key(params[0].i32(), params[1].i32())?;
        let count = params[3].i32();
        if unsigned(count) > Limits::V1.value_bytes {
            return Err(HostError::Value.into());
        }
        self.charge_bytes(unsigned(count))?;
        let value = self.read(params[2].i32(), count)?;
        host.writes.insert(key.clone(), Some(value));
        touch(host, &key)
    }

    /// A key, charged for.
    fn key(&mut self, pointer: i32, count: i32) -> Result<Vec<u8>, Stop> {
        if count == 0 || unsigned(count) > Limits::V1.key_bytes {
            return Err(HostError::Key.into());
        }
        self.charge_bytes(unsigned(count))?;
        self.read(pointer, count)
    }

    /// A charge by operand (docs/spec/vm.md, 5.2).
    fn charge_bytes(&mut self, bytes: usize) -> Result<(), Stop> {
        let hundredths = bytes as u64 * self.function.per_byte_centigas;
        self.charge(hundredths.div_ceil(100).cast_signed())
    }

    fn charge(&mut self, price: i64) -> Result<(), Stop> {
        self.gas -= price;
        if self.gas < 0 {
            Err(Stop::OutOfGas)
        } else {
            Ok(())
        }
    }

    fn read(&self, pointer: i32, count: i32) -> Result<Vec<u8>, Stop> {
        let memory = self.memory.as_deref().unwrap_or_default();
        let start = unsigned(pointer);
        let found = memory.get(start..start + unsigned(count));
        found.map(<[u8]>::to_vec).ok_or(Stop::Trap)
    }

    fn write(&mut self, pointer: i32, bytes: &[u8]) -> Result<(), Stop> {
        let memory = self.memory.as_deref_mut().unwrap_or_default();
        let start = unsigned(pointer);
        let place = memory.get_mut(start..start + bytes.len());
        place.ok_or(Stop::Trap)?.copy_from_slice(bytes);
        Ok(())
    }
}

fn stored(host: &mut Host, key: &[u8]) -> Result<Option<Vec<u8>>, Stop> {
    touch(host, key)?;
    let written = host.writes.get(key).cloned();
    Ok(written.unwrap_or_else(|| host.input.storage.get(key).cloned()))
}

fn touch(host: &mut Host, key: &[u8]) -> Result<(), Stop> {
    host.touched.insert(key.to_vec());
    if host.touched.len() > Limits::V1.touched_leaves {
        return Err(HostError::Leaves.into());
    }
    Ok(())
}

fn transfer(host: &mut Host, side: i32, amount: i64) -> Result<i32, Stop> {
    if !(0..2).contains(&side) {
        return Err(HostError::Payment.into());
    }
    let (to, amount) = (1 + unsigned(side), amount.cast_unsigned());
    let Some(left) = host.coins[0].checked_sub(amount) else {
        return Ok(1);
    };
    let sum = host.coins[to].checked_add(amount);
    host.coins[to] = sum.ok_or(HostError::Payment)?;
    host.coins[0] = left;
    Ok(0)
}

/// Pointers and lengths have no sign (docs/spec/vm.md, 5.3).
const fn unsigned(number: i32) -> usize {
    number.cast_unsigned() as usize
}

fn length(bytes: usize) -> Value {
    Value::I32(i32::try_from(bytes).unwrap())
}

//! A host that says little, the same to the reference and to an engine.

use twinroot_abi::HOST_FUNCTIONS;
use twinroot_reference::{Answer, End, Host, Reference, Stop};

/// What a run came to, as far as it can be compared.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Observed {
    pub(crate) end: End,
    /// Gas left, where the end is `Success`: nothing else shows it on every engine.
    pub(crate) gas_left: Option<i64>,
    pub(crate) memory: Vec<u8>,
    pub(crate) globals: Vec<i64>,
    pub(crate) calls: Vec<Called>,
}

/// A call of a host function: name, arguments, gas.
pub(crate) type Called = (&'static str, Vec<i64>, i64);

/// Runs an entry of a canonical module by the reference.
pub(crate) fn by_reference(reference: &Reference<'_>, entry: &str, gas: u64) -> Observed {
    let mut host = Recorder::default();
    let ran = reference.run(entry, gas, &mut host).unwrap();
    Observed {
        end: ran.end,
        gas_left: (ran.end == End::Success).then_some(ran.gas_left),
        memory: ran.memory,
        globals: ran.globals,
        calls: host.0,
    }
}

/// Gas that an entry takes to come to its end, if it comes there with `gas`.
pub(crate) fn used(reference: &Reference<'_>, entry: &str, gas: u64) -> u64 {
    let ran = reference.run(entry, gas, &mut Recorder::default()).unwrap();
    u64::try_from(i64::try_from(gas).unwrap() - ran.gas_left).unwrap()
}

/// Remembers what it was asked.
#[derive(Default)]
struct Recorder(Vec<Called>);

impl Host for Recorder {
    fn call(
        &mut self,
        name: &'static str,
        arguments: &[i64],
        memory: &mut [u8],
        gas: i64,
    ) -> Result<Answer, Stop> {
        self.0.push((name, arguments.to_vec(), gas));
        answer(name, arguments, memory, gas)
    }
}

/// Every result is 7. `emit` takes a gas for each byte, `revert` does what it says, `input_read`
/// writes four bytes.
pub(crate) fn answer(
    name: &str,
    arguments: &[i64],
    memory: &mut [u8],
    gas: i64,
) -> Result<Answer, Stop> {
    let unsigned = |index: usize| u32::try_from(arguments[index] & 0xffff_ffff).unwrap();
    let mut left = gas;
    match name {
        "emit" => left -= i64::from(unsigned(1)),
        "revert" => return Err(Stop::Revert(unsigned(0))),
        "input_read" => {
            let first = unsigned(0) as usize;
            let place = memory.get_mut(first..first + 4).ok_or(Stop::Trap)?;
            place.copy_from_slice(b"twin");
        }
        _ => {}
    }
    if left < 0 {
        return Err(Stop::OutOfGas);
    }
    let host = HOST_FUNCTIONS.iter().find(|host| host.name == name);
    let gives = host.is_some_and(|host| host.result.is_some());
    Ok(Answer {
        result: gives.then_some(7),
        gas: left,
    })
}

//! What a call asked of its host and was told, for whoever wants to run it again elsewhere: to say where
//! its gas went, or why it stopped. It is in no receipt.

use twinroot_abi::{ContractId, Gas};
use twinroot_exec::{CodeSource, Outcome};

use crate::running::Stop;

/// A run of one contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Which contract.
    pub contract: ContractId,
    /// Its canonical module.
    pub code: Vec<u8>,
    /// Which of its entries.
    pub entry: String,
    /// Gas that it might use, its start price included.
    pub limit: Gas,
    /// How it ended.
    pub outcome: Outcome,
    /// Gas that it is charged.
    pub gas: Gas,
    /// What it asked of the host, in order. A host function that finds gas below 0 does nothing, and is
    /// not among them.
    pub asked: Vec<Asked>,
}

/// A call of a host function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its name.
    pub function: &'static str,
    /// Its arguments; those of 32 bits are extended by their sign.
    pub arguments: Vec<i64>,
    /// Gas before it, its price already paid.
    pub gas_before: u64,
    /// Gas after it, or where it stopped.
    pub gas_after: u64,
    /// What the host wrote into the memory, in order.
    pub written: Vec<Written>,
    /// Its result, if it has one; extended likewise.
    pub result: Option<i64>,
    /// How it ended the call, or `Success`.
    pub outcome: Outcome,
    /// The run of the contract that it called, if that began.
    pub inner: Option<Box<Trace>>,
}

/// Bytes that the host wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Address of the first.
    pub address: u32,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// A trace of what is still running.
#[derive(Default)]
pub(crate) struct Tracing {
    asked: Vec<Asked>,
    /// Of the host function that is being carried out.
    written: Vec<Written>,
    inner: Option<Box<Trace>>,
}

impl Tracing {
    pub(crate) fn write(&mut self, address: i32, bytes: &[u8]) {
        self.written.push(Written {
            address: address.cast_unsigned(),
            bytes: bytes.to_vec(),
        });
    }

    pub(crate) fn call(&mut self, inner: Option<Trace>) {
        self.inner = inner.map(Box::new);
    }

    /// A host function was carried out, or stopped.
    pub(crate) fn asked(
        &mut self,
        function: &'static str,
        arguments: &[i64],
        gas: [i64; 2],
        result: Result<Option<i64>, &Stop>,
    ) {
        let [gas_before, gas_after] = gas.map(i64::cast_unsigned);
        self.asked.push(Asked {
            function,
            arguments: arguments.to_vec(),
            gas_before,
            gas_after,
            written: std::mem::take(&mut self.written),
            result: result.ok().flatten(),
            outcome: result.err().map_or(Outcome::Success, outcome),
            inner: self.inner.take(),
        });
    }

    pub(crate) fn end(
        self,
        contract: ContractId,
        code: CodeSource<'_>,
        entry: &str,
        [limit, gas]: [Gas; 2],
        outcome: Outcome,
    ) -> Trace {
        Trace {
            contract,
            code: code.bytes.to_vec(),
            entry: entry.to_owned(),
            limit,
            outcome,
            gas,
            asked: self.asked,
        }
    }
}

/// What a stop comes to.
const fn outcome(stop: &Stop) -> Outcome {
    match stop {
        Stop::OutOfGas => Outcome::OutOfGas,
        Stop::Revert { code, .. } => Outcome::Revert(*code),
        // The call has no outcome, and nobody is told of it.
        Stop::Trap | Stop::Halt(_) => Outcome::Trap,
        Stop::Host(error) => Outcome::HostError(*error),
    }
}

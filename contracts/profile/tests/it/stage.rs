//! A contract that is called, and what came of it.

use twinroot_abi::{Amount, ContractId, Gas, Hash, Height, Side, TimeMs};
use twinroot_exec::{
    Call, Caller, CodeSource, Codes, Env, Execute, Fallback, Header, HeaderPlace, Outcome, Receipt,
    Scene,
};
use twinroot_feed::FeedJudge;
use twinroot_host::{Backend, Host, Trace};
use twinroot_profile::{DebugModule, Profile, Recorder};
use twinroot_state::{Overlay, Tree};

pub(crate) const CONTRACT: ContractId = ContractId([1; 32]);

/// What came of a call.
pub(crate) struct Called {
    pub(crate) receipt: Receipt,
    pub(crate) trace: Trace,
}

impl Called {
    pub(crate) fn outcome(&self) -> Outcome {
        self.receipt.outcome
    }

    /// Its profile, which adds up to the receipt's gas.
    pub(crate) fn profile(&self) -> Profile {
        self.profile_with(&[])
    }

    pub(crate) fn profile_with(&self, debug: &[DebugModule<'_>]) -> Profile {
        let profile = Profile::of(&self.trace, debug).unwrap();
        assert_eq!(profile.split().total(), self.receipt.gas);
        assert_eq!(folded_sum(&profile), self.receipt.gas.0);
        profile
    }
}

pub(crate) fn folded_sum(profile: &Profile) -> u64 {
    let gas = |line: &str| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap();
    profile.folded().lines().map(gas).sum()
}

/// The gas of one stack.
pub(crate) fn gas_of(profile: &Profile, stack: &str) -> u64 {
    let lines = profile
        .folded()
        .lines()
        .map(|line| line.rsplit_once(' ').unwrap());
    let of: Vec<_> = lines.filter(|(other, _)| *other == stack).collect();
    match of.as_slice() {
        [(_, gas)] => gas.parse().unwrap(),
        _ => 0,
    }
}

/// A host and its recorder.
pub(crate) fn recorded() -> (Host, Recorder) {
    let recorder = Recorder::default();
    let host = Host::new(Backend::Cranelift, FeedJudge).unwrap();
    (recorder.listen_to(host), recorder)
}

/// Calls `go` of a contract in the text format.
pub(crate) fn call(wat: &str, gas: u64) -> Called {
    call_with(&wat::parse_str(wat).unwrap(), "go", Vec::new(), gas)
}

pub(crate) fn call_with(wasm: &[u8], entry: &str, args: Vec<u8>, gas: u64) -> Called {
    call_among(&[wasm], entry, args, gas)
}

/// Calls the first of some contracts, whose ids are of their number plus one; each has a coin.
pub(crate) fn call_among(modules: &[&[u8]], entry: &str, args: Vec<u8>, gas: u64) -> Called {
    let (host, recorder) = recorded();
    let mut state = Overlay::new(Tree::new());
    let mut codes = Codes::default();
    let mut admitted = Vec::new();
    for (number, wasm) in (1..).zip(modules) {
        let code = host.admit(wasm).unwrap();
        let header = Header {
            code: code.hash,
            coins: Amount(1),
            fallback: Fallback::all_to(Side::Initiator),
            hold: Height(0),
        };
        HeaderPlace::of(ContractId([number; 32])).set(&mut state, &header);
        std::sync::Arc::make_mut(&mut codes).insert(code.hash, code.bytes.clone());
        admitted.push(code);
    }
    let source = CodeSource {
        hash: admitted[0].hash,
        bytes: &admitted[0].bytes,
    };
    let scene = Scene {
        caller: Caller::Side(Side::Initiator),
        env: Env {
            height: Height(1),
            time: TimeMs(1),
            block: Hash([0; 32]),
        },
    };
    let call = Call {
        contract: CONTRACT,
        entry: entry.to_owned(),
        args,
        value: Amount(0),
        gas: Gas(gas),
        facts: Vec::new(),
    };
    let receipt = host
        .execute(source, &codes, &mut state, scene, &call)
        .unwrap();
    let mut traces = recorder.take();
    assert_eq!(traces.len(), 1);
    Called {
        receipt,
        trace: traces.remove(0),
    }
}

//! One contract, called on both backends.

use twinroot_abi::{Amount, CodeHash, ContractId, Gas, Hash, Height, Side, TimeMs};
use twinroot_exec::{
    Call, Caller, CodeSource, Codes, Env, Execute, Fallback, Halt, Header, HeaderPlace, Judge,
    Question, Receipt, Refusal, Scene,
};
use twinroot_host::{Backend, Host};
use twinroot_state::{Overlay, Tree};

const CONTRACT: ContractId = ContractId([1; 32]);

/// A judge whom nothing satisfies.
pub(crate) struct Nobody;

impl Judge for Nobody {
    fn judge(&self, _: &Question<'_>) -> Result<Vec<u8>, Refusal> {
        Err(Refusal(1))
    }
}

/// Calls `entry` of the contract in `wat`; both backends must say the same.
pub(crate) fn call(wat: &str, entry: &str, gas: u64) -> Result<Receipt, Halt> {
    let [one, other] = [Backend::Cranelift, Backend::Pulley].map(|backend| {
        let host = Host::new(backend, Nobody).unwrap();
        call_on(&host, wat, entry, gas)
    });
    assert_eq!(one, other);
    one
}

/// Calls `entry` of the contract in `wat`.
pub(crate) fn call_on(host: &Host, wat: &str, entry: &str, gas: u64) -> Result<Receipt, Halt> {
    let code = host.admit(&wat::parse_str(wat).unwrap()).unwrap();
    let source = CodeSource {
        hash: code.hash,
        bytes: &code.bytes,
    };
    let env = Env {
        height: Height(1),
        time: TimeMs(1),
        block: Hash([0; 32]),
    };
    let scene = Scene {
        caller: Caller::Side(Side::Initiator),
        env,
    };
    let call = Call {
        contract: CONTRACT,
        entry: entry.to_owned(),
        args: Vec::new(),
        value: Amount(0),
        gas: Gas(gas),
        facts: Vec::new(),
    };
    let mut state = Overlay::new(Tree::new());
    let fallback = Fallback::all_to(Side::Initiator);
    let header = Header {
        code: CodeHash([0; 32]),
        coins: Amount(0),
        fallback,
        hold: Height(0),
    };
    HeaderPlace::of(CONTRACT).set(&mut state, &header);
    host.execute(source, &Codes::default(), &mut state, scene, &call)
}

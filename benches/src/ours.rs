//! A contract in the VM as it is shipped.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use twinroot_abi::{Amount, ContractId, Gas, Hash, Height, Side, TimeMs};
use twinroot_exec::{
    Call, Caller, Code, CodeSource, Codes, Env, Execute, Fallback, Halt, Header, HeaderPlace,
    HostError, Outcome, Receipt, Scene, StateKey,
};
use twinroot_feed::FeedJudge;
use twinroot_host::{Backend, Host, Job};
use twinroot_state::{Overlay, State, Tree};

/// The contract in all measurements.
const CONTRACT: ContractId = ContractId([3; 32]);
/// Another one, of the same code.
const OTHER: ContractId = ContractId([2; 32]);
/// Gas of an update (docs/spec/vm.md, 6.1).
const GAS: Gas = Gas(50_000_000);

/// A contract on a state of its own.
#[derive(Debug)]
pub struct Ours {
    host: Arc<Host>,
    code: Code,
    codes: Codes,
    tree: Tree,
    scene: Scene,
}

impl Ours {
    /// A contract that nobody has called yet.
    ///
    /// # Panics
    /// Where the gate refuses it or this machine runs no wasm: then there is nothing to measure.
    #[must_use]
    pub fn new(wasm: &[u8]) -> Self {
        let host = Host::new(Backend::Cranelift, FeedJudge).expect("this machine runs wasm");
        Self::on(host, wasm)
    }

    /// The same on a host of which only the last called contract is in memory, and all are in a folder.
    ///
    /// # Panics
    /// As above, or where the folder cannot be used.
    #[must_use]
    pub fn in_folder(wasm: &[u8], folder: &Path) -> Self {
        let host = Host::new(Backend::Cranelift, FeedJudge)
            .and_then(|host| host.with_folder(folder)?.keeping(NonZeroUsize::MIN));
        Self::on(host.expect("this machine runs wasm"), wasm)
    }

    /// Another contract on the same host.
    ///
    /// # Panics
    /// Where the gate refuses it: then there is nothing to measure.
    #[must_use]
    pub fn beside(&self, wasm: &[u8]) -> Self {
        Self::on(Arc::clone(&self.host), wasm)
    }

    fn on(host: impl Into<Arc<Host>>, wasm: &[u8]) -> Self {
        let host = host.into();
        let code = host.admit(wasm).expect("the gate takes it");
        let mut state = Overlay::new(Tree::new());
        for contract in [CONTRACT, OTHER] {
            let header = Header {
                code: code.hash,
                coins: Amount(1_000_000),
                fallback: Fallback::all_to(Side::Initiator),
                hold: Height(0),
            };
            HeaderPlace::of(contract).set(&mut state, &header);
        }
        let (changes, _) = state.finish();
        let tree = Tree::new()
            .updated(&changes)
            .expect("a full tree misses nothing");
        let env = Env {
            height: Height(100),
            time: TimeMs(100_000),
            block: Hash([1; 32]),
        };
        let scene = Scene {
            caller: Caller::Side(Side::Initiator),
            env,
        };
        let codes = BTreeMap::from([(code.hash, code.bytes.clone())]).into();
        Self {
            host,
            code,
            codes,
            tree,
            scene,
        }
    }

    /// A call and the state that it stands on.
    #[must_use]
    pub fn call(&self, entry: &str, args: &[u8]) -> (Call, Overlay) {
        let call = Call {
            contract: CONTRACT,
            entry: entry.to_owned(),
            args: args.to_vec(),
            value: Amount(0),
            gas: GAS,
            facts: Vec::new(),
        };
        (call, Overlay::new(self.tree.clone()))
    }

    /// Runs a call, and takes it back, so that the next one finds the same.
    ///
    /// # Panics
    /// Where the call does not succeed: then there is nothing to measure.
    pub fn run(&self, call: &Call, state: &mut Overlay) -> Receipt {
        let receipt = self.try_run(call, state).expect("nothing is missing");
        assert_eq!(receipt.outcome, Outcome::Success, "{}", call.entry);
        receipt
    }

    /// The same, whatever comes of it.
    ///
    /// # Errors
    /// Where nothing can be said of the call.
    pub fn try_run(&self, call: &Call, state: &mut Overlay) -> Result<Receipt, Halt> {
        let before = state.checkpoint();
        let receipt = self
            .host
            .execute(self.source(), &self.codes, state, self.scene, call);
        state.revert(before);
        receipt
    }

    /// Runs a call without arguments and makes the state after it, which is thrown away.
    ///
    /// # Panics
    /// As above.
    pub fn rehearse(&self, entry: &str) -> Receipt {
        let (call, mut state) = self.call(entry, &[]);
        let receipt = self
            .host
            .execute(self.source(), &self.codes, &mut state, self.scene, &call)
            .expect("nothing is missing");
        assert_eq!(receipt.outcome, Outcome::Success, "{entry}");
        let next = self.tree.updated(&state.finish().0);
        next.expect("a full tree misses nothing");
        receipt
    }

    /// Sets so many slots, under numbers of 8 bytes.
    ///
    /// # Panics
    /// Never: a full tree misses nothing.
    pub fn fill(&mut self, slots: u64) {
        let mut state = Overlay::new(self.tree.clone());
        for number in 0..slots {
            let key = StateKey::Slot(CONTRACT, &number.to_le_bytes()).hash();
            state.put(key, [7; 32]);
        }
        let filled = self.tree.updated(&state.finish().0);
        self.tree = filled.expect("a full tree misses nothing");
    }

    /// Whether it has an entry of that name.
    #[must_use]
    pub fn has(&self, entry: &str) -> bool {
        let (call, mut state) = self.call(entry, &[]);
        let none = Outcome::HostError(HostError::NoSuchEntry);
        self.try_run(&call, &mut state)
            .is_ok_and(|receipt| receipt.outcome != none)
    }

    /// Runs a call whose changes stand from now on.
    ///
    /// # Panics
    /// As above.
    pub fn settle(&mut self, entry: &str, args: &[u8]) {
        let outcome = self.try_settle(entry, args).expect("nothing is missing");
        assert_eq!(outcome, Outcome::Success, "{entry}");
    }

    /// The same, whatever comes of it; only the changes of a success stand.
    ///
    /// # Errors
    /// Where nothing can be said of the call.
    pub fn try_settle(&mut self, entry: &str, args: &[u8]) -> Result<Outcome, Halt> {
        let (call, mut state) = self.call(entry, args);
        let receipt =
            self.host
                .execute(self.source(), &self.codes, &mut state, self.scene, &call)?;
        if receipt.outcome == Outcome::Success {
            let (changes, _) = state.finish();
            self.tree = self.tree.updated(&changes)?;
        }
        Ok(receipt.outcome)
    }

    /// So many calls at once, on all cores.
    ///
    /// # Panics
    /// As above.
    pub fn batch(&self, entry: &str, args: &[u8], count: usize) {
        let jobs = (0..count).map(|_| {
            let (call, state) = self.call(entry, args);
            Job {
                code: self.source(),
                codes: &self.codes,
                state,
                scene: self.scene,
                call,
            }
        });
        for done in self.host.batch(jobs.collect()) {
            let receipt = done.result.expect("nothing is missing");
            assert_eq!(receipt.outcome, Outcome::Success);
        }
    }

    /// Bytes of the canonical module.
    #[must_use]
    pub fn code_bytes(&self) -> usize {
        self.code.bytes.len()
    }

    fn source(&self) -> CodeSource<'_> {
        CodeSource {
            hash: self.code.hash,
            bytes: &self.code.bytes,
        }
    }
}

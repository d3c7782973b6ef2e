//! A node's engine and its signer, with a clock around each.

use std::time::Instant;

use twinroot_abi::PublicKey;
use twinroot_exec::{Call, Code, CodeSource, Codes, Execute, Halt, Receipt, Scene};
use twinroot_keyring::{LocalSigner, SignError, Signer};
use twinroot_state::Overlay;
use twinroot_types::{Signature, Tag};

/// Times of the calls in the VM.
pub(crate) const VM: &str = "bench_vm_seconds";
/// Times of signatures that were made.
pub(crate) const SIGN: &str = "bench_sign_seconds";

pub(crate) struct Engine<E>(pub(crate) E);

impl<E: Execute> Execute for Engine<E> {
    fn admit(&self, wasm: &[u8]) -> Result<Code, Halt> {
        self.0.admit(wasm)
    }

    fn execute(
        &self,
        code: CodeSource<'_>,
        codes: &Codes,
        state: &mut Overlay,
        scene: Scene,
        call: &Call,
    ) -> Result<Receipt, Halt> {
        let begun = Instant::now();
        let receipt = self.0.execute(code, codes, state, scene, call);
        metrics::histogram!(VM).record(begun.elapsed());
        receipt
    }
}

pub(crate) struct Pen(pub(crate) LocalSigner);

impl Signer for Pen {
    fn public(&self) -> PublicKey {
        self.0.public()
    }

    fn sign(&self, tag: Tag, bytes: &[u8]) -> Result<Signature, SignError> {
        let begun = Instant::now();
        let signature = self.0.sign(tag, bytes);
        metrics::histogram!(SIGN).record(begun.elapsed());
        signature
    }
}

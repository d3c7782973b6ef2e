//! Finds the proof of a query in a pool of proofs (docs/spec/oracles.md, 7.12).

use twinroot_exec::{Bundle, Env};

use super::{Rejected, Shortfall};
use crate::judge::Response;

/// The bundle that answers [`twinroot_abi::Policy::Response`], the policy of number `policy`, at the block
/// `pinned`: the proof that a ledger makes of the query at that block. There is only one.
///
/// # Errors
/// [`Shortfall`] tells what is missing.
pub fn response(
    policy: u8,
    params: &[u8],
    proofs: &[Vec<u8>],
    pinned: Env,
) -> Result<Bundle, Shortfall> {
    let asked = Response::new(params, pinned)?;
    let mut rejected = Vec::new();
    for (message, proof) in proofs.iter().enumerate() {
        match asked.answer(proof) {
            Ok(_) => {
                return Ok(Bundle {
                    policy,
                    descriptors: Vec::new(),
                    messages: vec![proof.clone()],
                });
            }
            Err(rule) => rejected.push(Rejected {
                message,
                reason: rule.into(),
            }),
        }
    }
    Err(Shortfall::TooFew {
        have: 0,
        need: 1,
        rejected,
    })
}

//! Oracle policies: declared by the code, judged by the host.
//!
//! Signatures, sources and times are checked before the contract sees a verdict, by rules that
//! both sides can read in the code; the contract decides only what follows from it.

use twinroot_abi::{Fixed, REVERT_JUDGE};

use crate::buffer::Buffer;
use crate::call::revert;
use crate::host;

/// Declares the policies of the contract; the first has number 0.
///
/// They lie in a section of their own in the module, under the code hash. The storage slot of a
/// policy's parameters is written by the contract, in the layout that [`Policy`](crate::Policy) gives.
///
/// ```no_run
/// use twinroot_sdk::storage::Slot;
/// use twinroot_sdk::{FeedId, Policy, Subject, policies, verdict};
///
/// const DELIVERY: u32 = 0;
/// const ORDER: Slot<(Subject, [FeedId; 3])> = Slot::new(0);
///
/// policies! { Policy::KOfNEqual { k: 2, params: ORDER.number() } }
///
/// pub fn release() {
///     let code: u16 = verdict(DELIVERY);
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! policies {
    ($($policy:expr),+ $(,)?) => {
        const _: () = {
            const POLICIES: &[$crate::Policy] = &[$($policy),+];
            #[used]
            #[cfg_attr(target_arch = "wasm32", unsafe(link_section = "twinroot.policy"))]
            static SECTION: [u8; $crate::expansion::section_size(POLICIES.len())] =
                $crate::expansion::section(POLICIES);
        };
    };
}

/// The verdict on the facts that came with the call, by the policy of that number, or the number
/// of the first rule that they break (docs/spec/oracles.md, 6).
///
/// `V` is the type of the policy's verdict; for another type the call reverts with [`REVERT_JUDGE`].
///
/// # Errors
/// The number of the rule, 1 to 65,535.
pub fn judge<V: Fixed>(policy: u32) -> Result<V, u32> {
    let mut buffer = Buffer::new();
    // SAFETY: the buffer has room for `SIZE` bytes.
    let answer = unsafe { host::judge(policy, buffer.place::<V>(), V::SIZE) };
    if answer < 0 {
        return Err(answer.unsigned_abs());
    }
    if answer as usize != V::SIZE {
        revert(REVERT_JUDGE);
    }
    // SAFETY: the host wrote the whole verdict of `SIZE` bytes.
    let verdict = unsafe { buffer.read() };
    Ok(verdict.unwrap_or_else(|| revert(REVERT_JUDGE)))
}

/// The verdict of [`judge`]. Reverts with [`REVERT_JUDGE`] plus the number of the rule if there is none.
#[must_use]
pub fn verdict<V: Fixed>(policy: u32) -> V {
    judge(policy).unwrap_or_else(|rule| revert(REVERT_JUDGE + rule))
}

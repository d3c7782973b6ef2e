//! The call itself: what it was given, what it says, how it ends.

use twinroot_abi::{Fixed, REVERT_INPUT};

use crate::buffer::Buffer;
use crate::host;

/// The arguments of the call; reverts with [`REVERT_INPUT`] if they are no `T`.
///
/// ```no_run
/// # use twinroot_sdk::{Amount, Height, input};
/// let (price, deadline): (Amount, Height) = input();
/// ```
#[must_use]
pub fn input<T: Fixed>() -> T {
    let mut buffer = Buffer::new();
    if host::input_len() != T::SIZE {
        revert(REVERT_INPUT);
    }
    // SAFETY: the host writes as many bytes as it has just said, and they have room.
    unsafe { host::input_read(buffer.place::<T>()) };
    // SAFETY: the host wrote `SIZE` bytes.
    unsafe { buffer.read() }.unwrap_or_else(|| revert(REVERT_INPUT))
}

/// Sets what the call returns; the last one counts.
pub fn ret<T: Fixed>(value: &T) {
    let mut buffer = Buffer::new();
    let bytes = buffer.write(value);
    // SAFETY: pointer and length are of one slice.
    unsafe { host::ret(bytes.as_ptr(), bytes.len()) };
}

/// Ends the call. Nothing of it stands, and the caller reads `code`.
///
/// A contract's own codes are 1 to 65,535, best the variants of an enum; those above are the SDK's.
pub fn revert(code: impl Into<u32>) -> ! {
    host::revert(code.into());
    after_the_end()
}

/// Goes on if `condition` holds and reverts with `error` if not.
///
/// ```no_run
/// # use twinroot_sdk::{Amount, ensure, env};
/// ensure(env::value() == Amount(5), 1_u32);
/// ```
pub fn ensure(condition: bool, error: impl Into<u32>) {
    if !condition {
        revert(error);
    }
}

/// Adds an event to the receipt, where wallets and watchers read it; the state does not hold it.
///
/// ```no_run
/// # use twinroot_sdk::{Amount, emit, fixed};
/// fixed! {
///     /// Coins came in.
///     struct Paid { coins: Amount }
/// }
/// emit(&Paid { coins: Amount(5) });
/// ```
pub fn emit<T: Fixed>(event: &T) {
    emit_bytes(Buffer::new().write(event));
}

/// [`emit`] for bytes that are no [`Fixed`] value.
pub fn emit_bytes(event: &[u8]) {
    // SAFETY: pointer and length are of one slice.
    unsafe { host::emit(event.as_ptr(), event.len()) };
}

/// The host does not return from a revert.
fn after_the_end() -> ! {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    unreachable!("a reverted call goes on")
}

/// Tells whoever develops the contract. It costs its gas whether anybody listens or not, and changes
/// nothing.
pub fn log(text: &str) {
    // SAFETY: the host reads the bytes of `text`.
    unsafe { host::log(text.as_ptr(), text.len()) }
}

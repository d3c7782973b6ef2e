//! The call itself: what it was given, what it says, how it ends.

use twinroot_abi::{Amount, Fixed, REVERT_COINS, REVERT_INPUT};

use crate::buffer::Buffer;
use crate::host;

/// Why a call is called off, as a number.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no reason to call an entry off: it has no code",
    label = "not an error of the contract",
    note = "take a variant of an enum with `#[errors]`: its code reaches the caller, and its doc comment the users"
)]
pub trait Reason {
    /// The number.
    fn code(self) -> u32;
}

#[diagnostic::do_not_recommend]
impl<T: Into<u32>> Reason for T {
    fn code(self) -> u32 {
        self.into()
    }
}

/// Ends the call. Nothing of it stands, and the caller reads `code`.
///
/// A contract's own codes are 1 to 65,535, best the variants of an enum; those above are the SDK's.
pub fn revert(code: impl Reason) -> ! {
    host::revert(code.code());
    after_the_end()
}

/// Goes on if `condition` holds and reverts with `error` if not.
///
/// ```no_run
/// # use twinroot_sdk::{Amount, ensure, env};
/// ensure(env::value() == Amount(5), 1_u32);
/// ```
pub fn ensure(condition: bool, error: impl Reason) {
    if !condition {
        revert(error);
    }
}

/// The arguments of the call; reverts with [`REVERT_INPUT`] if they are no `T`.
pub fn arguments<T: Fixed>() -> T {
    let mut buffer = Buffer::new();
    if host::input_len() != T::SIZE {
        revert(REVERT_INPUT);
    }
    // SAFETY: the host writes as many bytes as it has just said, and they have room.
    unsafe { host::input_read(buffer.place::<T>()) };
    // SAFETY: the host wrote `SIZE` bytes.
    unsafe { buffer.read() }.unwrap_or_else(|| revert(REVERT_INPUT))
}

/// Goes on if the call brought no coins and reverts with [`REVERT_COINS`] if it did.
pub fn no_coins() {
    ensure(host::value() == Amount::ZERO.0, REVERT_COINS);
}

/// Sets what the call returns.
pub fn give<T: Fixed>(value: &T) {
    let mut buffer = Buffer::new();
    let bytes = buffer.write(value);
    // SAFETY: pointer and length are of one slice.
    unsafe { host::ret(bytes.as_ptr(), bytes.len()) };
}

/// Adds an event to the receipt: its number, and fields that take the other `SIZE - 1` bytes.
pub fn emit_parts<const SIZE: usize>(number: u8, write: impl FnOnce(&mut [u8])) {
    let mut bytes = [number; SIZE];
    write(&mut bytes[1..]);
    emit_bytes(&bytes);
}

/// Adds bytes to the receipt that are no event of an enum.
fn emit_bytes(event: &[u8]) {
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

//! A contract as those see it who create it and call it from outside: tests and programs.

use twinroot_abi::Fixed;

use crate::Caller;

/// What [`macro@crate::entries`] says of a contract, outside wasm.
pub trait Interface {
    /// The package that it is built from; its module has that name.
    const PACKAGE: &'static str;
    /// The folder of the package, where the contract was compiled.
    const FOLDER: &'static str;
    /// Blocks for which a close does not pay out, from the contract's creation on.
    const HOLD: u64;
    /// Hundredths of the contract's coins that its creator has if the channel closes.
    const FALLBACK: u8;
    /// What `init` takes, each followed by all after it. [`Begins`] lets it be written flat.
    type First: Fixed;
    /// Calls its entries, typed.
    type Client<C: Caller>;

    /// A client whose calls `caller` carries out.
    fn client<C: Caller>(caller: C) -> Self::Client<C>;
}

/// A tuple that can be given where the values of `First` are asked for: `(a, b)` for `(A, (B, ()))`. Both
/// have the same bytes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what `init` takes",
    note = "it takes `{First}`, written flat: of the fields, in their order, what each begins with, maps and lists left out; of one value, `(value,)`"
)]
pub trait Begins<First>: Fixed {}

macro_rules! begins {
    (@nested) => { () };
    (@nested $first:ident $($rest:ident)*) => { ($first, begins!(@nested $($rest)*)) };
    ($($name:ident)*) => {
        impl<$($name: Fixed),*> Begins<begins!(@nested $($name)*)> for ($($name,)*) {}
    };
}

begins!();
begins!(A);
begins!(A B);
begins!(A B C);
begins!(A B C D);
begins!(A B C D E);
begins!(A B C D E F);
begins!(A B C D E F G);
begins!(A B C D E F G H);
begins!(A B C D E F G H I);
begins!(A B C D E F G H I J);
begins!(A B C D E F G H I J K);
begins!(A B C D E F G H I J K L);

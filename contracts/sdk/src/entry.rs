//! Entries: what a call can name.

/// Makes functions of the contract its entries, under their own names.
///
/// An entry takes nothing and gives nothing: it reads [`input`](crate::input), sets
/// [`ret`](crate::ret), and has succeeded when it returns. See the example of [the crate](crate).
#[macro_export]
macro_rules! entries {
    ($($entry:ident),+ $(,)?) => {
        mod entries {
            $(
                #[unsafe(no_mangle)]
                extern "C" fn $entry() {
                    super::$entry();
                }
            )+
        }
    };
}

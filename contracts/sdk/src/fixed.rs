//! Types of the contract's own, in the layout of the guest codec.

/// Declares structs and enums that can be stored, taken as arguments, returned and emitted.
///
/// A struct is its fields one after another, as a tuple of them is; an enum is one byte.
///
/// ```
/// use twinroot_sdk::{Amount, Fixed, Side, fixed};
///
/// fixed! {
///     /// A payment that is not made yet.
///     pub struct Debt {
///         /// Who owes it.
///         pub from: Side,
///         /// How much.
///         pub coins: Amount,
///     }
/// }
///
/// fixed! {
///     /// How far the payment is.
///     #[derive(Debug, PartialEq)]
///     pub enum Stage {
///         /// Not made.
///         Open = 0,
///         /// Made.
///         Paid = 1,
///     }
/// }
///
/// assert_eq!(Debt::SIZE, 9);
/// let mut bytes = [0; 9];
/// Debt { from: Side::Responder, coins: Amount(5) }.write(&mut bytes);
/// assert_eq!(bytes, [1, 5, 0, 0, 0, 0, 0, 0, 0]);
/// assert_eq!(Stage::read(&[1]), Some(Stage::Paid));
/// assert_eq!(Stage::read(&[2]), None);
/// ```
#[macro_export]
macro_rules! fixed {
    (
        $(#[$meta:meta])* $visible:vis struct $name:ident {
            $($(#[$field_meta:meta])* $field_visible:vis $field:ident: $kind:ty),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        $visible struct $name {
            $($(#[$field_meta])* $field_visible $field: $kind),+
        }

        impl $crate::Fixed for $name {
            const SIZE: usize = 0 $(+ <$kind as $crate::Fixed>::SIZE)+;

            fn write(&self, out: &mut [u8]) {
                let rest = out;
                $(
                    let (place, rest) = rest.split_at_mut(<$kind as $crate::Fixed>::SIZE);
                    $crate::Fixed::write(&self.$field, place);
                )+
                debug_assert!(rest.is_empty());
            }

            fn read(bytes: &[u8]) -> Option<Self> {
                let rest = bytes;
                $(
                    let (place, rest) = rest.split_at_checked(<$kind as $crate::Fixed>::SIZE)?;
                    let $field = $crate::Fixed::read(place)?;
                )+
                if rest.is_empty() { Some(Self { $($field),+ }) } else { None }
            }
        }
    };
    (
        $(#[$meta:meta])* $visible:vis enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $number:literal),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy)]
        #[repr(u8)]
        $visible enum $name {
            $($(#[$variant_meta])* $variant = $number),+
        }

        impl $crate::Fixed for $name {
            const SIZE: usize = 1;

            fn write(&self, out: &mut [u8]) {
                $crate::Fixed::write(&(*self as u8), out);
            }

            fn read(bytes: &[u8]) -> Option<Self> {
                match <u8 as $crate::Fixed>::read(bytes)? {
                    $($number => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

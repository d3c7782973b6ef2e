//! Units are types, so that an amount is never added to a height.

use core::fmt;

macro_rules! unit {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        pub struct $name(pub u64);

        impl $name {
            /// Nothing of it.
            pub const ZERO: Self = Self(0);

            /// The sum, or `None` where it does not fit.
            #[must_use]
            pub const fn checked_add(self, more: Self) -> Option<Self> {
                match self.0.checked_add(more.0) {
                    Some(sum) => Some(Self(sum)),
                    None => None,
                }
            }

            /// The difference, or `None` where it would be negative.
            #[must_use]
            pub const fn checked_sub(self, less: Self) -> Option<Self> {
                match self.0.checked_sub(less.0) {
                    Some(rest) => Some(Self(rest)),
                    None => None,
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

unit! {
    /// Coins, in the ledger's smallest unit.
    Amount
}
unit! {
    /// Work of a call, in units of the charge table (docs/spec/vm.md, 3).
    Gas
}
unit! {
    /// Height of a block of the ledger.
    Height
}
unit! {
    /// Number of a co-signed state of a channel.
    Round
}
unit! {
    /// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    TimeMs
}

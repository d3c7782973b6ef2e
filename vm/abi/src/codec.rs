//! The guest codec: every type has one size, numbers are little-endian, fields follow each other.
//!
//! ```text
//! (Amount(5), [1u8, 2], true)  ->  05 00 00 00 00 00 00 00 | 01 02 | 01
//! ```
//!
//! A fixed layout keeps contracts small: reading it is a few loads, without a loop or a branch
//! that could fail half way.

use crate::Type;
use crate::id::{
    ChainId, ChannelId, CodeHash, ContractId, FeedId, Hash, MessageId, PublicKey, Root, Side,
    Subject,
};
use crate::unit::{Amount, Gas, Height, Round, TimeMs};

/// A value of one size, written little-endian (docs/spec/encoding.md, 4).
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no fixed layout, so a contract cannot keep, take or give it",
    label = "not a type of the guest codec",
    note = "a type of your own gets a layout by `#[derive(Data)]`",
    note = "there are bool, u8 to u64, i64, arrays and tuples of these, and the types of the SDK such as `Amount`; \
            instead of a float take an integer at a scale, instead of text or a list an array of fixed length, or a \
            `Map` or `List` of the storage"
)]
pub trait Fixed: Sized {
    /// Bytes that every value of this type takes.
    const SIZE: usize;

    /// What the type is called, for whoever writes its values from outside.
    const TYPE: Type;

    /// Writes the value into `out`, which is `SIZE` bytes long.
    fn write(&self, out: &mut [u8]);

    /// The value that `bytes`, `SIZE` long, stand for; `None` where they stand for none.
    fn read(bytes: &[u8]) -> Option<Self>;
}

/// The value in `bytes`, if they are just as long as it is and stand for one.
#[must_use]
pub fn from_bytes<T: Fixed>(bytes: &[u8]) -> Option<T> {
    if bytes.len() == T::SIZE {
        T::read(bytes)
    } else {
        None
    }
}

macro_rules! number {
    ($($kind:ty),*) => {$(
        impl Fixed for $kind {
            const SIZE: usize = size_of::<$kind>();
            const TYPE: Type = Type::Named(stringify!($kind));
            fn write(&self, out: &mut [u8]) {
                out.copy_from_slice(&self.to_le_bytes());
            }
            fn read(bytes: &[u8]) -> Option<Self> {
                Some(Self::from_le_bytes(bytes.try_into().ok()?))
            }
        }
    )*};
}
number!(u8, u16, u32, u64, i64);

macro_rules! newtype {
    ($($kind:ident($inner:ty)),*) => {$(
        impl Fixed for $kind {
            const SIZE: usize = <$inner>::SIZE;
            const TYPE: Type = Type::Named(stringify!($kind));
            fn write(&self, out: &mut [u8]) {
                self.0.write(out);
            }
            fn read(bytes: &[u8]) -> Option<Self> {
                Some(Self(<$inner>::read(bytes)?))
            }
        }
    )*};
}
newtype!(Amount(u64), Gas(u64), Height(u64), Round(u64), TimeMs(u64));

macro_rules! id {
    ($($kind:ident),*) => {$(
        impl Fixed for $kind {
            const SIZE: usize = 32;
            const TYPE: Type = Type::Named(stringify!($kind));
            fn write(&self, out: &mut [u8]) {
                out.copy_from_slice(&self.0);
            }
            fn read(bytes: &[u8]) -> Option<Self> {
                Some(Self(bytes.try_into().ok()?))
            }
        }
    )*};
}
id!(
    Hash, Root, ChainId, ChannelId, ContractId, CodeHash, FeedId, MessageId, Subject, PublicKey
);

impl Fixed for bool {
    const SIZE: usize = 1;
    const TYPE: Type = Type::Named("bool");
    fn write(&self, out: &mut [u8]) {
        u8::from(*self).write(out);
    }
    fn read(bytes: &[u8]) -> Option<Self> {
        match u8::read(bytes)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Fixed for Side {
    const SIZE: usize = 1;
    const TYPE: Type = Type::Named("Side");
    fn write(&self, out: &mut [u8]) {
        (*self == Self::Responder).write(out);
    }
    fn read(bytes: &[u8]) -> Option<Self> {
        Self::from_index(u32::from(u8::read(bytes)?))
    }
}

impl Fixed for () {
    const SIZE: usize = 0;
    const TYPE: Type = Type::Tuple(&[]);
    fn write(&self, _: &mut [u8]) {}
    fn read(_: &[u8]) -> Option<Self> {
        Some(())
    }
}

impl<T: Fixed + Copy, const N: usize> Fixed for [T; N] {
    const SIZE: usize = T::SIZE * N;
    const TYPE: Type = Type::Array(&T::TYPE, N);
    fn write(&self, out: &mut [u8]) {
        for (item, place) in self.iter().zip(out.chunks_exact_mut(T::SIZE)) {
            item.write(place);
        }
    }
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut items = [T::read(bytes.get(..T::SIZE)?)?; N];
        for (item, place) in items.iter_mut().zip(bytes.chunks_exact(T::SIZE)) {
            *item = T::read(place)?;
        }
        Some(items)
    }
}

macro_rules! tuple {
    ($($name:ident . $place:tt),+) => {
        impl<$($name: Fixed),+> Fixed for ($($name,)+) {
            const SIZE: usize = 0 $(+ $name::SIZE)+;
            const TYPE: Type = Type::Tuple(&[$($name::TYPE),+]);
            fn write(&self, out: &mut [u8]) {
                let rest = out;
                $(let (place, rest) = rest.split_at_mut($name::SIZE); self.$place.write(place);)+
                debug_assert!(rest.is_empty());
            }
            fn read(bytes: &[u8]) -> Option<Self> {
                let rest = bytes;
                $(let (place, rest) = rest.split_at_checked($name::SIZE)?; #[allow(non_snake_case)] let $name = $name::read(place)?;)+
                if !rest.is_empty() { return None; }
                Some(($($name,)+))
            }
        }
    };
}
tuple!(A.0);
tuple!(A.0, B.1);
tuple!(A.0, B.1, C.2);
tuple!(A.0, B.1, C.2, D.3);
tuple!(A.0, B.1, C.2, D.3, E.4);
tuple!(A.0, B.1, C.2, D.3, E.4, F.5);
tuple!(A.0, B.1, C.2, D.3, E.4, F.5, G.6);
tuple!(A.0, B.1, C.2, D.3, E.4, F.5, G.6, H.7);
tuple!(A.0, B.1, C.2, D.3, E.4, F.5, G.6, H.7, I.8);
tuple!(A.0, B.1, C.2, D.3, E.4, F.5, G.6, H.7, I.8, J.9);
tuple!(A.0, B.1, C.2, D.3, E.4, F.5, G.6, H.7, I.8, J.9, K.10);
tuple!(A.0, B.1, C.2, D.3, E.4, F.5, G.6, H.7, I.8, J.9, K.10, L.11);

//! A sender that announces 2^40 values wherever a sequence may stand, and does send them.
//!
//! What a decoder takes of it before it refuses is what it holds in memory. Real bytes cannot show
//! that: they end by themselves, and a decoder that took too many of them ends in the same error.

use core::cell::Cell;
use core::fmt;

use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer, SeqAccess, VariantAccess,
    Visitor,
};

const ANNOUNCED: usize = 1 << 40;
/// Values after which the sender gives up, so that a test of a sequence without a limit ends.
const PATIENCE: usize = 1 << 21;

/// How many values of the sequence that comes as number `which` a decoder of `T` takes before it
/// refuses; `None` where it takes all that come. Of an enum it gets the kind of that number.
pub(crate) fn taken<'de, T: Deserialize<'de>>(kind: u32, which: usize) -> Option<usize> {
    let sender = Sender::new(kind, Some(which));
    assert!(T::deserialize(&sender).is_err(), "nothing endless decodes");
    assert!(sender.asked.get() > which, "there is no such sequence");
    Some(sender.taken.get()).filter(|taken| *taken < PATIENCE)
}

/// Whether the enum `T` has a kind of that number.
pub(crate) fn is_known<'de, T: Deserialize<'de>>(kind: u8) -> bool {
    T::deserialize(&Sender::new(kind.into(), None)).is_ok()
}

struct Sender {
    /// The kind that an enum gets; those inside it get the first.
    kind: Cell<u32>,
    /// Which sequence does not end; the others are empty.
    endless: Option<usize>,
    /// Sequences that were asked for.
    asked: Cell<usize>,
    /// Values that were taken of the endless one.
    taken: Cell<usize>,
}

impl Sender {
    fn new(kind: u32, endless: Option<usize>) -> Self {
        Self {
            kind: Cell::new(kind),
            endless,
            asked: Cell::new(0),
            taken: Cell::new(0),
        }
    }
}

#[derive(Debug)]
struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl core::error::Error for Refused {}

impl Error for Refused {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// Every number is 0, every text empty.
macro_rules! zeros {
    ($($ask:ident $answer:ident $zero:expr;)*) => {
        $(fn $ask<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
            visitor.$answer($zero)
        })*
    };
}

impl<'de> Deserializer<'de> for &Sender {
    type Error = Refused;

    zeros! {
        deserialize_bool visit_bool false;
        deserialize_u8 visit_u8 0;
        deserialize_u16 visit_u16 0;
        deserialize_u32 visit_u32 0;
        deserialize_u64 visit_u64 0;
        deserialize_str visit_str "";
        deserialize_string visit_str "";
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_none()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        let number = self.asked.replace(self.asked.get() + 1);
        visitor.visit_seq(Values {
            sender: self,
            left: if self.endless == Some(number) {
                ANNOUNCED
            } else {
                0
            },
            counted: self.endless == Some(number),
        })
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        left: usize,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        visitor.visit_seq(Values {
            sender: self,
            left,
            counted: false,
        })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: usize,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.deserialize_tuple(fields, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.deserialize_tuple(fields.len(), visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        visitor.visit_enum(self)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Refused> {
        Err(Refused)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 f32 f64 char bytes byte_buf unit unit_struct map identifier ignored_any
    }
}

struct Values<'a> {
    sender: &'a Sender,
    left: usize,
    counted: bool,
}

impl<'de> SeqAccess<'de> for Values<'_> {
    type Error = Refused;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Refused> {
        let Some(left) = self.left.checked_sub(1) else {
            return Ok(None);
        };
        self.left = left;
        if self.counted {
            self.sender.taken.set(self.sender.taken.get() + 1);
            if self.sender.taken.get() >= PATIENCE {
                return Err(Refused);
            }
        }
        seed.deserialize(self.sender).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

impl<'de> EnumAccess<'de> for &Sender {
    type Error = Refused;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self), Refused> {
        let kind = self.kind.replace(0);
        let kind = IntoDeserializer::<Refused>::into_deserializer(kind);
        seed.deserialize(kind).map(|kind| (kind, self))
    }
}

impl<'de> VariantAccess<'de> for &Sender {
    type Error = Refused;

    fn unit_variant(self) -> Result<(), Refused> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Refused> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        fields: usize,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.deserialize_tuple(fields, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.deserialize_tuple(fields.len(), visitor)
    }
}

//! What a contract says of itself in its module: one line of JSON for each thing, in the custom section
//! [`SPEC_SECTION`], outside the code hash (docs/spec/contract.md, 5).
//!
//! The lines are put together while the contract is compiled, because only then it is known what a
//! type that is named in the source really is.

/// Name of the custom section.
pub const SPEC_SECTION: &str = "twinroot.spec";

/// The entry that runs when a contract is created, and only then (docs/spec/channel.md, 3.3).
pub const INIT: &str = "init";

/// What a type is called, as it stands in the spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// By a name: `u64`, `Amount`, `Deal`.
    Named(&'static str),
    /// `[T; 3]`.
    Array(&'static Self, usize),
    /// `(A, B)`.
    Tuple(&'static [Self]),
    /// `Map<K, V>`.
    Of(&'static str, &'static [Self]),
    /// A number that stands where a type could: the 3 of `Median<3>`.
    Number(u64),
}

/// A piece of a line.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// JSON as it is.
    Text(&'static str),
    /// A type, as a string of JSON.
    Type(Type),
}

/// Bytes of the line that `parts` make, its end included.
#[must_use]
pub const fn line_size(parts: &[Part]) -> usize {
    write_line(parts, &mut [])
}

/// The line that `parts` make; `SIZE` is its [`line_size`].
#[must_use]
pub const fn line<const SIZE: usize>(parts: &[Part]) -> [u8; SIZE] {
    let mut bytes = [0; SIZE];
    assert!(write_line(parts, &mut bytes) == SIZE);
    bytes
}

/// Writes as much as there is room for, and gives the bytes of the whole.
const fn write_line(parts: &[Part], out: &mut [u8]) -> usize {
    let mut at = 0;
    let mut index = 0;
    while index < parts.len() {
        at = match parts[index] {
            Part::Text(text) => write_text(text, out, at),
            Part::Type(kind) => {
                let at = write_text("\"", out, at);
                let at = write_type(kind, out, at);
                write_text("\"", out, at)
            }
        };
        index += 1;
    }
    write_text("\n", out, at)
}

const fn write_type(kind: Type, out: &mut [u8], at: usize) -> usize {
    match kind {
        Type::Named(name) => write_text(name, out, at),
        Type::Array(item, count) => {
            let at = write_text("[", out, at);
            let at = write_type(*item, out, at);
            let at = write_text("; ", out, at);
            let at = write_number(count as u64, out, at);
            write_text("]", out, at)
        }
        Type::Tuple(items) => {
            let at = write_text("(", out, at);
            let at = write_types(items, out, at);
            // So that one in brackets is not mistaken for the type itself.
            let at = if items.len() == 1 {
                write_text(",", out, at)
            } else {
                at
            };
            write_text(")", out, at)
        }
        Type::Of(name, items) => {
            let at = write_text(name, out, at);
            let at = write_text("<", out, at);
            let at = write_types(items, out, at);
            write_text(">", out, at)
        }
        Type::Number(number) => write_number(number, out, at),
    }
}

const fn write_types(items: &[Type], out: &mut [u8], mut at: usize) -> usize {
    let mut index = 0;
    while index < items.len() {
        if index > 0 {
            at = write_text(", ", out, at);
        }
        at = write_type(items[index], out, at);
        index += 1;
    }
    at
}

const fn write_number(number: u64, out: &mut [u8], at: usize) -> usize {
    let mut power = 1_u64;
    while number / power >= 10 {
        power *= 10;
    }
    let mut at = at;
    while power > 0 {
        let digit = b'0' + (number / power % 10) as u8;
        at = write_byte(digit, out, at);
        power /= 10;
    }
    at
}

const fn write_text(text: &str, out: &mut [u8], mut at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut index = 0;
    while index < bytes.len() {
        at = write_byte(bytes[index], out, at);
        index += 1;
    }
    at
}

const fn write_byte(byte: u8, out: &mut [u8], at: usize) -> usize {
    if at < out.len() {
        out[at] = byte;
    }
    at + 1
}

#[cfg(test)]
mod tests {
    use super::{Part, Type, line, line_size};
    use crate::{Amount, FeedId, Fixed};

    #[test]
    fn a_line() {
        const MAP: Type = Type::Of("Map", &[Type::Named("Side"), Type::Number(20)]);
        const PARTS: &[Part] = &[
            Part::Text("{\"args\":["),
            Part::Type(<([FeedId; 3], Amount)>::TYPE),
            Part::Text(","),
            Part::Type(<((), (u8,))>::TYPE),
            Part::Text(","),
            Part::Type(MAP),
            Part::Text("]}"),
        ];
        const LINE: [u8; line_size(PARTS)] = line(PARTS);
        assert_eq!(
            str::from_utf8(&LINE).unwrap(),
            "{\"args\":[\"([FeedId; 3], Amount)\",\"((), (u8,))\",\"Map<Side, 20>\"]}\n"
        );
    }
}

//! Types as they are written in a spec, before anyone knows what their names stand for.
//!
//! ```text
//! type = name | name<item, ..> | [type; number] | (type, ..) | (type,)        item = type | number
//! ```

/// Types that may lie in each other, in a text and through names alike: a reader goes as deep.
pub(crate) const DEPTH: usize = 16;

/// A type by its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// `u64`, `Deal`.
    Name(String),
    /// `Map<Hash, Amount>`.
    Of(String, Vec<Self>),
    /// `[u8; 3]`.
    Array(Box<Self>, u64),
    /// `(Side, Amount)`.
    Tuple(Vec<Self>),
    /// The 3 of `Claims<3>`.
    Number(u64),
}

impl Written {
    /// # Errors
    /// What stands where something else should.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader { rest: text };
        let written = reader.kind(0)?;
        if reader.rest.is_empty() {
            Ok(written)
        } else {
            Err(reader.fault("the end"))
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn kind(&mut self, depth: usize) -> Result<Written, String> {
        if depth > DEPTH {
            return Err(too_deep());
        }
        if self.take("[") {
            let item = self.kind(depth + 1)?;
            self.expect("; ")?;
            let count = self.number()?;
            self.expect("]")?;
            return Ok(Written::Array(Box::new(item), count));
        }
        if self.take("(") {
            return self.tuple(depth);
        }
        let name = self.word();
        if !is_name(name) {
            return Err(self.fault("a type"));
        }
        if !self.take("<") {
            return Ok(Written::Name(name.to_owned()));
        }
        let mut items = vec![self.item(depth)?];
        while self.take(", ") {
            items.push(self.item(depth)?);
        }
        self.expect(">")?;
        Ok(Written::Of(name.to_owned(), items))
    }

    fn tuple(&mut self, depth: usize) -> Result<Written, String> {
        let mut items = Vec::new();
        if self.take(")") {
            return Ok(Written::Tuple(items));
        }
        items.push(self.kind(depth + 1)?);
        while self.take(", ") {
            items.push(self.kind(depth + 1)?);
        }
        if items.len() == 1 {
            self.expect(",")?;
        }
        self.expect(")")?;
        Ok(Written::Tuple(items))
    }

    fn item(&mut self, depth: usize) -> Result<Written, String> {
        if self.rest.starts_with(|first: char| first.is_ascii_digit()) {
            self.number().map(Written::Number)
        } else {
            self.kind(depth + 1)
        }
    }

    fn number(&mut self) -> Result<u64, String> {
        let before = self.rest;
        self.word()
            .parse()
            .map_err(|_| Self { rest: before }.fault("a number below 2^64"))
    }

    /// Letters, digits and `_` from here on.
    fn word(&mut self) -> &'a str {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let end = self
            .rest
            .find(|letter| !plain(letter))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn take(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, text: &str) -> Result<(), String> {
        if self.take(text) {
            Ok(())
        } else {
            Err(self.fault(&format!("`{text}`")))
        }
    }

    fn fault(&self, expected: &str) -> String {
        let found = crate::text::quoted(self.rest);
        if found.is_empty() {
            format!("it ends where {expected} should stand")
        } else {
            format!("`{found}` stands where {expected} should")
        }
    }
}

/// Whether something can be called so: a Rust name of 64 letters of ASCII, digits and `_` at most, so that two names that
/// look alike are alike.
pub(crate) fn is_name(text: &str) -> bool {
    const LONGEST: usize = 64;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.len() <= LONGEST
        && text.bytes().all(plain)
        && !text.starts_with(|first: char| first.is_ascii_digit())
        && !matches!(text, "" | "_")
}

pub(crate) fn too_deep() -> String {
    format!("more than {DEPTH} types lie in each other")
}

#[cfg(test)]
mod tests {
    use super::{Written, is_name};

    fn name(text: &str) -> Written {
        Written::Name(text.to_owned())
    }

    #[test]
    fn what_types_look_like() {
        let of = |of: &str, items| Written::Of(of.to_owned(), items);
        let pair = Written::Tuple(vec![name("Side"), name("Amount")]);
        for (text, written) in [
            ("u64", name("u64")),
            ("()", Written::Tuple(vec![])),
            ("(u8,)", Written::Tuple(vec![name("u8")])),
            ("[(Side, Amount); 3]", Written::Array(Box::new(pair), 3)),
            (
                "Map<Hash, Deal>",
                of("Map", vec![name("Hash"), name("Deal")]),
            ),
            (
                "KOfN<2, 3>",
                of("KOfN", vec![Written::Number(2), Written::Number(3)]),
            ),
        ] {
            assert_eq!(Written::parse(text), Ok(written), "{text}");
        }
    }

    #[test]
    fn what_is_no_type() {
        for (text, fault) in [
            ("", "it ends where a type should stand"),
            ("u8 ", "` ` stands where the end should"),
            ("(u8)", "`)` stands where `,` should"),
            ("(u8,u8)", "`u8)` stands where `)` should"),
            ("[u8]", "`]` stands where `; ` should"),
            (
                "[u8; 99999999999999999999]",
                "`99999999999999999999]` stands where a number below 2^64 should",
            ),
            ("Map<u8", "it ends where `>` should stand"),
            ("3", "it ends where a type should stand"),
            ("\u{202e}8u", "`\\u{202e}8u` stands where a type should"),
        ] {
            assert_eq!(Written::parse(text), Err(fault.to_owned()), "{text}");
        }
        for open in ["[", "(", "Map<"] {
            let fault = Err(String::from("more than 16 types lie in each other"));
            assert_eq!(Written::parse(&open.repeat(100_000)), fault);
        }
    }

    #[test]
    fn names_are_plain() {
        assert!(is_name("a") && is_name("_1") && is_name(&"x".repeat(64)));
        for text in ["", "_", "1a", "r#a", "é", "a b", &"x".repeat(65)] {
            assert!(!is_name(text), "{text}");
        }
    }
}

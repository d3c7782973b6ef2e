//! Text of a contract, or of whoever calls it, as it may be shown.
//!
//! A doc comment can hold what moves the cursor of a terminal, or turns the direction of writing, so
//! that a reader sees something else than what is there. Such characters are shown by their numbers.

use serde::{Deserialize, Deserializer};

/// The text with every character escaped that is not to be seen, line breaks excepted.
///
/// ```
/// assert_eq!(twinroot_spec::printable("5\u{202e}€\u{1b}[2J\nnext"), "5\\u{202e}€\\u{1b}[2J\nnext");
/// ```
#[must_use]
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | ' '..='~' => shown.push(character),
            // Behind a letter, so that an accent that belongs to one stays as it is.
            other => shown.extend(
                ['a', other]
                    .iter()
                    .collect::<String>()
                    .escape_debug()
                    .skip(1),
            ),
        }
    }
    shown
}

/// For a message: one line, escaped, cut to 80 characters.
pub(crate) fn quoted(text: &str) -> String {
    const SHOWN: usize = 80;
    let cut: String = text.chars().take(SHOWN).collect();
    let rest = if cut.len() < text.len() { ".." } else { "" };
    printable(&cut).replace('\n', "\\n") + rest
}

/// Names, for a message.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 20;
    let mut names = names.into_iter();
    let mut shown: Vec<_> = names.by_ref().take(SHOWN).collect();
    if names.next().is_some() {
        shown.push("..");
    }
    if shown.is_empty() {
        shown.push("none");
    }
    shown.join(", ")
}

/// Reads a text as it may be shown, so that nothing of a contract is kept in any other form.
pub(crate) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    String::deserialize(from).map(|text| printable(&text))
}

#[cfg(test)]
mod tests {
    use super::{printable, quoted};

    #[test]
    fn what_cannot_be_seen_is_told() {
        assert_eq!(printable("a\u{7}\u{9b}b\r\t\0"), "a\\u{7}\\u{9b}b\\r\\t\\0");
        assert_eq!(
            printable("\u{2066}\u{200b}\u{feff}"),
            "\\u{2066}\\u{200b}\\u{feff}"
        );
    }

    #[test]
    fn what_can_be_seen_stays() {
        for text in [
            "it's \"so\" \\ so",
            "line\nline",
            "Grüße, हिन्दी, 漢字",
            "e\u{301}",
        ] {
            assert_eq!(printable(text), text);
        }
    }

    #[test]
    fn a_quotation_is_one_short_line() {
        assert_eq!(quoted("a\nb"), "a\\nb");
        assert_eq!(quoted(&"ä".repeat(81)), "ä".repeat(80) + "..");
        assert_eq!(quoted(&"ä".repeat(80)), "ä".repeat(80));
    }
}

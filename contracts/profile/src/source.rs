//! Places in the source.

use std::fmt;

use serde::Serialize;

/// A line of a source file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SourceLine {
    /// The file, as the compiler named it.
    pub file: String,
    /// Number of the line, from 1.
    pub line: u32,
}

impl SourceLine {
    /// Whether it is of the contract itself, not of the SDK or of what comes with the compiler. It goes by the
    /// paths that a build of `twinroot build` has.
    #[must_use]
    pub fn is_own(&self) -> bool {
        const OTHERS: [&str; 3] = ["/rust/", "/cargo/", "/sdk/"];
        const SDK: &str = "contracts/sdk/src/";
        !OTHERS.iter().any(|folder| self.file.starts_with(folder)) && !self.file.contains(SDK)
    }

    /// Reads what its words say.
    pub(crate) fn read(words: &str) -> Option<Self> {
        let (file, line) = words.rsplit_once(':')?;
        Some(Self {
            file: file.to_owned(),
            line: line.parse().ok()?,
        })
    }
}

impl fmt::Display for SourceLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What a build writes in the place of the workspace's path; people know where that is.
        let file = self.file.strip_prefix("/twinroot/").unwrap_or(&self.file);
        write!(f, "{file}:{}", self.line)
    }
}

/// A function that was open, be it one that the compiler put into another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceFrame {
    /// Its name.
    pub function: String,
    /// Where it was, if the module says so.
    pub at: Option<SourceLine>,
}

impl SourceFrame {
    /// Reads what its words say: `release at src/lib.rs:12`.
    #[must_use]
    pub fn read(words: &str) -> Self {
        let placed = words
            .rsplit_once(" at ")
            .and_then(|(function, line)| Some((function, SourceLine::read(line)?)));
        match placed {
            Some((function, line)) => Self {
                function: function.to_owned(),
                at: Some(line),
            },
            None => Self {
                function: words.to_owned(),
                at: None,
            },
        }
    }
}

impl fmt::Display for SourceFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            Some(line) => write!(f, "{} at {line}", self.function),
            None => f.write_str(&self.function),
        }
    }
}

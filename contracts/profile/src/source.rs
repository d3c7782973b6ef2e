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

impl fmt::Display for SourceLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
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

impl fmt::Display for SourceFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            Some(line) => write!(f, "{} at {line}", self.function),
            None => f.write_str(&self.function),
        }
    }
}

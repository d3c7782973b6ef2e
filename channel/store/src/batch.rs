//! What is written together.

/// Whose entries these are: the id of a channel, or a name that the application made.
pub type Stream = [u8; 32];

/// What is written together: all of it, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// New entries, of any streams.
    pub append: Vec<Entry>,
    /// Things named by their content, such as code; the caller names them. One that is there already is left as it is.
    pub blobs: Vec<([u8; 32], Vec<u8>)>,
    /// The application's own records by name; `None` takes one away.
    pub app: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    /// Of each of these streams all entries below the number are forgotten, those appended here too.
    pub forget: Vec<(Stream, u64)>,
}

impl Batch {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.append.is_empty()
            && self.blobs.is_empty()
            && self.app.is_empty()
            && self.forget.is_empty()
    }
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Whose it is.
    pub stream: Stream,
    /// Its number: above every number that was written before, over all streams. Numbers may be left out.
    pub number: u64,
    /// What it says.
    pub bytes: Vec<u8>,
}

//! What a server says, read without trust: lines of bounded length, and of the events only what can be opened.

use serde::Deserialize;
use twinroot_feed::Equivocation;

use super::events::{CLAIM, EQUIVOCATION, READING};

/// Puts the lines of server-sent events together.
#[derive(Debug, Default)]
pub(super) struct Said {
    kind: String,
    data: String,
}

#[derive(Deserialize)]
struct MessageData {
    bytes: String,
}

#[derive(Deserialize)]
struct ProofData {
    proof: String,
}

impl Said {
    /// Takes a line; at the end of an event, the bytes of what it says are messages. A proof brings two, and
    /// whoever opens them finds the contradiction again.
    pub(super) fn line(&mut self, line: &str) -> Vec<Vec<u8>> {
        if line.is_empty() {
            let event = core::mem::take(self);
            return event.messages().unwrap_or_default();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.kind),
            // None of the events has a second line of data.
            "data" => value.clone_into(&mut self.data),
            // A comment is a heartbeat; where to go on is known from the messages.
            _ => {}
        }
        Vec::new()
    }

    fn messages(&self) -> Option<Vec<Vec<u8>>> {
        match self.kind.as_str() {
            READING | CLAIM => {
                let data: MessageData = serde_json::from_str(&self.data).ok()?;
                Some(vec![hex::decode(data.bytes).ok()?])
            }
            EQUIVOCATION => {
                let data: ProofData = serde_json::from_str(&self.data).ok()?;
                let proof = Equivocation::decode(&hex::decode(data.proof).ok()?).ok()?;
                let proven = proof.verify().ok()?;
                let messages = proven.messages().iter();
                Some(messages.map(|message| message.bytes().to_vec()).collect())
            }
            _ => None,
        }
    }
}

/// Bytes of a line at most: the JSON of a message or of a proof, with bytes as hex.
pub(super) const LINE_LIMIT: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Vec<u8>> {
        let mut said = Said::default();
        text.lines().flat_map(|line| said.line(line)).collect()
    }

    #[test]
    fn messages_are_found_and_all_else_is_passed_over() {
        let text = ": heartbeat\n\nevent: reading\nid: 0-1\ndata: {\"bytes\":\"0102\",\"seq\":1}\n\n\
                    event:claim\ndata:{\"bytes\":\"03\"}\n\nevent: gap\ndata: {}\n\n\
                    data: {\"bytes\":\"04\"}\n\nevent: reading\ndata: {\"bytes\":\"xy\"}\n\n\
                    event: reading\n\nevent: reading\ndata: junk\n\nevent: equivocation\ndata: {\"proof\":\"00\"}\n\n\
                    nonsense\n\nevent: reading\ndata: {\"bytes\":\"05\"}\n";
        assert_eq!(read(text), [vec![1, 2], vec![3]], "the last one has no end");
    }
}

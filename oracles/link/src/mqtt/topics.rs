//! The topics of a feed (docs/spec/oracles.md, 9.3).

use twinroot_abi::FeedId;

use super::exchange::AnswerName;

/// Each message, as it is signed.
pub(super) fn messages(feed: FeedId) -> String {
    topic(feed, "r")
}

/// The message that was published last, retained.
pub(super) fn latest(feed: FeedId) -> String {
    topic(feed, "latest")
}

/// The descriptor, retained.
pub(super) fn descriptor(feed: FeedId) -> String {
    topic(feed, "desc")
}

/// Requests for what is missing.
pub(super) fn since(feed: FeedId) -> String {
    topic(feed, "since")
}

/// Answers to the requests that give this name. Whoever answers makes the topic out of the name, so no
/// request can have it publish elsewhere.
pub(super) fn answers(feed: FeedId, name: AnswerName) -> String {
    topic(feed, &format!("answer/{}", hex::encode(name.0)))
}

fn topic(feed: FeedId, what: &str) -> String {
    format!("oracle/v1/{feed}/{what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_those_of_the_spec() {
        let feed = FeedId([0xab; 32]);
        let hex = "ab".repeat(32);
        assert_eq!(messages(feed), format!("oracle/v1/{hex}/r"));
        assert_eq!(latest(feed), format!("oracle/v1/{hex}/latest"));
        assert_eq!(descriptor(feed), format!("oracle/v1/{hex}/desc"));
        assert_eq!(since(feed), format!("oracle/v1/{hex}/since"));
        let name = AnswerName([0x0c; 16]);
        let expected = format!("oracle/v1/{hex}/answer/{}", "0c".repeat(16));
        assert_eq!(answers(feed, name), expected);
    }
}

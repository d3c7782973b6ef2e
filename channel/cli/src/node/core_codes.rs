//! The codes of a node's core, and what to do about each.

use twinroot_node::codes::{
    ARGUMENTS, BROKEN, CALLED_OFF, CLOSED, COINS, FROZEN, IMPOSSIBLE, KEY_TAKEN, KNOWN, LOG,
    NO_CHANNEL, NO_CONTRACT, NOT_FORCED, NOT_NOW, NOT_OPEN, PEER_REFUSED, RANDOM, STOPPED,
    TOO_LARGE, UNAFFORDABLE, UNFUNDED,
};

use crate::author::codes::{Entry, error};

/// The table.
pub(crate) const TABLE: &[Entry] = &[
    error(
        FROZEN,
        3,
        "the node is frozen, because its log could not be written",
        "Nothing that rested on the failed write has left the node. Make room on the disk or repair it: the node tries every two \
         seconds to read its log again, goes on by itself, and says so with the event `thawed`. `twinroot node check` looks at the file \
         while the node is off.",
    ),
    error(
        NO_CHANNEL,
        2,
        "the node has no channel of that name",
        "`twinroot channel list` shows those it has. A channel that was never agreed to is forgotten once its last height for opening is over.",
    ),
    error(
        NOT_OPEN,
        3,
        "the channel is not open yet",
        "The peer has to agree, the ledger to include the terms, and as many blocks to follow as the policy's `depth` says, so that no fork \
         can take the opening back.",
    ),
    error(
        IMPOSSIBLE,
        1,
        "the rules refuse the step",
        "The message names the operation and the rule (docs/spec/channel.md, 3). Nothing was signed and nothing changed. A contract that is \
         created by force has the whole fallback on its creator's side and no hold.",
    ),
    error(
        PEER_REFUSED,
        1,
        "the peer does not sign the step",
        "The message has the peer's reason. The node takes the step back by itself, with a signature of both. What the contract allows can be \
         had without the peer: `twinroot channel force` takes the same arguments as `call`, and `twinroot channel estimate` says what it costs.",
    ),
    error(
        NOT_NOW,
        3,
        "the channel cannot do this as it stands",
        "Something else is under way: a signature, a close, a move of coins, a state that was lost. `twinroot channel show` says what; the same \
         command with the same key can be given again later.",
    ),
    error(
        ARGUMENTS,
        2,
        "arguments, terms, module or facts are not what they should be",
        "The message says which. `twinroot channel show` lists the entries of a contract and what each takes; `twinroot oracle export` writes \
         facts.",
    ),
    error(
        KEY_TAKEN,
        2,
        "the key names another step, or another channel",
        "A key names one step for ever, so that asking twice does not do it twice. Give each step a key of its own.",
    ),
    error(
        NO_CONTRACT,
        2,
        "the channel has no contract of that name",
        "`twinroot channel show` lists its contracts.",
    ),
    error(
        CLOSED,
        3,
        "the channel is closed",
        "It has paid out; `twinroot channel show` says how. Nothing can be done in it any more.",
    ),
    error(
        NOT_FORCED,
        1,
        "the ledger did not carry out the step",
        "It was refuted, or rejected however often, or a newer state of both took its place. `twinroot channel show` has the events with \
         the reason. Force it again where it is still wanted.",
    ),
    error(
        CALLED_OFF,
        1,
        "the contract called the step off",
        "The message has the contract's own words. Nothing was signed and nothing changed; the same arguments end the same way in the same \
         state.",
    ),
    error(
        UNFUNDED,
        1,
        "the coins did not move",
        "The peer did not sign in time, or the account did not have the coins. The channel is as before.",
    ),
    error(
        LOG,
        3,
        "the log cannot be read",
        "`twinroot node check` says what is broken and where; `twinroot node restore` makes the node anew from a backup.",
    ),
    error(
        COINS,
        1,
        "the account has fewer coins than are to be locked",
        "Put coins into the node's account on the ledger. On a dev chain, `twinroot chain fund KEY AMOUNT` does.",
    ),
    error(
        BROKEN,
        3,
        "the channel's party has stopped",
        "The ledger carried out a step that comes out differently here, or this machine failed: one of the two is broken. Nothing more is \
         signed in this channel. Keep the folder, look at the message, and report it; `twinroot exit` closes the channel at the newest state.",
    ),
    error(
        STOPPED,
        3,
        "the node stopped or froze before it answered",
        "Whether the step was made is not lost: ask again with the same key once the node runs. It is not made twice.",
    ),
    error(
        RANDOM,
        3,
        "this machine gives no random numbers",
        "The operating system's source of random numbers cannot be read. Repair the machine before money goes through it.",
    ),
    error(
        UNAFFORDABLE,
        1,
        "the policy does not sign a state that is not worth its next forced step",
        "What the ledger may ask for the next forced step is more than a close in that state would pay, or more than the account has. Nothing \
         was signed. The event `unaffordable` has both amounts. Keep more coins in the channel and in the account, or set `policy.unaffordable` \
         in node.toml to `warn`.",
    ),
    error(
        KNOWN,
        2,
        "the node has the channel that is in the file",
        "What a node has in its log is at least as new as any file of it, and knows what it has signed since. Nothing is taken from the file. A node \
         whose log is lost begins anew with `twinroot node restore`, and takes from files only what its backup did not have.",
    ),
    error(
        TOO_LARGE,
        3,
        "the channel does not fit into one file",
        "A file of a channel has 4 MiB at most, since it goes through the API in one piece. `twinroot node backup` has no such limit, and takes all \
         channels of the node.",
    ),
];

#[cfg(test)]
mod tests {
    use twinroot_node::codes::ALL;

    use super::TABLE;

    #[test]
    fn every_code_of_a_node_is_explained() {
        let explained: Vec<&str> = TABLE.iter().map(|entry| entry.code).collect();
        for code in ALL {
            assert!(explained.contains(&code), "{code}");
        }
        assert_eq!(explained.len(), ALL.len());
    }
}

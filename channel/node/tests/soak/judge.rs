//! What must hold afterwards.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, ChannelId, Hash, Round, Side};
use twinroot_client::api::Id;
use twinroot_exec::Env;
use twinroot_node::LOG;
use twinroot_party::Record;
use twinroot_store::Store;
use twinroot_types::{Signature, decode};
use twinroot_wire::Parameters;

use crate::backups::lost_logs;
use crate::ledger::{COINS, Ledger, key};
use crate::people::User;

/// No coin is lost or made: all channels have paid out, and what is missing went into fees.
pub(crate) fn coins(ledger: &Ledger) {
    assert_eq!(
        ledger.supply(),
        Some(Amount(2 * COINS)),
        "the ledger's coins do not add up"
    );
    let left: u64 = [0, 1]
        .map(|name| ledger.coins(key(name).public()))
        .iter()
        .sum();
    let fees: u64 = ledger.fees().iter().sum();
    assert_eq!(left + fees, 2 * COINS, "coins are missing beside the fees");
}

/// A channel pays what both have agreed on.
pub(crate) fn payout(ledger: &Ledger, channel: ChannelId, free: [u64; 2]) {
    let (payout, repaid) = ledger.payout(channel).expect("the channel has paid out");
    let payout = payout.map(|coins| coins.0);
    // Whoever begins a close at an old state, without knowing better, pays for the answer to it.
    if !repaid {
        assert_eq!(
            payout, free,
            "channel {channel} pays something else than was agreed"
        );
    }
}

/// Both are told of each round that both signed, and in the same state; nobody is told of two. What a lost log had not told
/// yet its user never hears.
pub(crate) fn events(users: &[Arc<User>; 2]) -> usize {
    let agreed = users.each_ref().map(|user| {
        let mut rounds: BTreeMap<(Id, u64), String> = BTreeMap::new();
        let events = user.events.lock().expect("nobody panics with it");
        for event in events.values().filter(|event| event.kind == "agreed") {
            let round = event.details["round"].as_u64().expect("a round");
            let root = event.details["root"].to_string();
            let before = rounds.insert((event.channel.expect("a channel"), round), root.clone());
            assert!(
                before.is_none_or(|before| before == root),
                "{} has two states of round {round}",
                user.name
            );
        }
        rounds
    });
    if users
        .iter()
        .all(|user| user.restored.load(Ordering::SeqCst) == 0)
    {
        assert_eq!(
            agreed[0], agreed[1],
            "the two were not told of the same rounds"
        );
    }
    for (round, root) in &agreed[0] {
        let theirs = agreed[1].get(round);
        assert!(
            theirs.is_none_or(|theirs| theirs == root),
            "the two were told of different states of {round:?}"
        );
    }
    users
        .iter()
        .map(|user| user.events.lock().expect("nobody panics with it").len())
        .sum()
}

/// A line of a channel in a node's log.
#[derive(Serialize, Deserialize)]
enum Line {
    Channel {
        terms: Box<Parameters>,
        side: Side,
        offered: Option<Signature>,
        key: String,
    },
    Opened(Env),
    Record(Box<Record>),
    Over,
}

/// Of one round, a node has let only one step of a key out of its hands: what the peer has of it stands in the peer's log.
pub(crate) fn logs(folders: [&Path; 2]) {
    for folder in folders {
        let mut received: BTreeMap<(ChannelId, Round), Hash> = BTreeMap::new();
        let mut logs = lost_logs(folder);
        logs.push(folder.join(LOG));
        for log in logs {
            in_log(&log, &mut received);
        }
        assert!(!received.is_empty(), "a log of some steps");
    }
}

fn in_log(log: &Path, received: &mut BTreeMap<(ChannelId, Round), Hash>) {
    let store = Store::open(log).expect("the log is whole");
    for stream in store.streams().expect("the log can be read") {
        let lines = store
            .read(&stream, 0, usize::MAX)
            .expect("the log can be read");
        for (_, bytes) in lines {
            let Ok(Line::Record(record)) = decode::<Line>(&bytes, usize::MAX) else {
                continue;
            };
            let commitment = match *record {
                Record::Accepting(proposal) => proposal.commitment,
                Record::CoSigned(signed) => signed.commitment,
                _ => continue,
            };
            let before = received.insert((ChannelId(stream), commitment.round), commitment.hash());
            assert!(
                before.is_none_or(|before| before == commitment.hash()),
                "round {} was signed twice",
                commitment.round
            );
        }
    }
}

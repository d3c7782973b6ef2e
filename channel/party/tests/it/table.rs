//! Every state of a party against every kind of input. Each is really given to a copy of the party; the
//! table of what came of it is kept as a snapshot, and docs/spec/party-states.md shows what leads where.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use twinroot_party::{Illegal, Party, Status};

use crate::toy::Toy;
use crate::world::kind;

#[path = "table/messages.rs"]
mod messages;
#[path = "table/scene.rs"]
mod scene;
#[path = "table/tries.rs"]
mod tries;

use scene::{SCENES, Scene};
use tries::{Try, tries};

/// What a party is doing, without the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Free,
    Signing,
    Proposed,
    Asked,
    Bound,
    Forcing,
    Closing,
    Behind,
    Doubtful,
    Frozen,
    Closed,
}

impl State {
    const ALL: [Self; 11] = [
        Self::Free,
        Self::Signing,
        Self::Proposed,
        Self::Asked,
        Self::Bound,
        Self::Forcing,
        Self::Closing,
        Self::Behind,
        Self::Doubtful,
        Self::Frozen,
        Self::Closed,
    ];

    fn of(party: &Party) -> Self {
        match party.status() {
            Status::Frozen => Self::Frozen,
            Status::Closed => Self::Closed,
            Status::Doubtful => Self::Doubtful,
            Status::Behind(_) => Self::Behind,
            Status::Signing => Self::Signing,
            Status::Bound(_) => Self::Bound,
            Status::Asked => Self::Asked,
            Status::Proposed(_) => Self::Proposed,
            Status::Forcing => Self::Forcing,
            Status::Closing(_) => Self::Closing,
            Status::Free => Self::Free,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Signing => "waits for its own signature",
            Self::Proposed => "waits for the peer to sign",
            Self::Asked => "asks its user",
            Self::Bound => "bound by a close, deposit or withdrawal",
            Self::Forcing => "has posted a step",
            Self::Closing => "is being closed",
            Self::Behind => "lacks the newest state",
            Self::Doubtful => "back from a backup",
            Self::Frozen => "could not write",
            Self::Closed => "closed",
        }
    }
}

/// What came of an input, and what the party does then.
fn outcome(party: &Party, input: twinroot_party::Input) -> (String, Option<State>) {
    let mut party = party.clone();
    match party.step(input, &Toy) {
        Err(illegal) => (format!("illegal: {}", name(&illegal)), None),
        Ok(effects) => {
            let kinds: Vec<String> = effects.iter().map(kind).collect();
            let words = match kinds.is_empty() {
                true => "nothing".to_owned(),
                false => kinds.join(", "),
            };
            (words, Some(State::of(&party)))
        }
    }
}

/// The name of what is illegal, without what it says more.
fn name(illegal: &Illegal) -> String {
    let text = format!("{illegal:?}");
    let end = text.find(|letter: char| !letter.is_alphanumeric());
    text[..end.unwrap_or(text.len())].to_owned()
}

/// Inputs that lead from one state to another, by their verbs.
type Edges = BTreeMap<(State, State), Vec<&'static str>>;

/// The table in words, and what leads from where to where.
fn explore() -> (String, Edges) {
    let mut table = String::new();
    let mut edges = Edges::new();
    for (title, build) in SCENES {
        let scene: Scene = build();
        let before = State::of(&scene.node.party);
        writeln!(table, "{title}: {}", before.words()).unwrap();
        let mut over = BTreeMap::new();
        for Try {
            verb,
            detail,
            input,
        } in tries(&scene)
        {
            let (words, after) = outcome(&scene.node.party, input);
            // Where it is over, hardly anything is legal: those are counted only.
            if words == "illegal: Frozen" || words == "illegal: Closed" {
                *over.entry(words).or_insert(0) += 1;
                continue;
            }
            let what = format!("{verb}, {detail}");
            let what = what.trim_end_matches(", ");
            let then = after
                .filter(|after| *after != before)
                .map_or(String::new(), |after| format!(" -> {}", after.words()));
            writeln!(table, "    {what:<49} {words}{then}").unwrap();
            if let Some(after) = after.filter(|after| *after != before) {
                let verbs = edges.entry((before, after)).or_default();
                if !verbs.contains(&verb) {
                    verbs.push(verb);
                }
            }
        }
        for (words, count) in over {
            let what = format!("{count} others");
            writeln!(table, "    {what:<49} {words}").unwrap();
        }
        writeln!(table).unwrap();
    }
    (table, edges)
}

#[test]
fn the_table_of_states_and_inputs() {
    let (table, edges) = explore();
    insta::assert_snapshot!("states_and_inputs", table);

    let reached: BTreeSet<State> = edges.keys().map(|(_, to)| *to).collect();
    let mut all = BTreeSet::from(State::ALL);
    // A party is doubtful from the moment it is restored.
    all.remove(&State::Doubtful);
    assert_eq!(reached, all, "each state is reached from some other");

    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/spec/party-states.md"
    );
    let now = document(&edges);
    if std::env::var_os("TWINROOT_BLESS").is_some() {
        std::fs::write(file, &now).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(file).unwrap_or_default(),
        now,
        "docs/spec/party-states.md shows something else; set TWINROOT_BLESS=1 to write it anew"
    );
}

fn document(edges: &Edges) -> String {
    let mut text = String::from(
        "# States of a party

What leads a party from doing one thing to doing another. The tests of `channel/party` made this file:
each arrow is an input that was really given to a party. What else each input does, and what is illegal
where, is in `channel/party/tests/it/snapshots`.

Left out are three that lead from everywhere to the same state: a write that failed freezes the party,
only restoring it from its records helps then; a ledger that has the channel no more closes it; and a
party restored from a backup begins as `Doubtful`.

Do not edit: `TWINROOT_BLESS=1 cargo test -p twinroot-party table` writes it anew.

```mermaid
stateDiagram-v2
",
    );
    for state in State::ALL {
        let words = state.words();
        writeln!(text, "    state \"{words}\" as {state:?}").unwrap();
    }
    writeln!(text, "    [*] --> Free").unwrap();
    writeln!(text, "    [*] --> Doubtful: backup").unwrap();
    for ((from, to), verbs) in edges {
        if matches!(to, State::Frozen | State::Closed) {
            continue;
        }
        writeln!(text, "    {from:?} --> {to:?}: {}", verbs.join(", ")).unwrap();
    }
    writeln!(text, "    Closed --> [*]").unwrap();
    writeln!(text, "```").unwrap();
    text
}

//! Every state of a channel on the ledger against every action (docs/spec/arbiter.md, 10 and 10.1). Each is
//! really submitted to a copy of the ledger; the table of what came of it is kept as a snapshot, and
//! docs/spec/arbiter-states.md shows what leads where.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use twinroot_abi::Height;
use twinroot_arbiter::{Effect, LedgerKey, Phase, Rejected};
use twinroot_rules::FORCED_STEPS;
use twinroot_wire::{Action, Direction, Ground, Standing};

use crate::world::{A, B, C, LOCK, World, create, signed_close, transfer};

use attempts::{Attempt, Deed, attempts};

mod attempts;

/// Blocks after which no hold of these channels lasts, and their terms are forgotten.
const LONG: u64 = LOCK + 20;

/// A kind of state that a channel is in, as far as actions can tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    None,
    OpenTerms,
    OpenCoSigned,
    OpenFunding,
    OpenForced,
    ClosingTerms,
    ClosingCoSigned,
    ClosingForced,
    StepsUsedUp,
    WindowOver,
    Held,
    Gone,
}

impl State {
    const ALL: [Self; 12] = [
        Self::None,
        Self::OpenTerms,
        Self::OpenCoSigned,
        Self::OpenFunding,
        Self::OpenForced,
        Self::ClosingTerms,
        Self::ClosingCoSigned,
        Self::ClosingForced,
        Self::StepsUsedUp,
        Self::WindowOver,
        Self::Held,
        Self::Gone,
    ];

    fn of(world: &World) -> Self {
        let Some(channel) = world.ledger.channel(world.id()) else {
            let opened = LedgerKey::Opened(world.id()).hash();
            let known = world.ledger.leaves().contains_key(&opened);
            return if known { Self::Gone } else { Self::None };
        };
        let forced = channel.standing.forced > 0;
        let Phase::Closing { until, steps, .. } = channel.phase else {
            return match channel.ground {
                _ if forced => Self::OpenForced,
                Ground::Terms => Self::OpenTerms,
                Ground::CoSigned(_) => Self::OpenCoSigned,
                Ground::Funding(_) => Self::OpenFunding,
            };
        };
        let height = world.ledger.block().height;
        match channel.ground {
            _ if height >= until && height < channel.tip.hold_until => Self::Held,
            _ if height >= until => Self::WindowOver,
            _ if steps == [FORCED_STEPS; 2] => Self::StepsUsedUp,
            _ if forced => Self::ClosingForced,
            Ground::Terms => Self::ClosingTerms,
            Ground::CoSigned(_) | Ground::Funding(_) => Self::ClosingCoSigned,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::None => "no channel",
            Self::OpenTerms => "open at its terms",
            Self::OpenCoSigned => "open at a co-signed state",
            Self::OpenFunding => "open at a deposit or withdrawal",
            Self::OpenForced => "open at a forced step",
            Self::ClosingTerms => "closing at its terms",
            Self::ClosingCoSigned => "closing at what both signed",
            Self::ClosingForced => "closing at a forced step",
            Self::StepsUsedUp => "closing, all forced steps used",
            Self::WindowOver => "window over",
            Self::Held => "window over, held",
            Self::Gone => "gone, its terms still known",
        }
    }

    /// Its name in the graph.
    fn node(self) -> String {
        match self {
            Self::None => "[*]".to_owned(),
            _ => format!("{self:?}"),
        }
    }

    /// A channel in that state, and what the parties know of it.
    fn world(self) -> World {
        let mut world = World::before_open();
        world.terms.expiry = Height(LONG);
        let code = b"toy".to_vec();
        world.must(C, Action::Publish { code });
        world.advance(1);
        if self == Self::None {
            return world;
        }
        world.must(A, world.opening());
        let operations = match self {
            Self::ClosingCoSigned | Self::Held => [create(LONG), world.call(400, &[])],
            _ => [transfer(A, 10), transfer(B, 20)],
        };
        for operations in operations {
            assert!(world.agree(A, operations));
        }
        world.advance(1);
        match self {
            Self::None | Self::OpenTerms => {}
            Self::OpenCoSigned => _ = world.must(C, world.snapshot(2)),
            Self::OpenFunding => {
                let funding = world.agree_to_fund(Direction::Deposit, A, 100, 9);
                world.must(C, Action::Fund(funding.unwrap()));
            }
            Self::OpenForced => {
                let step = world.force(B, Some(world.state(2)), transfer(B, 1));
                world.must(B, Action::Force(step));
            }
            Self::ClosingTerms => _ = world.must(B, world.solo(None)),
            Self::ClosingCoSigned => _ = world.must(B, world.solo(Some(2))),
            Self::ClosingForced => {
                world.must(B, world.solo(Some(2)));
                let step = world.force(A, None, transfer(A, 1));
                world.must(A, Action::Force(step));
            }
            Self::StepsUsedUp => {
                world.must(B, world.solo(Some(2)));
                force_all(&mut world);
            }
            Self::WindowOver => {
                world.must(B, world.solo(None));
                world.must(C, world.slash(2));
                world.advance(LOCK);
            }
            Self::Held => {
                world.must(B, world.solo(Some(2)));
                world.advance(LOCK);
            }
            Self::Gone => {
                let close = signed_close(world.mutual(9));
                world.must(C, close);
            }
        }
        assert_eq!(Self::of(&world), self);
        world
    }
}

/// Each side forces as many steps as it has left.
fn force_all(world: &mut World) {
    for who in [A, B] {
        loop {
            let step = world.force(who, None, transfer(who, 1));
            if world.post(who, Action::Force(step)).is_err() {
                break;
            }
        }
    }
}

/// The numbers of a channel.
fn numbers(world: &World) -> String {
    let Some(channel) = world.ledger.channel(world.id()) else {
        return String::new();
    };
    let Standing { round, forced } = channel.standing;
    let locked = channel.locked();
    let time = match channel.phase {
        Phase::Open => String::new(),
        Phase::Closing { until, .. } => format!(", until {until}"),
    };
    format!(" ({round}.{forced}, {locked} locked{time})")
}

/// Where an attempt led to.
struct Next {
    state: State,
    numbers: String,
    /// Whether the channel is another than before.
    changed: bool,
}

impl Next {
    fn of(world: &World, changed: bool) -> Self {
        Self {
            state: State::of(world),
            numbers: numbers(world),
            changed,
        }
    }
}

/// What came of an attempt, and where it led to if it was included.
fn outcome(mut world: World, deed: Deed) -> (String, Option<Next>) {
    let before = State::of(&world);
    let result = match deed {
        Deed::Blocks(blocks) => {
            world.advance(blocks);
            let changed = State::of(&world) != before;
            return ("they pass".to_owned(), Some(Next::of(&world, changed)));
        }
        Deed::AllSteps => {
            force_all(&mut world);
            return ("forced".to_owned(), Some(Next::of(&world, true)));
        }
        Deed::Post(who, action) => world.post(who, *action),
    };
    let effect = match result {
        Err(rejected) => return (format!("rejected: {}", name(&rejected)), None),
        Ok(receipt) => receipt.effect,
    };
    let owes = matches!(
        world.ledger.channel(world.id()).map(|it| it.phase),
        Some(Phase::Closing { debt: Some(_), .. })
    );
    let words = match effect {
        Effect::Opened { .. } => "opened",
        Effect::Funded { .. } => "funded",
        Effect::Snapshotted { .. } => "snapshotted",
        Effect::Closing { .. } if owes => "closing, a fee is owed",
        Effect::Closing { .. } => "closing",
        Effect::Closed {
            repaid: Some(_), ..
        } => "closed, the fee is repaid",
        Effect::Closed { .. } => "closed",
        Effect::Forced { .. } => "forced",
        Effect::Refuted { .. } => "refuted",
        other => unreachable!("{other:?}"),
    };
    let changed = words != "refuted";
    (words.to_owned(), Some(Next::of(&world, changed)))
}

/// The name of a rejection, without what it says more.
fn name(rejected: &Rejected) -> String {
    let text = format!("{rejected:?}");
    let end = text.find(|letter: char| !letter.is_alphanumeric());
    text[..end.unwrap_or(text.len())].to_owned()
}

/// The table in words, and which verbs lead from where to where.
fn explore() -> (String, BTreeMap<(State, State), Vec<&'static str>>) {
    let mut table = String::new();
    let mut edges: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for state in State::ALL {
        let (world, attempts) = attempts(state.world());
        writeln!(table, "{}{}", state.name(), numbers(&world)).unwrap();
        for Attempt { verb, detail, deed } in attempts {
            let (words, next) = outcome(world.clone(), deed);
            let attempt = format!("{verb}, {detail}");
            let attempt = attempt.trim_end_matches(", ");
            let then = next.as_ref().map_or(String::new(), |next| {
                format!("-> {}{}", next.state.name(), next.numbers)
            });
            let row = format!("    {attempt:<52} {words:<26} {then}");
            writeln!(table, "{}", row.trim_end()).unwrap();
            if let Some(next) = next.filter(|next| next.changed) {
                let verbs = edges.entry((state, next.state)).or_default();
                if !verbs.contains(&verb) {
                    verbs.push(verb);
                }
            }
        }
        writeln!(table).unwrap();
    }
    (table, edges)
}

#[test]
fn the_table_of_states_and_actions() {
    let (table, edges) = explore();
    insta::assert_snapshot!("states_and_actions", table);

    let reached: BTreeSet<State> = edges.keys().map(|(_, to)| *to).collect();
    assert_eq!(
        reached,
        BTreeSet::from(State::ALL),
        "each state is reached by some other"
    );

    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/spec/arbiter-states.md"
    );
    let now = document(&edges);
    if std::env::var_os("TWINROOT_BLESS").is_some() {
        std::fs::write(file, &now).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(file).unwrap_or_default(),
        now,
        "docs/spec/arbiter-states.md shows something else; set TWINROOT_BLESS=1 to write it anew"
    );
}

fn document(edges: &BTreeMap<(State, State), Vec<&'static str>>) -> String {
    let mut text = String::from(
        "# States of a channel on the ledger

What leads a channel from one state to another (docs/spec/arbiter.md, 10.1). The tests of
`channel/arbiter` made this file: each arrow is a transaction that was really included, or blocks that
passed. Refuted steps are left out, since they change nothing. What is tried in vain in each state, and
how it is rejected, is in `channel/arbiter/tests/it/snapshots`.

Do not edit: `TWINROOT_BLESS=1 cargo test -p twinroot-arbiter transitions` writes it anew.

```mermaid
stateDiagram-v2
",
    );
    for state in State::ALL.into_iter().filter(|it| *it != State::None) {
        writeln!(text, "    state \"{}\" as {}", state.name(), state.node()).unwrap();
    }
    for ((from, to), verbs) in edges {
        let verbs = verbs.join(", ");
        writeln!(text, "    {} --> {}: {verbs}", from.node(), to.node()).unwrap();
    }
    text.push_str("```\n");
    text
}

//! What goes wrong in a simulation, and when.

use std::collections::BTreeMap;
use std::fmt;

use clap::ValueEnum;
use fastrand::Rng;
use serde::Serialize;

/// How a device or its line is out of order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Drop,
    Delay,
    Duplicate,
    Clock,
    Restart,
    Equivocate,
}

/// Something that goes wrong at some readings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Disorder {
    kind: Kind,
    when: When,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// At that reading; the first one is 1.
    At(u64),
    /// At one of about so many.
    OneOf(u64),
}

impl Disorder {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let form =
            "a fault is KIND@N, the N-th reading, or KIND:1/N, one of about N: drop@7, delay:1/50";
        let (kind, number, when): (_, _, fn(u64) -> When) = match text.split_once('@') {
            Some((kind, number)) => (kind, number, When::At),
            None => {
                let (kind, number) = text.split_once(":1/").ok_or(form)?;
                (kind, number, When::OneOf)
            }
        };
        let number = number
            .parse()
            .ok()
            .filter(|number| *number > 0)
            .ok_or(form)?;
        let kind = Kind::from_str(kind, false).map_err(|_| {
            let kinds = Kind::value_variants().iter();
            let names: Vec<_> = kinds.map(ToString::to_string).collect();
            format!(
                "there is no fault `{kind}`: it is one of {}",
                names.join(", ")
            )
        })?;
        let when = when(number);
        Ok(Self { kind, when })
    }
}

impl Disorder {
    /// What goes wrong, if it is a message that only a chained feed can sign by mistake.
    pub(super) fn of_a_chain(&self) -> Option<Kind> {
        let kinds = [Kind::Clock, Kind::Restart, Kind::Equivocate];
        kinds.contains(&self.kind).then_some(self.kind)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}

/// Decides, reading after reading, what goes wrong.
pub(super) struct Disorders {
    all: Vec<Disorder>,
    chance: Rng,
    number: u64,
    counts: Counts,
}

/// How often what went wrong.
#[derive(Default, Serialize)]
#[serde(transparent)]
pub(super) struct Counts(BTreeMap<Kind, usize>);

impl Disorders {
    pub(super) fn new(all: &[Disorder], seed: u64) -> Self {
        Self {
            all: all.to_vec(),
            chance: Rng::with_seed(seed),
            number: 0,
            counts: Counts::default(),
        }
    }

    /// What goes wrong at the next reading.
    pub(super) fn next(&mut self) -> Vec<Kind> {
        self.number += 1;
        let mut kinds = Vec::new();
        for disorder in &self.all {
            // Chance is asked each time, so that one fault does not move another.
            let strikes = match disorder.when {
                When::At(number) => number == self.number,
                When::OneOf(number) => self.chance.u64(0..number) == 0,
            };
            if strikes && !kinds.contains(&disorder.kind) {
                kinds.push(disorder.kind);
            }
        }
        kinds
    }

    /// Counts something that went wrong indeed.
    pub(super) fn count(&mut self, kind: Kind) {
        *self.counts.0.entry(kind).or_default() += 1;
    }

    pub(super) fn into_counts(self) -> Counts {
        self.counts
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|(kind, count)| write!(f, "; {kind} {count}"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Disorder, Disorders, Kind};

    #[test]
    fn the_same_seed_gives_the_same_faults() {
        let all =
            ["drop:1/10", "delay:1/3", "restart@4"].map(|text| Disorder::parse(text).unwrap());
        let play = |seed| {
            let mut disorders = Disorders::new(&all, seed);
            (0..100).map(|_| disorders.next()).collect::<Vec<_>>()
        };
        assert_eq!(play(1), play(1));
        assert_ne!(play(1), play(2));
        let drops = play(1)
            .concat()
            .iter()
            .filter(|kind| **kind == Kind::Drop)
            .count();
        assert!((1..40).contains(&drops), "{drops}");
        assert!(play(1)[3].contains(&Kind::Restart));
        assert_eq!(
            play(1)
                .concat()
                .iter()
                .filter(|kind| **kind == Kind::Restart)
                .count(),
            1
        );
    }

    #[test]
    fn what_is_no_fault() {
        for text in [
            "", "drop", "drop@0", "drop:1/0", "drop:2/3", "sneeze@1", "drop@x", "Drop@1",
        ] {
            assert!(Disorder::parse(text).is_err(), "{text}");
        }
        assert!(
            Disorder::parse("sneeze@1")
                .unwrap_err()
                .contains("equivocate")
        );
    }
}

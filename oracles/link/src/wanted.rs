//! What is to be asked for, and when it is here.

use std::collections::VecDeque;

use crate::{Place, Stretch};

/// The stretches that are to be asked for, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    stretches: VecDeque<Stretch>,
}

impl Wanted {
    /// Where to ask from; none where nothing is wanted.
    pub(crate) fn from(&self) -> Option<Place> {
        self.stretches.front().map(|stretch| stretch.first)
    }

    /// One more stretch. Where too many wait it is left to the next connection.
    pub(crate) fn push(&mut self, stretch: Stretch) {
        if self.stretches.len() < MOST && !self.stretches.contains(&stretch) {
            self.stretches.push_back(stretch);
        }
    }

    /// What is missing from the place `from` on. What lies before it, nobody wanted.
    pub(crate) fn extend(&mut self, missing: Vec<Stretch>, from: Place) {
        for stretch in missing {
            if stretch.last.is_none_or(|last| last >= from) {
                let first = stretch.first.max(from);
                self.push(Stretch { first, ..stretch });
            }
        }
    }

    /// Goes on after an answer to a request from the place `from` on. Says whether it was asked for: of
    /// several that answer, only the first moves on.
    pub(crate) fn answered(&mut self, from: Place, next: Option<Place>) -> bool {
        let Some(stretch) = self.stretches.front_mut() else {
            return false;
        };
        if stretch.first != from {
            return false;
        }
        let is_within = |next: &Place| stretch.last.is_none_or(|last| *next <= last);
        // One that goes back or stands still would be asked for ever.
        match next.filter(|next| *next > from).filter(is_within) {
            Some(next) => stretch.first = next,
            None => drop(self.stretches.pop_front()),
        }
        true
    }
}

/// Stretches that wait at most.
const MOST: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seq: u64) -> Place {
        Place { epoch: 0, seq }
    }

    const fn stretch(first: u64, last: Option<u64>) -> Stretch {
        Stretch {
            first: at(first),
            last: match last {
                Some(last) => Some(at(last)),
                None => None,
            },
        }
    }

    fn of(stretches: &[Stretch]) -> Wanted {
        let mut wanted = Wanted::default();
        for stretch in stretches {
            wanted.push(*stretch);
        }
        wanted
    }

    #[test]
    fn stretches_are_asked_for_page_by_page() {
        let mut wanted = of(&[stretch(3, Some(9)), stretch(20, None)]);
        assert_eq!(wanted.from(), Some(at(3)));
        assert!(wanted.answered(at(3), Some(at(7))));
        assert!(!wanted.answered(at(3), Some(at(7))), "a second answer");
        assert_eq!(wanted.from(), Some(at(7)));
        assert!(wanted.answered(at(7), Some(at(10))), "beyond the stretch");
        assert_eq!(wanted.from(), Some(at(20)));
        assert!(wanted.answered(at(20), Some(at(30))));
        assert!(wanted.answered(at(30), None));
        assert_eq!(wanted.from(), None);
        assert!(!wanted.answered(at(30), None));
    }

    #[test]
    fn an_answer_that_leads_nowhere_ends_the_stretch() {
        for next in [at(5), at(4)] {
            let mut wanted = of(&[stretch(5, None)]);
            assert!(wanted.answered(at(5), Some(next)));
            assert_eq!(wanted.from(), None);
        }
    }

    #[test]
    fn what_lies_before_is_not_wanted() {
        let missing = vec![
            stretch(3, Some(9)),
            stretch(11, Some(14)),
            stretch(20, None),
        ];
        for (from, first) in [(0, 3), (9, 9), (10, 11), (12, 12), (15, 20), (30, 30)] {
            let mut wanted = Wanted::default();
            wanted.extend(missing.clone(), at(from));
            assert_eq!(wanted.from(), Some(at(first)), "{from}");
        }
    }

    #[test]
    fn what_is_wanted_is_bounded() {
        let mut wanted = Wanted::default();
        for seq in 0..5_000 {
            wanted.push(stretch(seq, Some(seq)));
            wanted.push(stretch(0, Some(0)));
        }
        assert_eq!(wanted.stretches.len(), MOST);
    }
}

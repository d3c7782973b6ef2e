//! What a replay adds up.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::code::Code;
use crate::stacks::{NodeId, Stacks};
use crate::{Category, HostCall, Split};

/// All that is added up over a call and those within it.
pub(crate) struct Tally<'a, 'd> {
    /// The codes of the contracts that ran; a contract that ran twice is there twice.
    pub(crate) codes: Vec<Rc<Code<'a, 'd>>>,
    pub(crate) split: Split,
    pub(crate) stacks: Stacks,
    /// Gas of each instruction.
    pub(crate) places: BTreeMap<Place, u64>,
    pub(crate) host_calls: Vec<HostCall>,
}

/// An instruction: numbers of its code and of its function, and its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) code: usize,
    pub(crate) function: usize,
    pub(crate) place: usize,
}

impl Tally<'_, '_> {
    pub(crate) fn new() -> Self {
        Self {
            codes: Vec::new(),
            split: Split::default(),
            stacks: Stacks::new(),
            places: BTreeMap::new(),
            host_calls: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, node: NodeId, category: Category, gas: u64) {
        self.stacks.add(node, gas);
        self.split.add(category, gas);
    }

    pub(crate) fn add_at(&mut self, place: Place, gas: u64) {
        let sum = self.places.entry(place).or_default();
        *sum = sum.saturating_add(gas);
    }
}

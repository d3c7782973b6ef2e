//! Steps that the ledger carried out alone, and those that are owed to the user again (docs/spec/channel.md, 7.4).

use std::mem;

use twinroot_abi::Hash;
use twinroot_wire::{Operation, Update};

use crate::held::Step;
use crate::party::Party;

impl Party {
    /// The step that it has posted and not seen on the ledger yet.
    #[must_use]
    pub fn forcing(&self) -> Option<&Update> {
        self.forcing.as_ref().map(|forcing| &forcing.update)
    }

    /// Whether these operations were carried out by force, are not there any more, and are to be forced again. Asked for once
    /// more they would be taken for the same.
    #[must_use]
    pub fn owes(&self, operations: &[Operation]) -> bool {
        self.to_force_again().any(|owed| owed == operations)
    }

    /// Whether this party had these operations carried out by force.
    pub(crate) fn has_forced(&self, operations: &[Operation]) -> bool {
        self.steps
            .iter()
            .map(|step| &step.update)
            .any(|update| update.proposer == self.side && update.operations == operations)
    }

    /// Takes back the steps from number `first` on. Those that this party had forced are forced again,
    /// and before anything that was to be forced after them, since it may rest on them.
    pub(crate) fn undo_steps(&mut self, first: usize) -> Vec<Vec<Operation>> {
        let side = self.side;
        let lost = self.lose_steps(first).into_iter().map(|step| step.update);
        let own = lost.filter(|update| update.proposer == side);
        let undone: Vec<_> = own.map(|update| update.operations).collect();
        if !undone.is_empty() {
            let next = self.forcing.take().map(|forcing| forcing.update.operations);
            let rest = next.into_iter().chain(mem::take(&mut self.redo));
            self.redo = undone.iter().cloned().chain(rest).collect();
        }
        undone
    }

    /// The steps from number `first` on are not on the ledger any more.
    pub(crate) fn lose_steps(&mut self, first: usize) -> Vec<Step> {
        let lost = self.steps.split_off(first.min(self.steps.len()));
        self.lost.extend(lost.iter().map(|step| step.hash));
        lost
    }

    /// What is to be forced again, that which is being forced again first. A party that begins again owes it still.
    pub(crate) fn to_force_again(&self) -> impl Iterator<Item = &Vec<Operation>> {
        let forcing = self.forcing.iter().filter(|forcing| forcing.again);
        forcing
            .map(|forcing| &forcing.update.operations)
            .chain(&self.redo)
    }

    /// How many of the forced steps lie below the state with this commitment's hash, its own included.
    /// An older state has none of them below it.
    pub(crate) fn steps_below(&self, hash: Hash) -> usize {
        let place = self.steps.iter().position(|step| step.hash == hash);
        place.map_or(0, |place| place.saturating_add(1))
    }

    /// These operations were carried out once: of the steps that are being forced, or are to be, one
    /// that does the same is done.
    pub(crate) fn need_not_force(&mut self, operations: &[Operation]) {
        let forcing = self.forcing.as_ref();
        if forcing.is_some_and(|forcing| forcing.update.operations == operations) {
            self.forcing = None;
        } else if let Some(place) = self.redo.iter().position(|redo| redo == operations) {
            self.redo.remove(place);
        }
    }
}

//! A side's disk: writes that take their time or fail, crashes, and what comes back after them.

use std::collections::BTreeMap;

use twinroot_abi::Side;
use twinroot_party::{Input, Party, Record, Source, Status};

use twinroot_wire::CoSigned;

use crate::node::Summary;
use crate::toy::code;
use crate::{Broken, Count, Happened, Sim};

impl Sim<'_> {
    /// A side is up, its disk works, and it knows the ledger.
    pub(crate) fn be_there(&mut self, side: Side) {
        self.nodes[side.index()].slow = false;
        if self.nodes[side.index()].party.is_none() {
            self.restart(side, Source::Log);
        }
        while self.nodes[side.index()].writing.is_some() {
            self.written(side);
        }
        if self.nodes[side.index()].lags {
            self.look(side);
        }
    }

    /// The write under way comes to its end, and whatever waited for it is done.
    pub(crate) fn written(&mut self, side: Side) {
        self.nodes[side.index()].slow = false;
        if self.nodes[side.index()].writing.is_none() {
            self.happened.push(Happened::Nothing);
            return;
        }
        self.lands(side);
        self.work(side);
    }

    /// What is being written is on the disk.
    pub(crate) fn lands(&mut self, side: Side) {
        let node = &mut self.nodes[side.index()];
        if let Some(record) = node.writing.take() {
            node.disk.push(record);
            self.hold_promises(side);
            self.happened.push(Happened::Written(side));
        }
    }

    pub(crate) fn write_fails(&mut self, side: Side) {
        let node = &mut self.nodes[side.index()];
        if node.writing.take().is_none() {
            self.happened.push(Happened::Nothing);
            return;
        }
        self.tally.one(Count::FailedWrites);
        let node = &mut self.nodes[side.index()];
        node.todo.clear();
        self.input(side, Input::WriteFailed);
        // Its driver reads the records again.
        self.crash(side, false);
        self.restart(side, Source::Log);
    }

    /// A side goes down; the write under way lands all the same, or does not.
    pub(crate) fn crash(&mut self, side: Side, landed: bool) {
        if self.nodes[side.index()].party.is_none() {
            self.happened.push(Happened::Nothing);
            return;
        }
        self.tally.one(Count::Crashes);
        let before = self.summary(side);
        if landed {
            self.lands(side);
        }
        let node = &mut self.nodes[side.index()];
        node.before = before;
        node.writing = None;
        node.party = None;
        node.todo.clear();
        node.question = None;
        node.slow = false;
        node.lags = false;
    }

    pub(crate) fn restart(&mut self, side: Side, source: Source) {
        let node = &mut self.nodes[side.index()];
        if node.party.is_some() {
            self.happened.push(Happened::Nothing);
            return;
        }
        let records = node.disk.clone();
        match self.restored(side, source, records) {
            Ok(party) => {
                let effects = party.resume();
                let node = &mut self.nodes[side.index()];
                node.party = Some(party);
                node.todo.extend(effects);
                self.work(side);
                self.tell_all(side);
                self.hold_memory(side);
                if self.network.connected {
                    self.input(side, Input::Connected);
                }
            }
            Err(broken) => self.breaks_for(side, broken),
        }
    }

    /// A side comes back from a copy of its disk that lacks the newest records.
    pub(crate) fn backup(&mut self, side: Side, age: usize) {
        if self.nodes[side.index()].party.is_some() {
            self.crash(side, false);
        }
        self.tally.one(Count::Backups);
        let node = &mut self.nodes[side.index()];
        let kept = node.disk.len().saturating_sub(age);
        node.disk.truncate(kept);
        node.lost_records = true;
        node.before = None;
        self.restores = self.restores.saturating_add(1);
        let salt = self.restores;
        self.restart(side, Source::Backup { salt });
    }

    /// What a side has written down.
    #[must_use]
    pub fn disk(&self, side: Side) -> &[Record] {
        &self.nodes[side.index()].disk
    }

    /// The party that records make of a side, without anything done about it.
    ///
    /// # Errors
    /// [`Broken::Restore`].
    pub fn restored(
        &self,
        side: Side,
        source: Source,
        records: impl IntoIterator<Item = Record>,
    ) -> Result<Party, Broken> {
        let toy = code(b"toy");
        let codes = BTreeMap::from([(toy.hash, toy.bytes)]).into();
        Party::restore(
            &self.terms,
            side,
            self.opened,
            self.config.policy.clone(),
            codes,
            source,
            records,
            self.execute,
        )
        .map_err(|error| Broken::Restore(side, error.to_string()))
    }

    /// What a party must still be after a crash, if nothing is half done.
    fn summary(&self, side: Side) -> Option<Summary> {
        let node = &self.nodes[side.index()];
        let party = node.party.as_ref().filter(|_| node.is_idle())?;
        if party.status() == Status::Frozen {
            return None;
        }
        Some(Summary {
            round: party.standing().round,
            newest: party.newest().cloned(),
            half_signed: party.half_signed().map(|half| half.hash()).collect(),
            bound: match party.status() {
                Status::Bound(until) => Some(until),
                _ => None,
            },
        })
    }

    /// A party that came back remembers what it was.
    fn hold_memory(&mut self, side: Side) {
        let node = &mut self.nodes[side.index()];
        let (Some(before), Some(party)) = (node.before.take(), &node.party) else {
            return;
        };
        let half_signed: Vec<_> = party.half_signed().map(|half| half.hash()).collect();
        let moved_on = party.standing().round > before.round;
        let lost_half = before
            .half_signed
            .iter()
            .any(|half| !half_signed.contains(half));
        let now = self.chain.block().height;
        let unbound = before.bound.is_some_and(|until| until >= now)
            && !matches!(party.status(), Status::Bound(_) | Status::Closed);
        let newest = |state: Option<&CoSigned>| state.map(|state| state.commitment.round);
        let forgot = if party.standing().round < before.round {
            Some("its newest round")
        } else if newest(party.newest()) < newest(before.newest.as_ref()) {
            Some("what both signed last")
        } else if lost_half && !moved_on {
            Some("what it half-signed")
        } else if unbound && !moved_on {
            Some("what it is bound by")
        } else {
            None
        };
        if let Some(what) = forgot {
            self.breaks_for(side, Broken::Forgot(side, what.to_owned()));
        }
    }
}

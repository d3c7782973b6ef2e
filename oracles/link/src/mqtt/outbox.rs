//! What a publisher still holds: messages that the broker has not acknowledged.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Messages in the order in which they came, until each is acknowledged.
///
/// A connection hands them over one after the other; the broker's client gives each a packet id in the same
/// order. With the connection all that is forgotten, and the next one begins with the first message again.
#[derive(Debug)]
pub(super) struct Outbox {
    room: usize,
    messages: BTreeMap<u64, Arc<[u8]>>,
    /// Number of the next message that comes.
    next: u64,
    /// The last one, also when the broker has it.
    latest: Option<Arc<[u8]>>,
    /// What this connection has to hand over beside messages.
    descriptor_due: bool,
    latest_due: bool,
    /// Number of the next message that this connection hands over.
    cursor: u64,
    /// Handed over, without a packet id yet.
    unnamed: VecDeque<Parcel>,
    named: BTreeMap<u16, Parcel>,
}

/// Something to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Parcel {
    /// The message of that number.
    Message(u64, Arc<[u8]>),
    /// The last message once more, to be retained.
    Latest(Arc<[u8]>),
    /// The descriptor, to be retained.
    Descriptor,
}

impl Outbox {
    pub(super) const fn new(room: usize) -> Self {
        Self {
            room,
            messages: BTreeMap::new(),
            next: 0,
            latest: None,
            descriptor_due: true,
            latest_due: false,
            cursor: 0,
            unnamed: VecDeque::new(),
            named: BTreeMap::new(),
        }
    }

    pub(super) fn has_room(&self) -> bool {
        self.messages.len() < self.room
    }

    /// Number of messages that are not acknowledged.
    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }

    /// Whether the broker has all there is, what it retains included.
    pub(super) fn is_empty(&self) -> bool {
        self.messages.is_empty() && !self.latest_due && !self.descriptor_due && self.is_quiet()
    }

    /// Takes a message in, if there is room.
    pub(super) fn push(&mut self, message: &Arc<[u8]>) -> bool {
        if !self.has_room() {
            return false;
        }
        self.messages.insert(self.next, message.clone());
        self.next = self.next.saturating_add(1);
        self.latest = Some(message.clone());
        self.latest_due = true;
        true
    }

    /// A new connection: nothing was handed over on it.
    pub(super) fn begin(&mut self) {
        self.cursor = 0;
        self.unnamed.clear();
        self.named.clear();
        self.descriptor_due = true;
        self.latest_due = self.latest.is_some();
    }

    /// What to hand over next. The descriptor comes first; the last message is retained when no other waits,
    /// so a burst of messages is published once and not twice.
    pub(super) fn hand_over(&mut self) -> Option<Parcel> {
        let parcel = self.due()?;
        match &parcel {
            Parcel::Descriptor => self.descriptor_due = false,
            Parcel::Message(number, _) => self.cursor = number.saturating_add(1),
            Parcel::Latest(_) => self.latest_due = false,
        }
        self.unnamed.push_back(parcel.clone());
        Some(parcel)
    }

    fn due(&self) -> Option<Parcel> {
        if self.descriptor_due {
            return Some(Parcel::Descriptor);
        }
        if let Some((number, message)) = self.messages.range(self.cursor..).next() {
            return Some(Parcel::Message(*number, message.clone()));
        }
        let latest = self.latest.clone().filter(|_| self.latest_due)?;
        Some(Parcel::Latest(latest))
    }

    /// The first of what was handed over and has none has this packet id.
    pub(super) fn name(&mut self, packet: u16) {
        if let Some(parcel) = self.unnamed.pop_front() {
            self.named.insert(packet, parcel);
        }
    }

    /// The broker has what it got under this packet id.
    pub(super) fn acknowledge(&mut self, packet: u16) {
        if let Some(Parcel::Message(number, _)) = self.named.remove(&packet) {
            self.messages.remove(&number);
        }
    }

    fn is_quiet(&self) -> bool {
        self.unnamed.is_empty() && self.named.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Step {
        Push,
        HandOver,
        Name,
        /// Of those named, the one at this place.
        Acknowledge(prop::sample::Index),
        Lose,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => Just(Step::Push),
            4 => Just(Step::HandOver),
            4 => Just(Step::Name),
            3 => any::<prop::sample::Index>().prop_map(Step::Acknowledge),
            1 => Just(Step::Lose),
        ]
    }

    fn message(number: u64) -> Arc<[u8]> {
        number.to_le_bytes().as_slice().into()
    }

    proptest! {
        /// Whatever happens, a message leaves by its acknowledgement only, and a connection that holds brings
        /// all that is left over, in order.
        #[test]
        fn nothing_leaves_unacknowledged(steps in vec(step(), 0..200)) {
            let mut outbox = Outbox::new(8);
            let mut held = BTreeMap::new();
            let mut pushed = 0;
            let mut packet = 0u16;
            for step in steps {
                match step {
                    Step::Push => {
                        let taken = outbox.push(&message(pushed));
                        prop_assert_eq!(taken, held.len() < 8);
                        if taken {
                            held.insert(pushed, message(pushed));
                            pushed += 1;
                        }
                    }
                    Step::HandOver => drop(outbox.hand_over()),
                    Step::Name => {
                        outbox.name(packet);
                        packet = packet.wrapping_add(1);
                    }
                    Step::Acknowledge(index) => {
                        let named: Vec<u16> = outbox.named.keys().copied().collect();
                        if !named.is_empty() {
                            let packet = *index.get(&named);
                            if let Some(Parcel::Message(number, _)) = outbox.named.get(&packet) {
                                held.remove(number);
                            }
                            outbox.acknowledge(packet);
                        }
                    }
                    Step::Lose => outbox.begin(),
                }
                prop_assert_eq!(&outbox.messages, &held);
            }

            outbox.begin();
            let mut brought = Vec::new();
            while let Some(parcel) = outbox.hand_over() {
                outbox.name(packet);
                outbox.acknowledge(packet);
                brought.push(parcel);
            }
            let mut expected = vec![Parcel::Descriptor];
            expected.extend(held.into_iter().map(|(number, message)| Parcel::Message(number, message)));
            expected.extend(pushed.checked_sub(1).map(|last| Parcel::Latest(message(last))));
            prop_assert_eq!(brought, expected);
            prop_assert!(outbox.is_empty());
        }
    }
}

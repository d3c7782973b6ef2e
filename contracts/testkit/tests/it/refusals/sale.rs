//! A television that was paid for and only waits for two attestors of three.

use twinroot_abi::{
    Amount, ContractId, FeedId, Height, MessageId, PublicKey, REVERT_JUDGE, Subject, TimeMs,
};
use twinroot_exec::{Bundle, Fallback, Outcome};
use twinroot_feed::{Descriptor, FeedError, Observation, Value, sign};
use twinroot_rules::Refused;
use twinroot_testkit::{World, attestor, ballast, tv};
use twinroot_types::{SecretKey, encode};
use twinroot_wire::Operation;

use super::paths::outcome;
use super::world::{ALICE, BOB, open};

pub(super) const NOON: TimeMs = TimeMs(1_795_348_800_000);
pub(super) const PRICE: Amount = Amount(700_000);
pub(super) const PARCEL: Subject = Subject([0xaa; 32]);
pub(super) const OTHER_PARCEL: Subject = Subject([0xbb; 32]);
const REFUND_AFTER: u64 = 50;

/// Who says whether parcels arrive.
pub(super) struct Attestor {
    pub(super) seed: [u8; 32],
    pub(super) descriptor: Descriptor,
}

impl Attestor {
    pub(super) fn new(seed: u8) -> Self {
        let seed = [seed; 32];
        let descriptor = attestor(&seed, "who-knows")
            .unwrap()
            .feed()
            .descriptor()
            .clone();
        Self { seed, descriptor }
    }

    /// The same, under another key.
    pub(super) fn under(self, key: PublicKey) -> Self {
        Self {
            descriptor: Descriptor {
                key,
                ..self.descriptor
            },
            ..self
        }
    }

    pub(super) fn id(&self) -> FeedId {
        self.descriptor.id()
    }

    pub(super) fn encoded(&self) -> Vec<u8> {
        encode(&self.descriptor)
    }

    /// "It was delivered", not signed yet.
    pub(super) fn observation(&self, subject: Subject) -> Observation {
        Observation {
            feed: self.id(),
            epoch: 0,
            seq: 0,
            t: NOON,
            prev_t: NOON,
            prev: MessageId([0; 32]),
            flags: 0,
            value: Value::Claim {
                subject,
                code: tv::DELIVERED,
            },
        }
    }

    pub(super) fn secret(&self) -> SecretKey {
        SecretKey::from_seed(&self.seed)
    }

    /// "It was delivered."
    pub(super) fn attest(&self, subject: Subject) -> Vec<u8> {
        sign(&self.secret(), &self.observation(subject))
    }
}

/// The sale, paid, its code published.
pub(super) struct Sale {
    pub(super) world: World,
    pub(super) escrow: ContractId,
    pub(super) refund_height: Height,
    /// Ascending by feed.
    pub(super) attestors: [Attestor; 3],
}

impl Sale {
    /// With three honest attestors.
    pub(super) fn ready() -> Self {
        Self::of([11, 12, 13].map(Attestor::new), 0)
    }

    /// With one among the attestors who is not.
    pub(super) fn with(attestor: Attestor) -> Self {
        Self::of([attestor, Attestor::new(12), Attestor::new(13)], 0)
    }

    /// In a channel that has so many slots of another contract.
    pub(super) fn beside(slots: u32) -> Self {
        Self::of([11, 12, 13].map(Attestor::new), slots)
    }

    fn of(mut attestors: [Attestor; 3], slots: u32) -> Self {
        attestors.sort_by_key(Attestor::id);
        let mut world = open();
        if slots > 0 {
            let code = world.learn(ballast::WASM).unwrap();
            let contract = world.next_contract().unwrap();
            let create = Operation::Create {
                code: code.hash,
                fallback: Fallback::all_to(ALICE),
                hold: Height(0),
                args: Vec::new(),
                gas: ballast::INIT_GAS,
            };
            let fill = Operation::Call(ballast::fill(contract, 0, slots));
            world.agree(ALICE, vec![create, fill]).unwrap();
        }
        let code = world.publish(BOB, tv::WASM).unwrap();
        let escrow = world.next_contract().unwrap();
        let refund_height = world.in_blocks(REFUND_AFTER);
        let feeds = [0, 1, 2].map(|place: usize| attestors[place].id());
        let create = Operation::Create {
            code: code.hash,
            fallback: Fallback::all_to(ALICE),
            hold: refund_height,
            args: tv::init(ALICE, PRICE, refund_height, PARCEL, feeds),
            gas: tv::INIT_GAS,
        };
        world.agree(ALICE, vec![create]).unwrap();
        let pay = Operation::Call(tv::pay(escrow, PRICE));
        world.agree(ALICE, vec![pay]).unwrap();
        Self {
            world,
            escrow,
            refund_height,
            attestors,
        }
    }

    /// The release, with these facts.
    pub(super) fn release(&self, descriptors: Vec<Vec<u8>>, messages: Vec<Vec<u8>>) -> Operation {
        let bundle = Bundle {
            policy: 0,
            descriptors,
            messages,
        };
        Operation::Call(tv::release(self.escrow, vec![bundle]))
    }

    /// The release, with the words of the first two attestors.
    pub(super) fn honest_release(&self) -> Operation {
        let two = &self.attestors[..2];
        self.release(
            two.iter().map(Attestor::encoded).collect(),
            two.iter().map(|one| one.attest(PARCEL)).collect(),
        )
    }

    /// The honest release, except that the attestor of this seed says `message` and shows `descriptor`.
    pub(super) fn release_with(
        &self,
        seed: u8,
        descriptor: Vec<u8>,
        message: Vec<u8>,
    ) -> Operation {
        let (odd, even): (Vec<_>, Vec<_>) = self
            .attestors
            .iter()
            .partition(|attestor| attestor.seed == [seed; 32]);
        let mut two = [odd[0], even[0]];
        two.sort_by_key(|attestor| attestor.id());
        let shown = |one: &Attestor| {
            if one.seed == [seed; 32] {
                (descriptor.clone(), message.clone())
            } else {
                (one.encoded(), one.attest(PARCEL))
            }
        };
        let (descriptors, messages) = two.map(shown).into_iter().unzip();
        self.release(descriptors, messages)
    }

    /// The attestor of this seed.
    pub(super) fn attestor(&self, seed: u8) -> &Attestor {
        let mut all = self.attestors.iter();
        all.find(|attestor| attestor.seed == [seed; 32]).unwrap()
    }
}

/// The rule that the facts of a refused call break.
pub(super) fn broken_rule(refused: &Refused) -> FeedError {
    let Outcome::Revert(code) = outcome(refused) else {
        panic!("expected a revert: {refused}")
    };
    FeedError::from_code(u16::try_from(code - REVERT_JUDGE).unwrap()).unwrap()
}

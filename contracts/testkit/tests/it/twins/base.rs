//! The state that every history begins with: all contracts exist and hold coins.

use std::sync::{Arc, OnceLock};

use twinroot_abi::{Amount, ContractId, FeedId, Gas, Hash, Height, Side, Subject, TimeMs};
use twinroot_exec::{Call, Codes, Env, Execute, Fallback};
use twinroot_feed::{FeedJudge, Signer};
use twinroot_host::{Backend, Host};
use twinroot_rules::{Consent, Position, apply, genesis};
use twinroot_state::Tree;
use twinroot_testkit::{attestor, thermometer, truck, tv};
use twinroot_types::{SecretKey, Tag, hash};
use twinroot_wire::{Operation, Parameters, Update, VERSION};

use super::facts::Pool;
use super::{generated, puppet};

/// Contracts of random code.
pub(crate) const GENERATED: usize = 40;
pub(crate) const PRICE: Amount = Amount(1_000);
pub(crate) const REFUND_HEIGHT: Height = Height(50);
pub(crate) const BAND: [i64; 2] = [2_000, 8_000];
pub(crate) const WINDOW: [TimeMs; 2] = [TimeMs(1_000), TimeMs(60_000)];

/// Where every history begins.
pub(crate) struct Base {
    pub(crate) position: Position<Tree>,
    pub(crate) codes: Codes,
    /// Contracts by role: the puppet, the escrow, the insurance, the generated ones, the second puppet.
    pub(crate) contracts: Vec<ContractId>,
    pub(crate) facts: Pool,
}

pub(crate) const PUPPET: usize = 0;
pub(crate) const ESCROW: usize = 1;
pub(crate) const INSURANCE: usize = 2;
pub(crate) const FIRST_GENERATED: usize = 3;

pub(crate) fn base() -> &'static Base {
    static BASE: OnceLock<Base> = OnceLock::new();
    BASE.get_or_init(build)
}

pub(crate) fn env(height: u64) -> Env {
    Env {
        height: Height(height),
        time: TimeMs(height * 2_000),
        block: Hash([height as u8; 32]),
    }
}

fn build() -> Base {
    let host = Host::new(Backend::Cranelift, FeedJudge).unwrap();
    let parties = [1, 2].map(|seed| SecretKey::from_seed(&[seed; 32]).public());
    let parameters = Parameters {
        chain: twinroot_abi::ChainId([7; 32]),
        version: VERSION,
        parties,
        deposits: [Amount(1_000_000), Amount(900_000)],
        lock: 10,
        nonce: 0,
        expiry: Height(100),
    };
    let mut attestors: Vec<Signer> = (0..3)
        .map(|number| attestor(&[10 + number; 32], &format!("attestor-{number}")).unwrap())
        .collect();
    attestors.sort_by_key(|attestor| attestor.feed().id());
    let device = thermometer(&[20; 32], "truck", 1_000).unwrap();
    let subject = Subject(hash(Tag::VALUE, &[b"parcel"]));
    let feeds: [FeedId; 3] = [0, 1, 2].map(|place: usize| attestors[place].feed().id());
    let escrow = tv::init(Side::Initiator, PRICE, REFUND_HEIGHT, subject, feeds);
    let insurance = truck::init(
        Side::Initiator,
        PRICE,
        REFUND_HEIGHT,
        device.feed().id(),
        BAND,
        WINDOW,
    );

    let second = FIRST_GENERATED + GENERATED;
    let known = [
        PUPPET,
        second,
        second,
        second,
        FIRST_GENERATED,
        ESCROW,
        FIRST_GENERATED + 1,
        999,
    ];
    let known = known.map(|number| contract(&parameters, number as u64));
    let puppet = wat::parse_str(puppet::wat(&known)).unwrap();
    let mut modules = vec![
        (puppet.clone(), Vec::new()),
        (tv::WASM.to_vec(), escrow),
        (truck::WASM.to_vec(), insurance),
    ];
    modules.extend((0..GENERATED as u64).map(|seed| {
        (
            wat::parse_str(generated::contract(seed)).unwrap(),
            Vec::new(),
        )
    }));

    modules.push((puppet, Vec::new()));

    let mut base = Base {
        position: genesis(&parameters, env(1)).unwrap(),
        codes: Codes::default(),
        contracts: Vec::new(),
        facts: Pool::new(attestors, device, subject),
    };
    for (number, (wasm, args)) in (0u64..).zip(modules) {
        let code = host.admit(&wasm).unwrap();
        Arc::make_mut(&mut base.codes).insert(code.hash, code.bytes);
        let fallback = Fallback::new((number * 1_111 % 10_001) as u16).unwrap();
        let hold = Height(number * 3);
        base.step(
            &host,
            Operation::Create {
                code: code.hash,
                fallback,
                hold,
                args,
                gas: Gas(1_000_000),
            },
        );
        base.contracts.push(contract(&parameters, number));
    }
    for (place, coins) in [(PUPPET, 50_000), (FIRST_GENERATED, 777), (second, 3_000)] {
        let call = Call {
            contract: base.contracts[place],
            entry: if place == FIRST_GENERATED {
                "take"
            } else {
                "play"
            }
            .to_owned(),
            args: Vec::new(),
            value: Amount(coins),
            gas: Gas(1_000_000),
            facts: Vec::new(),
        };
        base.step(&host, Operation::Call(call));
    }
    base
}

fn contract(parameters: &Parameters, number: u64) -> ContractId {
    let channel = parameters.channel();
    ContractId(hash(Tag::CONTRACT, &[&channel.0, &number.to_le_bytes()]))
}

impl Base {
    fn step(&mut self, host: &Host, operation: Operation) {
        let commitment = &self.position.commitment;
        let update = Update {
            channel: commitment.channel,
            base: commitment.hash(),
            round: commitment
                .round
                .checked_add(twinroot_abi::Round(1))
                .unwrap(),
            proposer: Side::Initiator,
            env: env(1),
            operations: vec![operation],
        };
        self.position = apply(&self.position, &update, Consent::Both, &self.codes, host)
            .unwrap()
            .next;
    }
}

//! One value of everything that is signed or sent; the vectors and the seeds are made of these.

use twinroot_abi::{
    Amount, ChainId, CodeHash, ContractId, FeedId, Gas, Hash, Height, PublicKey, QueryId, Root,
    Round, Side, TimeMs,
};
use twinroot_exec::{Bundle, Call, Env, Fallback};
use twinroot_types::{SecretKey, Signature, Tag};
use twinroot_wire::{
    Action, CoSigned, Commitment, Direction, Force, Funding, Hello, Leaf, Message, Move,
    MutualClose, Note, Operation, Package, Parameters, Proposal, Reason, SignedClose,
    SignedFunding, SignedParameters, SignedTransaction, Standing, Transaction, Update, VERSION,
};

const CHAIN: ChainId = ChainId([0xc4; 32]);

fn secrets() -> [SecretKey; 2] {
    [1, 2].map(|seed| SecretKey::from_seed(&[seed; 32]))
}

fn both(tag: Tag, body: &[u8]) -> [Signature; 2] {
    secrets().map(|secret| secret.sign(tag, body))
}

pub(crate) fn parameters() -> Parameters {
    Parameters {
        chain: CHAIN,
        version: VERSION,
        parties: secrets().map(|secret| secret.public()),
        deposits: [Amount(1_000), Amount(500)],
        lock: 10,
        nonce: 7,
        expiry: Height(100),
    }
}

pub(crate) fn signed_parameters() -> SignedParameters {
    SignedParameters {
        signatures: both(Tag::OPEN, &parameters().signed_bytes()),
        parameters: parameters(),
    }
}

fn pinned() -> Env {
    Env {
        height: Height(300),
        time: TimeMs(1_700_000_000_000),
        block: Hash([0xb1; 32]),
    }
}

fn transfer() -> Operation {
    Operation::Transfer {
        from: Side::Responder,
        amount: Amount(250),
    }
}

fn create() -> Operation {
    Operation::Create {
        code: CodeHash([0xc0; 32]),
        fallback: Fallback::new(7_500).unwrap(),
        hold: Height(400),
        args: vec![1, 2, 3],
        gas: Gas(50_000_000),
    }
}

fn call() -> Operation {
    Operation::Call(Call {
        contract: ContractId([0xca; 32]),
        entry: "deliver".to_owned(),
        args: vec![4, 5],
        value: Amount(128),
        gas: Gas(1_000_000),
        facts: vec![Bundle {
            policy: 1,
            descriptors: vec![vec![6]],
            messages: vec![vec![7, 8], Vec::new()],
        }],
    })
}

fn coins(amount: u64) -> Move {
    Move {
        side: Side::Responder,
        amount: Amount(amount),
        expiry: Height(350),
    }
}

fn update(operations: Vec<Operation>) -> Update {
    Update {
        channel: parameters().channel(),
        base: Hash([0xba; 32]),
        round: Round(3),
        proposer: Side::Initiator,
        env: pinned(),
        operations,
    }
}

pub(crate) fn commitment() -> Commitment {
    Commitment {
        chain: CHAIN,
        channel: parameters().channel(),
        version: VERSION,
        round: Round(3),
        prev: Hash([0xba; 32]),
        state_root: Root([0x5a; 32]),
        total: Amount(1_500),
        payout: [Amount(1_250), Amount(250)],
        hold_until: Height(400),
        env: pinned(),
    }
}

pub(crate) fn co_signed() -> CoSigned {
    CoSigned {
        signatures: both(Tag::COMMITMENT, &commitment().signed_bytes()),
        commitment: commitment(),
    }
}

pub(crate) fn close() -> MutualClose {
    MutualClose {
        chain: CHAIN,
        channel: parameters().channel(),
        version: VERSION,
        standing: Standing {
            round: Round(3),
            forced: 2,
        },
        payout: [Amount(1_250), Amount(250)],
        expiry: Height(320),
    }
}

pub(crate) fn signed_close() -> SignedClose {
    SignedClose {
        signatures: both(Tag::CLOSE, &close().signed_bytes()),
        close: close(),
    }
}

/// The state of [`commitment`] after the responder's coins came in or went out.
fn funding(direction: Direction, amount: u64) -> SignedFunding {
    let base = commitment();
    let moved = |coins: Amount| match direction {
        Direction::Deposit => Amount(coins.0 + amount),
        Direction::Withdraw => Amount(coins.0 - amount),
    };
    let Move {
        side,
        amount,
        expiry,
    } = coins(amount);
    let funding = Funding {
        commitment: Commitment {
            round: Round(4),
            prev: base.hash(),
            state_root: Root([0x5c; 32]),
            total: moved(base.total),
            payout: [base.payout[0], moved(base.payout[1])],
            ..base.clone()
        },
        standing: Standing {
            round: base.round,
            forced: 1,
        },
        side,
        direction,
        amount,
        expiry,
    };
    SignedFunding {
        signatures: both(Tag::FUNDING, &funding.signed_bytes()),
        funding,
    }
}

pub(crate) fn fundings() -> [(&'static str, SignedFunding); 2] {
    [
        ("deposit", funding(Direction::Deposit, 300)),
        ("withdraw", funding(Direction::Withdraw, 200)),
    ]
}

pub(crate) fn messages() -> Vec<(&'static str, Message)> {
    [messages_of_steps(), messages_beside_steps()].concat()
}

fn messages_of_steps() -> Vec<(&'static str, Message)> {
    let [signature, acceptance] = co_signed().signatures;
    let [close_signature, close_acceptance] = signed_close().signatures;
    let round = Round(3);
    let refusal = |reason| Message::Refuse { round, reason };
    vec![
        (
            "propose",
            Message::Propose(Box::new(Proposal {
                update: update(vec![transfer()]),
                commitment: commitment(),
                signature,
            })),
        ),
        (
            "accept",
            Message::Accept {
                round,
                signature: acceptance,
            },
        ),
        ("refuse: declined", refusal(Reason::Declined)),
        ("refuse: out of order", refusal(Reason::OutOfOrder)),
        ("refuse: environment", refusal(Reason::Environment)),
        ("refuse: rules", refusal(Reason::Rules("why".to_owned()))),
        ("refuse: mismatch", refusal(Reason::Mismatch)),
        ("refuse: signature", refusal(Reason::Signature)),
        ("refuse: taken", refusal(Reason::Taken(Round(5)))),
        ("refuse: busy", refusal(Reason::Busy)),
        ("refuse: terms", refusal(Reason::Terms("why".to_owned()))),
        ("refuse: unaffordable", refusal(Reason::Unaffordable)),
        (
            "propose close",
            Message::ProposeClose {
                close: close(),
                signature: close_signature,
            },
        ),
        (
            "accept close",
            Message::AcceptClose {
                signature: close_acceptance,
            },
        ),
        (
            "refuse close",
            Message::RefuseClose {
                close: close().hash(),
                reason: Reason::Declined,
            },
        ),
    ]
}

fn messages_beside_steps() -> Vec<(&'static str, Message)> {
    let [offer, acceptance] = signed_parameters().signatures;
    let channel = parameters().channel();
    let round = Round(3);
    let hello = |newest| {
        Message::Hello(Box::new(Hello {
            newest,
            last_round: Round(4),
            heard: 130,
            notes_from: 5,
            answer: true,
        }))
    };
    let fetch = |after| Message::Fetch { round, after };
    let leaf = |key, value| Leaf {
        key: Hash([key; 32]),
        value,
    };
    vec![
        ("hello", hello(Some(co_signed()))),
        ("hello of a new channel", hello(None)),
        ("fetch", fetch(None)),
        ("fetch the rest", fetch(Some(Hash([0x1e; 32])))),
        (
            "leaves",
            Message::Leaves {
                round,
                leaves: vec![leaf(1, vec![7, 8]), leaf(2, Vec::new())],
                last: true,
            },
        ),
        ("want code", Message::WantCode(CodeHash([0xc0; 32]))),
        (
            "code",
            Message::Code(Package {
                wasm: vec![0, 0x61],
                spec: vec![1],
            }),
        ),
        (
            "note",
            Message::Note(Note {
                number: 129,
                bytes: b"hello".to_vec(),
            }),
        ),
        ("heard", Message::Heard(130)),
        (
            "offer",
            Message::Offer {
                parameters: parameters(),
                signature: offer,
            },
        ),
        (
            "accept offer",
            Message::AcceptOffer {
                channel,
                signature: acceptance,
            },
        ),
        (
            "refuse offer",
            Message::RefuseOffer {
                channel,
                reason: Reason::Terms("why".to_owned()),
            },
        ),
        ("leave", Message::Leave),
    ]
}

pub(crate) fn transactions() -> Vec<(&'static str, SignedTransaction)> {
    let channel = parameters().channel();
    let [(_, deposit), (_, withdrawal)] = fundings();
    let solo = |state| Action::CloseSolo { channel, state };
    let force = |base| {
        Action::Force(Force {
            base,
            update: update(vec![call()]),
            witness: vec![0],
            predicted: Root([0x5b; 32]),
        })
    };
    let actions = [
        (
            "transfer",
            Action::Transfer {
                to: PublicKey([9; 32]),
                amount: Amount(77),
            },
        ),
        (
            "publish",
            Action::Publish {
                code: vec![0, 0x61],
            },
        ),
        ("open", Action::Open(signed_parameters())),
        ("close mutual", Action::CloseMutual(signed_close())),
        ("close solo at the known state", solo(None)),
        ("close solo", solo(Some(co_signed()))),
        (
            "slash",
            Action::Slash {
                channel,
                state: co_signed(),
            },
        ),
        ("force on the known state", force(None)),
        ("force", force(Some(co_signed()))),
        ("settle", Action::Settle { channel }),
        ("fund: deposit", Action::Fund(deposit)),
        ("fund: withdraw", Action::Fund(withdrawal)),
        (
            "snapshot",
            Action::Snapshot {
                channel,
                state: co_signed(),
            },
        ),
    ];
    let all = actions
        .into_iter()
        .chain(bond_actions())
        .chain(oracle_actions());
    all.map(|(name, action)| (name, posted(action))).collect()
}

fn bond_actions() -> [(&'static str, Action); 4] {
    let feed = FeedId([0xfe; 32]);
    let owner = PublicKey([0x0e; 32]);
    let (amount, delay) = (Amount(50_000), 300);
    let proof = vec![1, 2, 3];
    [
        (
            "bond",
            Action::Bond {
                feed,
                amount,
                delay,
            },
        ),
        ("unbond", Action::Unbond { feed }),
        ("release", Action::Release { feed, owner }),
        ("forfeit", Action::Forfeit { feed, owner, proof }),
    ]
}

fn oracle_actions() -> [(&'static str, Action); 5] {
    [
        (
            "register",
            Action::Register {
                price: Amount(40),
                until: Height(900),
            },
        ),
        (
            "extend",
            Action::Extend {
                price: Amount(41),
                until: Height(1_900),
            },
        ),
        (
            "ask",
            Action::Ask {
                oracle: PublicKey([9; 32]),
                question: b"did order 7 arrive?".to_vec(),
                answer_by: Height(400),
                kept_until: Height(500),
                most: Amount(50),
            },
        ),
        (
            "respond",
            Action::Respond {
                query: QueryId([8; 32]),
                answer: vec![1],
            },
        ),
        (
            "refund",
            Action::Refund {
                query: QueryId([8; 32]),
            },
        ),
    ]
}

fn posted(action: Action) -> SignedTransaction {
    let [secret, _] = secrets();
    let transaction = Transaction {
        chain: CHAIN,
        version: VERSION,
        sender: secret.public(),
        nonce: 5,
        expiry: Height(310),
        action,
    };
    transaction.sign(&secret)
}

pub(crate) fn updates() -> [(&'static str, Update); 8] {
    [
        ("nothing", update(Vec::new())),
        ("transfer", update(vec![transfer()])),
        ("create", update(vec![create()])),
        ("call", update(vec![call()])),
        ("all", update(vec![transfer(), create(), call()])),
        ("deposit", update(vec![Operation::Deposit(coins(300))])),
        ("withdraw", update(vec![Operation::Withdraw(coins(200))])),
        (
            "lower hold",
            update(vec![Operation::LowerHold { until: Height(310) }]),
        ),
    ]
}

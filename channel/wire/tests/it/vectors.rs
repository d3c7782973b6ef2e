//! The golden vectors of docs/spec/vectors/channel.json.
//!
//! They are written anew where the environment variable `TWINROOT_BLESS` is set. Signed bytes
//! depend on them, so a change of one is a new protocol version.

use serde_json::{Map, Value, json};
use twinroot_abi::{
    Amount, ChainId, CodeHash, ContractId, Gas, Hash, Height, PublicKey, Root, Round, Side, TimeMs,
};
use twinroot_exec::{Bundle, Call, Env, Fallback};
use twinroot_types::{SecretKey, Signature, Tag, encode, hash_of};
use twinroot_wire::{
    Action, CoSigned, Commitment, Force, Keys, Message, MutualClose, Operation, Parameters,
    Proposal, Reason, SignedClose, SignedParameters, SignedTransaction, Transaction, Update,
    VERSION,
};

const CHAIN: ChainId = ChainId([0xc4; 32]);

#[test]
fn channel_vectors_hold() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/spec/vectors/channel.json"
    );
    let now = json!({
        "keys": secrets().map(|secret| secret.public().to_string()),
        "parameters": signed_parameters_vector(),
        "updates": updates_vector(),
        "commitment": commitment_vector(),
        "close": close_vector(),
        "messages": messages_vector(),
        "transactions": transactions_vector(),
    });
    if std::env::var_os("TWINROOT_BLESS").is_some() {
        std::fs::write(file, format!("{now:#}\n")).unwrap();
    }
    let held: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(now, held);
}

/// The vectors also hold what they claim: bytes decode, signatures verify.
#[test]
fn vectors_are_of_good_form() {
    let parties = parameters().parties;
    let keys = Keys::gate(&parties).unwrap();
    assert_eq!(keys.verify_parameters(&signed_parameters()), Ok(()));
    assert_eq!(keys.verify_both(&co_signed()), Ok(()));
    assert_eq!(keys.verify_close(&signed_close()), Ok(()));
    assert!(commitment().pays_its_total());
    for (_, message) in messages() {
        assert_eq!(Message::decode(&message.encode()), Ok(message));
    }
    for (_, transaction) in transactions() {
        assert_eq!(
            SignedTransaction::decode(&transaction.encode()),
            Ok(transaction)
        );
    }
}

fn secrets() -> [SecretKey; 2] {
    [1, 2].map(|seed| SecretKey::from_seed(&[seed; 32]))
}

fn both(tag: Tag, body: &[u8]) -> [Signature; 2] {
    secrets().map(|secret| secret.sign(tag, body))
}

fn parameters() -> Parameters {
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

fn signed_parameters() -> SignedParameters {
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

fn commitment() -> Commitment {
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

fn co_signed() -> CoSigned {
    CoSigned {
        signatures: both(Tag::COMMITMENT, &commitment().signed_bytes()),
        commitment: commitment(),
    }
}

fn close() -> MutualClose {
    MutualClose {
        chain: CHAIN,
        channel: parameters().channel(),
        version: VERSION,
        round: Round(3),
        forced: 2,
        payout: [Amount(1_250), Amount(250)],
        expiry: Height(320),
    }
}

fn signed_close() -> SignedClose {
    SignedClose {
        signatures: both(Tag::CLOSE, &close().signed_bytes()),
        close: close(),
    }
}

fn messages() -> Vec<(&'static str, Message)> {
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
    ]
}

fn transactions() -> Vec<(&'static str, SignedTransaction)> {
    let channel = parameters().channel();
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
    ];
    let [secret, _] = secrets();
    let sign = |action| {
        let transaction = Transaction {
            chain: CHAIN,
            version: VERSION,
            sender: secret.public(),
            nonce: 5,
            expiry: Height(310),
            action,
        };
        transaction.sign(&secret)
    };
    actions.map(|(name, action)| (name, sign(action))).into()
}

fn signed_parameters_vector() -> Value {
    json!({
        "bytes": hex::encode(parameters().signed_bytes()),
        "channel": parameters().channel().to_string(),
        "signatures": hexes(signed_parameters().signatures),
    })
}

fn updates_vector() -> Value {
    let updates = [
        ("nothing", update(Vec::new())),
        ("transfer", update(vec![transfer()])),
        ("create", update(vec![create()])),
        ("call", update(vec![call()])),
        ("all", update(vec![transfer(), create(), call()])),
    ];
    object(updates.map(|(name, update)| {
        let bytes = hex::encode(encode(&update));
        (
            name,
            json!({ "bytes": bytes, "hash": update.hash().to_string() }),
        )
    }))
}

fn commitment_vector() -> Value {
    json!({
        "bytes": hex::encode(commitment().signed_bytes()),
        "hash": commitment().hash().to_string(),
        "signatures": hexes(co_signed().signatures),
    })
}

fn close_vector() -> Value {
    json!({
        "bytes": hex::encode(close().signed_bytes()),
        "hash": close().hash().to_string(),
        "signatures": hexes(signed_close().signatures),
    })
}

fn messages_vector() -> Value {
    object(
        messages()
            .into_iter()
            .map(|(name, message)| (name, json!(hex::encode(message.encode())))),
    )
}

fn transactions_vector() -> Value {
    object(transactions().into_iter().map(|(name, signed)| {
        let hash = Hash(hash_of(Tag::TRANSACTION, &signed.transaction));
        (
            name,
            json!({ "bytes": hex::encode(signed.encode()), "hash": hash.to_string() }),
        )
    }))
}

fn hexes(signatures: [Signature; 2]) -> Value {
    signatures
        .map(|signature| hex::encode(signature.to_bytes()))
        .into()
}

fn object(entries: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let entries = entries.into_iter();
    Value::Object(
        entries
            .map(|(name, value)| (name.to_owned(), value))
            .collect::<Map<_, _>>(),
    )
}

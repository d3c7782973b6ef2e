//! A channel that is not open yet: offered, agreed to, posted (docs/spec/channel.md, 1.6).

use twinroot_abi::{Amount, ChainId, Hash, Height};
use twinroot_party::{
    Effect, Illegal, Input, Offers, OpenError, Opening, Party, Policy, Status, ToSign,
};
use twinroot_types::Signature;
use twinroot_wire::{Action, Keys, Message, Parameters, Reason, VERSION};

use crate::world::{A, B, env, parameters, quiet, secret, sign, word};

fn words(effects: &[Effect]) -> String {
    let words: Vec<String> = effects.iter().map(word).collect();
    words.join(", ")
}

fn give(opening: &mut Opening, input: Input) -> String {
    words(&opening.step(input).unwrap())
}

fn signed_by(side: twinroot_abi::Side) -> Input {
    let body = ToSign::Terms(parameters());
    Input::Signed {
        what: body.hash(),
        signature: sign(side, &body),
    }
}

fn signature(side: twinroot_abi::Side, terms: &Parameters) -> Signature {
    sign(side, &ToSign::Terms(terms.clone()))
}

fn channel() -> Hash {
    Hash(parameters().channel().0)
}

/// The initiator has signed its offer.
fn offering() -> Opening {
    let (mut opening, effects) = Opening::offer(parameters(), quiet(), Height(1)).unwrap();
    assert_eq!(words(&effects), "save terms, sign terms");
    assert_eq!(give(&mut opening, signed_by(A)), "send offer");
    opening
}

/// What the responder makes of an offer.
#[expect(clippy::result_large_err, reason = "as the function that is tested")]
fn offered(terms: &Parameters, policy: Policy) -> Result<(Opening, Vec<Effect>), Message> {
    let signature = signature(A, terms);
    let own = secret(B).public();
    let chain = parameters().chain;
    Opening::offered(terms.clone(), signature, own, chain, policy, Height(1))
}

/// The responder has agreed.
fn agreeing() -> Opening {
    let (mut opening, effects) = offered(&parameters(), quiet()).unwrap();
    assert_eq!(words(&effects), "ask offer");
    let approve = Input::Approve(channel());
    assert_eq!(give(&mut opening, approve), "save terms, sign terms");
    assert_eq!(give(&mut opening, signed_by(B)), "send accept offer");
    opening
}

fn accept() -> Input {
    Input::Message(Message::AcceptOffer {
        channel: parameters().channel(),
        signature: signature(B, &parameters()),
    })
}

#[test]
fn a_channel_is_offered_agreed_to_and_posted() {
    let mut initiator = offering();
    let responder = agreeing();
    let effects = initiator.step(accept()).unwrap();
    assert_eq!(words(&effects), "post open, offered");
    let Effect::Post(action) = &effects[0] else {
        panic!("it is posted")
    };
    let Action::Open(signed) = &**action else {
        panic!("a channel opens")
    };
    let keys = Keys::gate(&parameters().parties).unwrap();
    assert_eq!(keys.verify_parameters(signed), Ok(()));
    let parties = [initiator, responder].map(|it| it.opened(env(3)).unwrap());
    let [one, other] = parties.each_ref().map(Party::commitment);
    assert_eq!(one, other);
    assert_eq!(parties[1].side(), B);
    assert!(parties.iter().all(|party| party.status() == Status::Free));
}

#[test]
fn terms_that_the_policy_does_not_allow_are_not_asked_about() {
    type Spoil = fn(&mut Parameters);
    let policy = Policy {
        offers: Offers {
            shortest_lock: 5,
            longest_lock: 20,
            stake: Amount(1_000),
            window: 99,
        },
        ..quiet()
    };
    let table: [(Spoil, Option<&str>); 14] = [
        (|_| {}, None),
        (
            |it| it.deposits[1] = Amount(1_001),
            Some("the stake is too high"),
        ),
        (|it| it.deposits[0] = Amount(1_001), None),
        (|it| it.lock = 5, None),
        (|it| it.lock = 4, Some("the time to answer is too short")),
        (|it| it.lock = 20, None),
        (|it| it.lock = 21, Some("the time to answer is too long")),
        (|it| it.expiry = Height(1), None),
        (
            |it| it.expiry = Height(0),
            Some("the last height for opening has passed or is too far away"),
        ),
        (
            |it| it.expiry = Height(101),
            Some("the last height for opening has passed or is too far away"),
        ),
        (
            |it| it.chain = ChainId([9; 32]),
            Some("another ledger, or another protocol version"),
        ),
        (
            |it| it.version = VERSION + 1,
            Some("another ledger, or another protocol version"),
        ),
        (
            |it| it.parties.swap(0, 1),
            Some("the parties are not these two"),
        ),
        (
            |it| it.parties[0] = it.parties[1],
            Some("the parties are not these two"),
        ),
    ];
    for (spoil, expected) in table {
        let mut terms = parameters();
        spoil(&mut terms);
        match (offered(&terms, policy.clone()), expected) {
            (Ok(_), None) => {}
            (
                Err(Message::RefuseOffer {
                    reason: Reason::Terms(text),
                    ..
                }),
                Some(why),
            ) => {
                assert_eq!(text, why);
            }
            (other, _) => panic!("{other:?}, expected {expected:?}"),
        }
    }
}

#[test]
fn an_offer_needs_the_initiators_signature_and_a_good_key() {
    let terms = parameters();
    let own = secret(B).public();
    let zeros = Signature::from_bytes(&[0; 64]);
    let result = Opening::offered(terms.clone(), zeros, own, terms.chain, quiet(), Height(1));
    let signature = Reason::Signature;
    assert!(matches!(result, Err(Message::RefuseOffer { reason, .. }) if reason == signature));
    let mut weak = parameters();
    weak.parties[0].0 = [0; 32];
    weak.parties[0].0[0] = 1;
    assert!(matches!(
        offered(&weak, quiet()),
        Err(Message::RefuseOffer {
            reason: Reason::Terms(_),
            ..
        })
    ));
    let offer = Opening::offer(weak, quiet(), Height(1));
    assert!(matches!(offer, Err(OpenError::Key(_))));
}

#[test]
fn a_declined_offer_is_over() {
    let (mut opening, _) = offered(&parameters(), quiet()).unwrap();
    let other = Input::Decline(Hash([9; 32]));
    assert_eq!(opening.step(other).unwrap_err(), Illegal::NothingAsked);
    let decline = Input::Decline(channel());
    assert_eq!(give(&mut opening, decline), "send refuse offer Declined");
    assert_eq!(opening.step(Input::Tick).unwrap_err(), Illegal::Closed);
    let mut initiator = offering();
    let refused = Input::Message(Message::RefuseOffer {
        channel: parameters().channel(),
        reason: Reason::Declined,
    });
    assert!(!initiator.is_refused());
    assert_eq!(
        give(&mut initiator, refused.clone()),
        "offer refused Declined"
    );
    assert!(initiator.is_refused());
    for later in [refused, Input::Tick, Input::Connected] {
        assert_eq!(give(&mut initiator, later), "", "told and asked once");
    }
    // It has signed all the same, and what was signed can be posted until it expires.
    assert_eq!(give(&mut initiator, accept()), "post open, offered");
}

#[test]
fn an_answer_that_was_lost_is_given_again() {
    let mut initiator = offering();
    assert_eq!(give(&mut initiator, Input::Tick), "send offer");
    assert_eq!(give(&mut initiator, Input::Connected), "send offer");
    let again = Input::Message(Message::Offer {
        parameters: parameters(),
        signature: signature(A, &parameters()),
    });
    assert_eq!(give(&mut agreeing(), again), "send accept offer");
    let mut other = parameters();
    other.nonce = 1;
    let signature = signature(A, &other);
    let another = Input::Message(Message::Offer {
        parameters: other,
        signature,
    });
    assert_eq!(give(&mut agreeing(), another), "", "of another channel");
}

#[test]
fn an_acceptance_must_be_the_responders_and_of_this_channel() {
    let mut initiator = offering();
    let own = Input::Message(Message::AcceptOffer {
        channel: parameters().channel(),
        signature: signature(A, &parameters()),
    });
    assert_eq!(give(&mut initiator, own), "");
    let mut other = parameters();
    other.nonce = 1;
    let elsewhere = Input::Message(Message::AcceptOffer {
        channel: other.channel(),
        signature: signature(B, &parameters()),
    });
    assert_eq!(give(&mut initiator, elsewhere), "");
    assert_eq!(
        give(&mut agreeing(), accept()),
        "",
        "it is not the initiator"
    );
    let refused = Input::Message(Message::RefuseOffer {
        channel: other.channel(),
        reason: Reason::Declined,
    });
    assert_eq!(give(&mut initiator, refused), "");
}

#[test]
fn it_is_posted_again_until_it_expires() {
    let mut initiator = offering();
    assert_eq!(
        give(&mut initiator, Input::Block(env(3))),
        "",
        "not agreed to yet"
    );
    give(&mut initiator, accept());
    let mut posts = 0;
    for height in 2..=100 {
        let said = give(&mut initiator, Input::Block(env(height)));
        posts += usize::from(said == "post open");
    }
    assert_eq!(posts, 33);
    assert_eq!(give(&mut initiator, Input::Block(env(102))), "");
    assert_eq!(
        give(&mut initiator, Input::Block(env(103))),
        "offer expired"
    );
    let over = initiator.step(Input::Tick);
    assert_eq!(over.unwrap_err(), Illegal::Closed);
}

#[test]
fn nothing_is_said_before_it_is_signed_and_written() {
    let (mut opening, _) = Opening::offer(parameters(), quiet(), Height(1)).unwrap();
    assert_eq!(give(&mut opening, Input::Tick), "");
    assert_eq!(give(&mut opening, accept()), "");
    let signature = Signature::from_bytes(&[0; 64]);
    let what = Hash([9; 32]);
    let other = Input::Signed { what, signature };
    assert_eq!(opening.step(other).unwrap_err(), Illegal::NothingToSign);
    assert_eq!(give(&mut opening, Input::WriteFailed), "frozen");
    assert_eq!(opening.step(signed_by(A)).unwrap_err(), Illegal::Closed);
}

#[test]
fn what_concerns_an_open_channel_makes_no_sense_yet() {
    let mut opening = offering();
    for input in [
        Input::Propose(Vec::new()),
        Input::CloseSolo,
        Input::Snapshot,
        Input::Ledger(None),
    ] {
        assert_eq!(opening.step(input).unwrap_err(), Illegal::NothingToDo);
    }
    assert_eq!(give(&mut opening, Input::Message(Message::Leave)), "");
    assert_eq!(opening.terms(), &parameters());
}

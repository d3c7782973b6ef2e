//! Laws of the simulation itself: what it says can be read back, and it has no chance in it.

use proptest::prelude::*;
use proptest::sample::select;
use twinroot_abi::{Amount, Side};
use twinroot_party::Otherwise;
use twinroot_sim::{Action, Config, Deed, Script, Tally, Wish, act, toys};

fn any_side() -> impl Strategy<Value = Side> {
    select(Side::BOTH.to_vec())
}

fn any_wish() -> impl Strategy<Value = Wish> {
    prop_oneof![
        any::<u64>().prop_map(Wish::Pay),
        any::<u64>().prop_map(Wish::Ask),
        any::<u64>().prop_map(Wish::Deposit),
        any::<u64>().prop_map(Wish::Withdraw),
        any::<u64>().prop_map(Wish::Create),
        any::<u64>().prop_map(Wish::Fund),
        any::<u64>().prop_map(Wish::Claim),
        any::<u8>().prop_map(Wish::Stamp),
        any::<u64>().prop_map(Wish::LowerHold),
    ]
}

fn any_deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        any::<u64>().prop_map(Deed::Bond),
        Just(Deed::Unbond),
        any_side().prop_map(Deed::Release),
        any_side().prop_map(Deed::Forfeit),
        any::<u64>().prop_map(Deed::Register),
        any::<u64>().prop_map(Deed::Extend),
        any::<u64>().prop_map(Deed::Ask),
        any::<usize>().prop_map(Deed::Answer),
        any::<usize>().prop_map(Deed::Refund),
    ]
}

/// Every action.
fn actions(
    side: Side,
    wish: Wish,
    deed: Deed,
    number: u64,
    place: usize,
    landed: bool,
) -> Vec<Action> {
    vec![
        Action::Propose(side, wish),
        Action::Cancel(side),
        Action::Approve(side),
        Action::Decline(side),
        Action::ProposeClose(side, number),
        Action::CloseSolo(side),
        Action::Force(side, wish),
        Action::Snapshot(side),
        Action::Note(side, number),
        Action::Leave(side),
        Action::Tick(side),
        Action::Deliver(side, place),
        Action::Duplicate(side, place),
        Action::Lose(side, place),
        Action::Cut,
        Action::Connect,
        Action::Mine(number),
        Action::Fork(number),
        Action::LosePost(place),
        Action::Lag(side),
        Action::Look(side),
        Action::Slow(side),
        Action::Written(side),
        Action::WriteFails(side),
        Action::Crash(side, landed),
        Action::Restart(side),
        Action::Backup(side, place),
        Action::CloseStale(side, place),
        Action::SlashStale(side, place),
        Action::SnapshotStale(side, place),
        Action::ForceStale(side, place, wish),
        Action::SignSecretly(side, place),
        Action::ProposeTwice(side, number),
        Action::ProposeFalsely(side, number),
        Action::Settle(side),
        Action::Do(side, deed),
        Action::Collude(side, number),
    ]
}

/// A new action does not compile before it stands here; then it belongs into the list above as well.
const fn is_listed(action: Action) -> bool {
    match action {
        Action::Propose(..)
        | Action::Cancel(..)
        | Action::Approve(..)
        | Action::Decline(..)
        | Action::ProposeClose(..)
        | Action::CloseSolo(..)
        | Action::Force(..)
        | Action::Snapshot(..)
        | Action::Note(..)
        | Action::Leave(..)
        | Action::Tick(..)
        | Action::Deliver(..)
        | Action::Duplicate(..)
        | Action::Lose(..)
        | Action::Cut
        | Action::Connect
        | Action::Mine(..)
        | Action::Fork(..)
        | Action::LosePost(..)
        | Action::Lag(..)
        | Action::Look(..)
        | Action::Slow(..)
        | Action::Written(..)
        | Action::WriteFails(..)
        | Action::Crash(..)
        | Action::Restart(..)
        | Action::Backup(..)
        | Action::CloseStale(..)
        | Action::SlashStale(..)
        | Action::SnapshotStale(..)
        | Action::ForceStale(..)
        | Action::SignSecretly(..)
        | Action::ProposeTwice(..)
        | Action::ProposeFalsely(..)
        | Action::Settle(..)
        | Action::Do(..)
        | Action::Collude(..) => true,
    }
}

fn any_actions() -> impl Strategy<Value = Vec<Action>> {
    (
        any_side(),
        any_wish(),
        any_deed(),
        any::<u64>(),
        any::<usize>(),
        any::<bool>(),
    )
        .prop_map(|(side, wish, deed, number, place, landed)| {
            actions(side, wish, deed, number, place, landed)
        })
}

fn any_config() -> impl Strategy<Value = Config> {
    let sides = any::<[bool; 2]>;
    let coins = any::<[u64; 2]>;
    let otherwise = select(vec![Otherwise::Warn, Otherwise::Refuse, Otherwise::Ignore]);
    let policy = (any::<u64>(), any::<bool>(), otherwise);
    (coins(), coins(), any::<u64>(), sides(), sides(), policy).prop_map(
        |(coins, deposits, lock, honest, willing, (repost, settle, otherwise))| {
            let mut config = Config {
                coins: coins.map(Amount),
                deposits: deposits.map(Amount),
                lock,
                honest,
                willing,
                ..Config::default()
            };
            config.policy.repost = repost;
            config.policy.settle = settle;
            config.policy.guarantee.otherwise = otherwise;
            config
        },
    )
}

proptest! {
    #[test]
    fn every_action_can_be_read_from_its_line(actions in any_actions()) {
        for action in actions {
            prop_assert!(is_listed(action));
            prop_assert_eq!(action.to_string().parse(), Ok(action));
        }
    }

    #[test]
    fn every_life_can_be_read_from_its_script(config in any_config(), actions in any_actions()) {
        let script = Script { config, actions };
        prop_assert_eq!(script.to_string().parse(), Ok(script));
    }

    #[test]
    fn no_line_makes_it_stop(line in "[a-zA-Z# -]{0,20}[0-9]{0,30}[a-z ]{0,12}") {
        let _ = line.parse::<Action>();
        let _ = line.parse::<Script>();
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Not even by who is bad and yet said to keep to the protocol; only what it leads to may break.
    #[test]
    fn no_number_makes_it_stop(
        config in any_config(),
        reasonable in any::<bool>(),
        actions in prop::collection::vec(any_actions().prop_flat_map(select), 1..40),
    ) {
        let config = if reasonable { Config::default() } else { config };
        let _ = Script { config, actions }.replay(toys());
    }

    #[test]
    fn the_same_bytes_lead_to_the_same_lives(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let [one, other] = [0, 1].map(|_| {
            let mut tally = Tally::default();
            let ends = act(&bytes, toys(), &mut tally).map_err(|found| found.to_string());
            (ends, tally.to_string())
        });
        prop_assert_eq!(one, other);
    }
}

#[test]
fn a_script_says_what_is_wrong_with_it() {
    for line in [
        "responder",
        "responder fly",
        "responder pay",
        "responder propose",
        "responder propose pay x",
        "responder propose pay 1 2",
        "responder crash",
        "nobody tick",
        "fork",
        "mine -1",
        "with luck",
        "with lock",
        "with bad luck",
    ] {
        let error = line.parse::<Script>().unwrap_err();
        assert!(error.0.contains(line), "{error}");
    }
}

//! What holds in every world, and what is reached in some.

use stateright::Property;

use super::{COINS, Channel, World};

pub(super) const KEEPS: &str = "an honest party has what it is owed";
pub(super) const CONSERVED: &str = "no coin comes and none is lost";

type Condition = fn(&Channel, &World) -> bool;

pub(super) fn all() -> Vec<Property<Channel>> {
    let sometimes: fn(&'static str, Condition) -> Property<Channel> = Property::sometimes;
    let keeps: Condition = |_, world| {
        let owed = world.owed;
        owed.is_none_or(|owed| world.ledger.accounts[0] >= owed)
    };
    let conserved: Condition = |_, world| {
        let ledger = &world.ledger;
        let locked = if ledger.paid { 0 } else { ledger.locked };
        let same = ledger.paid || ledger.tip.total() == ledger.locked;
        same && ledger.accounts.iter().sum::<u8>() + locked == 4 * COINS
    };
    let paid: Condition = |_, world| world.ledger.paid;
    vec![
        Property::always(KEEPS, keeps),
        Property::always(CONSERVED, conserved),
        Property::eventually("the channel pays out", paid),
        sometimes("a funding is carried out and steps go on", |_, world| {
            let funded = world.ledger.locked != 2 * COINS;
            funded && world.unknown_to_the_ledger().is_some()
        }),
        sometimes("a funding expires and steps go on", |_, world| {
            let expired = world.fundings_left == 0 && world.funding.is_none();
            let unfunded = world.ledger.locked == 2 * COINS;
            expired && unfunded && world.newest().round == world.last_round
        }),
        sometimes(
            "a fork drops a funding and the channel pays out",
            |_, world| world.dropped && world.ledger.paid,
        ),
        sometimes("a forced step makes a funding stale", |_, world| {
            let funding = world.funding.filter(|funding| funding.left >= 0);
            funding.is_some_and(|funding| funding.standing < world.ledger.standing())
        }),
        sometimes("a close is stale", |_, world| {
            world.ledger.window.is_some() && world.unknown_to_the_ledger().is_some()
        }),
    ]
}

//! What holds in every world, and what is reached in some.

use stateright::Property;

use crate::coins::{Operation, Side, TOTAL};
use crate::ledger::Closing;
use crate::rules::Bounds;
use crate::system::{System, World};

pub(crate) const KEEPS: &str = "an honest party gets what it is owed";
pub(crate) const CONSERVED: &str = "the payout is what was locked";
pub(crate) const BOUNDED: &str = "a close ends in bounded time";
pub(crate) const ENDS: &str = "the channel pays out";
pub(crate) const OWN_COINS: &str = "a forced step takes nothing from the other side";
pub(crate) const ONE_SIGNATURE: &str = "an honest party signs one commitment a round";
pub(crate) const ONE_CHOICE: &str = "an honest party leaves no choice of operations";

type Condition = fn(&System, &World) -> bool;

fn always(name: &'static str, holds: Condition) -> Property<System> {
    Property::always(name, holds)
}

fn sometimes(name: &'static str, reached: Condition) -> Property<System> {
    Property::sometimes(name, reached)
}

pub(crate) fn of(bounds: &Bounds) -> Vec<Property<System>> {
    let mut properties = vec![
        always(CONSERVED, |_, world| {
            let payout = world.ledger.paid().map(|paid| paid.payout);
            payout.is_none_or(|payout| payout.iter().sum::<u8>() == TOTAL)
        }),
        // No path comes back to where it was: steps, blocks of a window and forks run out.
        Property::eventually(ENDS, |_, world: &World| world.ledger.paid().is_some()),
        always(ONE_SIGNATURE, |_, world| !world.party.signed_twice),
        always(ONE_CHOICE, |_, world| {
            let operations = world.party.live().map(|(_, operation)| operation);
            let mut operations = operations.filter(|live| *live != Operation::Nothing);
            let first = operations.next();
            operations.all(|operation| Some(operation) == first)
        }),
        always(OWN_COINS, |_, world| !world.ledger.robbed),
    ];
    if bounds.nonsense {
        return properties;
    }
    properties.push(always(KEEPS, |system, world| {
        let balance = world.balance(&system.rules);
        balance.is_none_or(|(got, owed)| got >= owed)
    }));
    if bounds.time.is_some() {
        properties.push(always(BOUNDED, |system, world| {
            let closing = world.ledger.closing();
            closing.is_none_or(|closing| Some(closing.age) <= system.bounds.time)
        }));
    }
    properties.extend(reached(bounds));
    properties
}

/// A search in which nothing happens says nothing.
fn reached(bounds: &Bounds) -> Vec<Property<System>> {
    let mut reached = vec![
        sometimes("a dispute: a close is stale", |_, world| {
            let newest = world.party.newest(&world.ledger).round;
            world.ledger.closing().is_some() && newest > world.ledger.tip.round
        }),
        sometimes("a newer state beats a stale close", |_, world| {
            stale(world).is_some_and(|closing| closing.by != world.honest)
        }),
        sometimes("a withheld signature beats a close", |_, world| {
            stale(world).is_some_and(|closing| closing.by == world.honest)
        }),
        sometimes("an honest party repays a slash", |_, world| {
            let paid = world.ledger.paid();
            paid.is_some_and(|paid| paid.repaid == Some(world.honest))
        }),
        sometimes("a co-signed state beats forced steps", |_, world| {
            world.ledger.beat_steps
        }),
        sometimes("a snapshot stands", |_, world| {
            world.ledger.is_open() && world.ledger.tip.round > 0 && world.ledger.tip.forced == 0
        }),
        sometimes("a forced step is paid out", |_, world| {
            let paid = world.ledger.paid();
            paid.is_some_and(|paid| !paid.mutual) && world.ledger.tip.forced > 0
        }),
        sometimes("a signature is withheld to the end", |_, world| {
            world.end.as_ref().is_some_and(|end| end.half_signed)
        }),
    ];
    if bounds.payments {
        reached.push(sometimes(
            "both sides force all their steps on one base",
            |system, world| {
                let closing = world.ledger.closing();
                let limit = system.rules.forced_steps;
                closing.is_some_and(|closing| closing.used.map(Some) == [limit; 2])
            },
        ));
    }
    for side in bounds.honest {
        reached.push(match side {
            Side::Initiator => sometimes("the initiator is honest", |_, world| {
                world.honest == Side::Initiator && world.ledger.paid().is_some()
            }),
            Side::Responder => sometimes("the responder is honest", |_, world| {
                world.honest == Side::Responder && world.ledger.paid().is_some()
            }),
        });
    }
    if bounds.escrow.is_some() {
        reached.push(sometimes("an escrow is claimed", |_, world| {
            let coins = world.ledger.tip.coins;
            world.ledger.paid().is_some() && coins.held && coins.escrow == 0
        }));
    }
    if bounds.escrow.is_some() && !bounds.has_deadline() {
        reached.push(sometimes("a hold outlasts a window", |system, world| {
            let closing = world.ledger.closing();
            let over = closing.is_some_and(|closing| closing.window == 0);
            over && world.ledger.on_hold(&system.rules, &system.bounds)
        }));
    }
    if bounds.time.is_some() {
        reached.push(sometimes(
            "a close takes all of its time",
            |system, world| {
                let closing = world.ledger.closing();
                closing.is_some_and(|closing| Some(closing.age) == system.bounds.time)
            },
        ));
    }
    if bounds.forks > 0 {
        reached.push(sometimes(
            "a fork drops a transaction and the channel pays out",
            |system, world| world.forks_left < system.bounds.forks && world.ledger.paid().is_some(),
        ));
    }
    if bounds.closes > 0 {
        reached.extend([
            sometimes("a mutual close is paid out", |_, world| {
                world.ledger.paid().is_some_and(|paid| paid.mutual)
            }),
            sometimes("a forced step makes a mutual close stale", |_, world| {
                let tip = &world.ledger.tip;
                let posted = world.party.close.filter(|close| close.left >= 0);
                posted.is_some_and(|close| {
                    close.terms.round == tip.round && close.terms.forced < tip.forced
                })
            }),
            sometimes("a mutual close expires and steps go on", |system, world| {
                let expired = world.party.closes_left == 0 && world.party.close.is_none();
                let open = world.ledger.is_open() && world.ledger.tip.round == 0;
                expired && open && world.party.newest(&world.ledger).round == system.bounds.rounds
            }),
        ]);
    }
    reached
}

/// A close that the other side showed to be stale.
fn stale(world: &World) -> Option<&Closing> {
    world.ledger.closing().filter(|closing| closing.slashed)
}

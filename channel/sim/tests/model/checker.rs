//! How a search is run, and what it says.

use std::collections::BTreeSet;
use std::env;
use std::fmt::Debug;
use std::hash::Hash;

use stateright::{Checker, HasDiscoveries, Model};

/// The bounds of an ordinary test, or those of a deep one where that is asked for.
pub(crate) fn bounds<B>(ordinary: B, deep: B) -> B {
    if env::var_os("TWINROOT_MODEL").is_some_and(|value| value == "deep") {
        deep
    } else {
        ordinary
    }
}

/// Searches every world. Each property holds, and what is to be reached is reached.
pub(crate) fn holds<M>(name: &str, model: M)
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + Debug + Hash + PartialEq + Send + Sync + 'static,
    M::Action: Clone + Debug + PartialEq,
{
    let checker = model.checker().spawn_bfs().join();
    let (worlds, steps) = (checker.unique_state_count(), checker.state_count());
    let longest = checker.max_depth();
    println!("{name}: {worlds} worlds, {steps} steps, the longest way {longest}");
    checker.assert_properties();
}

/// Searches until the property has a counterexample, and shows it.
pub(crate) fn fails<M>(name: &str, model: M, property: &'static str)
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + Debug + Hash + PartialEq + Send + Sync + 'static,
    M::Action: Clone + Debug + PartialEq,
{
    let found = HasDiscoveries::AnyOf(BTreeSet::from([property]));
    let checker = model.checker().finish_when(found).spawn_bfs().join();
    let worlds = checker.unique_state_count();
    let path = checker.assert_any_discovery(property);
    println!("without {name}: not \"{property}\", after {worlds} worlds: {path}");
}

//! A contract made of a script's module, on every engine.

use twinroot_exec::Outcome;
use twinroot_gate::admit;
use twinroot_proofs::{Engines, Input, Kind};

use super::carved::Carved;
use super::contract::{ALL, Claim, Deed, Number, entry, written};
use super::reason::reason;
use super::script::Seen;
use super::told::{Told, count};

/// More than any script needs, but for those that shall not end.
const GAS: i64 = 1 << 50;

pub(crate) const BEYOND: &str = "has values that no contract has";
const LOST: &str = "calls what no contract may have";
pub(crate) const COMES_TO_LOST: &str = "comes to what no contract may have";
pub(crate) const AFTER_CHANGE: &str = "comes after a change that is left out";
pub(crate) const GROWS: &str = "has a memory of more than 64 pages";

/// What `memory.grow` gives where a memory comes to have 803 pages, then 804; here it has 64 at most
/// (docs/spec/vm.md, 1.6).
const GROWN: [Number; 2] = [Number::I32(3), Number::I32(803)];

fn input() -> Input {
    Input {
        gas: GAS,
        ..Input::default()
    }
}

/// Makes the contract and holds every deed on every engine.
pub(crate) fn held(
    script: &str,
    mut carved: Carved,
    mut deeds: Vec<Deed>,
    engines: &Engines,
    seen: &Seen,
    told: &mut Told,
) {
    if let Err(why) = carved.carve() {
        for _ in deeds {
            count(&mut told.skipped, why.as_str());
        }
        return count(&mut told.modules, why);
    }
    let mut after_change = false;
    deeds.retain_mut(|deed| {
        deed.after_change = after_change;
        let function = deed.claim.function();
        let beyond = matches!(deed.claim, Claim::Beyond(_));
        let lost = match deed.claim {
            Claim::Holds(global, _) => carved.globals[global as usize].is_none(),
            _ => function.is_some_and(|function| carved.is_lost(function)),
        };
        if lost || beyond || !deed.comes_back() {
            after_change |= function.is_some_and(|function| carved.changes(function));
        }
        if lost || beyond {
            count(&mut told.skipped, if beyond { BEYOND } else { LOST });
        }
        !(lost || beyond)
    });
    if deeds.is_empty() {
        return count(&mut told.modules, "nothing asserted of it, or nothing left");
    }
    let hash = match admit(&written(&carved, &deeds)) {
        Ok(module) => module.hash,
        Err(error) => {
            let why = format!("as a contract: {}", reason(&error));
            for _ in deeds {
                count(&mut told.skipped, why.as_str());
            }
            return count(&mut told.modules, why);
        }
    };
    let name = script.rsplit('/').next().unwrap_or_default().to_owned();
    let after: Vec<_> = deeds.iter().map(|deed| deed.after_change).collect();
    if !seen.lock().unwrap().insert((name.clone(), hash, after)) {
        return count(&mut told.modules, "the same as another");
    }
    while let Some(place) = first_that_fails(&carved, &deeds, engines) {
        let deed = deeds.remove(place);
        let upto = [&deeds[..place], std::slice::from_ref(&deed)].concat();
        match outcome(&carved, &upto, engines) {
            Outcome::StackLimit => count(&mut told.skipped, COMES_TO_LOST),
            Outcome::Trap if deed.after_change => count(&mut told.skipped, AFTER_CHANGE),
            Outcome::Trap if grows(script, &deed) => count(&mut told.skipped, GROWS),
            outcome => told
                .failures
                .push(format!("{script}:{}: {outcome}: {deed:?}", deed.line)),
        }
    }
    count(&mut told.modules, "contracts that ran");
    let module = admit(&written(&carved, &deeds)).unwrap();
    let compiled = engines.compile(&module.metered);
    match compiled.run(ALL, &input()) {
        Ok(ran) if ran.outcome == Outcome::Success => {}
        other => told.failures.push(format!("{script}: {other:?}")),
    }
    for (place, deed) in deeds.iter().enumerate() {
        let kind = match deed.claim {
            Claim::Returns(_, Some(_)) => "returns a value",
            Claim::Returns(_, None) => "returns",
            Claim::Holds(..) => "a global holds a value",
            Claim::Traps(_) => "traps",
            Claim::Exhausts(_) => "exhausts the stack",
            Claim::Beyond(_) => continue,
        };
        if !deed.comes_back() {
            let ran = compiled.run(&entry(place), &input());
            match (&deed.claim, ran.map(|ran| ran.outcome)) {
                (Claim::Traps(_), Ok(Outcome::Trap))
                | (Claim::Exhausts(_), Ok(Outcome::StackLimit | Outcome::OutOfGas)) => {}
                (Claim::Traps(_), Ok(Outcome::StackLimit)) => {
                    count(&mut told.skipped, COMES_TO_LOST);
                    continue;
                }
                (_, other) => {
                    let what = format!("{script}:{}: {other:?}: {deed:?}", deed.line);
                    told.failures.push(what);
                    continue;
                }
            }
        }
        count(&mut told.ran, kind);
        count(&mut told.scripts, name.as_str());
    }
}

fn grows(script: &str, deed: &Deed) -> bool {
    let result = match deed.claim {
        Claim::Returns(_, result) => result,
        _ => None,
    };
    script.ends_with("/memory_grow.wast") && result.is_some_and(|result| GROWN.contains(&result))
}

/// How all that comes back ends, on the engine that compiles fastest.
fn outcome(carved: &Carved, deeds: &[Deed], engines: &Engines) -> Outcome {
    let module = admit(&written(carved, deeds)).unwrap();
    let compiled = engines.compile_on(Kind::Wasmi, &module.metered).unwrap();
    compiled.run(ALL, &input()).unwrap().outcome
}

/// The first deed that comes back and should not have.
fn first_that_fails(carved: &Carved, deeds: &[Deed], engines: &Engines) -> Option<usize> {
    let holds = |deeds| outcome(carved, deeds, engines) == Outcome::Success;
    if holds(deeds) {
        return None;
    }
    let (mut good, mut bad) = (0, deeds.len());
    while bad - good > 1 {
        let middle = usize::midpoint(good, bad);
        if holds(&deeds[..middle]) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    Some(bad - 1)
}

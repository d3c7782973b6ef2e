//! Which functions call which, which of them are counted, and how deep each is
//! (docs/spec/vm.md, 4.3 and 4.4). Functions go by their number among the defined ones.

use std::collections::BTreeSet;

use wasmparser::Operator;

use crate::ReferenceError;
use crate::error::Present;
use crate::module::{Callee, Module};

/// For each function, the functions that it calls.
pub(crate) type Calls = Vec<BTreeSet<usize>>;

/// Who calls whom.
pub(crate) fn calls(module: &Module<'_>) -> Result<Calls, ReferenceError> {
    let mut calls = Calls::new();
    for function in &module.functions {
        let mut called = BTreeSet::new();
        for operator in &function.body.code {
            match operator {
                Operator::Call { function_index } => {
                    called.extend(defined(module.callee(*function_index)));
                }
                Operator::CallIndirect { type_index, .. } => {
                    let signature = module.signature(*type_index)?;
                    for listed in module.listed.iter().copied().filter_map(defined) {
                        if module.function(listed)?.signature == *signature {
                            called.insert(listed);
                        }
                    }
                }
                _ => {}
            }
        }
        calls.push(called);
    }
    Ok(calls)
}

fn defined(callee: Callee) -> Option<usize> {
    match callee {
        Callee::Imported(_) => None,
        Callee::Defined(defined) => Some(defined),
    }
}

/// How far the visit of a function is.
#[derive(Clone, Copy)]
enum Visit {
    ToCome,
    /// It has begun and is not over.
    Open,
    Over,
}

/// Which functions are counted: those that a depth-first visit meets while their own visit is open.
pub(crate) fn counted(calls: &Calls) -> Result<BTreeSet<usize>, ReferenceError> {
    let mut counted = BTreeSet::new();
    let mut visits = vec![Visit::ToCome; calls.len()];
    for root in 0..calls.len() {
        // What is yet to be met from each function whose visit is open, the innermost last. The first
        // is no function: it meets the root.
        let mut open = vec![(None, vec![root].into_iter())];
        while let Some((function, to_meet)) = open.last_mut() {
            let Some(met) = to_meet.next() else {
                if let Some(function) = *function {
                    *visits.get_mut(function).present("a function")? = Visit::Over;
                }
                open.pop();
                continue;
            };
            let visit = visits.get_mut(met).present("a function")?;
            match visit {
                Visit::ToCome => {
                    *visit = Visit::Open;
                    let called: Vec<_> = calls.get(met).into_iter().flatten().copied().collect();
                    open.push((Some(met), called.into_iter()));
                }
                Visit::Open => {
                    counted.insert(met);
                }
                Visit::Over => {}
            }
        }
    }
    Ok(counted)
}

/// The depth of each function, from the frames of all.
///
/// The rule is put to all functions again and again until no depth changes. That takes as many rounds
/// as calls of functions that are not counted can nest, since these make no cycle.
pub(crate) fn depths(calls: &Calls, counted: &BTreeSet<usize>, frames: &[u64]) -> Vec<u64> {
    let mut depths = frames.to_vec();
    loop {
        let next: Vec<u64> = calls
            .iter()
            .zip(frames)
            .map(|(called, frame)| {
                let below = called.iter().filter(|callee| !counted.contains(callee));
                let deepest = below.filter_map(|callee| depths.get(*callee)).max();
                frame.saturating_add(deepest.copied().unwrap_or(0))
            })
            .collect();
        if next == depths {
            return depths;
        }
        depths = next;
    }
}

//! Fields of a contract: where each lies in the storage.

use twinroot_abi::{Fixed, Policy, Type};

/// Something that a field of a contract can be.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of a contract",
    label = "not a kind of storage",
    note = "a value is kept in `Value<{Self}>`; besides there are `Map<K, V>`, `List<T>` and oracle policies such as \
            `KOfN<2, 3>`"
)]
pub trait Field: Sized {
    /// What it is, as it stands in the spec.
    const TYPE: Type;
    /// The oracle policy whose parameters the field holds.
    const POLICY: Option<Policy> = None;
    /// What is wrong with its numbers or sizes, if anything: it does not compile then.
    const FAULT: Option<&'static str> = None;
    /// What the field begins with; nothing, `()`, where it begins empty.
    type First: Fixed;

    /// The field there.
    fn at(place: Place) -> Self;

    /// Sets what it begins with.
    fn begin(&mut self, first: Self::First);
}

/// Where a field lies. A field is its place: nothing is read before it is asked for.
#[derive(Clone, Copy)]
pub struct Place {
    /// Its number among the fields; the storage keys begin with it, 4 bytes, little-endian.
    pub slot: u32,
    /// How many policies come before it.
    pub policy: u32,
}

/// A contract, as its entries are given it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no contract, so it has no entries",
    label = "not a contract",
    note = "a struct becomes one by `#[contract]`"
)]
pub trait Contract: Sized {
    /// Blocks for which a close does not pay out.
    const HOLD: u64;
    /// Hundredths of the contract's coins that its creator has if the channel closes.
    const FALLBACK: u8;
    /// Of each field its name and, where it is a policy, what is wrong if no entry sets its parameters.
    const FIELDS: &'static [(&'static str, Option<&'static str>)];

    /// What the fields begin with, each followed by all after it.
    type First: Fixed;
    /// The same without those that are named as maps or lists, which begin with nothing.
    type Outset: Fixed;

    /// The fields, each at its place.
    fn storage() -> Self;

    /// Sets what the fields begin with.
    fn begin(&mut self, first: Self::First);
}

/// Stops the compiler at whoever calls it, if there is something wrong.
#[track_caller]
#[expect(
    clippy::panic,
    reason = "only constants call it, so it is the compiler that panics"
)]
pub const fn no_fault(fault: Option<&'static str>) {
    if let Some(fault) = fault {
        panic!("{}", fault);
    }
}

/// What is wrong with a contract that has an `init` of its own, where only the policies in `watched` are told
/// their parameters.
#[must_use]
pub const fn unwatched(
    fields: &[(&'static str, Option<&'static str>)],
    watched: &[&str],
) -> Option<&'static str> {
    let mut field = 0;
    while field < fields.len() {
        let (name, fault) = fields[field];
        if fault.is_some() && !contains(watched, name) {
            return fault;
        }
        field += 1;
    }
    None
}

const fn contains(names: &[&str], name: &str) -> bool {
    let mut index = 0;
    while index < names.len() {
        if equal(names[index].as_bytes(), name.as_bytes()) {
            return true;
        }
        index += 1;
    }
    false
}

const fn equal(left: &[u8], right: &[u8]) -> bool {
    let mut index = 0;
    while index < left.len() && index < right.len() && left[index] == right[index] {
        index += 1;
    }
    index == left.len() && index == right.len()
}

/// Gives each policy the slot of its field.
#[must_use]
pub const fn in_their_slots<const N: usize>(
    mut policies: [Option<Policy>; N],
) -> [Option<Policy>; N] {
    let mut slot = 0;
    while slot < N {
        if let Some(policy) = policies[slot] {
            policies[slot] = Some(policy.at(slot as u32));
        }
        slot += 1;
    }
    policies
}

/// How many of the fields before that one are policies.
#[must_use]
pub const fn policies_before(policies: &[Option<Policy>], field: usize) -> u32 {
    let mut count = 0;
    let mut slot = 0;
    while slot < field {
        if policies[slot].is_some() {
            count += 1;
        }
        slot += 1;
    }
    count
}

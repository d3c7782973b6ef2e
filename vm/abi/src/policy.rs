//! The policy section: which oracle policies a contract declares, and in which slots their
//! parameters lie. The code hash covers it (docs/spec/oracles.md, 5).
//!
//! ```text
//! version u8 = 1 | count u8 | count x policy
//! policy = kind u8 | number (LE) | params slot u32 (LE)
//! ```
//!
//! The kind says how wide the number is: a count takes 2 bytes, a time in ms 8, and there may be none.

/// Name of the custom section.
pub const POLICY_SECTION: &str = "twinroot.policy";
/// First byte of the section.
pub const POLICY_VERSION: u8 = 1;

/// A policy that a contract declares. Its parameters lie in one storage slot, whose key is the
/// slot number in 4 bytes, little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// `k` different feeds of a list claim the same code on one subject.
    /// Parameters: subject 32 bytes, then 1 to 16 feed ids of 32 bytes, ascending and different.
    /// Verdict: the code, u16.
    KOfNEqual {
        /// How many must agree; more than half of the list.
        k: u16,
        /// Where the parameters lie.
        params: u32,
    },
    /// `n` consecutive readings of one feed, each below `low` or above `high`, all inside a window.
    /// Parameters: feed id 32 bytes, low i64, high i64, t0 u64, t1 u64 (ms, both inclusive).
    /// Verdict: time of the first and of the last reading, u64 each.
    RunLength {
        /// How many readings.
        n: u16,
        /// Where the parameters lie.
        params: u32,
    },
    /// The middle one of `n` readings: the first one of each feed of a list within a window.
    /// Parameters: t0 u64, t1 u64 (ms, both inclusive), then `n` feed ids of 32 bytes, ascending and different.
    /// Verdict: the value i64, and the time u64 of the latest of the readings.
    Median {
        /// How many readings; odd.
        n: u16,
        /// Where the parameters lie.
        params: u32,
    },
    /// Consecutive readings of one feed leave a band for at least `ms`, without a silence among them.
    /// Parameters: feed id 32 bytes, low i64, high i64, hysteresis u64, gap u64 (ms), t0 u64, t1 u64
    /// (ms, both inclusive).
    /// Verdict: time of the first and of the last reading, u64 each.
    Duration {
        /// How long.
        ms: u64,
        /// Where the parameters lie.
        params: u32,
    },
    /// One feed said nothing for more than `ms` within a window, as its next message tells.
    /// Parameters: feed id 32 bytes, t0 u64, t1 u64 (ms, both inclusive).
    /// Verdict: beginning and end of the silence, as far as it lies in the window, u64 each.
    MaxGap {
        /// The longest silence that is none.
        ms: u64,
        /// Where the parameters lie.
        params: u32,
    },
    /// A reading of one feed that is no older than `ms` at the pinned block, and not used up.
    /// Parameters: feed id 32 bytes, then the first place that still counts: epoch u32, seq u64.
    /// Verdict: value i64, time u64, epoch u32, seq u64.
    Fresh {
        /// How old it may be.
        ms: u64,
        /// Where the parameters lie.
        params: u32,
    },
    /// Any message of one feed that is not used up.
    /// Parameters: feed id 32 bytes, then the first place that still counts: epoch u32, seq u64.
    /// Verdict: epoch u32, seq u64, time u64, then what was said in 35 bytes: 0, value i64, 26 zeros for
    /// a reading; 1, subject 32 bytes, code u16 for a claim.
    Any {
        /// Where the parameters lie.
        params: u32,
    },
    /// One feed contradicted itself.
    /// Parameters: feed id 32 bytes.
    /// Verdict: the number of the conflict u8, then the ids of the two messages, the lower one first.
    Equivocation {
        /// Where the parameters lie.
        params: u32,
    },
    /// The answer of an oracle of the ledger to a question, or that it gave none in time.
    /// Parameters: oracle 32 bytes, hash of the question 32 bytes, last height for the answer u64, last height
    /// at which it is kept u64.
    /// Verdict: 0 and 266 zeros for none; 1, height u64, length u16, 256 bytes that begin with the answer.
    Response {
        /// Where the parameters lie.
        params: u32,
    },
}

/// A policy section that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyError;

const KIND_K_OF_N_EQUAL: u8 = 1;
const KIND_RUN_LENGTH: u8 = 2;
const KIND_MEDIAN: u8 = 3;
const KIND_DURATION: u8 = 4;
const KIND_MAX_GAP: u8 = 5;
const KIND_FRESH: u8 = 6;
const KIND_ANY: u8 = 7;
const KIND_EQUIVOCATION: u8 = 8;
const KIND_RESPONSE: u8 = 9;
const HEAD: usize = 2;
const SLOT: usize = 4;

impl Policy {
    /// Bytes of the longest policy in the section.
    pub const LIMIT: usize = 1 + 8 + SLOT;

    /// Bytes of this policy in the section.
    #[must_use]
    pub const fn size(self) -> usize {
        let (kind, ..) = self.parts();
        1 + number_size(kind) + SLOT
    }

    /// The policy as it stands in the section, in the first [`size`](Self::size) bytes; the others are 0.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; Self::LIMIT] {
        let (kind, number, params) = self.parts();
        let mut bytes = [0; Self::LIMIT];
        bytes[0] = kind;
        let (_, rest) = bytes.split_at_mut(1);
        let (place, rest) = rest.split_at_mut(number_size(kind));
        place.copy_from_slice(number.to_le_bytes().split_at(place.len()).0);
        let (place, _) = rest.split_at_mut(SLOT);
        place.copy_from_slice(&params.to_le_bytes());
        bytes
    }

    /// The policy with its parameters in that slot.
    #[must_use]
    pub const fn at(self, params: u32) -> Self {
        match self {
            Self::KOfNEqual { k, .. } => Self::KOfNEqual { k, params },
            Self::RunLength { n, .. } => Self::RunLength { n, params },
            Self::Median { n, .. } => Self::Median { n, params },
            Self::Duration { ms, .. } => Self::Duration { ms, params },
            Self::MaxGap { ms, .. } => Self::MaxGap { ms, params },
            Self::Fresh { ms, .. } => Self::Fresh { ms, params },
            Self::Any { .. } => Self::Any { params },
            Self::Equivocation { .. } => Self::Equivocation { params },
            Self::Response { .. } => Self::Response { params },
        }
    }

    /// The storage key of this policy's parameters.
    #[must_use]
    pub const fn params_key(self) -> [u8; SLOT] {
        let (.., params) = self.parts();
        params.to_le_bytes()
    }

    /// Kind, number and slot.
    const fn parts(self) -> (u8, u64, u32) {
        match self {
            Self::KOfNEqual { k, params } => (KIND_K_OF_N_EQUAL, k as u64, params),
            Self::RunLength { n, params } => (KIND_RUN_LENGTH, n as u64, params),
            Self::Median { n, params } => (KIND_MEDIAN, n as u64, params),
            Self::Duration { ms, params } => (KIND_DURATION, ms, params),
            Self::MaxGap { ms, params } => (KIND_MAX_GAP, ms, params),
            Self::Fresh { ms, params } => (KIND_FRESH, ms, params),
            Self::Any { params } => (KIND_ANY, 0, params),
            Self::Equivocation { params } => (KIND_EQUIVOCATION, 0, params),
            Self::Response { params } => (KIND_RESPONSE, 0, params),
        }
    }

    /// The policy that `bytes` begin with, and what comes after it.
    fn split_first(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (kind, rest) = bytes.split_first()?;
        let (number, rest) = rest.split_at_checked(number_size(*kind))?;
        let (params, rest) = rest.split_first_chunk()?;
        let params = u32::from_le_bytes(*params);
        let mut wide = [0; 8];
        wide[..number.len()].copy_from_slice(number);
        let ms = u64::from_le_bytes(wide);
        let n = u16::from_le_bytes([wide[0], wide[1]]);
        let policy = match *kind {
            KIND_ANY => Self::Any { params },
            KIND_EQUIVOCATION => Self::Equivocation { params },
            KIND_RESPONSE => Self::Response { params },
            _ if ms == 0 => return None,
            KIND_K_OF_N_EQUAL => Self::KOfNEqual { k: n, params },
            KIND_RUN_LENGTH => Self::RunLength { n, params },
            KIND_MEDIAN => Self::Median { n, params },
            KIND_DURATION => Self::Duration { ms, params },
            KIND_MAX_GAP => Self::MaxGap { ms, params },
            KIND_FRESH => Self::Fresh { ms, params },
            _ => return None,
        };
        Some((policy, rest))
    }
}

/// Bytes of the number of a policy of that kind: a count, a time, or none.
const fn number_size(kind: u8) -> usize {
    match kind {
        KIND_K_OF_N_EQUAL | KIND_RUN_LENGTH | KIND_MEDIAN => 2,
        KIND_ANY | KIND_EQUIVOCATION | KIND_RESPONSE => 0,
        _ => 8,
    }
}

/// The policies of a section, in order. No section at all, an empty slice, declares none.
///
/// # Errors
/// [`PolicyError`] where version, length or a policy is not as the layout says.
pub fn policies(section: &[u8]) -> Result<impl Iterator<Item = Policy> + Clone, PolicyError> {
    let (count, bodies) = match section {
        [] => (0, section),
        [POLICY_VERSION, count, bodies @ ..] => (*count, bodies),
        _ => return Err(PolicyError),
    };
    let mut rest = bodies;
    for _ in 0..count {
        (_, rest) = Policy::split_first(rest).ok_or(PolicyError)?;
    }
    if !rest.is_empty() {
        return Err(PolicyError);
    }
    let mut rest = bodies;
    Ok(core::iter::from_fn(move || {
        let (policy, after) = Policy::split_first(rest)?;
        rest = after;
        Some(policy)
    }))
}

/// Bytes of the section that declares those of `fields` that are policies; none at all where there is none.
#[must_use]
pub const fn section_size(fields: &[Option<Policy>]) -> usize {
    let mut size = 0;
    let mut index = 0;
    while index < fields.len() {
        if let Some(policy) = fields[index] {
            size += policy.size();
        }
        index += 1;
    }
    if size == 0 { 0 } else { HEAD + size }
}

/// The section that declares those of `fields` that are policies; `SIZE` is its [`section_size`].
#[must_use]
pub const fn section<const SIZE: usize>(fields: &[Option<Policy>]) -> [u8; SIZE] {
    assert!(SIZE == section_size(fields));
    let mut bytes = [0; SIZE];
    let mut at = HEAD;
    let mut count = 0;
    let mut index = 0;
    while index < fields.len() {
        if let Some(policy) = fields[index] {
            let (_, rest) = bytes.split_at_mut(at);
            let (place, _) = rest.split_at_mut(policy.size());
            place.copy_from_slice(policy.to_bytes().split_at(place.len()).0);
            at += policy.size();
            count += 1;
        }
        index += 1;
    }
    if count > 0 {
        assert!(count < 256, "a contract has 255 policies at most");
        bytes[0] = POLICY_VERSION;
        bytes[1] = count as u8;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECLARED: [Option<Policy>; 10] = [
        Some(Policy::KOfNEqual { k: 2, params: 0 }),
        None,
        Some(Policy::RunLength { n: 300, params: 2 }),
        Some(Policy::Median { n: 3, params: 3 }),
        Some(Policy::Duration {
            ms: 600_000,
            params: 4,
        }),
        Some(Policy::MaxGap { ms: 1, params: 5 }),
        Some(Policy::Fresh { ms: 2, params: 6 }),
        Some(Policy::Any { params: 7 }),
        Some(Policy::Equivocation { params: 8 }),
        Some(Policy::Response { params: 9 }),
    ];
    const SECTION: [u8; section_size(&DECLARED)] = section(&DECLARED);

    #[test]
    fn a_section_is_its_policies_one_after_another() {
        let parts: [&[u8]; 10] = [
            &[1, 9],
            &[1, 2, 0, 0, 0, 0, 0],
            &[2, 44, 1, 2, 0, 0, 0],
            &[3, 3, 0, 3, 0, 0, 0],
            &[4, 0xc0, 0x27, 9, 0, 0, 0, 0, 0, 4, 0, 0, 0],
            &[5, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0],
            &[6, 2, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0],
            &[7, 7, 0, 0, 0],
            &[8, 8, 0, 0, 0],
            &[9, 9, 0, 0, 0],
        ];
        assert!(SECTION.iter().eq(parts.iter().copied().flatten()));
        let found = policies(&SECTION).unwrap();
        assert!(found.eq(DECLARED.into_iter().flatten()));
    }

    #[test]
    fn no_section_declares_none() {
        assert_eq!(section::<0>(&[None]), [0_u8; 0]);
        assert_eq!(policies(&[]).unwrap().count(), 0);
    }

    #[test]
    fn what_is_no_section() {
        for cut in 1..SECTION.len() {
            assert!(policies(&SECTION[..cut]).is_err(), "{cut} bytes");
        }
        let foreign: [&[u8]; 6] = [
            &[2, 0],
            &[1, 0, 1],
            &[1, 1, 1, 0, 0, 0, 0, 0, 0],
            &[1, 1, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            &[1, 1, 0, 1, 0, 0, 0, 0, 0],
            &[1, 1, 99, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        ];
        for section in foreign {
            assert!(policies(section).is_err(), "{section:?}");
        }
    }
}

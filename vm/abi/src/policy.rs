//! The policy section: which oracle policies a contract declares, and in which slots their
//! parameters lie. The code hash covers it (docs/spec/oracles.md, 5).
//!
//! ```text
//! version u8 = 1 | count u8 | count x policy
//! policy = kind u8 | count u16 (LE) | params slot u32 (LE)
//! ```

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
}

/// A policy section that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyError;

const KIND_K_OF_N_EQUAL: u8 = 1;
const KIND_RUN_LENGTH: u8 = 2;
const HEAD: usize = 2;

impl Policy {
    /// Bytes of a policy in the section.
    pub const SIZE: usize = 7;

    /// The policy as it stands in the section.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; Self::SIZE] {
        let (kind, count, params) = match self {
            Self::KOfNEqual { k, params } => (KIND_K_OF_N_EQUAL, k, params),
            Self::RunLength { n, params } => (KIND_RUN_LENGTH, n, params),
        };
        let count = count.to_le_bytes();
        let params = params.to_le_bytes();
        [
            kind, count[0], count[1], params[0], params[1], params[2], params[3],
        ]
    }

    /// The policy with its parameters in that slot.
    #[must_use]
    pub const fn at(self, params: u32) -> Self {
        match self {
            Self::KOfNEqual { k, .. } => Self::KOfNEqual { k, params },
            Self::RunLength { n, .. } => Self::RunLength { n, params },
        }
    }

    /// The storage key of this policy's parameters.
    #[must_use]
    pub const fn params_key(self) -> [u8; 4] {
        match self {
            Self::KOfNEqual { params, .. } | Self::RunLength { params, .. } => params.to_le_bytes(),
        }
    }

    const fn from_bytes(bytes: [u8; Self::SIZE]) -> Option<Self> {
        let [kind, count_low, count_high, p0, p1, p2, p3] = bytes;
        let count = u16::from_le_bytes([count_low, count_high]);
        let params = u32::from_le_bytes([p0, p1, p2, p3]);
        match kind {
            _ if count == 0 => None,
            KIND_K_OF_N_EQUAL => Some(Self::KOfNEqual { k: count, params }),
            KIND_RUN_LENGTH => Some(Self::RunLength { n: count, params }),
            _ => None,
        }
    }
}

/// The policies of a section, in order. No section at all, an empty slice, declares none.
///
/// # Errors
/// [`PolicyError`] where version, length or a policy is not as the layout says.
pub fn policies(section: &[u8]) -> Result<impl Iterator<Item = Policy> + Clone, PolicyError> {
    let bodies = match section {
        [] => section,
        [POLICY_VERSION, count, bodies @ ..]
            if bodies.len() == Policy::SIZE * usize::from(*count) =>
        {
            bodies
        }
        _ => return Err(PolicyError),
    };
    let each = bodies
        .chunks_exact(Policy::SIZE)
        .map(|body| Policy::from_bytes(body.try_into().ok()?));
    if each.clone().any(|policy| policy.is_none()) {
        return Err(PolicyError);
    }
    Ok(each.flatten())
}

/// Bytes of the section that declares those of `fields` that are policies; none at all where there is none.
#[must_use]
pub const fn section_size(fields: &[Option<Policy>]) -> usize {
    let mut count = 0;
    let mut index = 0;
    while index < fields.len() {
        if fields[index].is_some() {
            count += 1;
        }
        index += 1;
    }
    if count == 0 {
        0
    } else {
        HEAD + Policy::SIZE * count
    }
}

/// The section that declares those of `fields` that are policies; `SIZE` is its [`section_size`].
#[must_use]
pub const fn section<const SIZE: usize>(fields: &[Option<Policy>]) -> [u8; SIZE] {
    assert!(SIZE == section_size(fields));
    let mut bytes = [0; SIZE];
    let mut count = 0;
    let mut index = 0;
    while index < fields.len() {
        if let Some(policy) = fields[index] {
            let policy = policy.to_bytes();
            let mut byte = 0;
            while byte < Policy::SIZE {
                bytes[HEAD + Policy::SIZE * count + byte] = policy[byte];
                byte += 1;
            }
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

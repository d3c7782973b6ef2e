//! The full tree and the trait that it shares with the partial one.

use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

use twinroot_abi::{Hash, Root};

use crate::node::{Leaf, LeafValue, Missing, Node, bit_of, first_difference};
use crate::overlay::{Changes, Read};

/// A state that has a root and can become another. A copy shares what is the same, so it is cheap.
pub trait State: Read + Clone {
    /// The root that commits to all of it; 32 zero bytes where it is empty.
    fn root(&self) -> Root;

    /// The state after `changes`.
    ///
    /// # Errors
    /// [`Missing`] where a node is not shown on which the new root depends.
    fn updated(&self, changes: &Changes) -> Result<Self, Missing>;
}

/// A state of which everything is known. Copies share their nodes, so keeping an old state is cheap.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    pub(crate) top: Option<Node>,
}

impl Tree {
    /// The empty state.
    #[must_use]
    pub const fn new() -> Self {
        Self { top: None }
    }

    /// Its leaves in ascending order of their keys, from `start` on.
    pub fn leaves_from(&self, start: Bound<Hash>) -> impl Iterator<Item = (Hash, &[u8])> {
        let in_range = move |node: &Node| (start, Bound::Unbounded).contains(node.last_key());
        let mut open: Vec<&Node> = self.top.iter().filter(|top| in_range(top)).collect();
        std::iter::from_fn(move || {
            while let Some(node) = open.pop() {
                match node {
                    Node::Branch(branch) => {
                        let [zeros, ones] = &branch.children;
                        open.push(ones);
                        open.extend(Some(zeros).filter(|zeros| in_range(zeros)));
                    }
                    Node::Leaf(leaf) => {
                        if let LeafValue::Known(value) = &leaf.value {
                            return Some((leaf.key, &**value));
                        }
                    }
                    Node::Opaque(_) => {}
                }
            }
            None
        })
    }

    /// How many leaves it has. Walks all of them.
    #[must_use]
    pub fn leaves(&self) -> usize {
        let mut open: Vec<&Node> = self.top.iter().collect();
        let mut count = 0;
        while let Some(node) = open.pop() {
            match node {
                Node::Branch(branch) => open.extend(&branch.children),
                Node::Leaf(_) | Node::Opaque(_) => count += 1,
            }
        }
        count
    }
}

impl Read for Tree {
    fn read(&self, key: &Hash) -> Result<Option<Arc<[u8]>>, Missing> {
        read(self.top.as_ref(), key)
    }
}

impl State for Tree {
    fn root(&self) -> Root {
        root(self.top.as_ref())
    }

    fn updated(&self, changes: &Changes) -> Result<Self, Missing> {
        Ok(Self {
            top: updated(self.top.as_ref(), changes)?,
        })
    }
}

pub(crate) fn read(top: Option<&Node>, key: &Hash) -> Result<Option<Arc<[u8]>>, Missing> {
    let Some(top) = top else { return Ok(None) };
    let leaf = top.descend(key)?;
    if leaf.key != *key {
        return Ok(None);
    }
    match &leaf.value {
        LeafValue::Known(value) => Ok(Some(Arc::clone(value))),
        LeafValue::Hashed(_) => Err(Missing(*key)),
    }
}

pub(crate) fn root(top: Option<&Node>) -> Root {
    top.map_or(Root([0; 32]), |node| Root(node.hash().0))
}

/// The tree after `changes`. Each branch on the way of a change is hashed once, however many
/// changes pass through it.
pub(crate) fn updated(top: Option<&Node>, changes: &Changes) -> Result<Option<Node>, Missing> {
    let changes: Vec<Change<'_>> = changes
        .iter()
        .map(|(key, value)| Change {
            key,
            value: value.as_ref(),
        })
        .collect();
    change_below(top, &changes, None)
}

#[derive(Clone, Copy)]
struct Change<'a> {
    key: &'a Hash,
    value: Option<&'a Arc<[u8]>>,
}

/// `changes` ascend by key, and those that are here all belong below `node`'s place. `neighbour` is the
/// leaf that the first of them leads to, where that is known from above.
fn change_below(
    node: Option<&Node>,
    changes: &[Change<'_>],
    neighbour: Option<&Leaf>,
) -> Result<Option<Node>, Missing> {
    let (Some(first), Some(last)) = (changes.first(), changes.last()) else {
        return Ok(node.cloned());
    };
    let branch = match node {
        None => return build(None, changes),
        Some(Node::Opaque(_)) => return Err(Missing(*first.key)),
        Some(Node::Leaf(leaf)) => return build(Some(leaf), changes),
        Some(Node::Branch(branch)) => branch,
    };
    // Where do the changes leave the path that all keys below this branch share? Any leaf below
    // tells; the changed keys ascend, so the first and the last differ from it soonest.
    let shared = match (neighbour, node) {
        (Some(leaf), _) => leaf,
        (None, Some(node)) => node.descend(first.key)?,
        (None, None) => return Err(Missing(*first.key)),
    };
    // It is the neighbour below as well, for the changes that begin with the same one.
    let of = |part: &[Change<'_>]| {
        let begins = part.first().is_some_and(|change| change.key == first.key);
        begins.then_some(shared)
    };
    let leaves_at = [first, last]
        .into_iter()
        .filter_map(|change| first_difference(change.key, &shared.key))
        .min();
    match leaves_at {
        Some(bit) if bit < branch.bit => {
            // Some change belongs beside this whole branch, at a new branch above it.
            let (zeros, ones) = split(changes, bit);
            let here = bit_of(&shared.key, bit);
            let sides = if here == 0 {
                [change_below(node, zeros, of(zeros))?, build(None, ones)?]
            } else {
                [build(None, zeros)?, change_below(node, ones, of(ones))?]
            };
            Ok(join(bit, sides))
        }
        _ => {
            let (zeros, ones) = split(changes, branch.bit);
            let [old_left, old_right] = &branch.children;
            let left = change_below(Some(old_left), zeros, of(zeros))?;
            let right = change_below(Some(old_right), ones, of(ones))?;
            // Much that is set is set to what it was: nothing above it has to be hashed.
            if is_same(left.as_ref(), old_left) && is_same(right.as_ref(), old_right) {
                return Ok(node.cloned());
            }
            Ok(join(branch.bit, [left, right]))
        }
    }
}

/// Whether nothing changed below a place. What was only known by its hash and is known now counts as changed.
fn is_same(new: Option<&Node>, old: &Node) -> bool {
    match (new, old) {
        (Some(Node::Branch(new)), Node::Branch(old)) => Arc::ptr_eq(new, old),
        (Some(Node::Leaf(new)), Node::Leaf(old)) => {
            Arc::ptr_eq(new, old)
                || new.hash == old.hash && matches!(old.value, LeafValue::Known(_))
        }
        (Some(Node::Opaque(new)), Node::Opaque(old)) => new == old,
        _ => false,
    }
}

/// A tree of at most one old leaf and the values that `changes` set.
fn build(old: Option<&Arc<Leaf>>, changes: &[Change<'_>]) -> Result<Option<Node>, Missing> {
    if let (Some(leaf), [change]) = (old, changes)
        && leaf.holds(change.key, change.value)
    {
        return Ok(Some(Node::Leaf(Arc::clone(leaf))));
    }
    let kept = old.filter(|leaf| changes.iter().all(|change| *change.key != leaf.key));
    let mut leaves: Vec<(Hash, Node)> = changes
        .iter()
        .filter_map(|change| {
            Some((
                *change.key,
                Node::leaf(*change.key, Arc::clone(change.value?)),
            ))
        })
        .chain(kept.map(|leaf| (leaf.key, Node::Leaf(Arc::clone(leaf)))))
        .collect();
    leaves.sort_by_key(|(key, _)| *key);
    Ok(assemble(&leaves))
}

fn assemble(leaves: &[(Hash, Node)]) -> Option<Node> {
    let ((first, node), (last, _)) = (leaves.first()?, leaves.last()?);
    let Some(bit) = first_difference(first, last) else {
        return Some(node.clone());
    };
    let ones = leaves.partition_point(|(key, _)| bit_of(key, bit) == 0);
    let (left, right) = leaves.split_at(ones);
    join(bit, [assemble(left), assemble(right)])
}

/// A branch over two sides; a side that is gone leaves the other in its place.
fn join(bit: u8, sides: [Option<Node>; 2]) -> Option<Node> {
    match sides {
        [Some(left), Some(right)] => Some(Node::branch(bit, [left, right])),
        [one, other] => one.or(other),
    }
}

fn split<'a, 'b>(changes: &'a [Change<'b>], bit: u8) -> (&'a [Change<'b>], &'a [Change<'b>]) {
    changes.split_at(changes.partition_point(|change| bit_of(change.key, bit) == 0))
}

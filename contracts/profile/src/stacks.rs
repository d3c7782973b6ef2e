//! Gas by call stack.
//!
//! Stacks are a tree. A function that calls itself, directly or through others, stands in a stack once:
//! what it does further down counts where it stands first. So no stack is deeper than a module has
//! functions.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::rc::Rc;

use crate::code::Code;

/// Number of a node.
pub(crate) type NodeId = usize;

/// The node above all others.
pub(crate) const ROOT: NodeId = 0;

/// What stands in a stack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Frame {
    /// All there is.
    All,
    /// A run of an entry; by what it is called.
    Run(String),
    /// A function, by the number of its code and its own.
    Function(usize, usize),
    HostFunction(&'static str),
    /// The start price.
    Start,
    /// What a call that failed had not used.
    Forfeited,
}

pub(crate) struct Stacks {
    nodes: Vec<Node>,
}

struct Node {
    frame: Frame,
    above: NodeId,
    below: BTreeMap<Frame, NodeId>,
    /// Without what is below.
    gas: u64,
}

impl Stacks {
    pub(crate) fn new() -> Self {
        Self {
            nodes: vec![Node::new(Frame::All, ROOT)],
        }
    }

    /// The node of that frame right below another one.
    pub(crate) fn below(&mut self, node: NodeId, frame: Frame) -> NodeId {
        let next = self.nodes.len();
        let Some(above) = self.nodes.get_mut(node) else {
            return ROOT;
        };
        if let Some(known) = above.below.get(&frame) {
            return *known;
        }
        above.below.insert(frame.clone(), next);
        self.nodes.push(Node::new(frame, node));
        next
    }

    /// The node of a function that is called from `node`, in the run that stands at `run`.
    pub(crate) fn called(&mut self, node: NodeId, run: NodeId, function: Frame) -> NodeId {
        let mut above = node;
        while above != run {
            let Some(open) = self.nodes.get(above) else {
                break;
            };
            if open.frame == function {
                return above;
            }
            above = open.above;
        }
        self.below(node, function)
    }

    pub(crate) fn add(&mut self, node: NodeId, gas: u64) {
        if let Some(node) = self.nodes.get_mut(node) {
            node.gas = node.gas.saturating_add(gas);
        }
    }

    /// A line for each stack that gas was spent in: its frames, parted by `;`, a blank, the gas.
    pub(crate) fn folded(&self, codes: &[Rc<Code<'_, '_>>]) -> String {
        let mut lines = String::new();
        let mut open = vec![(ROOT, String::new())];
        while let Some((number, stack)) = open.pop() {
            let Some(node) = self.nodes.get(number) else {
                continue;
            };
            if node.gas > 0 {
                // Writing to a string does not fail.
                let _ = writeln!(lines, "{stack} {}", node.gas);
            }
            for (frame, below) in node.below.iter().rev() {
                let parting = if number == ROOT { "" } else { ";" };
                let name = frame.name(codes).replace(';', ",");
                open.push((*below, format!("{stack}{parting}{name}")));
            }
        }
        lines
    }
}

impl Node {
    const fn new(frame: Frame, above: NodeId) -> Self {
        Self {
            frame,
            above,
            below: BTreeMap::new(),
            gas: 0,
        }
    }
}

impl Frame {
    fn name(&self, codes: &[Rc<Code<'_, '_>>]) -> String {
        match self {
            Self::All => String::new(),
            Self::Run(name) => name.clone(),
            Self::Function(code, function) => codes
                .get(*code)
                .map_or_else(String::new, |code| code.name(*function)),
            Self::HostFunction(name) => (*name).to_owned(),
            Self::Start => String::from("[start]"),
            Self::Forfeited => String::from("[forfeited]"),
        }
    }
}

//! Runs a call again: the trace says what the host said.

use std::rc::Rc;
use std::slice;

use twinroot_exec::Outcome;
use twinroot_host::{Asked, Trace};
use twinroot_reference::{Answer, End, Host, Open, Ran, Reference, Share, Stop, Watch};

use crate::code::{Code, PaysFor};
use crate::host_call::HostCall;
use crate::stacks::{Frame, NodeId};
use crate::tally::{Place, Tally};
use crate::{Category, DebugModule, ProfileError, SourceFrame};

/// Frames that are kept of a stack, the innermost ones: nobody reads more.
const KEPT_FRAMES: usize = 64;

/// A run of a contract, and those within it.
pub(crate) struct Replay<'a, 'd, 't> {
    tally: &'t mut Tally<'a, 'd>,
    debug: &'a [DebugModule<'d>],
    trace: &'a Trace,
    /// How many contracts called each other to come here.
    depth: usize,
    code: Rc<Code<'a, 'd>>,
    /// Number of its code.
    number: usize,
    /// Where the run stands in the stacks.
    run: NodeId,
    /// What the host is yet to be asked.
    script: slice::Iter<'a, Asked>,
    /// Gas that is left; below 0 nothing is paid any more.
    left: i64,
    /// Functions that are open, each with its node.
    open: Vec<(Open, NodeId)>,
    /// Of each of them, first and last place of the two straight pieces that it paid for last.
    pieces: Vec<[Option<(usize, usize)>; 2]>,
    error: Option<ProfileError>,
}

/// Runs a call again, on top of `above`, and gives where it stopped if it did not succeed.
pub(crate) fn replay<'a, 'd>(
    tally: &mut Tally<'a, 'd>,
    debug: &'a [DebugModule<'d>],
    trace: &'a Trace,
    above: NodeId,
    depth: usize,
) -> Result<Vec<SourceFrame>, ProfileError> {
    let code = Rc::new(Code::read(&trace.code, debug)?);
    let number = tally.codes.len();
    tally.codes.push(Rc::clone(&code));
    let name = match depth {
        0 => trace.entry.clone(),
        _ => format!("{} of {}", trace.entry, trace.contract),
    };
    let run = tally.stacks.below(above, Frame::Run(name));
    let mut replay = Replay {
        tally,
        debug,
        trace,
        depth,
        code,
        number,
        run,
        script: trace.asked.iter(),
        left: i64::try_from(trace.limit.0).unwrap_or(i64::MAX),
        open: Vec::new(),
        pieces: Vec::new(),
        error: None,
    };
    let start = replay.tally.stacks.below(run, Frame::Start);
    let price = twinroot_host::start_price(trace.code.len()).0;
    replay.spend(start, Category::Start, price);
    let stopped = match u64::try_from(replay.left) {
        Ok(gas) => replay.run(gas)?,
        Err(_) => {
            replay.agree("how it ends", &Outcome::OutOfGas, &trace.outcome)?;
            Vec::new()
        }
    };
    replay.end()?;
    Ok(stopped)
}

impl Replay<'_, '_, '_> {
    fn run(&mut self, gas: u64) -> Result<Vec<SourceFrame>, ProfileError> {
        let trace = self.trace;
        let reference = Reference::new(&trace.code)?;
        let ran = reference.watch(&trace.entry, gas, self)?;
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        self.agree("how it ends", &ran.end, &end(trace.outcome))?;
        if let Some(asked) = self.script.next() {
            return Err(self.differs(format!("`{}` is not asked for", asked.function)));
        }
        self.stopped(&ran)
    }

    /// The stack at the end, the innermost function first; nothing after a success.
    fn stopped(&self, ran: &Ran) -> Result<Vec<SourceFrame>, ProfileError> {
        let code = &self.code;
        match ran.end {
            End::Success => Ok(Vec::new()),
            // The last check of gas is after the entry's last instruction.
            End::OutOfGas if ran.open.is_empty() => match code.end_of(&self.trace.entry) {
                Some((function, place)) => code.frames(function, place),
                None => Ok(Vec::new()),
            },
            _ => self.stack(&ran.open),
        }
    }

    /// The stack of what was open at the end, the innermost function first.
    fn stack(&self, open: &[Open]) -> Result<Vec<SourceFrame>, ProfileError> {
        let mut frames = Vec::new();
        let open = open.iter().zip(&self.pieces).rev();
        for (Open { function, place }, pieces) in open.take(KEPT_FRAMES) {
            let mut own = self.code.frames(*function, *place)?;
            let is_before = |(first, last): &&(usize, usize)| !(*first..=*last).contains(place);
            if let Some((_, branch)) = pieces.iter().flatten().find(is_before) {
                find_lines(&mut own, &self.code.frames(*function, *branch)?);
            }
            frames.extend(own);
        }
        frames.truncate(KEPT_FRAMES);
        Ok(frames)
    }

    /// What is left is given back, or is forfeited.
    fn end(&mut self) -> Result<(), ProfileError> {
        let left = u64::try_from(self.left).unwrap_or(0);
        if !matches!(self.trace.outcome, Outcome::Success | Outcome::Revert(_)) {
            let node = self.tally.stacks.below(self.run, Frame::Forfeited);
            self.spend(node, Category::Forfeited, left);
        }
        let left = u64::try_from(self.left).unwrap_or(0);
        let used = self.trace.limit.0.saturating_sub(left);
        self.agree("its gas", &used, &self.trace.gas.0)
    }

    /// Takes gas for what stands at `node`, as far as there is any. Gives how much there was.
    fn spend(&mut self, node: NodeId, category: Category, gas: u64) -> u64 {
        let paid = gas.min(u64::try_from(self.left).unwrap_or(0));
        let gas = i64::try_from(gas).unwrap_or(i64::MAX);
        self.left = self.left.saturating_sub(gas);
        self.tally.add(node, category, paid);
        paid
    }

    /// The same, for an instruction of the innermost function.
    fn spend_at(&mut self, place: usize, gas: u64) {
        let Some((Open { function, .. }, node)) = self.open.last().copied() else {
            return;
        };
        let (node, category) = match self.code.at(function, place) {
            PaysFor::Instruction(category) => (node, category),
            PaysFor::HostFunction(name) => (
                self.tally.stacks.below(node, Frame::HostFunction(name)),
                Category::of_host_function(name),
            ),
        };
        let paid = self.spend(node, category, gas);
        let place = Place {
            code: self.number,
            function,
            place,
        };
        self.tally.add_at(place, paid);
    }

    /// Says what the trace says, if it is of that question.
    fn answer(
        &mut self,
        name: &'static str,
        arguments: &[i64],
        memory: &mut [u8],
        gas: i64,
    ) -> Result<Result<Answer, Stop>, ProfileError> {
        let Some(asked) = self.script.next() else {
            return Err(self.differs(format!("`{name}` is asked for after the end")));
        };
        self.agree("what is asked", &name, &asked.function)?;
        self.agree("the arguments", &arguments, &asked.arguments.as_slice())?;
        self.agree(
            "gas before a host function",
            &gas,
            &asked.gas_before.cast_signed(),
        )?;
        let frames = self.frames()?;
        let call = HostCall::new(self.depth, self.trace.contract, asked, memory, frames);
        self.tally.host_calls.push(call);

        let inner = asked.inner.as_ref().map_or(0, |inner| inner.gas.0);
        let all = asked.gas_before.saturating_sub(asked.gas_after);
        if let Some((open, node)) = self.open.last().copied() {
            self.spend_at(open.place, all.saturating_sub(inner));
            if let Some(trace) = &asked.inner {
                let leaf = self.tally.stacks.below(node, Frame::HostFunction(name));
                replay(
                    self.tally,
                    self.debug,
                    trace,
                    leaf,
                    self.depth.saturating_add(1),
                )?;
                self.left = self.left.saturating_sub_unsigned(inner);
            }
        }
        for written in &asked.written {
            let start = usize::try_from(written.address).unwrap_or(usize::MAX);
            let place = memory.get_mut(start..start.saturating_add(written.bytes.len()));
            match place {
                Some(place) => place.copy_from_slice(&written.bytes),
                None => return Err(self.differs("the host writes outside the memory".to_owned())),
            }
        }
        Ok(match asked.outcome {
            Outcome::Success => Ok(Answer {
                result: asked.result,
                gas: asked.gas_after.cast_signed(),
            }),
            Outcome::Revert(code) => Err(Stop::Revert(code)),
            Outcome::Trap => Err(Stop::Trap),
            Outcome::OutOfGas | Outcome::StackLimit => Err(Stop::OutOfGas),
            Outcome::HostError(error) => Err(Stop::HostError(error as u32)),
        })
    }

    /// The stack as it is, the innermost function first.
    fn frames(&self) -> Result<Vec<SourceFrame>, ProfileError> {
        frames(&self.code, self.open.iter().rev().map(|(open, _)| open))
    }

    fn agree<T: PartialEq + std::fmt::Debug>(
        &self,
        what: &str,
        here: &T,
        there: &T,
    ) -> Result<(), ProfileError> {
        if here == there {
            return Ok(());
        }
        Err(self.differs(format!("{what} is {here:?}, and was {there:?}")))
    }

    fn differs(&self, difference: String) -> ProfileError {
        ProfileError::Differs {
            contract: self.trace.contract,
            difference,
        }
    }
}

impl Host for Replay<'_, '_, '_> {
    fn call(
        &mut self,
        name: &'static str,
        arguments: &[i64],
        memory: &mut [u8],
        gas: i64,
    ) -> Result<Answer, Stop> {
        self.answer(name, arguments, memory, gas)
            .unwrap_or_else(|error| {
                self.error = Some(error);
                Err(Stop::Trap)
            })
    }
}

impl Watch for Replay<'_, '_, '_> {
    fn enter(&mut self, function: usize) {
        let frame = Frame::Function(self.number, function);
        let node = match self.open.as_slice() {
            [] => self.run,
            // The entry stands there by its own name.
            [(entry, run), ..] if entry.function == function => *run,
            [.., (_, caller)] => self.tally.stacks.called(*caller, self.run, frame),
        };
        self.open.push((Open { function, place: 0 }, node));
        self.pieces.push([None; 2]);
    }

    fn leave(&mut self) {
        self.open.pop();
        self.pieces.pop();
    }

    fn pay(&mut self, shares: &[Share]) {
        let places = || shares.iter().map(|share| share.place);
        let piece = places().min().zip(places().max());
        if let Some([newest, before]) = self.pieces.last_mut()
            && piece.is_some()
        {
            *before = *newest;
            *newest = piece;
        }
        for share in shares {
            self.spend_at(share.place, share.gas.0);
        }
    }

    fn at(&mut self, place: usize) {
        if let Some((open, _)) = self.open.last_mut() {
            open.place = place;
        }
    }
}

/// Where several lines can fail, the compiler lets them share one instruction, which then is of no line. The branch
/// that led there is of the line that failed.
fn find_lines(frames: &mut [SourceFrame], branch: &[SourceFrame]) {
    for frame in frames.iter_mut().filter(|frame| frame.at.is_none()) {
        let same = branch.iter().find(|led| led.function == frame.function);
        frame.at = same.and_then(|same| same.at.clone());
    }
}

/// The frames of functions that are open, the innermost first.
fn frames<'o>(
    code: &Code<'_, '_>,
    open: impl Iterator<Item = &'o Open>,
) -> Result<Vec<SourceFrame>, ProfileError> {
    let mut frames = Vec::new();
    for Open { function, place } in open.take(KEPT_FRAMES) {
        frames.extend(code.frames(*function, *place)?);
    }
    frames.truncate(KEPT_FRAMES);
    Ok(frames)
}

/// An outcome in the words of the reference.
const fn end(outcome: Outcome) -> End {
    match outcome {
        Outcome::Success => End::Success,
        Outcome::Revert(code) => End::Revert(code),
        Outcome::Trap => End::Trap,
        Outcome::OutOfGas => End::OutOfGas,
        Outcome::StackLimit => End::StackLimit,
        Outcome::HostError(error) => End::HostError(error as u32),
    }
}

#[cfg(test)]
mod tests {
    use super::find_lines;
    use crate::SourceFrame;

    #[test]
    fn a_shared_instruction_is_of_the_line_that_led_there() {
        let mut frames = [
            "core::panic at /rust/panic.rs:1",
            "raise",
            "sum",
            "go at /a.rs:2",
        ]
        .map(SourceFrame::read);
        let branch = ["raise at /a.rs:5", "go at /a.rs:9"].map(SourceFrame::read);
        find_lines(&mut frames, &branch);
        let told = frames.map(|frame| frame.to_string());
        let want = [
            "core::panic at /rust/panic.rs:1",
            "raise at /a.rs:5",
            "sum",
            "go at /a.rs:2",
        ];
        assert_eq!(told, want);
    }
}

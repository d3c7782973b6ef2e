//! `twinroot oracle check`: why a message, or a set of them, is not enough.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use twinroot_exec::Bundle;
use twinroot_feed::select::{Reason, Shortfall};
use twinroot_feed::{BundleError, Feed, FeedError, OpenError, Signed, open};

use super::advice::{advice, name};
use super::codes::WHICH_FEED;
use super::line::Line;
use super::policy::Asked;
use super::pool::{self, Found};
use super::{EXIT_CODES, feed, policy};
use crate::author::Fault;
use crate::lines::is_for_programs;

/// Say of messages why they are not enough: which rule each breaks, and what a policy lacks.
#[derive(clap::Args)]
#[command(
    long_about = "Say of messages why they are not enough: which rule each breaks, with its number in docs/spec/oracles.md, 6, and what to \
        do. With a policy, say also what it has and needs, and why each message does not count. It ends with 1 where the policy \
        is not satisfied or, without a policy, a message is refused.",
    after_help = format!("Examples:\n  twinroot oracle check message.bin --feed truck-7\n  \
        twinroot oracle check --log truck-7.log --feed truck-7 --policy run-length:n=12,low=2000,high=8000\n  \
        twinroot oracle check --log truck-7.log --feed truck-7 --contract truck-insurance.wasm --policy 0:low=2000,high=8000\n  \
        twinroot oracle check a.bin b.bin --feed post --feed shop --feed bank --policy k-of-n:k=2,subject=5f..00\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    #[command(flatten)]
    pool: pool::Arguments,
    /// A feed: its descriptor or the folder of its device. May stand more than once.
    #[arg(long, value_name = "FILE", required = true)]
    feed: Vec<PathBuf>,
    #[command(flatten)]
    policy: policy::Arguments,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

/// What there is to say of one message.
#[derive(Serialize)]
struct Said {
    /// Where it was found.
    place: String,
    state: State,
    #[serde(flatten)]
    line: Option<Line>,
    #[serde(flatten)]
    broken: Option<Broken>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// It breaks no rule by itself.
    Good,
    /// The bundle has it.
    Used,
    /// The same message came before.
    Duplicate,
    /// It breaks no rule by itself, but does not count for the policy.
    DoesNotCount,
    /// It breaks a rule.
    Refused,
}

/// A rule that is broken.
#[derive(Serialize)]
struct Broken {
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<u16>,
    name: String,
    why: String,
    advice: String,
}

/// What there is to say of all together.
#[derive(Serialize)]
struct Answer {
    policy: String,
    enough: bool,
    #[serde(flatten)]
    progress: Option<Progress>,
    /// Messages that do not count, by why.
    stale: usize,
    unknown: usize,
    duplicate: usize,
    other_subject: usize,
    /// The same by the name of the rule.
    reasons: BTreeMap<String, usize>,
    /// Where no messages at all could answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    question: Option<Broken>,
    /// What the contract is told, in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<String>,
}

#[derive(Serialize)]
struct Progress {
    have: u64,
    need: u64,
    /// `messages` or `ms`.
    of: &'static str,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let feeds = feed::read_all(&arguments.feed)?;
    let asked = arguments.policy.asked(&feeds)?;
    let pool = arguments.pool.read(&feeds)?;
    if pool.is_empty() && asked.is_none() {
        return Err(Fault::new(WHICH_FEED, "there are no messages to check").into());
    }
    let mut said = each(&feeds, &pool);
    let answer = match asked {
        Some(asked) => Some(answer(&asked, &feeds, &pool, &mut said)?),
        None => None,
    };
    arguments.print(&said, answer.as_ref())?;
    let is_enough = match &answer {
        Some(answer) => answer.enough,
        None => said.iter().all(|said| said.state != State::Refused),
    };
    Ok(if is_enough {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

/// What each message is by itself.
fn each(feeds: &[Feed], pool: &[Found]) -> Vec<Said> {
    let mut known = BTreeSet::new();
    let said = pool.iter().map(|found| {
        let (state, line, broken) = match opened(feeds, &found.bytes) {
            Err(rule) => (State::Refused, None, Some(Broken::of(rule.into()))),
            Ok((feed, message)) => {
                let state = if known.insert(message.id()) {
                    State::Good
                } else {
                    State::Duplicate
                };
                (state, Some(Line::of(feed, &message)), None)
            }
        };
        Said {
            place: found.place.clone(),
            state,
            line,
            broken,
        }
    });
    said.collect()
}

/// A message, opened with the feed that it is from.
fn opened<'a>(feeds: &'a [Feed], bytes: &[u8]) -> Result<(&'a Feed, Signed), OpenError> {
    let mut refusal = OpenError::WrongFeed;
    for feed in feeds {
        match open(feed, bytes) {
            Ok(message) => return Ok((feed, message)),
            Err(OpenError::WrongFeed) => {}
            Err(rule) => refusal = rule,
        }
    }
    Err(refusal)
}

fn answer(
    asked: &Asked,
    feeds: &[Feed],
    pool: &[Found],
    said: &mut [Said],
) -> Result<Answer, Fault> {
    let messages: Vec<_> = pool.iter().map(|found| found.bytes.clone()).collect();
    let duplicate = said
        .iter()
        .filter(|said| said.state == State::Duplicate)
        .count();
    let mut answer = Answer {
        policy: asked.words().to_owned(),
        enough: false,
        progress: None,
        stale: 0,
        unknown: 0,
        duplicate,
        other_subject: 0,
        reasons: BTreeMap::new(),
        question: None,
        verdict: None,
    };
    let (progress, rejected) = match asked.select(feeds, &messages) {
        Ok(bundle) => {
            mark_used(&bundle, pool, said);
            answer.enough = true;
            answer.verdict = Some(hex::encode(asked.verdict(&bundle)?));
            return Ok(answer);
        }
        Err(Shortfall::Question(rule)) => {
            answer.question = Some(Broken::of(rule.into()));
            return Ok(answer);
        }
        Err(Shortfall::TooFew {
            have,
            need,
            rejected,
        }) => (Progress::messages(have, need), rejected),
        Err(Shortfall::TooBrief {
            have,
            need,
            rejected,
        }) => (
            Progress {
                have,
                need,
                of: "ms",
            },
            rejected,
        ),
    };
    answer.progress = Some(progress);
    for rejected in rejected {
        answer.count(rejected.reason);
        if let Some(said) = said.get_mut(rejected.message)
            && said.state == State::Good
        {
            said.state = State::DoesNotCount;
            said.broken = Some(Broken::because(rejected.reason));
        }
    }
    Ok(answer)
}

fn mark_used(bundle: &Bundle, pool: &[Found], said: &mut [Said]) {
    for (said, found) in said.iter_mut().zip(pool) {
        if said.state == State::Good && bundle.messages.contains(&found.bytes) {
            said.state = State::Used;
        }
    }
}

impl Answer {
    fn count(&mut self, reason: Reason) {
        match reason {
            Reason::Rule(FeedError::Bundle(BundleError::Stale)) => self.stale += 1,
            Reason::Rule(FeedError::Bundle(BundleError::OtherSubject)) => self.other_subject += 1,
            Reason::Rule(
                FeedError::Bundle(BundleError::UnknownSigner)
                | FeedError::Message(OpenError::WrongFeed),
            )
            | Reason::NoDescriptor(_) => self.unknown += 1,
            Reason::Rule(_) => {}
        }
        *self
            .reasons
            .entry(Broken::because(reason).name)
            .or_default() += 1;
    }
}

impl Broken {
    fn of(rule: FeedError) -> Self {
        Self {
            rule: Some(rule.code()),
            name: name(rule),
            why: rule.to_string(),
            advice: advice(rule).to_owned(),
        }
    }

    fn because(reason: Reason) -> Self {
        match reason {
            Reason::Rule(rule) => Self::of(rule),
            Reason::NoDescriptor(_) => Self {
                rule: None,
                name: String::from("NoDescriptor"),
                why: reason.to_string(),
                advice: String::from("Name its descriptor with --feed too."),
            },
        }
    }
}

impl Progress {
    fn messages(have: usize, need: usize) -> Self {
        Self {
            have: have as u64,
            need: need as u64,
            of: "messages",
        }
    }
}

impl Arguments {
    fn print(&self, said: &[Said], answer: Option<&Answer>) -> Result<()> {
        if is_for_programs(self.json) {
            let mut out = io::stdout().lock();
            for said in said {
                serde_json::to_writer(&mut out, said).map_err(io::Error::from)?;
                writeln!(out)?;
            }
            if let Some(answer) = answer {
                serde_json::to_writer(&mut out, answer).map_err(io::Error::from)?;
                writeln!(out)?;
            }
            return Ok(());
        }
        let mut out = anstream::stdout().lock();
        for said in said {
            said.tell(&mut out)?;
        }
        if let Some(answer) = answer {
            answer.tell(&mut out)?;
        }
        Ok(())
    }
}

impl Said {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        let state = match self.state {
            State::Good => "good",
            State::Used => "used",
            State::Duplicate => "duplicate",
            State::DoesNotCount => "does not count",
            State::Refused => "refused",
        };
        write!(out, "{}: {state}", self.place)?;
        if let Some(line) = &self.line {
            write!(out, "  {line}")?;
        }
        writeln!(out)?;
        match &self.broken {
            Some(broken) => broken.tell(out),
            None => Ok(()),
        }
    }
}

impl Broken {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self {
            rule,
            name,
            why,
            advice,
        } = self;
        match rule {
            Some(rule) => writeln!(out, "  rule {rule}, {name}: {why}")?,
            None => writeln!(out, "  {why}")?,
        }
        writeln!(out, "  {advice}")
    }
}

impl Answer {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "\npolicy {}", self.policy)?;
        if self.enough {
            let verdict = self.verdict.as_deref().unwrap_or_default();
            return writeln!(out, "  satisfied; the contract is told {verdict}");
        }
        if let Some(question) = &self.question {
            writeln!(out, "  no messages could answer it:")?;
            return question.tell(out);
        }
        if let Some(Progress { have, need, of }) = &self.progress {
            writeln!(out, "  not satisfied: it has {have} of {need} {of}")?;
        }
        let Self {
            stale,
            unknown,
            duplicate,
            other_subject,
            ..
        } = self;
        writeln!(
            out,
            "  stale {stale}, unknown {unknown}, duplicate {duplicate}, of another subject {other_subject}"
        )?;
        for (name, count) in &self.reasons {
            writeln!(out, "  {count} x {name}")?;
        }
        Ok(())
    }
}

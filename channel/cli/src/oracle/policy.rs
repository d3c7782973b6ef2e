//! A policy in words, with the parameters that a contract would have stored (docs/spec/oracles.md, 5).

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::str::FromStr;

use twinroot_abi::{FeedId, Hash, Height, Policy, TimeMs};
use twinroot_exec::{Bundle, Env, Judge, Question};
use twinroot_feed::select::{self, Shortfall};
use twinroot_feed::{Feed, FeedJudge};
use twinroot_gate::declared_policies;

use super::codes::{POLICY, SHORTFALL, WHICH_FEED};
use super::{sign, time};
use crate::author::codes::NO_MODULE;
use crate::author::{Fault, read as read_file};

/// Which policy, and with which parameters.
#[derive(clap::Args)]
#[group(skip)]
pub(super) struct Arguments {
    /// The policy and its parameters: `run-length:n=12,low=2000,high=8000`, or with `--contract` its number: `0:low=2000,high=8000`.
    #[arg(
        long,
        value_name = "POLICY",
        long_help = "The policy and its parameters, as the contract has them; limits are integers at the scale of the feed, \
            `from` and `to` are times, and what is not said has no limit.\n  \
            k-of-n:k=2,subject=HEX                     k feeds of those named claim the same\n  \
            run-length:n=12,low=2000,high=8000,from=TIME,to=TIME\n  \
            median:from=TIME,to=TIME                   of the feeds named\n  \
            duration:for=30min,low=2000,high=8000,hysteresis=500,gap=1h,from=TIME,to=TIME\n  \
            max-gap:over=1h,from=TIME,to=TIME\n  \
            fresh:age=5min,epoch=0,seq=0               see --at\n  \
            any:epoch=0,seq=0\n  \
            equivocation                               two messages that cannot both be honest\n\
            With --contract, the policy is its number, and what the code declares is not said again: 0:low=2000,high=8000."
    )]
    policy: Option<String>,
    /// A contract's wasm, which declares the policy.
    #[arg(long, value_name = "WASM", requires = "policy")]
    contract: Option<PathBuf>,
    /// The number of the policy in its contract, for the bundle.
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 0,
        conflicts_with = "contract"
    )]
    number: u8,
    /// The parameters as the contract has stored them, in place of those in words.
    #[arg(long, value_name = "HEX", requires = "policy")]
    params: Option<String>,
    /// Time of the block that the call is pinned to; now if not said.
    #[arg(long, value_name = "TIME", value_parser = time::parse, requires = "policy")]
    at: Option<TimeMs>,
}

/// A policy that a pool is held against.
pub(super) struct Asked {
    number: u8,
    policy: Policy,
    params: Vec<u8>,
    pinned: Env,
    words: String,
}

impl Arguments {
    /// The policy that is asked for, if one is.
    pub(super) fn asked(&self, feeds: &[Feed]) -> Result<Option<Asked>, Fault> {
        let Some(words) = &self.policy else {
            return Ok(None);
        };
        let (kind, pairs) = words.split_once(':').unwrap_or((words, ""));
        let mut pairs = Pairs::read(pairs)?;
        let (number, policy) = match &self.contract {
            None => (self.number, pairs.policy(kind, feeds.len())?),
            Some(_) => self.declared(kind)?,
        };
        let params = match &self.params {
            None => pairs.params(policy, feeds)?,
            Some(digits) => hex::decode(digits)
                .map_err(|error| no_policy(format!("--params is not hexadecimal: {error}")))?,
        };
        pairs.end()?;
        Ok(Some(Asked {
            number,
            policy,
            params,
            pinned: Env {
                height: Height(0),
                time: self.at.unwrap_or_else(time::now),
                block: Hash([0; 32]),
            },
            words: words.clone(),
        }))
    }

    /// The policy of that number in the contract's code.
    fn declared(&self, number: &str) -> Result<(u8, Policy), Fault> {
        let place: u8 = number.parse().map_err(|_| {
            no_policy(format!(
                "with --contract a policy is its number, and `{number}` is none"
            ))
        })?;
        let wasm = match &self.contract {
            Some(path) => read_file(path)?,
            None => Vec::new(),
        };
        let policies = declared_policies(&wasm)
            .map_err(|error| Fault::new(NO_MODULE, format!("the contract: {error}")))?;
        let policy = policies.get(usize::from(place)).copied().ok_or_else(|| {
            no_policy(format!(
                "the contract declares {} policies, and none of number {place}",
                policies.len()
            ))
        })?;
        Ok((place, policy))
    }
}

impl Asked {
    /// As it was written.
    pub(super) fn words(&self) -> &str {
        &self.words
    }

    /// The bundle that answers.
    pub(super) fn select(&self, feeds: &[Feed], messages: &[Vec<u8>]) -> Result<Bundle, Shortfall> {
        select::bundle(
            self.number,
            self.policy,
            &self.params,
            feeds,
            messages,
            self.pinned,
        )
    }

    /// What a contract is told that is called with the bundle.
    pub(super) fn verdict(&self, bundle: &Bundle) -> Result<Vec<u8>, Fault> {
        let question = Question {
            policy: self.policy,
            params: Some(&self.params),
            facts: Some(bundle),
            pinned: self.pinned,
        };
        FeedJudge.judge(&question).map_err(|refusal| {
            let rule = refusal.0;
            Fault::new(
                SHORTFALL,
                format!("the judge refuses what was selected, by rule {rule}; please report this"),
            )
        })
    }
}

fn no_policy(message: impl std::fmt::Display) -> Fault {
    Fault::new(POLICY, message)
}

/// `key=value`, each once.
struct Pairs(BTreeMap<String, String>);

impl Pairs {
    fn read(text: &str) -> Result<Self, Fault> {
        let mut pairs = BTreeMap::new();
        for pair in text.split(',').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair
                .split_once('=')
                .ok_or_else(|| no_policy(format!("`{pair}` is not KEY=VALUE")))?;
            if pairs.insert(key.to_owned(), value.to_owned()).is_some() {
                return Err(no_policy(format!("`{key}` stands twice")));
            }
        }
        Ok(Self(pairs))
    }

    /// All that was said was asked for.
    fn end(self) -> Result<(), Fault> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(key) => Err(no_policy(format!("this policy has no `{key}`"))),
        }
    }

    fn policy(&mut self, kind: &str, feeds: usize) -> Result<Policy, Fault> {
        let params = 0;
        Ok(match kind {
            "k-of-n" => Policy::KOfNEqual {
                k: self.needed("k")?,
                params,
            },
            "run-length" => Policy::RunLength {
                n: self.needed("n")?,
                params,
            },
            "median" => Policy::Median {
                n: u16::try_from(feeds).unwrap_or(u16::MAX),
                params,
            },
            "duration" => Policy::Duration {
                ms: self.span("for")?,
                params,
            },
            "max-gap" => Policy::MaxGap {
                ms: self.span("over")?,
                params,
            },
            "fresh" => Policy::Fresh {
                ms: self.span("age")?,
                params,
            },
            "any" => Policy::Any { params },
            "equivocation" => Policy::Equivocation { params },
            other => {
                return Err(no_policy(format!(
                    "there is no policy `{other}`: it is k-of-n, run-length, median, duration, max-gap, fresh, any or equivocation"
                )));
            }
        })
    }

    /// The parameters in the guest codec, as the contract stores them.
    fn params(&mut self, policy: Policy, feeds: &[Feed]) -> Result<Vec<u8>, Fault> {
        Ok(match policy {
            Policy::KOfNEqual { .. } => {
                let subject: String = self.needed("subject")?;
                let subject = sign::subject(&subject).map_err(no_policy)?;
                [subject.0.as_slice(), &ids(feeds)].concat()
            }
            Policy::RunLength { .. } => {
                let band = [self.or("low", i64::MIN)?, self.or("high", i64::MAX)?];
                [
                    only(feeds)?.0.to_vec(),
                    band.map(i64::to_le_bytes).concat(),
                    self.window()?,
                ]
                .concat()
            }
            Policy::Median { .. } => [self.window()?, ids(feeds)].concat(),
            Policy::Duration { .. } => {
                let band = [self.or("low", i64::MIN)?, self.or("high", i64::MAX)?];
                let hysteresis: u64 = self.or("hysteresis", 0)?;
                let gap = if self.0.contains_key("gap") {
                    self.span("gap")?
                } else {
                    u64::MAX
                };
                [
                    only(feeds)?.0.to_vec(),
                    band.map(i64::to_le_bytes).concat(),
                    [hysteresis, gap].map(u64::to_le_bytes).concat(),
                    self.window()?,
                ]
                .concat()
            }
            Policy::MaxGap { .. } => [only(feeds)?.0.to_vec(), self.window()?].concat(),
            Policy::Fresh { .. } | Policy::Any { .. } => {
                let epoch: u32 = self.or("epoch", 0)?;
                let seq: u64 = self.or("seq", 0)?;
                [
                    only(feeds)?.0.as_slice(),
                    &epoch.to_le_bytes(),
                    &seq.to_le_bytes(),
                ]
                .concat()
            }
            Policy::Equivocation { .. } => only(feeds)?.0.to_vec(),
            Policy::Response { .. } => {
                return Err(no_policy(
                    "what an oracle of the ledger was asked is no pair: name it with --params",
                ));
            }
        })
    }

    fn window(&mut self) -> Result<Vec<u8>, Fault> {
        let mut end = |key, otherwise| match self.0.remove(key) {
            None => Ok(otherwise),
            Some(text) => {
                time::parse(&text).map_err(|error| no_policy(format!("`{key}`: {error}")))
            }
        };
        let window = [end("from", TimeMs(0))?, end("to", TimeMs(u64::MAX))?];
        Ok(window.map(|t| t.0.to_le_bytes()).concat())
    }

    fn span(&mut self, key: &str) -> Result<u64, Fault> {
        let text: String = self.needed(key)?;
        time::span_ms(&text).map_err(|error| no_policy(format!("`{key}`: {error}")))
    }

    fn needed<T: FromStr>(&mut self, key: &str) -> Result<T, Fault> {
        match self.0.remove(key) {
            Some(text) => number(key, &text),
            None => Err(no_policy(format!("`{key}` is missing"))),
        }
    }

    fn or<T: FromStr>(&mut self, key: &str, otherwise: T) -> Result<T, Fault> {
        match self.0.remove(key) {
            Some(text) => number(key, &text),
            None => Ok(otherwise),
        }
    }
}

fn number<T: FromStr>(key: &str, text: &str) -> Result<T, Fault> {
    text.parse()
        .map_err(|_| no_policy(format!("`{key}={text}` is no number that fits")))
}

fn only(feeds: &[Feed]) -> Result<FeedId, Fault> {
    match feeds {
        [feed] => Ok(feed.id()),
        _ => Err(Fault::new(
            WHICH_FEED,
            "this policy is about one feed: name it with --feed, once",
        )),
    }
}

/// The ids of a list, ascending and each once.
fn ids(feeds: &[Feed]) -> Vec<u8> {
    let ids: BTreeSet<FeedId> = feeds.iter().map(Feed::id).collect();
    ids.iter().flat_map(|id| id.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use twinroot_testkit::thermometer;

    fn asked(words: &str) -> Result<Asked, Fault> {
        let feed = thermometer(&[1; 32], "truck-7", 0).unwrap().feed().clone();
        let arguments = Arguments {
            policy: Some(words.to_owned()),
            contract: None,
            number: 0,
            params: None,
            at: None,
        };
        arguments.asked(&[feed]).map(Option::unwrap)
    }

    #[test]
    fn words_are_what_a_contract_stores() {
        let feed = thermometer(&[1; 32], "truck-7", 0).unwrap().feed().id();
        let window = [TimeMs(5), TimeMs(1_461_427_200_000)];
        let asked =
            asked("run-length:n=12,low=2000,high=8000,from=5,to=2016-04-23T16:00:00Z").unwrap();
        assert_eq!(asked.policy, Policy::RunLength { n: 12, params: 0 });
        assert_eq!(
            asked.params,
            twinroot_testkit::truck::params(feed, [2_000, 8_000], window)
        );
    }

    #[test]
    fn what_is_no_policy_is_told_by_name() {
        for (words, why) in [
            ("", "there is no policy"),
            ("majority", "there is no policy `majority`"),
            ("run-length", "`n` is missing"),
            ("run-length:n=0x10", "is no number that fits"),
            ("run-length:n=70000", "is no number that fits"),
            ("run-length:n=2,n=3", "stands twice"),
            ("run-length:n=2,k=3", "has no `k`"),
            ("run-length:n", "is not KEY=VALUE"),
            ("any:epoch=-1", "is no number that fits"),
            ("fresh:age=5", "a span is written"),
            ("max-gap:over=1h,from=noon", "a time is written"),
            ("k-of-n:k=2,subject=00", "64 digits"),
        ] {
            let fault = asked(words).map(|_| ()).unwrap_err();
            assert!(fault.to_string().contains(why), "{words}: {fault}");
            assert_eq!(fault.exit(), 2, "{words}");
        }
    }
}

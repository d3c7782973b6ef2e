//! A call that a side makes on the stage.

use twinroot_abi::{Amount, Gas, Side};
use twinroot_exec::{Bundle, Call, StateKey};
use twinroot_feed::{Feed, select};
use twinroot_sdk::{Caller, Fixed, Interface};
use twinroot_state::Read;

use super::{Deployed, Device, Failed, Stage, bytes};

/// Gas that a call may use unless its turn says something else: enough for any contract here.
pub(super) const GAS: Gas = Gas(5_000_000);

/// What a side does next.
pub struct Turn<'a> {
    stage: &'a mut Stage,
    by: Side,
    coins: Amount,
    gas: Gas,
    evidence: Vec<Evidence>,
}

/// Messages of devices for one policy.
struct Evidence {
    policy: u8,
    devices: Vec<Feed>,
    messages: Vec<Vec<u8>>,
    chosen: bool,
}

impl Evidence {
    /// All of it, as it was given.
    fn all(&self) -> Bundle {
        let mut devices: Vec<&Feed> = self.devices.iter().collect();
        devices.sort_by_key(|feed| feed.id());
        Bundle {
            policy: self.policy,
            descriptors: devices.into_iter().map(Feed::encode).collect(),
            messages: self.messages.clone(),
        }
    }
}

impl<'a> Turn<'a> {
    pub(super) const fn new(stage: &'a mut Stage, by: Side) -> Self {
        Self {
            stage,
            by,
            coins: Amount::ZERO,
            gas: GAS,
            evidence: Vec::new(),
        }
    }

    /// So many coins of the side go along.
    #[must_use]
    pub fn with(mut self, coins: Amount) -> Self {
        self.coins = coins;
        self
    }

    /// The call may use so much gas.
    #[must_use]
    pub fn gas(mut self, gas: Gas) -> Self {
        self.gas = gas;
        self
    }

    /// Messages go along for the contract's policy of that number, from 0: those that answer it are chosen
    /// among them, as a client does.
    #[must_use]
    pub fn showing(self, policy: u8, devices: &[&Device], messages: &[Vec<u8>]) -> Self {
        self.evidence(policy, devices, messages, true)
    }

    /// The same, but all of these messages go along, in this order, as a cheater would have it.
    #[must_use]
    pub fn showing_just(self, policy: u8, devices: &[&Device], messages: &[Vec<u8>]) -> Self {
        self.evidence(policy, devices, messages, false)
    }

    fn evidence(
        mut self,
        policy: u8,
        devices: &[&Device],
        messages: &[Vec<u8>],
        chosen: bool,
    ) -> Self {
        self.evidence.push(Evidence {
            policy,
            devices: devices.iter().map(|device| device.feed().clone()).collect(),
            messages: messages.to_vec(),
            chosen,
        });
        self
    }

    /// The contract whose entry is called, as its client.
    pub fn calls<C: Interface>(self, contract: &Deployed<C>) -> C::Client<At<'a>> {
        C::client(At {
            turn: self,
            contract: contract.id,
            package: C::PACKAGE,
        })
    }
}

/// Carries the calls of a client out on the stage.
pub struct At<'a> {
    turn: Turn<'a>,
    contract: twinroot_abi::ContractId,
    package: &'static str,
}

impl Caller for At<'_> {
    type Answer<T: Fixed> = Result<Done<T>, Failed>;

    fn call<A: Fixed, T: Fixed>(
        &mut self,
        entry: &'static str,
        args: &A,
    ) -> Result<Done<T>, Failed> {
        let facts = self.facts()?;
        let Turn {
            stage,
            by,
            coins,
            gas,
            ..
        } = &mut self.turn;
        let call = Call {
            contract: self.contract,
            entry: entry.to_owned(),
            args: bytes(args),
            value: *coins,
            gas: *gas,
            facts,
        };
        let step = stage.carry_out(*by, call)?;
        let receipt = &step.receipts[0];
        let value = T::read(&receipt.returned).ok_or_else(|| {
            Failed::Impossible(format!(
                "{entry} returned {} bytes, which are not what its client wants: build the contract again",
                receipt.returned.len()
            ))
        })?;
        Ok(Done {
            value,
            gas: receipt.gas,
            events: receipt
                .events
                .iter()
                .map(|event| event.bytes.clone())
                .collect(),
        })
    }
}

impl At<'_> {
    fn facts(&self) -> Result<Vec<Bundle>, Failed> {
        let evidence = self.turn.evidence.iter();
        let mut facts: Vec<Bundle> = evidence
            .map(|evidence| self.bundle(evidence))
            .collect::<Result<_, _>>()?;
        facts.sort_by_key(|bundle| bundle.policy);
        Ok(facts)
    }

    fn bundle(&self, evidence: &Evidence) -> Result<Bundle, Failed> {
        let Evidence {
            policy,
            devices,
            messages,
            chosen,
        } = evidence;
        if !chosen {
            return Ok(evidence.all());
        }
        let declared = self.turn.stage.policies(self.contract);
        let rule = declared.get(usize::from(*policy)).copied().ok_or_else(|| {
            Failed::Evidence(format!(
                "{} declares {} policies, numbered from 0, and none has the number {policy}",
                self.package,
                declared.len()
            ))
        })?;
        let key = StateKey::Slot(self.contract, &rule.params_key()).hash();
        let (_, state) = self.turn.stage.position();
        let params = state.read(&key).ok().flatten().unwrap_or_default().to_vec();
        let pinned = self.turn.stage.world.block();
        select::bundle(*policy, rule, &params, devices, messages, pinned)
            .map_err(|shortfall| Failed::Evidence(format!("{shortfall}: {shortfall:?}")))
    }
}

/// A call that succeeded.
#[derive(Clone, Debug)]
pub struct Done<T> {
    /// What it returned.
    pub value: T,
    /// What it used.
    pub gas: Gas,
    /// What it told, as bytes; the contract's enum of events reads them.
    pub events: Vec<Vec<u8>>,
}

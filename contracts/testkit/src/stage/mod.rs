//! Where an author tries a contract out: two sides with coins in a channel, devices that sign, blocks that
//! pass. What a test does here is done twice, agreed on off chain and forced on chain.
//!
//! ```text
//! #[twin_test] fn sale(stage: &mut Stage)
//!    |-- off chain: proposed, checked and signed by both, repeated from a witness
//!    `-- on chain:  each call forced through the ledger
//! each step of the two: same outcome, gas, root, events, returned bytes
//! ```

#![expect(
    clippy::panic,
    reason = "a stage is for tests, and a test ends so where it cannot go on"
)]

mod at;
mod contract;
mod crypto;
mod device;
mod failed;
mod module;
mod oracle;
mod recorded;
mod story;
mod tracer;
mod twin;

use twinroot_abi::{Amount, ContractId, Height, Policy, Side, TimeMs};
use twinroot_exec::{Fallback, HeaderPlace};
use twinroot_gate::declared_policies;
use twinroot_sdk::{Begins, Fixed, Interface};
use twinroot_state::Overlay;
use twinroot_wire::Operation;

use crate::{Step, World, WorldError};

pub use at::{At, Done, Turn};
pub use crypto::{Key, blake2b};
pub use device::Device;
pub use failed::{Ended, Failed};
pub use module::{MODULES, ModuleError};
pub use oracle::Oracle;
pub use recorded::{Recorded, STEPS};
pub use tracer::Traced;
pub use twin::{Path, twin, twin_test};

use contract::Contract;
use module::module;
use story::Played;
use tracer::Tracer;

/// Coins of each side's account on the ledger.
const ACCOUNTS: Amount = Amount(100_000_000);
/// Coins of each side in the channel.
const DEPOSITS: [Amount; 2] = [Amount(10_000_000); 2];
/// Blocks that a close leaves the other side to answer.
const LOCK: u64 = 10;
/// When a test begins: 2026-11-22, 12:00 UTC.
const NOON: TimeMs = TimeMs(1_795_348_800_000);

/// A channel in which contracts are tried out.
pub struct Stage {
    world: World,
    path: Path,
    tracer: Tracer,
    steps: Vec<Played>,
    contracts: Vec<Contract>,
}

/// A contract in the channel.
#[derive(Debug)]
pub struct Deployed<C> {
    /// Its id.
    pub id: ContractId,
    interface: std::marker::PhantomData<C>,
}

impl<C> Clone for Deployed<C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Deployed<C> {}

impl Stage {
    fn on(path: Path) -> Self {
        let tracer = Tracer::default();
        let set = || -> Result<_, WorldError> {
            let mut world = World::new([ACCOUNTS; 2], NOON)?;
            world.off_chain = tracer.listen_to(world.off_chain);
            world.open(DEPOSITS, LOCK)?;
            Ok(world)
        };
        let world = set().unwrap_or_else(|error| panic!("the stage could not be set: {error}"));
        Self {
            world,
            path,
            tracer,
            steps: Vec::new(),
            contracts: Vec::new(),
        }
    }

    /// The two sides: who opened the channel, and the other.
    #[must_use]
    pub const fn sides(&self) -> [Side; 2] {
        Side::BOTH
    }

    /// Creates a contract, with the hold and the fallback that it is offered with. Both sides sign that, on
    /// both paths: a contract that one creates alone can have no hold.
    ///
    /// # Panics
    /// Where there is no module, or it cannot be created.
    #[track_caller]
    pub fn create<C: Interface>(&mut self, by: Side, first: &impl Begins<C::First>) -> Deployed<C> {
        let wasm = module(C::PACKAGE, C::FOLDER).unwrap_or_else(|error| panic!("{error}"));
        let created = self.publish_and_create(by, &wasm, (C::HOLD, C::FALLBACK), bytes(first));
        let (id, step) =
            created.unwrap_or_else(|why| panic!("{} is not created: {why}", C::PACKAGE));
        let contract = Contract::of::<C>(id, &wasm);
        self.contracts.push(contract.clone());
        self.steps.push(Played {
            recorded: Recorded::created(C::PACKAGE, by, &step),
            trace: self.tracer.newest(id),
            contract,
            failed: None,
        });
        self.conserves();
        Deployed {
            id,
            interface: std::marker::PhantomData,
        }
    }

    fn publish_and_create(
        &mut self,
        by: Side,
        wasm: &[u8],
        (hold, fallback): (u64, u8),
        args: Vec<u8>,
    ) -> Result<(ContractId, Step), WorldError> {
        let code = self.world.publish(by, wasm)?;
        let id = self.world.next_contract()?;
        let share = Fallback::WHOLE / 100 * u16::from(fallback);
        let initiator = match by {
            Side::Initiator => share,
            Side::Responder => Fallback::WHOLE - share,
        };
        let create = Operation::Create {
            code: code.hash,
            fallback: Fallback::new(initiator).unwrap_or(Fallback::all_to(by)),
            hold: if hold == 0 {
                Height(0)
            } else {
                self.world.in_blocks(hold)
            },
            args,
            gas: at::GAS,
        };
        let step = self.world.agree(by, vec![create])?;
        Ok((id, step))
    }

    /// It is that side's turn to call something.
    pub const fn by(&mut self, side: Side) -> Turn<'_> {
        Turn::new(self, side)
    }

    /// Free coins of a side in the channel.
    #[must_use]
    pub fn coins(&self, side: Side) -> Amount {
        self.position().0[side.index()]
    }

    /// Coins that a contract holds.
    #[must_use]
    pub fn held<C>(&self, contract: &Deployed<C>) -> Amount {
        self.held_by(contract.id)
    }

    fn held_by(&self, contract: ContractId) -> Amount {
        let mut state = Overlay::new(self.position().1);
        let header = HeaderPlace::of(contract).read(&mut state);
        header
            .ok()
            .flatten()
            .map_or(Amount::ZERO, |header| header.coins)
    }

    /// The policies that a contract declares.
    fn policies(&self, contract: ContractId) -> Vec<Policy> {
        let mut state = Overlay::new(self.position().1);
        let header = HeaderPlace::of(contract).read(&mut state).ok().flatten();
        let codes = self.world.codes().unwrap_or_default();
        let code = header.and_then(|header| codes.get(&header.code).cloned());
        let declared = code.and_then(|code| declared_policies(&code).ok());
        declared.unwrap_or_default()
    }

    fn position(&self) -> ([Amount; 2], twinroot_state::Tree) {
        match self.world.party(Side::Initiator) {
            Ok(party) => (party.balances(), party.state().clone()),
            Err(error) => panic!("{error}"),
        }
    }

    /// The present height.
    #[must_use]
    pub fn height(&self) -> Height {
        self.world.block().height
    }

    /// The time of the present block.
    #[must_use]
    pub fn time(&self) -> TimeMs {
        self.world.block().time
    }

    /// The height so many blocks ahead.
    #[must_use]
    pub fn in_blocks(&self, blocks: u64) -> Height {
        self.world.in_blocks(blocks)
    }

    /// Lets blocks pass, one each two seconds.
    ///
    /// # Panics
    /// Where a party does not follow.
    #[track_caller]
    pub fn wait(&mut self, blocks: u64) {
        if let Err(error) = self.world.advance(blocks) {
            panic!("a block that does not pass: {error}");
        }
    }

    /// Lets blocks pass until `height`.
    ///
    /// # Panics
    /// As [`Stage::wait`].
    #[track_caller]
    pub fn wait_until(&mut self, height: Height) {
        self.wait(height.0.saturating_sub(self.height().0));
    }

    /// No coin comes or goes, whatever a contract does.
    #[track_caller]
    fn conserves(&self) {
        let held = self
            .contracts
            .iter()
            .map(|contract| self.held_by(contract.id).0);
        let there: u64 = held.chain(self.position().0.map(|coins| coins.0)).sum();
        let all: u64 = DEPOSITS.iter().map(|coins| coins.0).sum();
        assert_eq!(there, all, "coins of the channel came or went");
    }
}

fn bytes<T: Fixed>(value: &T) -> Vec<u8> {
    let mut bytes = vec![0; T::SIZE];
    value.write(&mut bytes);
    bytes
}

//! Medicines that are insured, the cover paid in; twelve readings above the band are at hand.

use twinroot_abi::{Amount, ContractId, TimeMs};
use twinroot_exec::{Bundle, Fallback};
use twinroot_feed::Signer;
use twinroot_testkit::{World, thermometer, truck};
use twinroot_wire::Operation;

use super::sale::NOON;
use super::world::{ALICE, BOB, open};

pub(super) const COVER: Amount = Amount(500_000);
/// The journey lasts so many periods of the thermometer, from noon on.
pub(super) const PERIODS: u64 = 40;
const PERIOD_MS: u32 = 60_000;
const BAND: [i64; 2] = [2_000, 8_000];
const TOO_WARM: i64 = 9_000;
const END_AFTER: u64 = 100;

/// An insurance that Bob gave and Alice may claim, its code published.
pub(super) struct Insurance {
    pub(super) world: World,
    pub(super) contract: ContractId,
    device: Signer,
}

impl Insurance {
    pub(super) fn ready() -> Self {
        let device = thermometer(&[21; 32], "truck-7", PERIOD_MS).unwrap();
        let mut world = open();
        let code = world.publish(ALICE, truck::WASM).unwrap();
        let contract = world.next_contract().unwrap();
        let end = world.in_blocks(END_AFTER);
        let window = [NOON, time(PERIODS)];
        let create = Operation::Create {
            code: code.hash,
            fallback: Fallback::all_to(BOB),
            hold: end,
            args: truck::init(BOB, COVER, end, device.feed().id(), BAND, window),
            gas: truck::INIT_GAS,
        };
        world.agree(BOB, vec![create]).unwrap();
        let fund = Operation::Call(truck::fund(contract, COVER));
        world.agree(BOB, vec![fund]).unwrap();
        Self {
            world,
            contract,
            device,
        }
    }

    /// Readings that are too warm, one a period from period `first` on; before noon if it is negative.
    pub(super) fn warm(&mut self, first: i64, count: usize) -> Vec<Vec<u8>> {
        (first..)
            .take(count)
            .map(|period| self.device.reading(at(period), TOO_WARM).unwrap())
            .collect()
    }

    /// The claim with these readings.
    pub(super) fn claim(&self, messages: Vec<Vec<u8>>) -> Operation {
        let bundle = Bundle {
            policy: 0,
            descriptors: vec![self.device.feed().encode()],
            messages,
        };
        Operation::Call(truck::claim(self.contract, vec![bundle]))
    }
}

fn time(period: u64) -> TimeMs {
    at(i64::try_from(period).unwrap())
}

fn at(period: i64) -> TimeMs {
    TimeMs(
        NOON.0
            .checked_add_signed(period * i64::from(PERIOD_MS))
            .unwrap(),
    )
}

//! What every story begins with: an open channel, filled with slots if that was asked for.

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use twinroot_abi::{Amount, Height, Side};
use twinroot_exec::Fallback;
use twinroot_testkit::{World, ballast};
use twinroot_wire::Operation;

use super::narrator::{Narrator, coins, grouped};

/// Opens the channel.
pub(crate) fn open(
    world: &mut World,
    narrator: &mut Narrator,
    deposits: [Amount; 2],
    lock: u64,
) -> Result<()> {
    let step = world.open(deposits, lock)?;
    let [alice, bob] = deposits.map(coins);
    narrator.step(
        "open",
        format!("Alice locks {alice} coins, Bob {bob}."),
        &step,
    )
}

/// Lets both parties agree on as many `fill` calls as it takes.
pub(crate) fn fill(world: &mut World, narrator: &mut Narrator, slots: u32) -> Result<()> {
    if slots == 0 {
        return Ok(());
    }
    let code = world.learn(ballast::WASM)?;
    let contract = world.next_contract()?;
    let create = Operation::Create {
        code: code.hash,
        fallback: Fallback::all_to(Side::Initiator),
        hold: Height(0),
        args: Vec::new(),
        gas: ballast::INIT_GAS,
    };
    let mut last = world.agree(Side::Initiator, vec![create])?;
    // Drawn on a terminal only; indicatif sees to that.
    let bar = ProgressBar::new(u64::from(slots)).with_message("slots filled");
    bar.set_style(ProgressStyle::with_template(
        "  {bar:40} {human_pos} of {human_len} {msg}",
    )?);
    for start in (0..slots).step_by(ballast::PER_CALL as usize) {
        let count = ballast::PER_CALL.min(slots - start);
        let call = ballast::fill(contract, u64::from(start), count);
        last = world.agree(Side::Initiator, vec![Operation::Call(call)])?;
        bar.inc(u64::from(count));
    }
    bar.finish_and_clear();
    narrator.step(
        "fill",
        format!(
            "The channel is filled: {} leaves now.",
            grouped(last.state_leaves as u64)
        ),
        &last,
    )?;
    Ok(())
}

//! What channels take that do nothing.

use std::time::{Duration, Instant};

use crate::world::World;
use crate::{Size, process};

/// From block to block, as of `twinroot chain dev`.
const BLOCK: Duration = Duration::from_secs(2);

pub(crate) async fn measure(size: Size) {
    let mut world = World::new().await;
    let before = [world.alice.resident(), world.bob.resident()];
    let begun = Instant::now();
    world.open(size.idle).await;
    println!(
        "{} channels, opened in {:.0} s, that do nothing for {} s, load {}",
        size.idle,
        begun.elapsed().as_secs_f64(),
        size.seconds,
        process::load()
    );
    for (when, blocks) in [("no blocks", false), ("a block every 2 s", true)] {
        let cpu = [world.alice.cpu(), world.bob.cpu()];
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(size.seconds) {
            if blocks {
                world.mine();
            }
            tokio::time::sleep(BLOCK.min(Duration::from_secs(size.seconds))).await;
        }
        let wall = begun.elapsed().as_secs_f64();
        for (name, node, before, cpu) in [
            ("caller", &world.alice, before[0], cpu[0]),
            ("peer", &world.bob, before[1], cpu[1]),
        ] {
            let after = node.resident();
            println!(
                "  {when}, {name}: {:.1} MB, {:.1} KiB a channel; {:.2} % of a processor",
                after as f64 / 1024.0,
                after.saturating_sub(before) as f64 / size.idle as f64,
                100.0 * (node.cpu() - cpu).as_secs_f64() / wall
            );
        }
    }
}

//! How long a node with many channels and many rounds takes from its start to its first answer.

use std::time::Instant;

use crate::rows::at_once;
use crate::world::{World, call};
use crate::{Size, process};

pub(crate) async fn measure(world: &mut World, size: Size) {
    let mut behind = Vec::new();
    for channel in world.alice.client().list().await.expect("a list") {
        let rounds = size.rounds.saturating_sub(channel.round);
        behind.push((channel.channel, usize::try_from(rounds).expect("few")));
    }
    // All channels at once, as long as all are behind; those that are further behind go on alone.
    while let Some(each) = behind
        .iter()
        .map(|(_, rounds)| *rounds)
        .filter(|rounds| *rounds > 0)
        .min()
    {
        behind.retain(|(_, rounds)| *rounds > 0);
        at_once(
            world.alice.client(),
            behind.iter().map(|(channel, _)| *channel),
            each,
        )
        .await;
        for (_, rounds) in &mut behind {
            *rounds -= each;
        }
    }
    let list = world.alice.client().list().await.expect("a list");
    let rounds: u64 = list.iter().map(|channel| channel.round).sum();
    println!(
        "start of a node with {} channels and {rounds} rounds",
        list.len()
    );
    say(world, size, "stopped, all events kept", false).await;
    say(world, size, "killed, all events kept", true).await;
    for node in [&world.alice, &world.bob] {
        let newest = node.client().status().await.expect("it runs").last_event;
        node.client().ack(newest).await.expect("it runs");
    }
    say(world, size, "stopped, events acknowledged", false).await;
    say(world, size, "killed, events acknowledged", true).await;
}

/// Starts each node again, one after the other, while the other one runs.
async fn say(world: &mut World, size: Size, how: &str, is_killed: bool) {
    if is_killed {
        // The start before was after a checkpoint. This is about the most that goes between two: all of it is carried out again.
        let channels = world.channels.iter().copied();
        at_once(world.alice.client(), channels, size.replayed).await;
    }
    for name in ["caller", "peer"] {
        let node = match name {
            "caller" => &mut world.alice,
            _ => &mut world.bob,
        };
        if is_killed {
            node.kill();
        } else {
            node.stop();
        }
        let took = node.start().await.as_secs_f64();
        let log = node.log_bytes() as f64 / 1e6;
        let begun = Instant::now();
        let call = call(world.channels[0], 0);
        world.alice.client().call(call).await.expect("both sign");
        println!(
            "  {name} {how}: answers after {took:.2} s, with a log of {log:.0} MB; a call then takes {:.2} s; load {}",
            begun.elapsed().as_secs_f64(),
            process::load()
        );
    }
}

//! How things stand in a game.

use std::fmt;

use serde::Serialize;
use twinroot_abi::Side;
use twinroot_arbiter::Phase;
use twinroot_sim::Sim;

#[derive(Serialize)]
pub(crate) struct State {
    height: u64,
    parties: Vec<Party>,
    channel: Option<OnLedger>,
    transactions_waiting: usize,
}

#[derive(Serialize)]
struct Party {
    side: String,
    status: String,
    round: Option<u64>,
    forced: Option<u32>,
    root: Option<String>,
    balances: Option<[u64; 2]>,
    payout: Option<[u64; 2]>,
    sure: Option<u64>,
    account: u64,
    messages_on_the_way: usize,
}

#[derive(Serialize)]
struct OnLedger {
    phase: &'static str,
    until: Option<u64>,
    round: u64,
    forced: u32,
    root: String,
    locked: u64,
    payout: [u64; 2],
    hold_until: u64,
}

impl State {
    pub(crate) fn of(sim: &Sim<'_>) -> Self {
        Self {
            height: sim.ledger().block().height.0,
            parties: Side::BOTH.map(|side| party(sim, side)).into(),
            channel: on_ledger(sim),
            transactions_waiting: sim.waiting(),
        }
    }
}

fn party(sim: &Sim<'_>, side: Side) -> Party {
    let party = sim.party(side);
    let coins = |pair: [twinroot_abi::Amount; 2]| pair.map(|amount| amount.0);
    Party {
        side: side.to_string(),
        status: party.map_or_else(|| "down".to_owned(), |party| party.status().to_string()),
        round: party.map(|party| party.standing().round.0),
        forced: party.map(|party| party.standing().forced),
        root: party.map(|party| party.commitment().state_root.to_string()),
        balances: party.map(|party| coins(party.balances())),
        payout: party.map(|party| coins(party.commitment().payout)),
        sure: party.map(|party| party.sure().0),
        account: sim.accounts()[side.index()].0,
        messages_on_the_way: sim.on_the_way(side),
    }
}

fn on_ledger(sim: &Sim<'_>) -> Option<OnLedger> {
    let channel = sim.ledger().channel(sim.channel())?;
    let (phase, until) = match channel.phase {
        Phase::Open => ("open", None),
        Phase::Closing { until, .. } => ("closing", Some(until.0)),
    };
    Some(OnLedger {
        phase,
        until,
        round: channel.standing.round.0,
        forced: channel.standing.forced,
        root: channel.tip.state_root.to_string(),
        locked: channel.locked().0,
        payout: channel.tip.payout.map(|amount| amount.0),
        hold_until: channel.tip.hold_until.0,
    })
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for party in &self.parties {
            write!(f, "  {:<10} {}", party.side, party.status)?;
            if let (Some(round), Some(forced), Some([one, other]), Some(sure)) =
                (party.round, party.forced, party.balances, party.sure)
            {
                write!(f, "; round {round}")?;
                if forced > 0 {
                    write!(f, " and {forced} forced")?;
                }
                write!(f, ", free coins {one} and {other}, sure of {sure}")?;
            }
            writeln!(
                f,
                "; account {}, {} messages on the way",
                party.account, party.messages_on_the_way
            )?;
        }
        write!(f, "  {:<10} height {}, ", "ledger", self.height)?;
        match &self.channel {
            None => write!(f, "the channel has paid out")?,
            Some(channel) => {
                write!(f, "channel {}", channel.phase)?;
                if let Some(until) = channel.until {
                    write!(
                        f,
                        " (answers until {until}, held until {})",
                        channel.hold_until
                    )?;
                }
                let [one, other] = channel.payout;
                write!(
                    f,
                    " at round {} and {} forced, would pay {one} and {other}",
                    channel.round, channel.forced
                )?;
            }
        }
        writeln!(f, "; {} transactions wait", self.transactions_waiting)
    }
}

//! Numbers for operators that are looked at with every tick.

use super::Core;
use super::seat::{Seat, Stage};

/// Whether a channel is in a stage.
type Is = fn(&Seat) -> bool;

impl Core {
    pub(super) fn gauges(&self) {
        let stages: [(&'static str, Is); 5] = [
            ("opening", |seat| matches!(seat.stage, Stage::Opening(_))),
            ("open", |seat| {
                matches!(seat.stage, Stage::Open(_)) && !is_closing(seat) && seat.broken.is_none()
            }),
            ("closing", |seat| is_closing(seat) && seat.broken.is_none()),
            ("stopped", |seat| seat.broken.is_some()),
            ("closed", |seat| seat.is_over() && seat.broken.is_none()),
        ];
        for (stage, is) in stages {
            metrics::gauge!("twinroot_channels", "stage" => stage)
                .set(number(self.seats.values().filter(|seat| is(seat)).count()));
        }
        let waiting = |seat: &Seat| {
            let proposed = seat
                .proposed
                .as_ref()
                .map_or(0, |proposed| proposed.wants.len());
            seat.wants
                .len()
                .saturating_add(proposed)
                .saturating_add(usize::from(seat.forcing.is_some()))
        };
        let wants = self
            .seats
            .values()
            .map(waiting)
            .fold(0, usize::saturating_add);
        metrics::gauge!("twinroot_wants_waiting").set(number(wants));
        metrics::gauge!("twinroot_questions_waiting").set(number(
            self.seats
                .values()
                .filter(|seat| seat.question.is_some())
                .count(),
        ));
        metrics::gauge!("twinroot_peers_connected").set(number(self.parts.peers.connected().len()));
        metrics::gauge!("twinroot_unwritten_batches").set(number(
            usize::try_from(self.ticket.saturating_sub(self.written)).unwrap_or(usize::MAX),
        ));
    }
}

fn is_closing(seat: &Seat) -> bool {
    seat.party()
        .and_then(|party| party.on_ledger()?.closing)
        .is_some()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a gauge is a float; these counts are far below 2^52"
)]
pub(super) const fn number(count: usize) -> f64 {
    count as f64
}

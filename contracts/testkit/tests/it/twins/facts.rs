//! Bundles of facts, good and bad.

use twinroot_abi::{Subject, TimeMs};
use twinroot_exec::Bundle;
use twinroot_feed::Signer;
use twinroot_testkit::tv;

/// Bundles to choose from.
pub(crate) struct Pool {
    /// For the escrow.
    pub(crate) deliveries: Vec<Bundle>,
    /// For the insurance.
    pub(crate) runs: Vec<Bundle>,
}

impl Pool {
    pub(crate) fn new(mut attestors: Vec<Signer>, mut device: Signer, subject: Subject) -> Self {
        let descriptors: Vec<Vec<u8>> = attestors
            .iter()
            .map(|attestor| attestor.feed().encode())
            .collect();
        let mut claim =
            |place: usize, subject, code| attestors[place].claim(TimeMs(5), subject, code).unwrap();
        let other = Subject([9; 32]);
        let messages: Vec<Vec<u8>> = (0..3)
            .map(|place| claim(place, subject, tv::DELIVERED))
            .collect();
        let lost: Vec<Vec<u8>> = (0..3).map(|place| claim(place, subject, 2)).collect();
        let elsewhere = claim(1, other, tv::DELIVERED);
        let pair = |one: usize, two: usize, messages: [Vec<u8>; 2]| Bundle {
            policy: 0,
            descriptors: vec![descriptors[one].clone(), descriptors[two].clone()],
            messages: messages.to_vec(),
        };
        let good =
            |one: usize, two: usize| pair(one, two, [messages[one].clone(), messages[two].clone()]);
        let mut broken = messages[2].clone();
        *broken.last_mut().unwrap() ^= 1;
        let deliveries = vec![
            good(0, 1),
            good(0, 2),
            good(1, 2),
            pair(0, 1, [lost[0].clone(), lost[1].clone()]),
            pair(0, 1, [messages[0].clone(), lost[1].clone()]),
            pair(0, 1, [messages[0].clone(), elsewhere]),
            pair(0, 0, [messages[0].clone(), messages[0].clone()]),
            pair(1, 2, [messages[1].clone(), broken]),
            pair(2, 1, [messages[2].clone(), messages[1].clone()]),
            Bundle {
                policy: 0,
                descriptors: vec![descriptors[0].clone()],
                messages: vec![messages[0].clone()],
            },
            Bundle {
                policy: 0,
                descriptors: Vec::new(),
                messages: Vec::new(),
            },
            Bundle {
                policy: 3,
                ..good(0, 1)
            },
        ];

        let descriptor = device.feed().encode();
        let readings: Vec<Vec<u8>> = (0..70)
            .map(|second| {
                let degrees = if (5..40).contains(&second) {
                    9_000
                } else {
                    4_000
                };
                device.reading(TimeMs(second * 1_000), degrees).unwrap()
            })
            .collect();
        let run = |messages: &[Vec<u8>]| Bundle {
            policy: 0,
            descriptors: vec![descriptor.clone()],
            messages: messages.to_vec(),
        };
        let with_gap = [&readings[5..10], &readings[11..18]].concat();
        let runs = vec![
            run(&readings[5..17]),
            run(&readings[20..32]),
            run(&readings[4..16]),
            run(&readings[5..16]),
            run(&readings[5..18]),
            run(&with_gap),
            run(&[]),
        ];
        Self { deliveries, runs }
    }
}

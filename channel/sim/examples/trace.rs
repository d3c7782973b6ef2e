fn main() {
    let text = std::fs::read_to_string(std::env::args().nth(1).unwrap()).unwrap();
    let script: twinroot_sim::Script = text.parse().unwrap();
    let mut sim = twinroot_sim::Sim::new(script.config.clone(), twinroot_sim::toys()).unwrap();
    for a in &script.actions {
        println!("== {a}");
        let r = sim.act(*a);
        match r {
            Ok(h) => {
                for e in h {
                    let t = format!("{e:?}");
                    println!("   {}", t.chars().take(330).collect::<String>());
                }
            }
            Err(b) => {
                println!("BROKEN {b}");
            }
        }
        for s in twinroot_abi::Side::BOTH {
            if let Some(p) = sim.party(s) {
                println!(
                    "      {s}: {:?} {:?} newest {:?} half {:?} ledger {:?}",
                    p.standing(),
                    p.status(),
                    p.newest().map(|n| n.commitment.round),
                    p.half_signed().map(|h| h.round).collect::<Vec<_>>(),
                    p.on_ledger()
                        .map(|v| (v.ground.round(), v.steps.len(), v.closing))
                );
            } else {
                println!("      {s}: down");
            }
        }
        if std::env::var_os("DISK").is_some() {
            for s in twinroot_abi::Side::BOTH {
                println!(
                    "      disk {s}: {:?}",
                    sim.disk(s)
                        .iter()
                        .map(|r| format!("{r:?}").chars().take(14).collect::<String>())
                        .collect::<Vec<_>>()
                );
            }
        }
    }
    println!("finish: {:?}", sim.finish().map_err(|b| b.to_string()));
}

use std::time::Instant;
use twinroot_abi::*;
use twinroot_exec::*;
use twinroot_feed::FeedJudge;
use twinroot_host::*;
use twinroot_state::*;
use twinroot_testkit::ballast;
fn main() {
    let host = Host::new(Backend::Cranelift, FeedJudge).unwrap();
    let code = host.admit(ballast::WASM).unwrap();
    let contract = ContractId([3; 32]);
    let mut o = Overlay::new(Tree::new());
    HeaderPlace::of(contract).set(
        &mut o,
        &Header {
            code: code.hash,
            coins: Amount(0),
            fallback: Fallback::all_to(Side::Initiator),
            hold: Height(0),
        },
    );
    let (c, _) = o.finish();
    let tree = Tree::new().updated(&c).unwrap();
    let env = Env {
        height: Height(1),
        time: TimeMs(5),
        block: Hash([1; 32]),
    };
    let scene = Scene {
        caller: Side::Initiator,
        env,
    };
    let call = ballast::fill(contract, 0, 1);
    for _ in 0..5 {
        let n = 20000;
        let t = Instant::now();
        for _ in 0..n {
            let mut o = Overlay::new(tree.clone());
            let r = host
                .execute(
                    CodeSource {
                        hash: code.hash,
                        bytes: &code.bytes,
                    },
                    &mut o,
                    scene,
                    &call,
                )
                .unwrap();
            assert_eq!(r.outcome, Outcome::Success);
        }
        let a = t.elapsed().as_nanos() as f64 / n as f64;
        let mut bad = call.clone();
        bad.entry = "nosuch".into();
        let t = Instant::now();
        for _ in 0..n {
            let mut o = Overlay::new(tree.clone());
            let _ = host
                .execute(
                    CodeSource {
                        hash: code.hash,
                        bytes: &code.bytes,
                    },
                    &mut o,
                    scene,
                    &bad,
                )
                .unwrap();
        }
        let b = t.elapsed().as_nanos() as f64 / n as f64;
        println!("fill {a:.0} ns, no entry {b:.0} ns");
    }
}

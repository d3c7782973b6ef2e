//! The time for each gas of everything that has a price, and how far that is from the median. What is
//! far above is too cheap: for the same gas it keeps a machine longer than other code does.

use twinroot_benches::{Figure, priced, spread};

fn main() {
    let worths: Vec<_> = priced()
        .iter()
        .map(twinroot_benches::Priced::worth)
        .collect();
    println!("{:28}  {:>8}  {:>6}", "", "ns a gas", "spread");
    for Figure {
        name,
        ratio,
        median_ns,
        ..
    } in spread(&worths)
    {
        println!("{name:28}  {median_ns:>8.3}  {ratio:>6.2}");
    }
}

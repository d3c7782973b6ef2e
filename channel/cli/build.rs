//! A new folder of templates is no changed file yet: this has cargo look at the folder.

fn main() {
    println!("cargo::rerun-if-changed=../../contracts/templates");
}

//! `pgz` under its other name.

#[path = "pgz.rs"]
mod pgz;

fn main() -> std::process::ExitCode {
    pgz::main()
}

//! `wc-race` under its other name.

#[path = "wc-race.rs"]
mod wc_race;

fn main() -> std::process::ExitCode {
    wc_race::main()
}

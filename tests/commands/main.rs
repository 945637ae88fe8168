//! What the commands promise, tried on the built binaries.

mod aliases;
mod closed;
mod echoback;
mod lockdemo;
mod pgz;
mod pgz_faults;
mod streams;
mod support;
mod wc_race;
mod wc_race_parts;
mod wc_race_race;

//! The commands, a room each. Only they print, look at the environment, or end the process.

mod common;
pub mod echoback;
pub mod lockdemo;
pub mod pgz;
pub mod wc_race;

pub use common::startup;

//! The commands, a module each. Only they print, read the environment, or end the process.

mod common;
pub mod echoback;
pub mod lockdemo;
pub mod pgz;
pub mod wc_race;

pub use common::startup;

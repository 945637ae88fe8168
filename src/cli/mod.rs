//! What every command shares: exit codes, the one error printer, and how options are read.
//!
//! Only this module and `src/bin` print, look at the environment, or end the process.

pub mod arguments;
pub mod duration;
pub mod exit;
pub mod inputs;
pub mod level;
pub mod lockdemo;
pub mod memory;
pub mod message;
pub mod output;
pub mod pgz;
pub mod picture;
pub mod progress;
pub mod signals;
pub mod size;
pub mod startup;
pub mod stdio;
pub mod terminal;
pub mod threads;
pub mod wc_race;

pub use exit::Exit;

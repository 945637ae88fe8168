//! What every command shares: exit codes, the one error printer, and how options are read.
//!
//! Only this module and `src/bin` print, look at the environment, or end the process.

pub mod duration;
pub mod exit;
pub mod level;
pub mod message;
pub mod signals;
pub mod threads;

pub use exit::Exit;

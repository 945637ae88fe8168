//! What the commands share: reading options, exit statuses, messages, progress, and output files.

pub(super) mod arguments;
pub(super) mod dash;
pub(super) mod duration;
pub(super) mod escaping;
pub(super) mod exit;
pub(super) mod files0;
mod generate;
pub(super) mod help;
pub(super) mod inputs;
pub(super) mod memory;
pub(super) mod message;
pub(super) mod number;
pub(super) mod output;
pub(super) mod picture;
pub(super) mod progress;
pub(super) mod signals;
pub(super) mod size;
pub mod startup;
pub(super) mod stdio;
pub(super) mod terminal;
pub(super) mod threads;

pub(super) use exit::Exit;

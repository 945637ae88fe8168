//! What `wc-race` does beside counting: how it lists, and what else it can be asked for.

pub mod count;
pub mod list;
pub mod merge;
pub mod race;
pub mod steps;

/// What errors begin with.
pub const NAME: &str = "wc-race";

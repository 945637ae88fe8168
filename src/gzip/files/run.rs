//! What the files of one run share.

use super::tree::Trees;
use crate::io::Outputs;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// The state of a run: of one call of the library, or of all that a command does. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunState {
    /// The outputs in progress, and those that no other output of the run may overwrite.
    pub(crate) outputs: Outputs,
    /// The directories made for outputs.
    pub(crate) trees: Trees,
    /// Counts the bytes read from all inputs together, to show progress.
    pub(crate) bytes_read: Arc<AtomicU64>,
}

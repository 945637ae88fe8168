//! What the tally promises as a library: the right counts, whatever the input, the threads, the
//! cuts and the memory.

mod engine;
mod inputs;
mod memory;
mod partial;
mod reference;
mod unicode;

//! What the tally promises as a library: the right counts, whatever the input, the threads, the
//! cuts and the memory.

mod encodings;
mod engine;
mod inputs;
mod memory;
mod partial;
mod reference;
mod rules;
mod unicode;

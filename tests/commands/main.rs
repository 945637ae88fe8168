//! What the commands promise, tried on the built binaries.

#[path = "../harness/mod.rs"]
mod harness;

mod closed_streams;
mod echoback;
mod every_command;
mod generated;
mod lockdemo;
#[cfg(target_os = "linux")]
mod memory;
mod pgz;
mod pgz_beside_gzip;
mod pgz_bgzf;
mod pgz_faults;
mod pgz_files0;
mod pgz_flags;
mod pgz_for_the_kernel;
mod pgz_idle;
mod pgz_leaves_alone;
mod pgz_of_others;
mod pgz_outputs;
mod pgz_ranges;
mod pgz_recover;
mod pgz_skip_compressed;
mod pgz_sparse;
mod pgz_swaps;
mod pgz_terminal;
mod pgz_trees;
mod pgz_verify;
mod pipes;
mod sessions;
mod wc_race;
mod wc_race_encodings;
mod wc_race_limits;
mod wc_race_merge;
mod wc_race_options;
mod wc_race_race;
mod wc_race_random;
mod wc_race_total;

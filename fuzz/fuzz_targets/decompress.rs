//! Any bytes: the engine and flate2 agree on the result.
#![no_main]

mod reference;

libfuzzer_sys::fuzz_target!(|packed: &[u8]| reference::assert_agrees(packed));

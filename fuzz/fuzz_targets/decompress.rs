//! Any bytes at all: the engine and flate2 come to the same verdict and the same bytes.
#![no_main]

mod reference;

libfuzzer_sys::fuzz_target!(|packed: &[u8]| reference::assert_agrees(packed));

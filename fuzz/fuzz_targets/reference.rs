//! What the engine is held against: flate2, one member after the other.

use csp_toolkit::gzip::{Settings, stream};
use flate2::bufread::GzDecoder;
use std::io::Read;
use std::num::NonZeroUsize;

/// Asserts that the engine decodes what flate2 decodes, or that both find an error.
pub fn assert_agrees(packed: &[u8]) {
    let settings = Settings::new(NonZeroUsize::new(2).unwrap());
    let mut plain = Vec::new();
    let outcome = stream::decompress(packed, &mut plain, &settings);
    let (mut expected, mut rest) = (Vec::new(), packed);
    let sound = loop {
        let mut decoder = GzDecoder::new(rest);
        if decoder.read_to_end(&mut expected).is_err() {
            break false;
        }
        rest = decoder.into_inner();
        if !rest.starts_with(&[0x1F, 0x8B]) {
            break true;
        }
    };
    assert_eq!(outcome.is_ok(), sound, "{outcome:?}");
    if let Ok(totals) = outcome {
        assert!(plain == expected);
        assert_eq!(totals.trailing_garbage, rest.iter().any(|&byte| byte != 0));
    } else {
        assert!(plain.starts_with(&expected) || expected.starts_with(&plain));
    }
}

//! What the engine is compared with: flate2, one member after the other, and a few lines for input
//! that is not gzip.

use csp_toolkit::gzip::{self, Settings};
use flate2::bufread::GzDecoder;
use std::io::Read;

/// The expected result.
struct Expected {
    plain: Vec<u8>,
    /// Whether trailing garbage was ignored; `None` for an error.
    sound: Option<bool>,
}

/// `None` if a format begins that flate2 does not support.
fn expected(packed: &[u8], pass_through: bool) -> Option<Expected> {
    let (mut plain, mut rest) = (Vec::new(), packed);
    let sound = loop {
        let is_first = rest.len() == packed.len();
        match rest {
            [0x1F, 0x1E | 0x9D | 0x9E | 0xA0, ..] => return None,
            [b'P', b'K', 3, 4, ..] if is_first => return None,
            [0x1F, 0x8B, ..] => {
                let mut decoder = GzDecoder::new(rest);
                if decoder.read_to_end(&mut plain).is_err() {
                    break None;
                }
                rest = decoder.into_inner();
            }
            _ if pass_through => {
                plain.extend(rest);
                break Some(false);
            }
            [0x1F] => break None,
            _ if is_first => break None,
            _ => break Some(rest.iter().any(|&byte| byte != 0)),
        }
    };
    Some(Expected { plain, sound })
}

/// Asserts that the engine decodes what flate2 decodes, or that both find an error.
pub fn assert_agrees(packed: &[u8]) {
    for pass_through in [false, true] {
        let Some(expected) = expected(packed, pass_through) else { return };
        let settings = Settings::default().threads(2).pass_through(pass_through);
        let mut plain = Vec::new();
        let outcome = gzip::decompress(packed, &mut plain, &settings);
        assert_eq!(outcome.is_ok(), expected.sound.is_some(), "{pass_through}: {outcome:?}");
        if let Ok(totals) = outcome {
            assert!(plain == expected.plain);
            assert_eq!(Some(totals.trailing_garbage), expected.sound);
        } else {
            let expected = expected.plain;
            assert!(plain.starts_with(&expected) || expected.starts_with(&plain));
        }
    }
}

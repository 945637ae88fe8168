//! What the engine is held against: flate2, one member after the other, and a few lines for what is
//! no member.

use csp_toolkit::gzip::{Foreign, Settings, stream};
use flate2::bufread::GzDecoder;
use std::io::Read;
use std::num::NonZeroUsize;

/// What is to be made of an input.
struct Expected {
    plain: Vec<u8>,
    /// Whether it is without an error, and if so, whether something was ignored that is not zeros.
    sound: Option<bool>,
}

/// `None` where a format begins that flate2 does not know.
fn expected(packed: &[u8], foreign: Foreign) -> Option<Expected> {
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
            _ if foreign == Foreign::Copy => {
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
    for foreign in [Foreign::Report, Foreign::Copy] {
        let Some(expected) = expected(packed, foreign) else { return };
        let settings = Settings::new(NonZeroUsize::new(2).unwrap()).foreign(foreign);
        let mut plain = Vec::new();
        let outcome = stream::decompress(packed, &mut plain, &settings);
        assert_eq!(outcome.is_ok(), expected.sound.is_some(), "{foreign:?}: {outcome:?}");
        if let Ok(totals) = outcome {
            assert!(plain == expected.plain);
            assert_eq!(Some(totals.trailing_garbage), expected.sound);
        } else {
            let expected = expected.plain;
            assert!(plain.starts_with(&expected) || expected.starts_with(&plain));
        }
    }
}

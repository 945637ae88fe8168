//! What is done to a text before its words are split: normalization, case folding, one apostrophe.
//!
//! None of it joins what is before white space to what is after it, nor an ASCII character to what is
//! before that. So a text can be rewritten in pieces that begin at either, and a character of ASCII is
//! rewritten only if the one after it is not ASCII.

use super::fold::fold;
use super::{Case, Rules, lower_char};
use std::fmt;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick, is_nfkc_quick};

/// Which characters that look the same are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Normalization {
    /// Characters are kept as they are.
    #[default]
    None,
    /// NFC: a letter and its accent are the same as the accented letter.
    Nfc,
    /// NFKC: moreover ligatures, full-width letters, superscripts and the like are the same as what
    /// they stand for. What stands for several words becomes several words.
    Nfkc,
}

impl Normalization {
    /// Returns the text in this form: as it is if that is easily seen, else in `room`.
    fn apply<'t>(self, text: &'t str, room: &'t mut String) -> &'t str {
        if self.is_easily_seen_in(text) {
            return text;
        }
        room.clear();
        match self {
            Self::Nfkc => room.extend(text.nfkc()),
            Self::None | Self::Nfc => room.extend(text.nfc()),
        }
        room
    }

    /// Returns the text as it is folded before it is brought into this form. That can be as it is,
    /// unless it contains an iota subscript, which is folded to a letter: the marks on the letter before
    /// must have their places by then (Unicode, section 3.13.5).
    fn prepare<'t>(self, text: &'t str, room: &'t mut String) -> &'t str {
        let has_iota = || text.contains(|c| matches!(c, '\u{345}' | '\u{1F80}'..='\u{1FFF}'));
        let enough = match self {
            Self::None => true,
            Self::Nfc => !has_iota(),
            Self::Nfkc => self.is_easily_seen_in(text) && !has_iota(),
        };
        if enough {
            return text;
        }
        room.clear();
        match self {
            Self::Nfkc => room.extend(text.nfkd()),
            Self::None | Self::Nfc => room.extend(text.nfd()),
        }
        room
    }

    fn is_easily_seen_in(self, text: &str) -> bool {
        match self {
            Self::None => true,
            Self::Nfc => is_nfc_quick(text.chars()) == IsNormalized::Yes,
            Self::Nfkc => is_nfkc_quick(text.chars()) == IsNormalized::Yes,
        }
    }
}

impl Rules {
    /// Returns whether a text that is not ASCII is rewritten before it is split.
    pub(in crate::tally) fn rewrite(self) -> bool {
        self.case == Case::Fold
            || self.normalization != Normalization::None
            || self.fold_apostrophes
    }
}

/// Rewrites texts by the rules, except for [`Rules::split`].
pub(in crate::tally) struct Rewriter {
    rules: Rules,
    /// Room for the text after each of the steps.
    normalized: String,
    cased: String,
    again: String,
}

/// The memory of a text without ASCII that is longer than this is not kept.
const ROOM: usize = 64 * 1024;

impl Rewriter {
    pub(in crate::tally) fn new(rules: Rules) -> Self {
        let room = String::new;
        Self { rules, normalized: room(), cased: room(), again: room() }
    }

    /// Appends the rewritten text, whose case is the right one then. Bytes that are not UTF-8 are kept.
    pub(in crate::tally) fn rewrite(&mut self, text: &[u8], into: &mut Vec<u8>) {
        for chunk in text.utf8_chunks() {
            let mut rest = chunk.valid();
            while let Some(at) = rest.bytes().position(|byte| !byte.is_ascii()) {
                // The first may be an accent on the character before it.
                let (ascii, from) = rest.split_at(at.saturating_sub(1));
                self.ascii(ascii, into);
                let begun = at - ascii.len();
                let length = from.bytes().skip(begun).position(|byte| byte.is_ascii());
                let (unit, after) =
                    from.split_at(length.map_or(from.len(), |length| begun + length));
                self.unit(unit, into);
                rest = after;
            }
            self.ascii(rest, into);
            into.extend_from_slice(chunk.invalid());
        }
    }

    fn ascii(&self, text: &str, into: &mut Vec<u8>) {
        let at = into.len();
        into.extend_from_slice(text.as_bytes());
        if self.rules.case != Case::Keep {
            into[at..].make_ascii_lowercase();
        }
    }

    /// Appends characters that nothing joins to those before and after them.
    fn unit(&mut self, text: &str, into: &mut Vec<u8>) {
        let Rules { case, normalization, fold_apostrophes, .. } = self.rules;
        self.cased.clear();
        let text = match case {
            Case::Keep => normalization.apply(text, &mut self.normalized),
            Case::Lower => {
                let text = normalization.apply(text, &mut self.normalized);
                self.cased.extend(text.chars().map(lower_char));
                // The capital of ẖ is two characters, so its lower case is too.
                normalization.apply(&self.cased, &mut self.again)
            }
            Case::Fold => {
                let text = normalization.prepare(text, &mut self.normalized);
                text.chars().for_each(|c| self.cased.extend(fold(c).iter()));
                normalization.apply(&self.cased, &mut self.again)
            }
        };
        if fold_apostrophes && text.contains(APOSTROPHES) {
            let replaced = text.chars().map(|c| if APOSTROPHES.contains(&c) { '\'' } else { c });
            for c in replaced {
                into.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
        } else {
            into.extend_from_slice(text.as_bytes());
        }
        for room in [&mut self.normalized, &mut self.cased, &mut self.again] {
            if room.capacity() > ROOM {
                *room = String::new();
            }
        }
    }
}

/// What is taken as `'`: the typographic apostrophe and the letter.
const APOSTROPHES: [char; 2] = ['\u{2019}', '\u{2BC}'];

impl fmt::Debug for Rewriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rewriter").field(&self.rules).finish()
    }
}

//! Characters that a terminal does not show but obeys.

/// Returns whether a character controls the terminal: a control character (those from U+0080 to U+009F
/// too), a line or paragraph separator, or a change of the direction of writing.
pub(crate) fn controls(c: char) -> bool {
    let direction = matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}');
    let direction = direction || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    c.is_control() || direction || matches!(c, '\u{2028}' | '\u{2029}')
}

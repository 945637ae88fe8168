//! Sizes as people type and read them: `4M`, `64MiB`, `1.5G`, `4096`.

/// Reads a number of bytes. `K`, `M`, `G` and `T`, alone or as `KiB` and so on, are powers of 1024;
/// `kB`, `MB`, `GB` and `TB` are powers of 1000. Case is ignored.
pub(crate) fn parse(text: &str) -> Result<u64, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.parse().map_err(|_| HELP.to_owned())?;
    let unit = unit.trim_start().to_ascii_lowercase();
    let (letter, base) = match unit.strip_suffix('b') {
        Some(decimal) => match decimal.strip_suffix('i') {
            Some(letter) if !letter.is_empty() => (letter, 1024.0),
            _ => (decimal, 1000.0),
        },
        None => (&*unit, 1024.0),
    };
    let power = match letter {
        "" => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        _ => return Err(HELP.to_owned()),
    };
    let bytes: f64 = number * f64::powi(base, power);
    // Above this, a float cannot represent every integer.
    if bytes > 2_f64.powi(53) {
        return Err("size too large".to_owned());
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative, having no sign, and less than 2^53"
    )]
    let bytes = bytes as u64;
    Ok(bytes)
}

const HELP: &str = "not a size (try 64M, 1.5GiB, or bytes as a bare number)";

/// Formats a number of bytes with three digits: `1.23 GB`.
#[must_use]
pub(crate) fn show(bytes: u64) -> String {
    let mut unit = 1;
    for name in ["B", "kB", "MB", "GB", "TB"] {
        if bytes / unit < 1000 || name == "TB" {
            let whole = bytes / unit;
            let thousandths = bytes % unit * 1000 / unit;
            return match whole {
                _ if unit == 1 => format!("{whole} {name}"),
                0..10 => format!("{whole}.{:02} {name}", thousandths / 10),
                10..100 => format!("{whole}.{} {name}", thousandths / 100),
                _ => format!("{whole} {name}"),
            };
        }
        unit *= 1000;
    }
    unreachable!("the last unit is as good as any")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_type() {
        for (text, bytes) in [
            ("0", 0),
            ("4096", 4096),
            ("7b", 7),
            ("1K", 1024),
            ("4M", 4 << 20),
            ("64MiB", 64 << 20),
            ("64 mib", 64 << 20),
            ("1.5g", 3 << 29),
            ("2kB", 2000),
            ("3TB", 3_000_000_000_000),
        ] {
            assert_eq!(parse(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn refuses_the_rest() {
        for text in ["", "M", "-1M", "1e3", "1X", "1MM", "1iB", "1.2.3", "99999T", "nan", "inf"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn shows_three_digits() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.00 kB"),
            (1_239_999, "1.23 MB"),
            (45_600_000_000, "45.6 GB"),
            (789_000_000_000_000, "789 TB"),
            (7_000_000_000_000_000, "7000 TB"),
        ] {
            assert_eq!(show(bytes), text);
        }
    }
}

//! The table of `-l`, as gzip prints it.

use super::reporter::{Reporter, saved};
use crate::commands::common::message::Name;
use crate::commands::common::stdio;
use crate::gzip::{Method, Totals};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::io;
use std::path::Path;

/// The width of the columns for method, checksum and date, as blanks.
const MARGIN: &str = "                            ";

/// A table being printed.
pub(super) struct Table<'a> {
    reporter: &'a Reporter,
    /// Whether several files were named, so that totals are printed.
    several: bool,
    begun: bool,
    /// The sizes of all, with the last one's overhead, from which gzip computes the total ratio.
    sum: Totals,
}

impl<'a> Table<'a> {
    pub(super) fn new(reporter: &'a Reporter, several: bool) -> Self {
        Self { reporter, several, begun: false, sum: Totals::default() }
    }

    /// Prints a file's row.
    pub(super) fn row(&mut self, name: &Path, totals: &Totals, time: i64) -> io::Result<()> {
        if !std::mem::replace(&mut self.begun, true) {
            let verbose =
                if self.reporter.is_verbose() { "method  crc     date  time  " } else { "" };
            let heads =
                format!("{:>19} {:>19}  ratio uncompressed_name", "compressed", "uncompressed");
            if !self.reporter.is_quiet() {
                stdio::print(&format!("{verbose}{heads}\n"))?;
            }
        }
        let verbose = if self.reporter.is_verbose() {
            format!("{} {:08x} {} ", method(totals.method), totals.crc, date(time))
        } else {
            String::new()
        };
        stdio::print(&format!("{verbose}{} {}\n", numbers(totals), Name(name)))?;
        self.sum.uncompressed += totals.uncompressed;
        self.sum.compressed += totals.compressed;
        self.sum.overhead = totals.overhead;
        Ok(())
    }

    /// Prints the totals, if there were several files.
    pub(super) fn end(self) -> io::Result<()> {
        let nothing = self.sum.uncompressed == 0;
        if !self.several || nothing || self.reporter.is_quiet() {
            return Ok(());
        }
        let margin = if self.reporter.is_verbose() { MARGIN } else { "" };
        stdio::print(&format!("{margin}{} (totals)\n", numbers(&self.sum)))
    }
}

/// Returns a method's name, as wide as the heading.
fn method(method: Method) -> &'static str {
    match method {
        Method::Deflated => "defla",
        Method::Stored => "store",
        Method::Compressed => "compr",
        Method::Packed => "pack ",
    }
}

fn numbers(totals: &Totals) -> String {
    format!("{:>19} {:>19} {}", totals.compressed, totals.uncompressed, saved(totals))
}

/// `Nov 23 22:29`, in the local time zone.
fn date(seconds: i64) -> String {
    let time = Timestamp::from_second(seconds).unwrap_or_default();
    time.to_zoned(TimeZone::system()).strftime("%b %e %H:%M").to_string()
}

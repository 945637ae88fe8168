//! The `compress` of listings 3.3 and 3.4.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs::File;
use std::io;
use std::path::Path;

/// Compresses FILE to FILE.gz, and leaves FILE as it is.
pub(crate) fn compress(file: &Path) -> io::Result<()> {
    let mut input = File::open(file)?;
    let mut name = file.as_os_str().to_owned();
    name.push(".gz");
    let mut encoder = GzEncoder::new(File::create(name)?, Compression::default());
    io::copy(&mut input, &mut encoder)?;
    encoder.finish()?;
    Ok(())
}

//! Many files decompressed on one pool.

use super::decompress;
use super::source::Source;
use super::work::bgzf;
use crate::gzip::file::{Options, Outcome};
use crate::gzip::header::{self, Trailer};
use crate::gzip::index::Index;
use crate::gzip::inflate::{Ending, Inflater};
use crate::gzip::input::{Input, open};
use crate::gzip::task::Task;
use crate::gzip::{GzipError, Settings, Totals};
use std::convert::Infallible;
use std::io::{Read, Write};
use std::num::NonZeroUsize;

/// Files up to this size, packed and plain, are decompressed in memory.
const SMALL_PACKED: u64 = 1 << 20;
const SMALL_PLAIN: usize = 8 << 20;

/// Decompresses each file into the one beside it. Large files that tell where their pieces are
/// come first and have all the threads, one after the other. Then the others share the threads, a
/// file on each, the large ones first so that no thread is left with one alone at the end.
pub(in crate::gzip) fn files(
    files: &[Input],
    options: &Options,
    mut report: impl FnMut(usize, Outcome),
) {
    let mut rest: [Vec<usize>; 2] = Default::default();
    for (position, input) in files.iter().enumerate() {
        match kind(input, options) {
            Kind::Parallel => report(position, file(input, options, &options.settings)),
            Kind::Large => rest[0].push(position),
            Kind::Small => rest[1].push(position),
        }
    }
    let rest = rest.concat();
    let Ok(()) = options.settings.pool().run(
        |feeder| {
            for &position in &rest {
                if feeder.submit(position).is_err() {
                    break;
                }
            }
        },
        || {
            let mut worker = Worker::new(options);
            move |position: usize| (position, worker.decompress(&files[position]))
        },
        |(position, outcome)| {
            report(position, outcome);
            Ok::<(), Infallible>(())
        },
    );
}

enum Kind {
    Parallel,
    Large,
    Small,
}

/// What kind of file it looks like. Whatever is wrong with it, decompressing it will tell.
fn kind(input: &Input, options: &Options) -> Kind {
    match input.length(options) {
        Some(length) if length > SMALL_PACKED => {}
        _ => return Kind::Small,
    }
    let Ok(file) = open(input, options) else { return Kind::Small };
    let mut source = Source::new(file);
    let bgzf = source.peek(bgzf::HEADER).is_ok_and(|start| bgzf::member_length(start).is_some());
    let header = header::read(&mut source);
    let indexed = header.is_ok_and(|header| Index::parse(&header.extra).is_some());
    if bgzf || indexed { Kind::Parallel } else { Kind::Large }
}

/// Decompresses one file, with the threads that the settings give.
pub(in crate::gzip) fn file(input: &Input, options: &Options, settings: &Settings) -> Outcome {
    let mut task = Task::begin(input, options)?;
    let totals = decompress(task.input, &mut task.output, settings)?;
    task.source.commit(task.output, totals, options)
}

/// One of the threads that share the files.
struct Worker<'a> {
    options: &'a Options,
    settings: Settings,
    inflater: Inflater,
    packed: Vec<u8>,
    plain: Vec<u8>,
}

impl<'a> Worker<'a> {
    fn new(options: &'a Options) -> Self {
        let settings = Settings { threads: NonZeroUsize::MIN, ..options.settings };
        Self { options, settings, inflater: Inflater::new(), packed: Vec::new(), plain: Vec::new() }
    }

    fn decompress(&mut self, input: &Input) -> Outcome {
        if input.length(self.options).is_some_and(|length| length > SMALL_PACKED) {
            return file(input, self.options, &self.settings);
        }
        let mut task = Task::begin(input, self.options)?;
        self.packed.clear();
        let input = &mut task.input;
        input.take(SMALL_PACKED).read_to_end(&mut self.packed).map_err(GzipError::Read)?;
        let totals = if let Some(totals) = self.at_once() {
            task.output.write_all(&self.plain).map_err(GzipError::Write)?;
            totals
        } else {
            let whole = self.packed.chain(task.input);
            decompress(whole, &mut task.output, &self.settings)?
        };
        task.source.commit(task.output, totals, self.options)
    }

    /// Inflates a file that is one sound member; `None` for anything else.
    fn at_once(&mut self) -> Option<Totals> {
        let mut packed = &self.packed[..];
        header::read(&mut packed).ok()?;
        let header = self.packed.len() - packed.len();
        let (body, trailer) = packed.split_last_chunk::<{ Trailer::LENGTH }>()?;
        let trailer = Trailer::from_bytes(*trailer);
        let length = trailer.length as usize;
        if length > SMALL_PLAIN.min(body.len().saturating_mul(Index::BEST_RATIO)) {
            return None;
        }
        if self.plain.len() < length {
            self.plain.resize(length, 0);
        }
        self.plain.truncate(length);
        self.inflater.inflate(body, &mut self.plain, Ending::Final).ok()?;
        trailer.check(crc32fast::hash(&self.plain), length as u64).ok()?;
        Some(Totals {
            plain: length as u64,
            packed: self.packed.len() as u64,
            overhead: (header + Trailer::LENGTH) as u64,
            crc: trailer.crc,
            ..Totals::default()
        })
    }
}

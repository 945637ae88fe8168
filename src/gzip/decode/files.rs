//! Many files decompressed on one pool.

use super::Opened;
use super::peek::PeekReader;
use crate::gzip::files::input::{CountedInput, InputPath};
use crate::gzip::files::options::Plan;
use crate::gzip::files::report::FileResult;
use crate::gzip::files::task::InputFile;
use crate::gzip::header::Trailer;
use crate::gzip::index::Index;
use crate::gzip::inflate::{Ending, Inflater};
use crate::gzip::{Error, Totals};
use std::convert::Infallible;
use std::io::{Read, Write};
use std::mem;
use std::sync::{Mutex, PoisonError};

/// Files up to this size, compressed and uncompressed, are decompressed in memory.
const SMALL_PACKED: u64 = 1 << 20;
const SMALL_PLAIN: usize = 8 << 20;

/// Decompresses the files, and reports each result when it is there.
///
/// The files share the threads, one on each, the large ones first so that no thread is left with
/// one alone at the end. A large file that says where its pieces are has all the threads, one such
/// file after the other; where there are fewer large files than threads, the others have more than one
/// each.
pub(in crate::gzip) fn files(
    files: &[InputPath],
    plan: &Plan<'_>,
    mut report: impl FnMut(usize, FileResult),
) {
    let is_large = |&position: &usize| files[position].length(plan.run) > SMALL_PACKED;
    let (mut order, small): (Vec<usize>, Vec<usize>) = (0..files.len()).partition(is_large);
    let share = Share { all: &Mutex::new(()), large: order.len().max(1) };
    order.extend(small);
    let Ok(()) = plan.settings.pool().run(
        |feeder| {
            for position in order {
                if feeder.submit(position).is_err() {
                    break;
                }
            }
        },
        || {
            let mut worker = Worker::new(plan, Some(share));
            move |position: usize| (position, worker.decompress(&files[position]))
        },
        |(position, result)| {
            report(position, result);
            Ok::<(), Infallible>(())
        },
    );
}

/// Decompresses one file, on all the threads if it says where its pieces are.
pub(in crate::gzip) fn file(input: &InputPath, plan: &Plan<'_>) -> FileResult {
    Worker::new(plan, None).decompress(input)
}

/// What a worker needs to know of the others.
#[derive(Clone, Copy)]
struct Share<'a> {
    /// Held by the worker that uses all the threads for its file.
    all: &'a Mutex<()>,
    /// The number of large files.
    large: usize,
}

/// A thread that decompresses files.
struct Worker<'a> {
    plan: &'a Plan<'a>,
    /// `None` if there are no others.
    share: Option<Share<'a>>,
    inflater: Inflater,
    packed: Vec<u8>,
    plain: Vec<u8>,
}

impl<'a> Worker<'a> {
    fn new(plan: &'a Plan<'a>, share: Option<Share<'a>>) -> Self {
        let inflater = Inflater::new();
        Self { plan, share, inflater, packed: Vec::new(), plain: Vec::new() }
    }

    fn decompress(&mut self, input: &InputPath) -> FileResult {
        let plan = self.plan;
        let (input, mut file) = InputFile::open(input, plan)?;
        let is_large = file.metadata().is_file() && file.metadata().len() > SMALL_PACKED;
        let input = if is_large {
            PeekReader::eager(input, CountedInput::is_ready)
        } else {
            self.load(input)?
        };
        let mut opened = Opened::read(input);
        if plan.options.stores() {
            file.restore(opened.header_info(), plan.options)?;
        }
        let mut output = file.begin_output(plan)?;
        let totals = if is_large {
            self.large(opened, &mut output)?
        } else if let Some(totals) = self.at_once(&opened) {
            output.write_all(&self.plain).map_err(Error::Write)?;
            self.packed = opened.input.into_buffer();
            totals
        } else {
            opened.decompress(&mut output, &plan.settings.alone())?
        };
        file.commit(output, totals, plan)
    }

    /// Reads a small file into the worker's buffer.
    fn load(&mut self, mut input: CountedInput) -> Result<PeekReader<CountedInput>, Error> {
        self.packed.clear();
        let mut start = input.by_ref().take(SMALL_PACKED);
        start.read_to_end(&mut self.packed).map_err(Error::Read)?;
        Ok(PeekReader::preloaded(mem::take(&mut self.packed), input))
    }

    fn large(&self, opened: Opened<CountedInput>, output: impl Write) -> Result<Totals, Error> {
        if !opened.has_pieces() {
            let files = self.share.map_or(1, |share| share.large);
            return opened.decompress(output, &self.plan.settings.shared_by(files));
        }
        let alone =
            self.share.map(|share| share.all.lock().unwrap_or_else(PoisonError::into_inner));
        let totals = opened.decompress(output, &self.plan.settings);
        drop(alone);
        totals
    }

    /// Inflates a file that is one sound member; `None` for anything else.
    fn at_once(&mut self, opened: &Opened<CountedInput>) -> Option<Totals> {
        opened.header.as_ref()?.as_ref().ok()?;
        let (header, rest) = (opened.input.taken(), opened.input.first());
        if header + rest.len() as u64 >= SMALL_PACKED {
            // A FIFO, or a file that grows, can go on after that.
            return None;
        }
        let (body, trailer) = rest.split_last_chunk::<{ Trailer::LENGTH }>()?;
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
        let overhead = header + Trailer::LENGTH as u64;
        Some(Totals {
            uncompressed: length as u64,
            compressed: overhead + body.len() as u64,
            overhead,
            crc: trailer.crc,
            ..Totals::default()
        })
    }
}

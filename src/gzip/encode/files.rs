//! Many files compressed on one pool.
//!
//! Small files and chunks of large ones are jobs of the same pool. A small file is read,
//! compressed, verified and put in place by one worker; very small ones come to it in groups, since
//! handing one over costs about as much as compressing it. A large one is read by the feeder, its
//! chunks are compressed by all workers, and the results are written in order. Since all are one
//! sequence of jobs, no worker waits for the end of one file before it begins the next. Where outputs
//! are read back, a second pool does that for large files.

use super::chunk::ChunkEncoder;
use super::chunker::{Chunk, Chunks};
use super::{CompressedChunk, Member, encode};
use crate::gzip::Error;
use crate::gzip::files::gzi_writer::GziWriter;
use crate::gzip::files::input::{CountedInput, InputPath};
use crate::gzip::files::options::Plan;
use crate::gzip::files::report::FileResult;
use crate::gzip::files::task::{Destination, InputFile};
use crate::gzip::header::EXTRA_OFFSET;
use crate::gzip::index::Reserved;
use crate::gzip::settings::Checked;
use crate::io::buffer::Buffers;
use crate::sync::pool::{Closed, Feeder, SinkResult};
use std::io::{self, BufWriter};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Compresses one file: a small one on this thread, a large one on all threads.
pub(in crate::gzip) fn file(input: &InputPath, plan: &Plan<'_>) -> FileResult {
    if is_small(input.length(plan.run), plan) {
        let mut encoder = ChunkEncoder::new(plan.settings.level);
        return small(input, plan, &mut encoder, &Buffers::new(plan.settings.chunk_size));
    }
    let mut result = None;
    files(std::slice::from_ref(input), plan, |_, outcome| result = Some(outcome));
    result.expect("every file is reported")
}

/// Whether a file of that length is a single chunk.
fn is_small(length: u64, plan: &Plan<'_>) -> bool {
    length <= plan.settings.chunk_size as u64
}

/// Compresses the files; reports each result when it is there.
pub(in crate::gzip) fn files(
    files: &[InputPath],
    plan: &Plan<'_>,
    mut report: impl FnMut(usize, FileResult),
) {
    let mut report = |results: Vec<(usize, FileResult)>| {
        for (position, result) in results {
            report(position, result);
        }
    };
    let threads = plan.settings.threads.get();
    if threads > 1 && plan.options.verifies(plan.action) {
        // Large files are read back by threads of their own, while the next ones are compressed.
        return plan.settings.pool().window(threads).run(
            |feeder| {
                // Fails if `report` has panicked, which the pool passes on.
                let _ = compress(files, plan, |compressed| feeder.submit(compressed));
            },
            || |compressed: Compressed| compressed.results(plan),
            report,
        );
    }
    compress(files, plan, |compressed| report(compressed.results(plan)));
}

/// Files that are compressed.
enum Compressed {
    /// They are in place, or have failed.
    Done(Vec<(usize, FileResult)>),
    /// All its chunks are written.
    Large(Box<LargeFile>),
}

impl Compressed {
    fn results(self, plan: &Plan<'_>) -> Vec<(usize, FileResult)> {
        match self {
            Self::Done(results) => results,
            Self::Large(file) => vec![(file.position, file.finish(plan))],
        }
    }
}

/// Compresses the files up to what remains to be done with large ones, and hands each to `take`.
fn compress<S: SinkResult>(
    files: &[InputPath],
    plan: &Plan<'_>,
    mut take: impl FnMut(Compressed) -> S,
) -> S {
    let buffers = &Buffers::new(plan.settings.chunk_size);
    let mut large: Option<Box<LargeFile>> = None;
    plan.settings.pool().run(
        |feeder| {
            // Fails if `report` has panicked, which the pool passes on.
            let _ = FileFeeder { feeder, plan, buffers, group: Vec::new(), bytes: 0 }.files(files);
        },
        || {
            let mut encoder = ChunkEncoder::new(plan.settings.level);
            move |job| work(job, &mut encoder, plan, buffers)
        },
        |encoded| {
            match encoded {
                Encoded::Files(results) => return take(Compressed::Done(results)),
                Encoded::Begun(begun) => large = Some(begun),
                Encoded::Chunk(chunk, last) => {
                    if let Some(file) = &mut large {
                        file.add(chunk);
                    }
                    if let Some(file) = large.take_if(|_| last) {
                        return take(Compressed::Large(file));
                    }
                }
            }
            S::OK
        },
    )
}

/// A member being written to a file, and the index beside it.
struct Indexed {
    member: Member<BufWriter<Destination>>,
    block_index: Option<GziWriter>,
}

impl Indexed {
    fn add(&mut self, chunk: &CompressedChunk) -> Result<(), Error> {
        self.member.add(chunk)?;
        let added = self.block_index.as_mut().map_or(Ok(()), |index| index.add(&chunk.packed));
        added.map_err(Error::Write)
    }
}

/// Writes the index and puts a compressed file in place.
fn commit_member(output: Indexed, file: InputFile, plan: &Plan<'_>) -> FileResult {
    let Indexed { member, block_index } = output;
    let finished = member.finish()?;
    if let Some(index) = finished.index {
        let output = finished.output.get_ref();
        output.write_at(&index, EXTRA_OFFSET).map_err(Error::Write)?;
    }
    file.commit_with_index(finished.output, block_index, finished.totals, plan)
}

/// Compresses a file on this thread, with what the thread keeps from file to file.
fn small(
    input: &InputPath,
    plan: &Plan<'_>,
    encoder: &mut ChunkEncoder,
    buffers: &Buffers,
) -> FileResult {
    let (input, file) = InputFile::open(input, plan)?;
    let mut member = begin(&file, plan)?;
    for chunk in Chunks::new(input, buffers, plan.settings.rsyncable) {
        let chunk = chunk.map_err(Error::Read)?;
        member.add(&encode(encoder, chunk, plan.settings.format, buffers)?)?;
    }
    commit_member(member, file, plan)
}

/// Begins the member of a file whose length is known, so that there can be room for the index.
fn begin(file: &InputFile, plan: &Plan<'_>) -> Result<Indexed, Error> {
    let output = file.begin_output(plan)?;
    let Checked { chunk_size, rsyncable, index, .. } = plan.settings;
    let wanted = index && !rsyncable && output.get_ref().can_write_at();
    let reserved = Reserved::new(file.metadata().len(), chunk_size).filter(|_| wanted);
    let member = Member::new(output, &plan.settings, reserved, &file.header_info);
    Ok(Indexed { member, block_index: file.begin_block_index(plan)? })
}

enum EncodeJob<'a> {
    /// Files that are a single chunk each, and their positions.
    Small(Vec<(usize, &'a InputPath)>),
    /// The next chunks are this file's.
    Begin(Box<LargeFile>),
    Chunk(io::Result<Chunk>),
    /// The feeder could not begin it.
    Failed(usize, Error),
}

enum Encoded {
    Files(Vec<(usize, FileResult)>),
    Begun(Box<LargeFile>),
    /// Whether it is the file's last.
    Chunk(Result<CompressedChunk, Error>, bool),
}

/// Bytes in a group of small files: less than a millisecond's work.
const GROUP_BYTES: u64 = 64 * 1024;
const GROUP_FILES: usize = 16;

/// Makes jobs from files.
struct FileFeeder<'f, 'p, 'a> {
    feeder: &'f mut Feeder<'p, EncodeJob<'a>, Encoded>,
    plan: &'f Plan<'f>,
    buffers: &'f Buffers,
    /// Small files that are not submitted yet, and how many bytes are in them.
    group: Vec<(usize, &'a InputPath)>,
    bytes: u64,
}

impl<'a> FileFeeder<'_, '_, 'a> {
    fn files(mut self, files: &'a [InputPath]) -> Result<(), Closed> {
        for (position, input) in files.iter().enumerate() {
            // Whatever is wrong with it, the worker will find out.
            let length = input.length(self.plan.run);
            if is_small(length, self.plan) {
                self.small(position, input, length)?;
            } else {
                self.submit_group()?;
                self.large(position, input)?;
            }
        }
        self.submit_group()
    }

    fn small(&mut self, position: usize, input: &'a InputPath, length: u64) -> Result<(), Closed> {
        self.group.push((position, input));
        self.bytes += length;
        if self.bytes >= GROUP_BYTES || self.group.len() == GROUP_FILES {
            self.submit_group()?;
        }
        Ok(())
    }

    fn submit_group(&mut self) -> Result<(), Closed> {
        self.bytes = 0;
        if self.group.is_empty() {
            return Ok(());
        }
        self.feeder.submit(EncodeJob::Small(std::mem::take(&mut self.group)))
    }

    fn large(&mut self, position: usize, input: &InputPath) -> Result<(), Closed> {
        let (input, large) = match LargeFile::begin(position, input, self.plan) {
            Ok(begun) => begun,
            Err(error) => return self.feeder.submit(EncodeJob::Failed(position, error)),
        };
        let abandoned = Arc::clone(&large.abandoned);
        self.feeder.submit(EncodeJob::Begin(Box::new(large)))?;
        for chunk in Chunks::new(input, self.buffers, self.plan.settings.rsyncable) {
            if abandoned.load(Ordering::Relaxed) {
                // The file knows why; this only tells it that no more chunks will come.
                let closed = Err(io::ErrorKind::Interrupted.into());
                return self.feeder.submit(EncodeJob::Chunk(closed));
            }
            self.feeder.submit(EncodeJob::Chunk(chunk))?;
        }
        Ok(())
    }
}

fn work(
    job: EncodeJob<'_>,
    encoder: &mut ChunkEncoder,
    plan: &Plan<'_>,
    buffers: &Buffers,
) -> Encoded {
    match job {
        EncodeJob::Small(group) => {
            let result = |(position, input)| (position, small(input, plan, encoder, buffers));
            Encoded::Files(group.into_iter().map(result).collect())
        }
        EncodeJob::Begin(large) => Encoded::Begun(large),
        EncodeJob::Chunk(Ok(chunk)) => {
            let last = chunk.is_last();
            Encoded::Chunk(encode(encoder, chunk, plan.settings.format, buffers), last)
        }
        EncodeJob::Chunk(Err(error)) => Encoded::Chunk(Err(Error::Read(error)), true),
        EncodeJob::Failed(position, error) => Encoded::Files(vec![(position, Err(error))]),
    }
}

/// A file whose chunks are in progress.
struct LargeFile {
    position: usize,
    file: InputFile,
    /// What is written so far, or why there is no use in going on.
    member: Result<Indexed, Error>,
    /// Tells the feeder that there is no use in reading on.
    abandoned: Arc<AtomicBool>,
}

impl LargeFile {
    fn begin(
        position: usize,
        input: &InputPath,
        plan: &Plan<'_>,
    ) -> Result<(CountedInput, Self), Error> {
        let (input, file) = InputFile::open(input, plan)?;
        let member = Ok(begin(&file, plan)?);
        Ok((input, Self { position, file, member, abandoned: Arc::default() }))
    }

    fn add(&mut self, chunk: Result<CompressedChunk, Error>) {
        let Ok(member) = &mut self.member else { return };
        if let Err(error) = chunk.and_then(|chunk| member.add(&chunk)) {
            self.abandoned.store(true, Ordering::Relaxed);
            self.member = Err(error);
        }
    }

    fn finish(self: Box<Self>, plan: &Plan<'_>) -> FileResult {
        commit_member(self.member?, self.file, plan)
    }
}

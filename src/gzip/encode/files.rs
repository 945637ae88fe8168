//! Many files compressed on one pool.
//!
//! Small files and chunks of large ones are jobs of the same pool. A small file is read,
//! compressed, proved and put in place by one worker; very small ones come to it in groups, since
//! handing one over costs about as much as compressing it. A large one is read by the feeder, its chunks
//! are compressed by all workers, and the sink writes them in order. Since all are one sequence of
//! jobs, no worker waits for the end of one file before it begins the next.

use super::chunk::Encoder;
use super::cut::{Chunk, Chunks};
use super::{Finished, Member, Piece, encode};
use crate::gzip::file::{Options, Outcome};
use crate::gzip::header::EXTRA_OFFSET;
use crate::gzip::index::Reserved;
use crate::gzip::input::{Counted, Input};
use crate::gzip::task::{Destination, Source, Task};
use crate::gzip::{GzipError, Settings};
use crate::io::buffer::Buffers;
use crate::sync::pool::{Closed, Feeder};
use std::convert::Infallible;
use std::io::{self, BufWriter};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Compresses one file into the one beside it, on this thread.
pub(in crate::gzip) fn file(input: &Input, options: &Options) -> Outcome {
    let mut encoder = Encoder::new(options.settings.level);
    small(input, options, &mut encoder, &Buffers::new(options.settings.chunk))
}

/// Compresses each file into the one beside it; reports the outcomes in order.
pub(in crate::gzip) fn files(
    files: &[Input],
    options: &Options,
    mut report: impl FnMut(usize, Outcome),
) {
    let buffers = &Buffers::new(options.settings.chunk);
    let mut large: Option<Large> = None;
    let Ok(()) = options.settings.pool().run(
        |feeder| {
            // Fails when the sink has panicked, which the pool will tell.
            let _ = Feed { feeder, options, buffers, group: Vec::new(), bytes: 0 }.files(files);
        },
        || {
            let mut encoder = Encoder::new(options.settings.level);
            move |job| work(job, &mut encoder, options, buffers)
        },
        |done| {
            match done {
                Done::Files(done) => {
                    for (position, outcome) in done {
                        report(position, outcome);
                    }
                }
                Done::Begun(begun) => large = Some(*begun),
                Done::Piece(piece, last) => {
                    if let Some(file) = &mut large {
                        file.add(piece);
                    }
                    if let Some(file) = large.take_if(|_| last) {
                        report(file.position, file.finish(options));
                    }
                }
            }
            Ok::<(), Infallible>(())
        },
    );
}

/// Fills the index in and puts a compressed file in place.
fn commit_member(
    finished: Finished<BufWriter<Destination>>,
    source: Source,
    options: &Options,
) -> Outcome {
    if let Some(index) = finished.index {
        let output = finished.output.get_ref();
        output.write_at(&index, EXTRA_OFFSET).map_err(GzipError::Write)?;
    }
    source.commit(finished.output, finished.totals, options)
}

/// Compresses a file on this thread, with what the thread keeps from file to file.
fn small(input: &Input, options: &Options, encoder: &mut Encoder, buffers: &Buffers) -> Outcome {
    let task = Task::begin(input, options)?;
    let mut member = begin(task.output, &task.source, options)?;
    for chunk in Chunks::new(task.input, buffers, options.settings.rsyncable) {
        member.add(&encode(encoder, chunk.map_err(GzipError::Read)?, buffers)?)?;
    }
    commit_member(member.finish()?, task.source, options)
}

/// Begins the member of a file whose length is known, so that there can be room for the index.
fn begin(
    output: BufWriter<Destination>,
    source: &Source,
    options: &Options,
) -> Result<Member<BufWriter<Destination>>, GzipError> {
    let Settings { chunk, rsyncable, index, .. } = options.settings;
    let wanted = index && !rsyncable && output.get_ref().can_write_at();
    let reserved = Reserved::new(source.metadata().len(), chunk).filter(|_| wanted);
    Member::begin(output, options.settings.level, reserved, &source.origin)
}

enum Job<'a> {
    /// Files that are a single chunk each, and their positions.
    Small(Vec<(usize, &'a Input)>),
    /// The next chunks are this file's.
    Begin(Box<Large>),
    Chunk(io::Result<Chunk>),
    /// The feeder could not begin it.
    Failed(usize, GzipError),
}

enum Done {
    Files(Vec<(usize, Outcome)>),
    Begun(Box<Large>),
    /// Whether it is the file's last.
    Piece(Result<Piece, GzipError>, bool),
}

/// Bytes in a group of small files: less than a millisecond's work.
const GROUP_BYTES: u64 = 64 * 1024;
const GROUP_FILES: usize = 16;

/// Makes jobs of files.
struct Feed<'f, 'p, 'a> {
    feeder: &'f mut Feeder<'p, Job<'a>, Done>,
    options: &'f Options,
    buffers: &'f Buffers,
    /// Small files that are not submitted yet, and how much is in them.
    group: Vec<(usize, &'a Input)>,
    bytes: u64,
}

impl<'a> Feed<'_, '_, 'a> {
    fn files(mut self, files: &'a [Input]) -> Result<(), Closed> {
        for (position, input) in files.iter().enumerate() {
            // Whatever is wrong with it, the worker will find out.
            let length = input.length(self.options).unwrap_or(0);
            if length <= self.options.settings.chunk as u64 {
                self.small(position, input, length)?;
            } else {
                self.submit_group()?;
                self.large(position, input)?;
            }
        }
        self.submit_group()
    }

    fn small(&mut self, position: usize, input: &'a Input, length: u64) -> Result<(), Closed> {
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
        self.feeder.submit(Job::Small(std::mem::take(&mut self.group)))
    }

    fn large(&mut self, position: usize, input: &Input) -> Result<(), Closed> {
        let begun = Task::begin(input, self.options);
        let begun = begun.and_then(|task| Large::begin(position, task, self.options));
        let (file, large) = match begun {
            Ok(begun) => begun,
            Err(error) => return self.feeder.submit(Job::Failed(position, error)),
        };
        let abandoned = Arc::clone(&large.abandoned);
        self.feeder.submit(Job::Begin(Box::new(large)))?;
        for chunk in Chunks::new(file, self.buffers, self.options.settings.rsyncable) {
            if abandoned.load(Ordering::Relaxed) {
                // The sink knows why; this only tells it that no more will come.
                return self.feeder.submit(Job::Chunk(Err(io::ErrorKind::Interrupted.into())));
            }
            self.feeder.submit(Job::Chunk(chunk))?;
        }
        Ok(())
    }
}

fn work(job: Job<'_>, encoder: &mut Encoder, options: &Options, buffers: &Buffers) -> Done {
    match job {
        Job::Small(group) => {
            let done = |(position, input)| (position, small(input, options, encoder, buffers));
            Done::Files(group.into_iter().map(done).collect())
        }
        Job::Begin(large) => Done::Begun(large),
        Job::Chunk(Ok(chunk)) => {
            let last = chunk.is_last();
            Done::Piece(encode(encoder, chunk, buffers), last)
        }
        Job::Chunk(Err(error)) => Done::Piece(Err(GzipError::Read(error)), true),
        Job::Failed(position, error) => Done::Files(vec![(position, Err(error))]),
    }
}

/// A file whose chunks are under way.
struct Large {
    position: usize,
    source: Source,
    /// What is written so far, or why there is no use in going on.
    member: Result<Member<BufWriter<Destination>>, GzipError>,
    /// Tells the feeder that there is no use in reading on.
    abandoned: Arc<AtomicBool>,
}

impl Large {
    fn begin(position: usize, task: Task, options: &Options) -> Result<(Counted, Self), GzipError> {
        let member = begin(task.output, &task.source, options)?;
        let abandoned = Arc::default();
        Ok((task.input, Self { position, source: task.source, member: Ok(member), abandoned }))
    }

    fn add(&mut self, piece: Result<Piece, GzipError>) {
        let Ok(member) = &mut self.member else { return };
        if let Err(error) = piece.and_then(|piece| member.add(&piece)) {
            self.abandoned.store(true, Ordering::Relaxed);
            self.member = Err(error);
        }
    }

    fn finish(self, options: &Options) -> Outcome {
        commit_member(self.member?.finish()?, self.source, options)
    }
}

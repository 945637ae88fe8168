//! The output of a decoder, in pieces of any size, gathered into jobs.

use super::worker::{DecodeJob, Feeder, submit};
use crate::gzip::Error;
use crate::io::buffer::{Buffer, Buffers};

pub(super) struct Outlet<'a, 'f> {
    feeder: &'a mut Feeder<'f>,
    buffers: &'a Buffers,
    plain: Buffer,
}

impl<'a, 'f> Outlet<'a, 'f> {
    pub(super) fn new(feeder: &'a mut Feeder<'f>, buffers: &'a Buffers) -> Self {
        Self { feeder, buffers, plain: buffers.take_empty() }
    }

    pub(super) fn put(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        while !bytes.is_empty() {
            let room = self.plain.room();
            let (now, later) = bytes.split_at(bytes.len().min(room.len()));
            room[..now.len()].copy_from_slice(now);
            self.plain.grow(now.len());
            if self.plain.is_full() {
                let plain = std::mem::replace(&mut self.plain, self.buffers.take_empty());
                submit(self.feeder, DecodeJob::Plain(plain))?;
            }
            bytes = later;
        }
        Ok(())
    }

    /// Submits the last, partly filled buffer.
    pub(super) fn end(self) -> Result<(), Error> {
        submit(self.feeder, DecodeJob::Plain(self.plain))
    }
}

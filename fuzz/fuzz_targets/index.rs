//! Any index, or BGZF's subfield, over any DEFLATE data, with the trailer that belongs to it: a
//! member that is sound as often as its data is, which random bytes alone would hardly ever be.
#![no_main]

mod reference;

use flate2::{Decompress, FlushDecompress, Status};

/// Plain bytes at most.
const ROOM: usize = 1 << 20;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&[kind, length], data)) = data.split_first_chunk() else { return };
    let length = length % 100;
    let Some((field, data)) = data.split_at_checked(length.into()) else { return };
    let name = if kind % 2 == 0 { b"CS" } else { b"BC" };
    let mut packed = vec![0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 3, length + 4, 0];
    packed.extend([name[0], name[1], length, 0]);
    packed.extend(field);

    let (mut inflate, mut plain) = (Decompress::new(false), vec![0; ROOM]);
    let status = inflate.decompress(data, &mut plain, FlushDecompress::Finish);
    let used = usize::try_from(inflate.total_in()).unwrap();
    plain.truncate(usize::try_from(inflate.total_out()).unwrap());
    packed.extend(&data[..used]);
    packed.extend(crc32fast::hash(&plain).to_le_bytes());
    packed.extend(u32::try_from(plain.len()).unwrap().to_le_bytes());
    if matches!(status, Ok(Status::StreamEnd)) {
        packed.extend(&data[used..]);
    }
    reference::assert_agrees(&packed);
});

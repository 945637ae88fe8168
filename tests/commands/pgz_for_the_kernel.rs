//! What the kernel reads: it decompresses modules, firmware and initial file systems by rules of
//! its own, which know no optional field of a header but the name.

use crate::harness::Dir;
use flate2::{Decompress, FlushDecompress, Status};
use std::fs;

/// Decompresses as `lib/decompress_inflate.c` does: ten bytes are skipped, and a name if there is
/// one, whatever the other flags say; what follows is raw DEFLATE data.
fn read(packed: &[u8]) -> Result<Vec<u8>, String> {
    if packed.len() < 10 || packed[..3] != [0x1F, 0x8B, 8] {
        return Err("no gzip header".to_owned());
    }
    let mut data = &packed[10..];
    if packed[3] & 8 != 0 {
        let end = data.iter().position(|&byte| byte == 0).ok_or("the name has no end")?;
        data = &data[end + 1..];
    }
    let mut plain = Vec::with_capacity(1 << 20);
    let mut inflate = Decompress::new(false);
    loop {
        let consumed = usize::try_from(inflate.total_in()).unwrap();
        plain.reserve(1 << 20);
        match inflate.decompress_vec(&data[consumed..], &mut plain, FlushDecompress::None) {
            Ok(Status::StreamEnd) => return Ok(plain),
            Ok(Status::Ok) => {}
            Ok(Status::BufError) => return Err("the data ends early".to_owned()),
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// A module of several chunks, and a small one.
const MODULES: &str = "seq 300000 > module.ko; seq 900 > small.ko; cp module.ko other.ko";

#[test]
fn it_reads_what_is_made_in_gzips_place() {
    let lines = [
        "gzip -n -f module.ko; cat module.ko.gz",
        "gzip -nc module.ko",
        "gzip -n < module.ko",
        "gzip -n9c module.ko",
        "gzip -c module.ko",
        "gzip -nf small.ko module.ko; cat module.ko.gz",
        "gzip -n --rsyncable -c module.ko",
        "pgz --no-index -c module.ko",
        "pgz -q --no-index module.ko; cat module.ko.gz",
        "pgz -q --no-index -o out module.ko; cat out",
    ];
    let mut failed = Vec::new();
    for line in lines {
        let dir = Dir::with(MODULES);
        let plain = fs::read(dir.path("other.ko")).unwrap();
        let ran = dir.run(&format!("({line}) > packed"));
        let packed = fs::read(dir.path("packed")).unwrap();
        let result = read(&packed).map(|unpacked| unpacked == plain);
        if (ran.code, &*ran.err, &result) != (Some(0), "", &Ok(true)) {
            failed.push(format!("{line}: {:?} {:?} {result:?}", ran.code, ran.err));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn it_reads_what_the_installed_gzip_makes() {
    for line in ["gzip -nc other.ko > packed", "gzip -c other.ko > packed"] {
        let dir = Dir::with(&format!("{MODULES}; {line}"));
        let [plain, packed] = ["other.ko", "packed"].map(|name| fs::read(dir.path(name)).unwrap());
        assert_eq!(read(&packed), Ok(plain), "{line}");
    }
}

#[test]
fn a_file_and_a_stream_are_the_same_bytes() {
    for level in ["-1", "-6", "-9"] {
        for name in ["module.ko", "small.ko"] {
            let dir = Dir::with(MODULES);
            let compare = format!(
                "gzip {level} -nc {name} > stream && gzip {level} -n < {name} | cmp - stream &&
                gzip {level} -nk {name} other.ko && cmp {name}.gz stream"
            );
            dir.run(&compare).silent();
        }
    }
}

//! Encoders for the tests, written for clarity, not speed. The integration tests and the fuzz
//! targets include this file too.

use std::collections::HashMap;

/// Encodes `plain` as `compress` does, with codes of up to `max_width` bits. In block mode, the table
/// is cleared each time this many codes have been written.
pub(crate) fn lzw(plain: &[u8], max_width: u8, clear_after: Option<usize>) -> Vec<u8> {
    let mut packed = vec![0x1F, 0x9D, max_width | if clear_after.is_some() { 0x80 } else { 0 }];
    let mut codes = Codes::new(max_width, clear_after.is_some());
    let mut table = HashMap::new();
    let mut next = codes.next;
    let mut last: Option<usize> = None;
    for &byte in plain {
        let Some(code) = last else {
            last = Some(byte.into());
            continue;
        };
        if let Some(&longer) = table.get(&(code, byte)) {
            last = Some(longer);
            continue;
        }
        codes.write(code);
        if next < codes.limit {
            table.insert((code, byte), next);
            next += 1;
        }
        if clear_after.is_some_and(|count| codes.count >= count) {
            codes.clear();
            table.clear();
            next = 257;
        }
        last = Some(byte.into());
    }
    if let Some(code) = last {
        codes.write(code);
    }
    codes.end_group(false);
    packed.extend(codes.bytes);
    packed
}

/// Codes in groups of eight, as wide as the decoder expects them.
struct Codes {
    bytes: Vec<u8>,
    group: Vec<usize>,
    width: usize,
    max_width: usize,
    highest: usize,
    /// The entry that the decoder adds next, and how many it can have.
    next: usize,
    limit: usize,
    /// Codes written since the start or the last clear.
    count: usize,
    is_first: bool,
}

impl Codes {
    fn new(max_width: u8, block_mode: bool) -> Self {
        let next = if block_mode { 257 } else { 256 };
        let (max_width, limit) = (max_width.into(), 1 << max_width);
        let (bytes, group) = (Vec::new(), Vec::new());
        let (count, is_first) = (0, true);
        Self { bytes, group, width: 9, max_width, highest: 511, next, limit, count, is_first }
    }

    fn write(&mut self, code: usize) {
        if self.next > self.highest {
            self.end_group(true);
            self.width += 1;
            let full = self.width == self.max_width;
            self.highest = if full { self.limit } else { (1 << self.width) - 1 };
        }
        self.push(code);
        if !std::mem::take(&mut self.is_first) && self.next < self.limit {
            self.next += 1;
        }
        self.count += 1;
    }

    fn push(&mut self, code: usize) {
        self.group.push(code);
        if self.group.len() == 8 {
            self.end_group(true);
        }
    }

    fn clear(&mut self) {
        if self.next > self.highest {
            // The decoder widens its codes before it reads this one.
            self.end_group(true);
            self.width += 1;
        }
        self.push(256);
        self.end_group(true);
        (self.width, self.highest, self.next, self.count) = (9, 511, 256, 0);
    }

    /// Writes the group, `whole` or only the bytes that contain codes.
    fn end_group(&mut self, whole: bool) {
        let bits = self.group.len() * self.width;
        let mut bytes = [0; 16 + 4];
        for (position, code) in self.group.drain(..).enumerate() {
            for bit in 0..self.width {
                let at = position * self.width + bit;
                bytes[at / 8] |= u8::from(code >> bit & 1 == 1) << (at % 8);
            }
        }
        let length = if whole && bits > 0 { self.width } else { bits.div_ceil(8) };
        self.bytes.extend(&bytes[..length]);
    }
}

/// Encodes `plain`, of any length, as `pack` does.
pub(crate) fn pack(plain: &[u8]) -> Vec<u8> {
    let depths = depths(plain);
    let longest = depths.iter().map(|&(_, depth)| depth).max().unwrap_or(1);
    let leaves: Vec<usize> = (1..=longest)
        .map(|length| depths.iter().filter(|&&(_, depth)| depth == length).count())
        .collect();
    let length = u32::try_from(plain.len()).unwrap();
    let mut packed = [&[0x1F, 0x1E][..], &length.to_be_bytes()].concat();
    packed.push(u8::try_from(longest).unwrap());
    for (place, &count) in leaves.iter().enumerate() {
        let count = if place + 1 == longest { count - 2 } else { count };
        packed.push(u8::try_from(count).unwrap());
    }
    packed.extend(depths.iter().filter_map(|&(symbol, _)| symbol));

    // At each length, the codes that go on come first.
    let mut longer = vec![0; longest + 1];
    for length in (1..longest).rev() {
        longer[length] = usize::midpoint(longer[length + 1], leaves[length]);
    }
    let mut codes = HashMap::new();
    let mut used = vec![0; longest + 1];
    for &(symbol, depth) in &depths {
        codes.insert(symbol, (longer[depth] + used[depth], depth));
        used[depth] += 1;
    }
    let (mut byte, mut filled) = (0_u8, 0);
    for symbol in plain.iter().copied().map(Some).chain([None]) {
        let (code, depth) = codes[&symbol];
        for bit in (0..depth).rev() {
            byte = byte << 1 | u8::from(code >> bit & 1 == 1);
            filled += 1;
            if filled == 8 {
                packed.push(byte);
                (byte, filled) = (0, 0);
            }
        }
    }
    if filled > 0 {
        packed.push(byte << (8 - filled));
    }
    packed
}

/// Symbols (`None` is the end mark) and the lengths of their codes.
type Depths = Vec<(Option<u8>, usize)>;

/// The symbols in order of the length of their Huffman codes, the end mark last.
fn depths(plain: &[u8]) -> Depths {
    let mut counts = [0_usize; 256];
    for &byte in plain {
        counts[usize::from(byte)] += 1;
    }
    if plain.is_empty() {
        // A code needs two symbols.
        counts[0] = 1;
    }
    let mut trees: Vec<(usize, Depths)> = (0..=255)
        .filter(|&byte| counts[usize::from(byte)] > 0)
        .map(|byte| (counts[usize::from(byte)], vec![(Some(byte), 0)]))
        .collect();
    trees.push((0, vec![(None, 0)]));
    while trees.len() > 1 {
        trees.sort_by_key(|&(count, _)| std::cmp::Reverse(count));
        let (first, second) = (trees.pop().unwrap(), trees.pop().unwrap());
        let both = first.1.into_iter().chain(second.1);
        trees.push((first.0 + second.0, both.map(|(symbol, depth)| (symbol, depth + 1)).collect()));
    }
    let mut depths = trees.pop().unwrap().1;
    depths.sort_by_key(|&(symbol, depth)| (depth, symbol.is_none()));
    depths
}

/// The form of a zip archive.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Zip {
    /// The sizes and the checksum come after the data, and their signature before them or not.
    pub(crate) described: Option<bool>,
    /// Sizes have 64 bits.
    pub(crate) wide: bool,
}

impl Zip {
    /// An entry with this data; it counts as deflated if it differs from `plain`.
    pub(crate) fn entry(self, plain: &[u8], data: &[u8]) -> Vec<u8> {
        let crc = crc32fast::hash(plain);
        let [plain_size, size] = [plain.len(), data.len()];
        let small = |size: usize| u32::try_from(size).unwrap();
        let mut entry = b"PK\x03\x04\x2D\0".to_vec();
        entry.extend([if self.described.is_some() { 8 } else { 0 }, 0]);
        entry.extend([if data == plain { 0 } else { 8 }, 0, 0, 0, 0, 0]);
        let told = self.described.is_none();
        entry.extend(if told { crc } else { 0 }.to_le_bytes());
        for size in [size, plain_size] {
            let size = if told { small(size) } else { 0 };
            entry.extend(if self.wide { u32::MAX } else { size }.to_le_bytes());
        }
        entry.extend([4, 0, if self.wide { 6 + 20 } else { 0 }, 0]);
        entry.extend(b"name");
        if self.wide {
            entry.extend([b'x', b'y', 2, 0, 7, 7, 1, 0, 16, 0]);
            for size in [plain_size, size] {
                entry.extend(if told { size as u64 } else { 0 }.to_le_bytes());
            }
        }
        entry.extend(data);
        if let Some(signed) = self.described {
            entry.extend(if signed { &b"PK\x07\x08"[..] } else { b"" });
            entry.extend(crc.to_le_bytes());
            for size in [size, plain_size] {
                let width = if self.wide { 8 } else { 4 };
                entry.extend(&(size as u64).to_le_bytes()[..width]);
            }
        }
        entry
    }
}

/// The bytes after the last entry of an archive that a decoder looks at.
pub(crate) const CENTRAL_DIRECTORY: &[u8] = b"PK\x01\x02and so on";

//! A histogram of times, whose buckets widen with the times.

use std::time::Duration;

/// The number of bits after the highest that tell buckets apart.
const BITS: u32 = 3;
/// The number of buckets between two powers of two.
const PARTS: usize = 1 << BITS;
/// Enough for every number of 64 bits.
const BUCKETS: usize = (u64::BITS - BITS + 1) as usize * PARTS;

/// The number of times of about each length. Its size is fixed, and adding is cheap.
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    counts: [u32; BUCKETS],
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: [0; BUCKETS] }
    }
}

impl Histogram {
    pub(super) fn add(&mut self, time: Duration) {
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.counts[bucket(nanoseconds)] += 1;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
    }

    /// Returns the time that `share` of a thousand times do not exceed: the upper end of its bucket,
    /// at most an eighth too long. Returns zero if there are no times.
    pub(super) fn per_mille(&self, share: u64) -> Duration {
        let total: u64 = self.counts.iter().map(|&count| u64::from(count)).sum();
        let wanted = (total * share).div_ceil(1000);
        let mut seen = 0;
        let bucket = self.counts.iter().position(|&count| {
            seen += u64::from(count);
            seen >= wanted
        });
        Duration::from_nanos(if total == 0 { 0 } else { bucket.map_or(u64::MAX, longest) })
    }
}

/// The bucket of a number: its own if it is small, else that of its highest bit and the next three.
#[expect(clippy::cast_possible_truncation, reason = "less than the number of buckets")]
fn bucket(number: u64) -> usize {
    let dropped = number.max(1).ilog2().saturating_sub(BITS);
    dropped as usize * PARTS + (number >> dropped) as usize
}

/// The largest number in a bucket.
fn longest(bucket: usize) -> u64 {
    let dropped = (bucket / PARTS).saturating_sub(1);
    let kept = bucket - dropped * PARTS;
    ((kept as u64 + 1) << dropped).wrapping_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_bucket_ends_at_most_an_eighth_above_what_is_in_it(
            number in prop_oneof![any::<u64>(), 0..1_000_000u64, 0..40u64]
        ) {
            let end = longest(bucket(number));
            prop_assert!(end >= number && end - number <= number / 8);
            // The next number is the first of the next bucket.
            if let Some(next) = end.checked_add(1) {
                prop_assert_eq!(bucket(next), bucket(number) + 1);
            }
        }

        #[test]
        fn a_share_of_the_times_is_no_longer(
            mut times in prop::collection::vec(0..100_000u64, 1..300), share in 1..=1000usize
        ) {
            let (even, odd) = times.split_at(times.len() / 2);
            let mut histogram = Histogram::default();
            for half in [even, odd] {
                let mut part = Histogram::default();
                for &time in half {
                    part.add(Duration::from_nanos(time));
                }
                histogram.merge(&part);
            }
            times.sort_unstable();
            let exact = times[(times.len() * share).div_ceil(1000) - 1];
            let found = u64::try_from(histogram.per_mille(share as u64).as_nanos()).unwrap();
            prop_assert!(found >= exact && found <= exact + exact / 8);
        }
    }

    #[test]
    fn extremes_have_a_place() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.per_mille(990), Duration::ZERO);
        histogram.add(Duration::MAX);
        assert_eq!(histogram.per_mille(990), Duration::from_nanos(u64::MAX));
    }
}

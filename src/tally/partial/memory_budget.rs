//! Memory for long lines, which the inputs of a merge share.

use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The part of a common number of bytes that one input has taken. It is returned on drop.
#[derive(Debug)]
pub(super) struct MemoryBudget {
    left: Arc<AtomicUsize>,
    taken: usize,
}

impl MemoryBudget {
    /// Takes nothing yet, of the bytes that are left.
    pub(super) fn of(left: &Arc<AtomicUsize>) -> Self {
        Self { left: Arc::clone(left), taken: 0 }
    }

    /// Takes nothing yet, of an unlimited budget.
    pub(super) fn unlimited() -> Self {
        Self::of(&Arc::new(AtomicUsize::new(usize::MAX)))
    }

    /// Changes the number of bytes taken. Returns false, and changes nothing, if too few are left.
    #[must_use]
    pub(super) fn resize(&mut self, bytes: usize) -> bool {
        let change = |left: usize| (left + self.taken).checked_sub(bytes);
        let enough = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, change).is_ok();
        if enough {
            self.taken = bytes;
        }
        enough
    }

    /// Returns all that was taken.
    pub(super) fn release(&mut self) {
        self.left.fetch_add(mem::take(&mut self.taken), Ordering::Relaxed);
    }
}

impl Drop for MemoryBudget {
    fn drop(&mut self) {
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_taken_by_one_are_missing_for_others_until_returned() {
        let all = Arc::new(AtomicUsize::new(10));
        let (mut one, mut other) = (MemoryBudget::of(&all), MemoryBudget::of(&all));
        assert!(one.resize(7) && other.resize(3));
        assert!(!one.resize(8) && !other.resize(4));
        assert!(one.resize(2) && other.resize(8) && one.resize(2));
        drop(other);
        assert!(one.resize(10) && !one.resize(11));
        drop(one);
        assert_eq!(all.load(Ordering::Relaxed), 10);
        let mut most = MemoryBudget::unlimited();
        assert!(most.resize(usize::MAX));
    }
}

//! Memory for long lines, which the inputs of a merge share.

use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What one has of the bytes that all share. It goes back when this does.
#[derive(Debug)]
pub(super) struct Share {
    left: Arc<AtomicUsize>,
    taken: usize,
}

impl Share {
    /// None so far, of so many bytes that are left.
    pub(super) fn of(left: &Arc<AtomicUsize>) -> Self {
        Self { left: Arc::clone(left), taken: 0 }
    }

    /// None so far, of as many as may be asked for.
    pub(super) fn unlimited() -> Self {
        Self::of(&Arc::new(AtomicUsize::new(usize::MAX)))
    }

    /// Has so many bytes from then on, unless there are not as many left.
    #[must_use]
    pub(super) fn resize(&mut self, bytes: usize) -> bool {
        let change = |left: usize| (left + self.taken).checked_sub(bytes);
        let enough = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, change).is_ok();
        if enough {
            self.taken = bytes;
        }
        enough
    }

    /// Has none from then on.
    pub(super) fn release(&mut self) {
        self.left.fetch_add(mem::take(&mut self.taken), Ordering::Relaxed);
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_has_the_others_lack_until_it_goes_back() {
        let all = Arc::new(AtomicUsize::new(10));
        let (mut one, mut other) = (Share::of(&all), Share::of(&all));
        assert!(one.resize(7) && other.resize(3));
        assert!(!one.resize(8) && !other.resize(4));
        assert!(one.resize(2) && other.resize(8) && one.resize(2));
        drop(other);
        assert!(one.resize(10) && !one.resize(11));
        drop(one);
        assert_eq!(all.load(Ordering::Relaxed), 10);
        let mut most = Share::unlimited();
        assert!(most.resize(usize::MAX));
    }
}

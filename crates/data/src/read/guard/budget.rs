//! How much memory a file may take when it is unpacked.

use std::sync::atomic::{AtomicU64, Ordering};

/// What a small file may take, in bytes.
const LEAST: u64 = 1 << 29;
/// What a larger one may take for each of its bytes. Tables of people shrink to a tenth.
const PER_BYTE: u64 = 200;

/// What the largest may take. The machine may have less: half of its free memory is the limit then.
const MOST: u64 = 1 << 33;

/// The bytes that a file may still be unpacked to.
#[derive(Debug)]
pub(crate) struct Budget {
    left: AtomicU64,
    all: u64,
}

impl Budget {
    /// The budget of a file of so many bytes.
    pub(crate) fn of(file: usize) -> Self {
        let most = free_memory().map_or(MOST, |free| MOST.min(free / 2));
        Self::new(allowed(file as u64).min(most))
    }

    fn new(all: u64) -> Self {
        Self {
            left: AtomicU64::new(all),
            all,
        }
    }

    /// Takes `bytes` of it.
    ///
    /// # Errors
    /// When there are not as many left, with the reason.
    pub(crate) fn take(&self, bytes: u64) -> Result<(), String> {
        let enough = |left: u64| left.checked_sub(bytes);
        let left = (self.left).fetch_update(Ordering::Relaxed, Ordering::Relaxed, enough);
        left.map(drop).map_err(|_| {
            format!(
                "unpacked, it would take more than {} MB. Export fewer columns or rows, or use CSV",
                self.all >> 20
            )
        })
    }

    /// Takes `count` times `size` bytes of it.
    ///
    /// # Errors
    /// As [`Budget::take`].
    pub(crate) fn take_each(&self, count: u64, size: u64) -> Result<(), String> {
        self.take(count.saturating_mul(size))
    }
}

fn allowed(file: u64) -> u64 {
    LEAST.max(file.saturating_mul(PER_BYTE)).min(MOST)
}

/// Bytes of memory that are free, as Linux says; `None` elsewhere.
fn free_memory() -> Option<u64> {
    let facts = std::fs::read_to_string("/proc/meminfo").ok()?;
    let free = facts
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = free.split_whitespace().next()?.parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_spent_once() {
        let budget = Budget::new(100);
        assert_eq!(budget.take(99), Ok(()));
        assert!(budget.take(2).is_err());
        assert_eq!(budget.take(1), Ok(()));
        assert!(budget.take_each(u64::MAX, u64::MAX).is_err());
        assert_eq!(allowed(0), LEAST);
        assert_eq!(allowed(1 << 24), PER_BYTE << 24);
        assert_eq!(allowed(u64::MAX), MOST);
    }
}

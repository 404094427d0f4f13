//! How often a token may ask: a bucket for each token, in memory. Several servers on one database
//! each count for themselves.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Requests per second of one token, unless the setting says otherwise.
pub const USUAL: u32 = 20_000;
/// Buckets that are kept; then those that are full again are let go.
const MOST_BUCKETS: usize = 10_000;

/// The buckets of all tokens. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RateLimit {
    /// Per second, and as many at once; 0: no limit.
    rate: u32,
    buckets: Arc<Mutex<HashMap<String, Bucket>>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl RateLimit {
    /// `rate`: requests per second of one token; 0 for no limit.
    pub fn new(rate: u32) -> Self {
        Self {
            rate,
            buckets: Arc::default(),
        }
    }

    /// Takes one request; or gives the seconds after which there is one.
    pub fn take(&self, token: &str) -> Result<(), i64> {
        self.take_at(token, Instant::now())
    }

    fn take_at(&self, token: &str, now: Instant) -> Result<(), i64> {
        if self.rate == 0 {
            return Ok(());
        }
        let rate = f64::from(self.rate);
        let left_at = |bucket: &Bucket| {
            let seconds = now.saturating_duration_since(bucket.at).as_secs_f64();
            (bucket.left + seconds * rate).min(rate)
        };
        // A count is whole at any time: a panic elsewhere does not spoil it.
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST_BUCKETS && !buckets.contains_key(token) {
            buckets.retain(|_, bucket| left_at(bucket) < rate);
        }
        let left = buckets.get(token).map_or(rate, left_at);
        if left < 1.0 {
            return Err(((1.0 - left) / rate).ceil().max(1.0) as i64);
        }
        let bucket = Bucket {
            left: left - 1.0,
            at: now,
        };
        match buckets.get_mut(token) {
            Some(own) => *own = bucket,
            None => {
                buckets.insert(token.to_owned(), bucket);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_token_has_its_own_bucket_that_fills_again() {
        let limit = RateLimit::new(2);
        let start = Instant::now();
        assert_eq!(limit.take_at("a", start), Ok(()));
        assert_eq!(limit.take_at("a", start), Ok(()));
        assert_eq!(limit.take_at("a", start), Err(1));
        assert_eq!(limit.take_at("b", start), Ok(()), "another token");
        assert_eq!(
            limit.take_at("a", start + Duration::from_millis(600)),
            Ok(())
        );
        assert_eq!(
            limit.take_at("a", start + Duration::from_millis(700)),
            Err(1)
        );
    }

    #[test]
    fn zero_is_no_limit() {
        let limit = RateLimit::new(0);
        assert!((0..1000).all(|_| limit.take("a").is_ok()));
    }
}

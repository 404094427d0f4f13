//! Requests by day: how many, how long they took, how many failed. Kept over restarts.

use std::collections::BTreeMap;

use domain::Date;
use serde::Serialize;
use store::operations::{self, RequestDay};

use crate::{Admin, Result, Tenure};

/// Upper ends of the bins of latencies, in seconds; one more bin is for what took longer.
pub const LATENCY_BINS: [f64; 16] = [
    0.000_5, 0.001, 0.002, 0.003_5, 0.005, 0.007_5, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0,
    2.5, 10.0,
];
/// Days that are kept.
const KEPT: i32 = 400;
/// Days that are shown.
const SHOWN: i32 = 30;

/// Requests that were counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestCounts {
    pub requests: u64,
    /// Answers of 4xx.
    pub refused: u64,
    /// Answers of 5xx.
    pub failed: u64,
    /// By [`LATENCY_BINS`].
    pub bins: [u64; LATENCY_BINS.len() + 1],
}

impl Default for RequestCounts {
    fn default() -> Self {
        Self {
            requests: 0,
            refused: 0,
            failed: 0,
            bins: [0; LATENCY_BINS.len() + 1],
        }
    }
}

impl RequestCounts {
    /// Counts a request.
    pub fn count(&mut self, seconds: f64, status: u16) {
        self.requests += 1;
        self.refused += u64::from((400..500).contains(&status));
        self.failed += u64::from(status >= 500);
        self.bins[LATENCY_BINS.partition_point(|end| *end < seconds)] += 1;
    }

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.refused += other.refused;
        self.failed += other.failed;
        for (own, other) in self.bins.iter_mut().zip(other.bins) {
            *own += other;
        }
    }

    /// The latency in seconds that this share of the requests did not exceed, straight between the
    /// ends of its bin. `None` without requests, or when it took longer than the last end.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let (mut below, wanted) = (0.0, share * self.requests as f64);
        for (bin, count) in self.bins.iter().enumerate() {
            let count = *count as f64;
            if count > 0.0 && below + count >= wanted {
                let end = *LATENCY_BINS.get(bin)?;
                let start = bin
                    .checked_sub(1)
                    .map_or(0.0, |before| LATENCY_BINS[before]);
                return Some(start + (end - start) * ((wanted - below) / count).clamp(0.0, 1.0));
            }
            below += count;
        }
        None
    }
}

/// A day, or a route, in the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RequestSummary {
    pub requests: u64,
    pub refused: u64,
    pub failed: u64,
    /// Seconds at 50%, 95% and 99% of the requests.
    pub latency: [Option<f64>; 3],
}

impl From<&RequestCounts> for RequestSummary {
    fn from(counts: &RequestCounts) -> Self {
        Self {
            requests: counts.requests,
            refused: counts.refused,
            failed: counts.failed,
            latency: [0.5, 0.95, 0.99].map(|share| counts.quantile(share)),
        }
    }
}

/// What the operations page shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RequestReport {
    /// Newest first.
    pub days: Vec<(Date, RequestSummary)>,
    /// Over the same days, most requests first.
    pub routes: Vec<(String, RequestSummary)>,
}

impl Tenure {
    /// Adds what a process counted to the day.
    ///
    /// # Errors
    /// When the store fails; nothing is added then.
    pub async fn add_requests(&self, counted: &BTreeMap<String, RequestCounts>) -> Result<()> {
        if counted.is_empty() {
            return Ok(());
        }
        let day = store::today();
        let mut transaction = self.store.begin().await?;
        for (route, counts) in counted {
            let mut all = match operations::find(&mut transaction, day, route).await? {
                Some(row) => read(&row)?,
                None => RequestCounts::default(),
            };
            all.add(counts);
            let row = RequestDay {
                day,
                route: route.clone(),
                requests: as_i64(all.requests),
                refused: as_i64(all.refused),
                failed: as_i64(all.failed),
                bins: serde_json::to_string(&all.bins).map_err(store::Error::from)?,
            };
            operations::set(&mut transaction, &row).await?;
        }
        operations::forget(&mut transaction, day.plus_days(-KEPT)).await?;
        Ok(transaction.commit().await?)
    }

    /// Latency, throughput and errors of the last days.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn request_report(&self, _: &Admin<'_>) -> Result<RequestReport> {
        let since = store::today().plus_days(1 - SHOWN);
        let rows = operations::since(&mut self.store.read().await?, since).await?;
        let mut days: BTreeMap<Date, RequestCounts> = BTreeMap::new();
        let mut routes: BTreeMap<String, RequestCounts> = BTreeMap::new();
        for row in rows {
            let counts = read(&row)?;
            days.entry(row.day).or_default().add(&counts);
            routes.entry(row.route).or_default().add(&counts);
        }
        let mut routes: Vec<(String, RequestSummary)> = routes
            .iter()
            .map(|(route, counts)| (route.clone(), counts.into()))
            .collect();
        routes.sort_by_key(|(_, own)| std::cmp::Reverse(own.requests));
        Ok(RequestReport {
            days: days
                .iter()
                .rev()
                .map(|(day, counts)| (*day, counts.into()))
                .collect(),
            routes,
        })
    }
}

fn as_i64(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A row; bins of another version of the program are left out, their requests are not.
fn read(row: &RequestDay) -> Result<RequestCounts> {
    let bins: Vec<u64> = serde_json::from_str(&row.bins).map_err(store::Error::from)?;
    Ok(RequestCounts {
        requests: row.requests.unsigned_abs(),
        refused: row.refused.unsigned_abs(),
        failed: row.failed.unsigned_abs(),
        bins: bins.try_into().unwrap_or([0; LATENCY_BINS.len() + 1]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_within_their_bin() {
        let mut counts = RequestCounts::default();
        assert_eq!(counts.quantile(0.5), None);
        for _ in 0..99 {
            counts.count(0.004, 200);
        }
        counts.count(20.0, 503);
        assert_eq!(
            (counts.requests, counts.failed, counts.refused),
            (100, 1, 0)
        );
        let median = counts.quantile(0.5);
        assert!(
            median.is_some_and(|own| (0.0035..0.005).contains(&own)),
            "{median:?}"
        );
        assert_eq!(counts.quantile(1.0), None, "longer than the last end");
        counts.count(0.0001, 404);
        assert_eq!((counts.bins[0], counts.refused), (1, 1));
    }
}

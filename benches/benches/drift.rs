//! Drift checks and data profiles, small and large.

use benches::{Outcome, fastest, peak_megabytes, people, say};
use monitoring::data_profile::{GateLimits, data_profile};
use monitoring::{Detail, ValidPolicy, feature_drift};

fn main() -> Outcome {
    for (name, rows, aim) in [("735", 735, 5e-3), ("1m", 1_000_000, 2.0)] {
        let (reference, current) = (people(rows, 31, 1), people(rows, 31, 2));
        let before = peak_megabytes();
        let check = |detail| {
            fastest(3, || {
                feature_drift(&reference, &current, None, &ValidPolicy::default(), detail)
            })
        };
        say(
            &format!("drift_{name}_31_columns"),
            check(Detail::Usual),
            Some(aim),
        );
        if let (Some(before), Some(after)) = (before, peak_megabytes()) {
            println!(
                "{:<44} {:>7.0} MB beside the {before:.0} MB of the two tables, aim 300 MB",
                "",
                after - before
            );
        }
        say(
            &format!("drift_{name}_31_columns_every_test"),
            check(Detail::All),
            None,
        );
    }
    for (name, rows, runs) in [("1470", 1470, 9), ("1m", 1_000_000, 1)] {
        let table = people(rows, 35, 3);
        let target: Vec<Option<bool>> = (0..rows).map(|row| Some(row % 6 == 0)).collect();
        say(
            &format!("profile_{name}_35_columns"),
            fastest(runs, || {
                data_profile(&table, Some(&target), &[], &[], &GateLimits::default())
            }),
            None,
        );
    }
    Ok(())
}

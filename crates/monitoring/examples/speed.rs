//! Times the drift check and the profile: `cargo run --release -p monitoring --example speed [rows]`.

use std::time::Instant;

use model::{Column, Table};
use monitoring::data_profile::{GateLimits, data_profile};
use monitoring::{Detail, Policy, feature_drift};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Columns like those of the IBM file: a few continuous ones, years and rates, ordinals, levels.
fn table(rows: usize, columns: usize, seed: u64) -> Table {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut table = Table::default();
    for i in 0..columns {
        let mut numbers = |draw: &dyn Fn(&mut ChaCha8Rng) -> f64| Column::Number((0..rows).map(|_| draw(&mut rng)).collect());
        let column = match i % 6 {
            0 if i < 12 => numbers(&|rng| rng.random::<f64>().powi(2) * 100.0),
            0 => numbers(&|rng| f64::from(rng.random_range(1000..20_000u32))),
            1 => numbers(&|rng| f64::from(rng.random_range(0..41u32))),
            2 | 3 => numbers(&|rng| f64::from(rng.random_range(1..6u32))),
            _ => Column::Level {
                codes: (0..rows).map(|_| rng.random_range(0..8u32)).collect(),
                levels: (0..8).map(|level| format!("level {level}")).collect(),
            },
        };
        table.push(format!("x{i}"), column);
    }
    table
}

/// Largest resident size so far, in megabytes, where the system says it.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok()).unwrap_or(f64::NAN) / 1024.0
}

fn main() {
    let rows = std::env::args().nth(1).and_then(|rows| rows.parse().ok()).unwrap_or(1_000_000);
    for rows in [735, rows] {
        let (reference, current) = (table(rows, 31, 1), table(rows, 31, 2));
        let before = peak_mb();
        for (detail, what) in [(Detail::Usual, "usual tests"), (Detail::All, "all tests")] {
            let best = (0..3)
                .map(|_| {
                    let start = Instant::now();
                    let report = feature_drift(&reference, &current, None, &Policy::default(), detail);
                    std::hint::black_box(report);
                    start.elapsed()
                })
                .min();
            println!("drift {rows} against {rows} x 31, {what}: {best:?}");
        }
        println!("  peak memory {:.0} MB, of which the two tables {before:.0} MB", peak_mb());
    }
    for rows in [1470, rows] {
        let table = table(rows, 35, 3);
        let target: Vec<bool> = (0..rows).map(|row| row % 6 == 0).collect();
        let start = Instant::now();
        let profile = data_profile(&table, Some(&target), &[], &GateLimits::default());
        println!("profile {} x 35: {:?}", profile.rows, start.elapsed());
    }
    println!("peak memory {:.0} MB", peak_mb());
}

//! Alarms by chance and alarms that must come: simulated months without change (1000 under `make
//! soak`), and a shift in one of thirty features.
#![expect(clippy::unwrap_used, reason = "tests")]

use model::{Column, Table};
use monitoring::check::{column_drift, conclude, sample};
use monitoring::compare::Sample;
use monitoring::{Detail, Policy, ValidPolicy};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use stats::two_sample::{Method, Sorted};

/// Thirty features like those of a personnel file: half continuous, the rest counts, ordinals and
/// levels.
#[derive(Clone, Copy)]
enum Feature {
    Uniform,
    Skewed,
    Count(u32),
    Level(&'static [f64]),
}

const SHARES: [&[f64]; 4] = [
    &[0.72, 0.28],
    &[0.1, 0.71, 0.19],
    &[0.22, 0.46, 0.32],
    &[0.22, 0.2, 0.18, 0.1, 0.09, 0.07, 0.06, 0.05, 0.03],
];

fn features() -> Vec<Feature> {
    (0..30)
        .map(|i| match i % 6 {
            0..=1 => Feature::Uniform,
            2 => Feature::Skewed,
            3 => Feature::Count([5, 10, 40, 4, 15][i / 6]),
            _ => Feature::Level(SHARES[(i / 6 + i) % 4]),
        })
        .collect()
}

fn draw(feature: Feature, rows: usize, shift: f64, rng: &mut ChaCha8Rng) -> Sample {
    match feature {
        Feature::Level(shares) => {
            let mut counts = vec![0u64; shares.len()];
            for _ in 0..rows {
                let mut rest = rng.random::<f64>();
                let level = shares.iter().position(|share| {
                    rest -= share;
                    rest < 0.0
                });
                counts[level.unwrap_or(shares.len() - 1)] += 1;
            }
            Sample::Level {
                counts: counts
                    .into_iter()
                    .enumerate()
                    .map(|(level, count)| (level.to_string(), count))
                    .collect(),
                missing: 0,
            }
        }
        _ => {
            let values: Vec<f64> = (0..rows)
                .map(|_| match feature {
                    // Kolmogorov-Smirnov does not care for the shape: uniform draws are quick.
                    Feature::Uniform => 12f64.sqrt() * rng.random::<f64>() + shift,
                    Feature::Skewed => rng.random::<f64>().powi(3),
                    Feature::Count(values) => f64::from(rng.random_range(0..values)),
                    Feature::Level(_) => 0.0,
                })
                .collect();
            Sample::Number {
                sorted: Sorted::new(&values),
                missing: 0,
            }
        }
    }
}

/// Share of months in which `policy` alarms on some feature, and the mean of the rates that it
/// states.
fn alarms(policy: &ValidPolicy, current_rows: usize, months: usize, seed: u64) -> (f64, f64) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut alarms, mut stated) = (0, 0.0);
    for _ in 0..months {
        let columns = features()
            .into_iter()
            .map(|feature| {
                let (reference, current) = (
                    draw(feature, 1000, 0.0, &mut rng),
                    draw(feature, current_rows, 0.0, &mut rng),
                );
                column_drift("x", &reference, &current, policy, Detail::Usual)
            })
            .collect();
        let report = conclude(columns, policy);
        alarms += usize::from(!report.drifted().is_empty());
        stated += report.false_alarm_rate.unwrap();
    }
    (alarms as f64 / months as f64, stated / months as f64)
}

#[test]
fn calibrated_alarms_by_chance_in_at_most_five_months_of_a_hundred() {
    let policy = ValidPolicy::default().with_ks(Method::Asymptotic);
    let months = testing::soak(200, 1000);
    std::thread::scope(|scope| {
        for rows in [50, 200, 735, 10_000] {
            let policy = &policy;
            scope.spawn(move || {
                let (found, stated) = alarms(policy, rows, months, rows as u64);
                eprintln!(
                    "calibrated, 1000 against {rows}: alarm in {:.1} % of {months} months, stated {:.1} %",
                    100.0 * found,
                    100.0 * stated
                );
                assert!(found <= 0.05, "{rows}: {found}");
            });
        }
    });
}

#[test]
fn the_guides_rates_are_stated_about_right() {
    for name in ["guide-000", "churn-004", "evidently"] {
        let policy = ValidPolicy::named(name)
            .unwrap()
            .with_ks(Method::Asymptotic);
        for rows in [50, 735] {
            let (found, stated) = alarms(&policy, rows, 100, 5);
            eprintln!(
                "{name}, 1000 against {rows}: alarm in {:.0} % of 100 months, stated {:.0} %",
                100.0 * found,
                100.0 * stated
            );
            assert!(
                found > 0.45 && (found - stated).abs() < 0.15,
                "{name} {rows}: {found}, stated {stated}"
            );
        }
    }
}

#[test]
fn calibrated_finds_a_shift_of_three_tenths_of_a_deviation() {
    let policy = ValidPolicy::default().with_ks(Method::Asymptotic);
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    const TRIALS: usize = 100;
    for rows in [200, 735] {
        for shift in [0.1, 0.2, 0.3, 0.4] {
            let found = (0..TRIALS)
                .filter(|_| {
                    let columns = features()
                        .into_iter()
                        .enumerate()
                        .map(|(i, feature)| {
                            let moved = if i == 0 { shift } else { 0.0 };
                            let (reference, current) = (
                                draw(feature, 1000, 0.0, &mut rng),
                                draw(feature, rows, moved, &mut rng),
                            );
                            column_drift(
                                &i.to_string(),
                                &reference,
                                &current,
                                &policy,
                                Detail::Usual,
                            )
                        })
                        .collect();
                    conclude(columns, &policy).drifted().contains(&"0")
                })
                .count() as f64
                / TRIALS as f64;
            eprintln!(
                "shift of {shift} deviations in 1 of 30 features, 1000 against {rows} rows: found in {:.0} %",
                100.0 * found
            );
            assert!((rows, shift) != (735, 0.3) || found >= 0.9, "{found}");
        }
    }
}

/// The trade-off of `docs/drift.md`: what a stricter or a laxer limit on the adjusted p-value
/// costs.
#[test]
fn a_laxer_limit_finds_more_and_cries_wolf_more() {
    let (months, trials) = testing::soak((100, 50), (400, 200));
    let rates = [0.003, 0.01, 0.03, 0.1, 0.3].map(|p_limit| {
        let policy = Policy {
            ks: Method::Asymptotic,
            p_limit,
            ..Policy::default()
        }
        .check()
        .unwrap();
        let alarms = alarms(&policy, 735, months, 11).0;
        let mut rng = ChaCha8Rng::seed_from_u64(12);
        let mut found = |shift: f64| {
            let hits = (0..trials).filter(|_| {
                let columns = features().into_iter().enumerate().map(|(i, feature)| {
                    let moved = if i == 0 { shift } else { 0.0 };
                    let (reference, current) = (
                        draw(feature, 1000, 0.0, &mut rng),
                        draw(feature, 735, moved, &mut rng),
                    );
                    column_drift(&i.to_string(), &reference, &current, &policy, Detail::Usual)
                });
                conclude(columns.collect(), &policy)
                    .drifted()
                    .contains(&"0")
            });
            hits.count() as f64 / f64::from(trials)
        };
        let power = [found(0.2), found(0.3)];
        eprintln!(
            "adjusted p < {p_limit}: false alarms {:.1} %, found 0.2: {:.0} %, 0.3: {:.0} %",
            100.0 * alarms,
            100.0 * power[0],
            100.0 * power[1]
        );
        (alarms, power)
    });
    assert!(rates.is_sorted_by(|before, after| before.0 <= after.0));
    assert!(rates[4].1[0] > rates[0].1[0] && rates[2].0 <= 0.05 && rates[2].1[1] >= 0.9);
}

#[test]
fn a_real_policy_on_a_real_table_is_fast() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut table = |rows: usize| {
        let mut table = Table::default();
        for i in 0..31 {
            table.push(
                format!("x{i}"),
                Column::Number(
                    (0..rows)
                        .map(|_| {
                            if i % 3 == 0 {
                                rng.random()
                            } else {
                                f64::from(rng.random_range(0..50u32))
                            }
                        })
                        .collect(),
                ),
            );
        }
        table
    };
    let (reference, current) = (table(735), table(735));
    let policy = ValidPolicy::default();
    let best = (0..20)
        .map(|_| {
            let start = std::time::Instant::now();
            let report =
                monitoring::feature_drift(&reference, &current, None, &policy, Detail::Usual);
            assert_eq!(report.columns.len(), 31);
            start.elapsed()
        })
        .min()
        .unwrap();
    eprintln!("735 against 735 rows x 31 columns: {best:?}");
    assert!(sample(&reference.columns[0]).is_some());
}

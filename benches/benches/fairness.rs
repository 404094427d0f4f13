//! The fairness audit of 1470 people with 10 000 resamples.

use benches::{Outcome, fastest, say};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use stats::GapIntervals;
use stats::fairness::{FairnessPolicy, audit};
use stats::groups::Groups;

const ROWS: usize = 1470;

fn main() -> Outcome {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let scores: Vec<f64> = (0..ROWS).map(|_| random.random::<f64>().powi(2)).collect();
    let truth: Vec<bool> = scores
        .iter()
        .map(|score| random.random::<f64>() < 0.5 * score)
        .collect();
    let decision: Vec<bool> = scores.iter().map(|score| *score >= 0.3).collect();
    let labels =
        (0..ROWS).map(|_| Some(["Female", "Male"][usize::from(random.random::<f64>() < 0.6)]));
    let groups = Groups::from_labels(labels.collect::<Vec<_>>());
    for (name, intervals, aim) in [
        ("simultaneous", GapIntervals::Simultaneous, None),
        ("bootstrap_10k", GapIntervals::Bootstrap, Some(50e-3)),
    ] {
        let policy = FairnessPolicy {
            intervals,
            ..FairnessPolicy::default()
        };
        say(
            &format!("fairness_1470_{name}"),
            fastest(9, || audit(&truth, &decision, None, &groups, &policy, 7)),
            aim,
        );
    }
    Ok(())
}

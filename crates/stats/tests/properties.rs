//! What must hold for any labels and scores.
#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use stats::{
    GapIntervals, Metric, ScoreTable,
    comparison::compare,
    delong::delong,
    fairness::{FairnessPolicy, audit},
    group_metrics::GroupMetric,
    groups::Groups,
    report::report,
};

/// Labels and scores with many ties.
fn rows(most: usize) -> impl Strategy<Value = (Vec<bool>, Vec<f64>)> {
    prop::collection::vec((any::<bool>(), 0_u8..=20), 1..most).prop_map(|rows| {
        rows.into_iter()
            .map(|(label, score)| (label, f64::from(score) / 20.0))
            .unzip()
    })
}

fn auc(truth: &[bool], scores: &[f64]) -> Option<f64> {
    ScoreTable::new(truth, scores).unwrap().roc_auc()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn roc_auc_is_the_share_of_pairs_in_order((truth, scores) in rows(60)) {
        let (mut pairs, mut in_order) = (0.0, 0.0);
        for (leaver, of_leaver) in truth.iter().zip(&scores) {
            for (stayer, of_stayer) in truth.iter().zip(&scores) {
                if *leaver && !stayer {
                    pairs += 1.0;
                    in_order += if of_leaver > of_stayer { 1.0 } else if of_leaver == of_stayer { 0.5 } else { 0.0 };
                }
            }
        }
        let area = auc(&truth, &scores);
        prop_assert_eq!(area.is_some(), pairs > 0.0);
        if let Some(area) = area {
            prop_assert!((area - in_order / pairs).abs() < 1e-12);
            let stretched: Vec<f64> = scores.iter().map(|score| (3.0 * score).exp() - 7.0).collect();
            prop_assert!((auc(&truth, &stretched).unwrap() - area).abs() < 1e-12, "a monotone map changes nothing");
            let turned: Vec<f64> = scores.iter().map(|score| -score).collect();
            prop_assert!((auc(&truth, &turned).unwrap() - (1.0 - area)).abs() < 1e-12);
            let flipped: Vec<bool> = truth.iter().map(|label| !label).collect();
            prop_assert!((auc(&flipped, &turned).unwrap() - area).abs() < 1e-12);
            let table = ScoreTable::new(&truth, &scores).unwrap();
            prop_assert!((table.partial_auc(1.0).unwrap() - area).abs() < 1e-12);
            prop_assert!(table.ks().unwrap() <= 1.0 && table.ks().unwrap() >= (area - 0.5).abs() - 1e-12);
        }
    }

    #[test]
    fn the_order_of_rows_changes_nothing((truth, scores) in rows(60), by in 0_usize..60) {
        let rotated = |of: &[bool]| { let mut of = of.to_vec(); let by = by % of.len(); of.rotate_left(by); of };
        let mut rotated_scores = scores.clone();
        rotated_scores.rotate_left(by % scores.len());
        let one = report(&truth, &scores, 0.5, 3).unwrap();
        let other = report(&rotated(&truth), &rotated_scores, 0.5, 3).unwrap();
        for (metric, figure) in &one.metrics {
            prop_assert_eq!(figure.value, other.metrics[metric].value);
        }
        prop_assert_eq!(one.curves, other.curves);
    }

    #[test]
    fn a_report_of_anything_has_no_nan((truth, scores) in rows(30), stretch in prop::sample::select(vec![0.0, 1.0, -3.0, 1e300])) {
        let scores: Vec<f64> = scores.iter().map(|score| score * stretch).collect();
        let report = report(&truth, &scores, 0.5, 3).unwrap();
        prop_assert_eq!(report.metrics.len(), Metric::ALL.len());
        for (metric, figure) in &report.metrics {
            prop_assert!(figure.value.is_some() != figure.why.is_some(), "{:?}: {:?}", metric, figure);
            if let (Some(value), Some([low, high])) = (figure.value, figure.interval) {
                prop_assert!(low <= high && value.is_finite(), "{:?}: {:?}", metric, figure);
            }
        }
        let text = serde_json::to_string(&report).unwrap();
        prop_assert_eq!(serde_json::from_str::<stats::report::Report>(&text).unwrap(), report);
    }

    #[test]
    fn a_model_against_itself_shows_no_difference((truth, scores) in rows(40)) {
        for compared in compare(&truth, &scores, &scores, [0.5; 2], 5).unwrap() {
            if compared.difference.value.is_some() {
                prop_assert_eq!(compared.difference.value, Some(0.0));
                prop_assert!(compared.p_value.is_none_or(|p| p > 0.999), "{:?}", compared);
            }
        }
    }
}

/// `n` people of whom a share of `rate` is flagged, in each of the groups.
fn flagged(random: &mut ChaCha8Rng, rates: &[(u32, f64)]) -> (Vec<bool>, Groups) {
    let mut decision = Vec::new();
    let mut labels = Vec::new();
    for (group, &(n, rate)) in rates.iter().enumerate() {
        decision.extend((0..n).map(|_| random.random_bool(rate)));
        labels.extend(std::iter::repeat_n(Some(format!("{group}")), n as usize));
    }
    (decision, Groups::from_labels(labels))
}

/// The promise of a 95 % interval: over many samples it holds the true gap at least about 95 times
/// in 100, with and without a true gap, for two groups and for more.
#[test]
fn intervals_of_gaps_cover_the_truth() {
    let policy = FairnessPolicy::default();
    let mut random = ChaCha8Rng::seed_from_u64(11);
    for rates in [
        vec![(60, 0.2), (80, 0.2)],
        vec![(60, 0.1), (80, 0.4)],
        vec![(50, 0.2), (60, 0.2), (70, 0.2), (80, 0.2)],
        vec![(50, 0.05), (60, 0.2), (70, 0.2), (80, 0.5)],
        vec![(30, 0.02), (30, 0.05), (30, 0.1)],
    ] {
        let all: Vec<f64> = rates.iter().map(|group| group.1).collect();
        let (least, most) = (
            all.iter().copied().fold(f64::MAX, f64::min),
            all.iter().copied().fold(0.0, f64::max),
        );
        let mut held = [0; 2];
        for seed in 0..400 {
            let (decision, groups) = flagged(&mut random, &rates);
            let report = audit(&decision, &decision, None, &groups, &policy, seed).unwrap();
            for (held, (part, truth)) in held.iter_mut().zip([
                (&report.difference, most - least),
                (&report.ratio, least / most),
            ]) {
                let [low, high] = part[&GroupMetric::SelectionRate]
                    .interval
                    .unwrap_or([0.0, 1.0]);
                *held += usize::from(low <= truth + 1e-12 && truth <= high + 1e-12);
            }
        }
        eprintln!(
            "{rates:?}: difference held {} and ratio {} of 400",
            held[0], held[1]
        );
        assert!(held.iter().all(|&held| held >= 372), "{rates:?}: {held:?}");
    }
}

/// DeLong's interval of a difference, and its p-value, on two scores that are equally good: one in
/// twenty is "significant".
#[test]
fn delong_is_wrong_one_time_in_twenty() {
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let alarms = (0..2000)
        .filter(|_| {
            let truth: Vec<bool> = (0..150).map(|row| row % 4 == 0).collect();
            let mut score = || -> Vec<f64> {
                truth
                    .iter()
                    .map(|&leaver| random.random::<f64>() + if leaver { 0.3 } else { 0.0 })
                    .collect()
            };
            let (first, second) = (score(), score());
            delong(&truth, &[&first, &second])
                .unwrap()
                .unwrap()
                .difference(0, 1)
                .3
                < 0.05
        })
        .count();
    assert!((70..=140).contains(&alarms), "{alarms} of 2000");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let mut random = ChaCha8Rng::seed_from_u64(2);
    let scores: Vec<f64> = (0..400).map(|_| random.random()).collect();
    let truth: Vec<bool> = scores
        .iter()
        .map(|&score| random.random_bool(score))
        .collect();
    let decision: Vec<bool> = scores.iter().map(|&score| score > 0.5).collect();
    let groups = Groups::from_labels((0..400).map(|row| Some(["a", "b", "c"][row % 3])));
    let policy = FairnessPolicy {
        intervals: GapIntervals::Bootstrap,
        ..FairnessPolicy::default()
    };
    let everything = || {
        let reports = (
            report(&truth, &scores, 0.5, 9).unwrap(),
            audit(&truth, &decision, Some(&scores), &groups, &policy, 9).unwrap(),
        );
        serde_json::to_string(&reports).unwrap()
    };
    let with = |threads: usize| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
            .install(everything)
    };
    assert_eq!(with(1), with(3));
}

/// The bootstrap gives about what the analytic interval gives where both are right: two groups,
/// large counts.
#[test]
fn the_bootstrap_agrees_with_newcombe_on_two_large_groups() {
    let mut random = ChaCha8Rng::seed_from_u64(8);
    let (decision, groups) = flagged(&mut random, &[(2000, 0.2), (3000, 0.35)]);
    let interval = |intervals| {
        let policy = FairnessPolicy {
            intervals,
            ..FairnessPolicy::default()
        };
        audit(&decision, &decision, None, &groups, &policy, 1)
            .unwrap()
            .difference[&GroupMetric::SelectionRate]
            .interval
            .unwrap()
    };
    for (analytic, resampled) in interval(GapIntervals::Simultaneous)
        .into_iter()
        .zip(interval(GapIntervals::Bootstrap))
    {
        assert!(
            (analytic - resampled).abs() < 0.002,
            "{analytic} {resampled}"
        );
    }
}

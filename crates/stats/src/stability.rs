//! How alike several choices of the same number of things are, corrected for chance (Nogueira,
//! Sechidis and Brown, "On the stability of feature selection algorithms", JMLR 18, 2018).

use domain::Estimate;

/// Two-sided 95% quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// Stability of choices of equally many out of `of` things, each choice as the positions of what
/// was chosen (none twice).
///
/// 1: always the same; 0: no more alike than by chance; below 0.4 is poor, above 0.75 excellent
/// (Fleiss' scale, which the authors recommend). For two choices it is Kuncheva's index. The
/// interval is their asymptotic one; `n` is the number of choices.
///
/// ```
/// use stats::stability::selection_stability;
///
/// assert_eq!(selection_stability(&[vec![0, 1], vec![0, 1]], 4).value, Some(1.0));
/// assert_eq!(selection_stability(&[vec![0, 1]], 4).value, None);
/// ```
pub fn selection_stability(choices: &[Vec<usize>], of: usize) -> Estimate {
    let count = choices.first().map_or(0, Vec::len);
    if choices.len() < 2 {
        return Estimate::unknown("at least two selections are needed");
    }
    if count == 0 || count >= of || choices.iter().any(|choice| choice.len() != count) {
        return Estimate::unknown("all selections must have the same size, smaller than the whole");
    }
    let (m, d, k) = (choices.len() as f64, of as f64, count as f64);
    let mut share = vec![0.0; of];
    for &thing in choices.iter().flatten() {
        share[thing] += 1.0 / m;
    }
    let by_chance = k / d * (1.0 - k / d);
    let spread = share.iter().map(|p| p * (1.0 - p)).sum::<f64>() / d * m / (m - 1.0);
    let stability = 1.0 - spread / by_chance;
    // Influence of each choice; terms that are equal for all choices of one size are left out.
    let influence: Vec<f64> = choices
        .iter()
        .map(|choice| choice.iter().map(|&thing| share[thing]).sum::<f64>() / d / by_chance)
        .collect();
    let mean = influence.iter().sum::<f64>() / m;
    let variance = 4.0 / (m * m)
        * influence
            .iter()
            .map(|own| (own - mean) * (own - mean))
            .sum::<f64>();
    let half = Z * variance.sqrt();
    Estimate::with_interval(
        stability,
        [stability - half, (stability + half).min(1.0)],
        choices.len(),
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn equal_choices_are_stable_and_two_give_kunchevas_index() {
        let same = selection_stability(&[vec![0, 1, 2], vec![2, 1, 0], vec![1, 0, 2]], 10);
        assert!(
            (same.value.unwrap() - 1.0).abs() < 1e-12
                && (same.interval.unwrap()[0] - 1.0).abs() < 1e-12
        );
        // (r − k²/d) / (k − k²/d) with r = 4 of k = 5 in common out of d = 10.
        let two = selection_stability(&[vec![0, 1, 2, 3, 4], vec![0, 1, 2, 3, 5]], 10);
        assert!((two.value.unwrap() - 0.6).abs() < 1e-12);
        let opposite = selection_stability(&[vec![0, 1], vec![2, 3]], 4);
        assert!((opposite.value.unwrap() + 1.0).abs() < 1e-12);
        assert_eq!(two.n, Some(2));
    }

    #[test]
    fn random_choices_are_as_alike_as_chance_and_the_interval_holds_that() {
        // A fixed linear congruential generator: which choices these are must not matter.
        let mut state = 12_345_u64;
        let mut draw = |below: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        let choices: Vec<Vec<usize>> = (0..200)
            .map(|_| {
                let mut all: Vec<usize> = (0..20).collect();
                (0..5).map(|_| all.swap_remove(draw(all.len()))).collect()
            })
            .collect();
        let figure = selection_stability(&choices, 20);
        let [low, high] = figure.interval.unwrap();
        assert!(
            figure.value.unwrap().abs() < 0.02 && low < 0.02 && high > -0.02,
            "{figure:?}"
        );
    }

    #[test]
    fn what_cannot_be_compared_says_so() {
        assert!(selection_stability(&[vec![0]], 3).why.is_some());
        assert!(
            selection_stability(&[vec![0, 1], vec![0, 1]], 2)
                .why
                .is_some(),
            "everything is always chosen"
        );
        assert!(selection_stability(&[vec![0], vec![0, 1]], 5).why.is_some());
    }
}

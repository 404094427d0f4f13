//! The stratified bootstrap of gaps between groups, at the cost of counts instead of rows.
//!
//! People are drawn with replacement within each group. A row enters a rate only through its cell
//! of the confusion matrix, so drawing the n rows of a group is exactly one multinomial draw of its
//! four counts: these resamples have the very distribution of the row bootstrap, and their cost
//! does not grow with the rows.

use rand::Rng;
use rand_distr::{Binomial, Distribution};
use rayon::prelude::*;

use crate::{
    Confusion,
    bootstrap::chunked,
    gap::{GapSetting, Kind, Member},
    group_metrics::{RATES, rates},
    intervals::percentile_interval,
};

/// Gaps of all [`RATES`]: difference and ratio between groups, difference and ratio to the overall
/// figure.
type Draw = [[f64; RATES.len()]; 4];

/// Percentile intervals in the shape of a draw; `None` where too few resamples have the gap.
pub(crate) type Resampled = [[Option<[f64; 2]>; RATES.len()]; 4];

/// 2.5 % and 97.5 % quantiles of the gaps of `setting.resamples` resamples.
pub(crate) fn resampled(members: &[Member<'_>], setting: &GapSetting) -> Resampled {
    let draws: Vec<Draw> = chunked(
        setting.resamples as usize,
        setting.seed,
        || vec![Confusion::default(); members.len()],
        |drawn, random| {
            for (drawn, member) in drawn.iter_mut().zip(members) {
                *drawn = redraw(member.counts, random);
            }
            draw_gaps(drawn, members, setting.undefined_is_zero)
        },
    );
    let column = |gap: usize| {
        percentile_interval(
            draws
                .iter()
                .map(|draw| draw[gap / RATES.len()][gap % RATES.len()])
                .collect(),
        )
    };
    let intervals: Vec<Option<[f64; 2]>> =
        (0..4 * RATES.len()).into_par_iter().map(column).collect();
    std::array::from_fn(|kind| std::array::from_fn(|rate| intervals[kind * RATES.len() + rate]))
}

/// One multinomial draw of as many people as there are, as a chain of binomial draws.
fn redraw(counts: &Confusion, random: &mut impl Rng) -> Confusion {
    let (mut people, mut weight) = (counts.count(), counts.count());
    let mut cell = |count: u32| {
        let drawn = if count == 0 || people == 0 {
            0
        } else if count == weight {
            people
        } else {
            Binomial::new(u64::from(people), f64::from(count) / f64::from(weight))
                .map_or(0, |binomial| binomial.sample(random) as u32)
        };
        people -= drawn;
        weight -= count;
        drawn
    };
    Confusion {
        tn: cell(counts.tn),
        fp: cell(counts.fp),
        fn_: cell(counts.fn_),
        tp: cell(counts.tp),
    }
}

fn draw_gaps(drawn: &[Confusion], members: &[Member<'_>], undefined_is_zero: bool) -> Draw {
    let sum = drawn
        .iter()
        .fold(Confusion::default(), |sum, counts| sum.plus(counts));
    let overall = rates(&sum, undefined_is_zero);
    let mut smallest = [f64::INFINITY; RATES.len()];
    let mut largest = [f64::NEG_INFINITY; RATES.len()];
    let mut furthest = [
        [f64::NEG_INFINITY; RATES.len()],
        [f64::INFINITY; RATES.len()],
    ];
    for (counts, _) in drawn
        .iter()
        .zip(members)
        .filter(|(_, member)| member.compared)
    {
        for (rate, value) in rates(counts, undefined_is_zero).into_iter().enumerate() {
            // min and max pass over NaN, as Fairlearn passes over groups without the figure.
            smallest[rate] = smallest[rate].min(value);
            largest[rate] = largest[rate].max(value);
            furthest[0][rate] = furthest[0][rate].max(Kind::Difference.of(value, overall[rate]));
            furthest[1][rate] = furthest[1][rate].min(Kind::Ratio.of(value, overall[rate]));
        }
    }
    let each = |kind: Kind| std::array::from_fn(|rate| kind.of(largest[rate], smallest[rate]));
    [
        each(Kind::Difference),
        each(Kind::Ratio),
        furthest[0],
        furthest[1],
    ]
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// Means and covariances of the multinomial: n·p, n·p·(1 − p) and −n·p·q, which are those of
    /// the row bootstrap.
    #[test]
    fn a_draw_of_counts_is_a_draw_of_rows() {
        let counts = Confusion {
            tn: 50,
            fp: 20,
            fn_: 10,
            tp: 20,
        };
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let draws: Vec<[f64; 4]> = (0..20_000)
            .map(|_| {
                let drawn = redraw(&counts, &mut random);
                assert_eq!(drawn.count(), 100);
                [drawn.tn, drawn.fp, drawn.fn_, drawn.tp].map(f64::from)
            })
            .collect();
        let mean =
            |of: &dyn Fn(&[f64; 4]) -> f64| draws.iter().map(of).sum::<f64>() / draws.len() as f64;
        let expected = [50.0, 20.0, 10.0, 20.0];
        for cell in 0..4 {
            assert!((mean(&|draw| draw[cell]) - expected[cell]).abs() < 0.2);
            for other in 0..4 {
                let covariance =
                    mean(&|draw| (draw[cell] - expected[cell]) * (draw[other] - expected[other]));
                let wanted = if cell == other { expected[cell] } else { 0.0 }
                    - expected[cell] * expected[other] / 100.0;
                assert!(
                    (covariance - wanted).abs() < 1.0,
                    "{cell} {other}: {covariance} instead of {wanted}"
                );
            }
        }
    }
}

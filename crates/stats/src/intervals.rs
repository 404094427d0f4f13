//! 95% intervals in closed form, and quantiles of resampled values.

use domain::Estimate;

/// 97.5 % quantile of the standard normal distribution.
pub(crate) const Z: f64 = 1.959_963_984_540_054;

/// Two-sided p-value of a standard normal statistic.
pub fn two_sided_p(z: f64) -> f64 {
    statrs::function::erf::erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// Wilson score interval (Wilson 1927) of `part` out of `whole`; `None` when `whole` is 0.
///
/// ```
/// use stats::intervals::wilson;
///
/// let [low, high] = wilson(8, 10).unwrap_or_default();
/// assert!((low - 0.490_162).abs() < 1e-6 && (high - 0.943_318).abs() < 1e-6);
/// assert_eq!(wilson(0, 0), None);
/// ```
pub fn wilson(part: u32, whole: u32) -> Option<[f64; 2]> {
    wilson_at(part, whole, Z)
}

/// Wilson score interval at the level of confidence that belongs to the normal quantile `z`.
pub(crate) fn wilson_at(part: u32, whole: u32, z: f64) -> Option<[f64; 2]> {
    if whole == 0 {
        return None;
    }
    let (n, p) = (f64::from(whole), f64::from(part) / f64::from(whole));
    let center = p + z * z / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let shrink = 1.0 + z * z / n;
    // At 0 and at 1 the interval ends there exactly; the formula only nearly does.
    let low = if part == 0 {
        0.0
    } else {
        (center - half) / shrink
    };
    let high = if part == whole {
        1.0
    } else {
        (center + half) / shrink
    };
    Some([low, high])
}

/// `part / whole` with its Wilson interval, or `why` there is none.
///
/// ```
/// use stats::intervals::proportion;
///
/// assert_eq!(proportion(8, 10, "").value, Some(0.8));
/// assert_eq!(proportion(0, 0, "nobody is flagged").why.as_deref(), Some("nobody is flagged"));
/// ```
pub fn proportion(part: u32, whole: u32, why: &str) -> Estimate {
    match wilson(part, whole) {
        Some(interval) => {
            Estimate::with_interval(f64::from(part) / f64::from(whole), interval, whole as usize)
        }
        None => Estimate::unknown(why),
    }
}

/// A value with the ends of its interval, both known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounded {
    pub value: f64,
    pub interval: [f64; 2],
}

impl Bounded {
    /// The figure as an estimate; `None` when it has no value. A figure without an interval is
    /// taken as exact.
    pub fn of(figure: &Estimate) -> Option<Self> {
        figure.value.map(|value| Self {
            value,
            interval: figure.interval.unwrap_or([value, value]),
        })
    }

    /// The estimate as it is shown, over `n` rows.
    pub fn figure(self, n: usize) -> Estimate {
        Estimate::with_interval(self.value, self.interval, n)
    }

    /// `pick` (the larger, or the smaller) of two estimates: its interval lies between the picks of
    /// the lower and of the upper ends.
    pub fn each(self, other: Self, pick: fn(f64, f64) -> f64) -> Self {
        let ends = [0, 1].map(|end| pick(self.interval[end], other.interval[end]));
        Self {
            value: pick(self.value, other.value),
            interval: ends,
        }
    }

    /// The same estimate with both arms of its interval `times` as long.
    pub fn widened(self, times: f64) -> Self {
        Self {
            interval: self
                .interval
                .map(|end| self.value + (end - self.value) * times),
            ..self
        }
    }

    /// Interval of `self − other` for independent estimates by the method of variance estimates
    /// recovery (Zou and Donner 2008). With Wilson intervals this is Newcombe's hybrid score
    /// interval for a difference of proportions (Newcombe 1998, method 10).
    pub fn difference(self, other: Self) -> [f64; 2] {
        let difference = self.value - other.value;
        let below = (self.value - self.interval[0]).hypot(other.interval[1] - other.value);
        let above = (self.interval[1] - self.value).hypot(other.value - other.interval[0]);
        [difference - below, difference + above]
    }

    /// The mean of two independent estimates, with its MOVER interval.
    pub fn mean_with(self, other: Self) -> Self {
        let value = (self.value + other.value) / 2.0;
        let below = (self.value - self.interval[0]).hypot(other.value - other.interval[0]) / 2.0;
        let above = (self.interval[1] - self.value).hypot(other.interval[1] - other.value) / 2.0;
        Self {
            value,
            interval: [value - below, value + above],
        }
    }

    /// Interval of `self ÷ other` for independent non-negative estimates (MOVER-R, Donner and Zou
    /// 2012); `None` when `other` may be 0.
    pub fn ratio(self, other: Self) -> Option<[f64; 2]> {
        let [low, high] = self.interval;
        let [other_low, other_high] = other.interval;
        if other_low <= 0.0 {
            return None;
        }
        let product = self.value * other.value;
        let end = |own: f64, divisor: f64, sign: f64| {
            let scale = divisor * (2.0 * other.value - divisor);
            (product
                + sign
                    * (product * product - own * scale * (2.0 * self.value - own))
                        .max(0.0)
                        .sqrt())
                / scale
        };
        // Where the upper limit of the divisor is beyond twice its estimate, the lower end has no
        // positive root.
        let lower = if other_high < 2.0 * other.value {
            end(low, other_high, -1.0).max(0.0)
        } else {
            0.0
        };
        Some([lower, end(high, other_low, 1.0)])
    }
}

/// The interval of |x| when that of x is `[low, high]`.
pub(crate) fn folded_difference([low, high]: [f64; 2]) -> [f64; 2] {
    let nearest = if low <= 0.0 && high >= 0.0 {
        0.0
    } else {
        low.abs().min(high.abs())
    };
    [nearest, low.abs().max(high.abs())]
}

/// The interval of min(x, 1/x) when that of x ≥ 0 is `[low, high]`.
pub(crate) fn folded_ratio([low, high]: [f64; 2]) -> [f64; 2] {
    let fold = |ratio: f64| if ratio > 1.0 { 1.0 / ratio } else { ratio };
    let nearest = if low <= 1.0 && high >= 1.0 {
        1.0
    } else {
        fold(low).max(fold(high))
    };
    [fold(low).min(fold(high)), nearest]
}

/// 2.5 % and 97.5 % quantile of resampled values; values that are not numbers are left out. `None`
/// when more than a tenth are not.
pub(crate) fn percentile_interval(mut values: Vec<f64>) -> Option<[f64; 2]> {
    let drawn = values.len();
    values.retain(|value| value.is_finite());
    if values.is_empty() || values.len() * 10 < drawn * 9 {
        return None;
    }
    let last = (values.len() - 1) as f64;
    let mut at = |share: f64| {
        *values
            .select_nth_unstable_by((share * last).round() as usize, f64::total_cmp)
            .1
    };
    Some([at(0.025), at(0.975)])
}

/// Interval of a figure that noise can only raise (calibration error, KS statistic): resampling
/// adds the noise a second time, so the lower end is reflected (basic bootstrap, which takes the
/// excess out) and the upper end is the percentile. Conservative; never below 0.
pub(crate) fn raised_by_noise(value: f64, [_, high]: [f64; 2]) -> [f64; 2] {
    [(2.0 * value - high).clamp(0.0, value), high.max(value)]
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn close(left: [f64; 2], right: [f64; 2], tolerance: f64) -> bool {
        left.iter()
            .zip(right)
            .all(|(left, right)| (left - right).abs() <= tolerance)
    }

    fn estimate(part: u32, whole: u32) -> Bounded {
        Bounded {
            value: f64::from(part) / f64::from(whole),
            interval: wilson(part, whole).unwrap(),
        }
    }

    /// Newcombe 1998, Statistics in Medicine 17: 857-872 (one sample) and 873-890 (difference,
    /// method 10), as printed.
    #[test]
    fn agrees_with_the_printed_examples() {
        assert!(close(wilson(81, 263).unwrap(), [0.2553, 0.3662], 5e-5));
        assert!(close(wilson(0, 20).unwrap(), [0.0, 0.1611], 5e-5));
        assert!(close(wilson(29, 29).unwrap(), [0.8830, 1.0], 5e-5));
        assert!(close(
            estimate(56, 70).difference(estimate(48, 80)),
            [0.0524, 0.3339],
            5e-5
        ));
        assert!(close(
            estimate(10, 10).difference(estimate(0, 10)),
            [0.6075, 1.0],
            5e-5
        ));
        assert_eq!(wilson(0, 0), None);
    }

    #[test]
    fn a_ratio_interval_holds_its_ratio() {
        for (first, second) in [
            ((24, 73), (53, 65)),
            ((0, 10), (5, 20)),
            ((20, 20), (1, 30)),
            ((7, 7), (7, 7)),
        ] {
            let (first, second) = (estimate(first.0, first.1), estimate(second.0, second.1));
            let [low, high] = first.ratio(second).unwrap();
            let ratio = first.value / second.value;
            assert!(low <= ratio && ratio <= high, "{low} {ratio} {high}");
        }
        assert_eq!(estimate(3, 10).ratio(estimate(0, 10)), None);
    }

    #[test]
    fn folding_keeps_the_near_end() {
        assert_eq!(folded_difference([-0.2, 0.1]), [0.0, 0.2]);
        assert_eq!(folded_difference([-0.3, -0.1]), [0.1, 0.3]);
        assert_eq!(folded_ratio([0.5, 2.0]), [0.5, 1.0]);
        assert_eq!(folded_ratio([2.0, 4.0]), [0.25, 0.5]);
    }
}

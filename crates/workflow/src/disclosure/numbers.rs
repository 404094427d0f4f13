//! Grids on which released numbers lie.

use domain::Estimate;

use super::Disclosure;

/// 1, 2 or 5 times a power of ten, not below `value`; 0 for what is not positive.
pub fn nice_up(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return 0.0;
    }
    let power = 10f64.powi(value.log10().floor() as i32);
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= value * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

/// The nearest multiple of `step`; the value itself when the step is 0.
pub fn to_grid(value: f64, step: f64) -> f64 {
    if step <= 0.0 {
        return value;
    }
    // Dividing by a whole number where the step is a fraction keeps 0.3 from becoming
    // 0.30000000000000004.
    if step < 1.0 {
        (value / step).round() / (1.0 / step).round()
    } else {
        (value / step).round() * step
    }
}

/// The interval widened to the grid.
fn outward([low, high]: [f64; 2], step: f64) -> [f64; 2] {
    let at = |multiple: f64| {
        if step < 1.0 {
            multiple / (1.0 / step).round()
        } else {
            multiple * step
        }
    };
    if step <= 0.0 {
        [low, high]
    } else {
        [
            at((low / step + 1e-9).floor()),
            at((high / step - 1e-9).ceil()),
        ]
    }
}

/// The first `digits` significant digits of a statistic.
pub fn significant(value: f64, digits: i32) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let power = digits - 1 - value.abs().log10().floor() as i32;
    // A very small p-value has a power that `powi` cannot hold; it says no more than that it is
    // small.
    if power > 300 {
        return 0.0;
    }
    let scale = 10f64.powi(power.abs());
    if power >= 0 {
        (value * scale).round() / scale
    } else {
        (value / scale).round() * scale
    }
}

impl Disclosure {
    /// A count as it is released: the nearest multiple of k. Up to k/2 people are none.
    pub fn count(self, count: u64) -> u64 {
        let k = u64::from(self.least_people());
        (count + k / 2) / k * k
    }

    /// [`Self::count`] for counts of 32 bits.
    pub fn count_u32(self, count: u32) -> u32 {
        u32::try_from(self.count(u64::from(count))).unwrap_or(u32::MAX)
    }

    /// The share of a released count among `rows`, which are public.
    pub fn share(self, count: u64, rows: u64) -> f64 {
        if rows == 0 {
            0.0
        } else {
            to_grid((self.count(count) as f64 / rows as f64).min(1.0), 0.01)
        }
    }

    /// The grid of means and quantiles of `n` values: k people who differ by one standard deviation
    /// move a mean by one step at most.
    pub fn value_step(self, standard_deviation: f64, n: u64) -> f64 {
        nice_up(standard_deviation * f64::from(self.least_people()) / n.max(1) as f64)
    }

    /// The grid of rates over `n` people: one person moves a rate by less than half a step, and
    /// never less than a percentage point.
    pub fn rate_step(self, n: u64) -> f64 {
        nice_up(f64::from(self.least_people()) / (4.0 * n.max(1) as f64)).clamp(0.01, 0.5)
    }

    /// A rate or mean score over people: hidden under k, else on the grid, its interval widened and
    /// its `n` a released count.
    pub fn rate(self, figure: &Estimate) -> Estimate {
        let n = u64::from(figure.n.unwrap_or(0));
        if figure.value.is_none() {
            return figure.clone();
        }
        if self.is_small(n) {
            return Estimate::unknown(self.why_hidden());
        }
        self.on_grid(figure, self.rate_step(n))
    }

    /// A figure on the grid `step`, whatever it rests on.
    pub fn on_grid(self, figure: &Estimate, step: f64) -> Estimate {
        Estimate {
            value: figure.value.map(|value| to_grid(value, step)),
            interval: figure.interval.map(|interval| outward(interval, step)),
            n: figure.n.map(|n| self.count_u32(n)),
            why: figure.why.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_are_round() {
        assert_eq!(
            [0.3, 1.0, 1.1, 2.0, 47.0, 0.0].map(nice_up),
            [0.5, 1.0, 2.0, 2.0, 50.0, 0.0]
        );
        assert_eq!(
            (
                to_grid(4919.0, 20.0),
                to_grid(0.31, 0.05),
                to_grid(7.3, 0.0)
            ),
            (4920.0, 0.3, 7.3)
        );
        assert_eq!(outward([0.123, 0.151], 0.05), [0.1, 0.2]);
        assert_eq!(outward([0.1, 0.2], 0.05), [0.1, 0.2]);
        assert_eq!(
            [
                significant(0.012_345, 2),
                significant(12_345.0, 2),
                significant(-0.0456, 1)
            ],
            [0.012, 12_000.0, -0.05]
        );
        assert_eq!(
            [
                significant(3.2e-14, 1),
                significant(1e-310, 2),
                significant(0.0, 2)
            ],
            [3e-14, 0.0, 0.0]
        );
    }

    #[test]
    fn counts_are_multiples_and_small_rates_are_hidden() {
        let rule = Disclosure::default();
        assert_eq!(
            [0, 4, 5, 14, 15, 299].map(|count| rule.count(count)),
            [0, 0, 10, 10, 20, 300]
        );
        assert_eq!(
            (rule.share(3, 300), rule.share(47, 300), rule.share(0, 0)),
            (0.0, 0.17, 0.0)
        );
        assert!(
            rule.rate(&Estimate::with_interval(0.5, [0.2, 0.8], 9))
                .value
                .is_none()
        );
        let shown = rule.rate(&Estimate::with_interval(0.174, [0.161, 0.198], 333));
        assert_eq!(
            (shown.value, shown.interval, shown.n),
            (Some(0.17), Some([0.16, 0.2]), Some(330))
        );
        // One person of thirty moves a rate by 0.033, and the grid is 0.1.
        assert_eq!((rule.rate_step(30), rule.rate_step(3000)), (0.1, 0.01));
    }

    #[test]
    fn the_setting_has_a_floor() {
        assert_eq!(Disclosure::new(5).map(Disclosure::least_people), Ok(5));
        assert!(Disclosure::new(4).is_err() && Disclosure::new(1001).is_err());
    }
}

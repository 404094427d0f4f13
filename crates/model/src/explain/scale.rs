//! Contributions to a margin, read on another scale.

/// How contributions to a margin read on one scale: multiplied by `factor`, so that base plus sum
/// gives the result.
pub(super) struct Scale {
    pub base: f64,
    pub result: f64,
    pub factor: f64,
}

impl Scale {
    /// A curve over the margin, made linear between the base and the result: each input gets its
    /// part of the difference in proportion to its contribution to the margin. The sum is exact;
    /// the split is the one that treats margins alike wherever on the curve they fall.
    pub fn secant(curve: impl Fn(f64) -> f64, base: f64, margin: f64) -> Self {
        let (low, high) = (curve(base), curve(margin));
        let difference = margin - base;
        // Contributions that cancel out: the slope of the curve at that place.
        let slope = || (curve(margin + 1e-6) - curve(margin - 1e-6)) / 2e-6;
        let factor = if difference.abs() > 1e-10 {
            (high - low) / difference
        } else {
            slope()
        };
        Self {
            base: low,
            result: high,
            factor,
        }
    }
}

//! Gauss-Legendre quadrature on [0, 1]: exact for polynomials of degree below twice the number of
//! points.

/// Points and weights.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rule {
    pub points: Vec<f64>,
    pub weights: Vec<f64>,
}

impl Rule {
    /// The rule with `count` points, by Newton's method on the Legendre polynomial.
    pub fn new(count: usize) -> Self {
        let n = count as f64;
        let (mut points, mut weights) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for index in 0..count {
            let mut x = libm::cos(std::f64::consts::PI * (index as f64 + 0.75) / (n + 0.5));
            let mut slope = 1.0;
            // Newton doubles the digits in each round; a fixed number of rounds keeps the bits the
            // same everywhere.
            for _ in 0..8 {
                let (mut now, mut before) = (1.0, 0.0);
                for degree in 0..count {
                    let k = degree as f64;
                    (now, before) = (((2.0 * k + 1.0) * x * now - k * before) / (k + 1.0), now);
                }
                slope = n * (x * now - before) / (x * x - 1.0);
                x -= now / slope;
            }
            points.push(0.5 * (1.0 - x));
            weights.push(1.0 / ((1.0 - x * x) * slope * slope));
        }
        Self { points, weights }
    }

    /// The rule that is exact for Shapley values over `inputs` inputs (degree `inputs − 1`).
    pub fn for_inputs(inputs: usize) -> Self {
        Self::new(inputs.div_ceil(2).max(1))
    }

    /// The integral of `f` over [0, 1].
    pub fn sum(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.points
            .iter()
            .zip(&self.weights)
            .fold(0.0, |sum, (point, weight)| sum + weight * f(*point))
    }
}

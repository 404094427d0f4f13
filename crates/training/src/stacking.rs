//! Weights of a blend: a logistic regression of the outcome on the members' out-of-fold margins, no weight below 0
//! (stacking: Wolpert 1992; non-negative: Breiman 1996).

use model::scorer::sigmoid;

/// Intercept and weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Stack {
    pub intercept: f64,
    pub weights: Vec<f64>,
}

/// Rounds of coordinate descent; it converges long before on the few members of a blend.
const ROUNDS: usize = 500;
/// Penalty on each standardised weight's distance from an even share: it decides between members that say the same.
const RIDGE: f64 = 1.0;

impl Stack {
    /// Fits to `margins[member][row]`. Members are standardised inside, so that the penalty treats them alike.
    pub fn fit(margins: &[Vec<f64>], labels: &[bool]) -> Self {
        let rows = labels.len();
        let members = margins.len();
        let moments: Vec<(f64, f64)> = margins.iter().map(|margins| mean_and_deviation(margins)).collect();
        let x: Vec<Vec<f64>> = margins
            .iter()
            .zip(&moments)
            .map(|(margins, (mean, deviation))| margins.iter().map(|margin| (margin - mean) / deviation).collect())
            .collect();
        let even = 1.0 / members.max(1) as f64;
        let mut weights = vec![even; members];
        let mut intercept = 0.0;
        let mut sums: Vec<f64> = (0..rows).map(|row| x.iter().map(|x| even * x[row]).sum()).collect();
        for _ in 0..ROUNDS {
            let mut moved = 0.0f64;
            for member in 0..=members {
                let (mut gradient, mut curvature) = (0.0, 0.0);
                for row in 0..rows {
                    let probability = sigmoid(intercept + sums[row]);
                    let value = x.get(member).map_or(1.0, |x| x[row]);
                    gradient += (probability - f64::from(u8::from(labels[row]))) * value;
                    curvature += probability * (1.0 - probability) * value * value;
                }
                if member == members {
                    let step = gradient / curvature.max(1e-9);
                    intercept -= step;
                    moved = moved.max(step.abs());
                    continue;
                }
                gradient += RIDGE * (weights[member] - even);
                curvature += RIDGE;
                let next = (weights[member] - gradient / curvature).max(0.0);
                let step = next - weights[member];
                weights[member] = next;
                sums.iter_mut().zip(&x[member]).for_each(|(sum, x)| *sum += step * x);
                moved = moved.max(step.abs());
            }
            if moved < 1e-9 {
                break;
            }
        }
        for (weight, (mean, deviation)) in weights.iter_mut().zip(&moments) {
            *weight /= deviation;
            intercept -= *weight * mean;
        }
        Self { intercept, weights }
    }

    /// The blended margin of each row.
    pub fn margins(&self, members: &[Vec<f64>]) -> Vec<f64> {
        let rows = members.first().map_or(0, Vec::len);
        (0..rows)
            .map(|row| self.weights.iter().zip(members).fold(self.intercept, |sum, (weight, member)| sum + weight * member[row]))
            .collect()
    }
}

fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let deviation = (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / n).sqrt();
    (mean, if deviation > 0.0 { deviation } else { 1.0 })
}

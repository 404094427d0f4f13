//! Weights of a blend: a logistic regression of the outcome on the members' out-of-fold margins, no
//! weight below 0 (stacking: Wolpert 1992; non-negative: Breiman 1996).

use model::scorer::sigmoid;

/// Intercept and weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Stack {
    /// In log-odds.
    pub intercept: f64,
    /// One for each member, not negative.
    pub weights: Vec<f64>,
}

/// Newton steps at most; a handful is usual.
const STEPS: usize = 50;
/// Rounds of coordinate descent on the few numbers of one step.
const ROUNDS: usize = 200;
/// Penalty on each standardized weight's distance from an even share: it decides between members
/// that say the same.
const RIDGE: f64 = 1.0;

impl Stack {
    /// Fits to `margins[member][row]` by Newton's method with the weights held at or above 0.
    /// Members are standardized inside, so that the penalty treats them alike.
    pub fn fit(margins: &[Vec<f64>], labels: &[bool]) -> Self {
        let members = margins.len();
        let moments: Vec<(f64, f64)> = margins
            .iter()
            .map(|margins| mean_and_deviation(margins))
            .collect();
        let x: Vec<Vec<f64>> = margins
            .iter()
            .zip(&moments)
            .map(|(margins, (mean, deviation))| {
                margins
                    .iter()
                    .map(|margin| (margin - mean) / deviation)
                    .collect()
            })
            .collect();
        let even = 1.0 / members.max(1) as f64;
        // The last entry is the intercept.
        let mut solution = vec![even; members];
        solution.push(0.0);
        let mut current = objective(&x, labels, &solution, even);
        for _ in 0..STEPS {
            let target = minimize_quadratic(&derivatives(&x, labels, &solution, even), &solution);
            let accepted = [1.0, 0.5, 0.25, 0.0625].into_iter().find_map(|length| {
                let trial: Vec<f64> = solution
                    .iter()
                    .zip(&target)
                    .map(|(from, to)| from + length * (to - from))
                    .collect();
                let value = objective(&x, labels, &trial, even);
                (value < current - 1e-10).then_some((trial, value))
            });
            let Some((trial, value)) = accepted else {
                break;
            };
            (solution, current) = (trial, value);
        }
        let mut intercept = solution.pop().unwrap_or(0.0);
        for (weight, (mean, deviation)) in solution.iter_mut().zip(&moments) {
            *weight /= deviation;
            intercept -= *weight * mean;
        }
        Self {
            intercept,
            weights: solution,
        }
    }

    /// The blended margin of each row.
    pub fn margins(&self, members: &[Vec<f64>]) -> Vec<f64> {
        let rows = members.first().map_or(0, Vec::len);
        (0..rows)
            .map(|row| {
                self.weights
                    .iter()
                    .zip(members)
                    .fold(self.intercept, |sum, (weight, member)| {
                        sum + weight * member[row]
                    })
            })
            .collect()
    }
}

fn sum(x: &[Vec<f64>], row: usize, solution: &[f64]) -> f64 {
    x.iter()
        .zip(solution)
        .fold(solution[x.len()], |sum, (x, weight)| sum + weight * x[row])
}

fn objective(x: &[Vec<f64>], labels: &[bool], solution: &[f64], even: f64) -> f64 {
    let loss = |(row, label): (usize, &bool)| {
        let signed = if *label {
            -sum(x, row, solution)
        } else {
            sum(x, row, solution)
        };
        signed.max(0.0) + (-signed.abs()).exp().ln_1p()
    };
    let penalty: f64 = solution[..x.len()]
        .iter()
        .map(|weight| (weight - even) * (weight - even))
        .sum();
    labels.iter().enumerate().map(loss).sum::<f64>() + 0.5 * RIDGE * penalty
}

/// Gradient and Hessian (full, row by row) at `solution`.
fn derivatives(
    x: &[Vec<f64>],
    labels: &[bool],
    solution: &[f64],
    even: f64,
) -> (Vec<f64>, Vec<f64>) {
    let size = solution.len();
    let mut gradient = vec![0.0; size];
    let mut hessian = vec![0.0; size * size];
    let mut values = vec![1.0; size];
    for (row, label) in labels.iter().enumerate() {
        values
            .iter_mut()
            .zip(x)
            .for_each(|(value, x)| *value = x[row]);
        let probability = sigmoid(sum(x, row, solution));
        let residual = probability - f64::from(u8::from(*label));
        let curvature = probability * (1.0 - probability);
        for i in 0..size {
            gradient[i] += residual * values[i];
            for j in 0..size {
                hessian[i * size + j] += curvature * values[i] * values[j];
            }
        }
    }
    for member in 0..x.len() {
        gradient[member] += RIDGE * (solution[member] - even);
        hessian[member * size + member] += RIDGE;
    }
    (gradient, hessian)
}

/// Where the quadratic model around `solution` is least, all but the last entry at or above 0.
fn minimize_quadratic((gradient, hessian): &(Vec<f64>, Vec<f64>), solution: &[f64]) -> Vec<f64> {
    let size = solution.len();
    let mut at = solution.to_vec();
    for _ in 0..ROUNDS {
        for i in 0..size {
            let slope = (0..size).fold(gradient[i], |slope, j| {
                slope + hessian[i * size + j] * (at[j] - solution[j])
            });
            let next = at[i] - slope / hessian[i * size + i].max(1e-12);
            at[i] = if i + 1 == size { next } else { next.max(0.0) };
        }
    }
    at
}

fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let deviation = (values
        .iter()
        .map(|value| (value - mean) * (value - mean))
        .sum::<f64>()
        / n)
        .sqrt();
    (mean, if deviation > 0.0 { deviation } else { 1.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_knows_gets_the_weight_and_one_that_errs_gets_none() {
        let labels: Vec<bool> = (0..300).map(|row| row % 3 == 0 || row % 7 == 0).collect();
        let knows: Vec<f64> = (0..300)
            .map(|row| if labels[row] { 1.0 } else { -1.0 } + 0.02 * (row % 100) as f64)
            .collect();
        let opposes: Vec<f64> = knows.iter().map(|margin| -margin).collect();
        let stack = Stack::fit(&[knows.clone(), opposes], &labels);
        assert!(stack.weights[0] > 0.0);
        assert_eq!(stack.weights[1], 0.0);
        // The weights satisfy the optimality condition of the penalized likelihood: the intercept's
        // gradient vanishes.
        let blended = Stack::fit(std::slice::from_ref(&knows), &labels).margins(&[knows]);
        let residual: f64 = blended
            .iter()
            .zip(&labels)
            .map(|(margin, label)| sigmoid(*margin) - f64::from(u8::from(*label)))
            .sum();
        assert!(residual.abs() < 1e-3, "{residual}");
    }
}

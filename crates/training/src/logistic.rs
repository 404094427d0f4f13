//! L2-regularised logistic regression: linfa-logistic where rows weigh alike, Newton's method where
//! they do not.
//!
//! Both minimize `½‖w‖² + C Σ sᵢ·logloss(yᵢ, b + w·xᵢ)` with the intercept `b` unpenalized
//! (scikit-learn's parametrisation).

use linfa::Dataset;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use model::scorer::sigmoid;
use ndarray::{Array1, Array2};

use crate::error::TrainingError;

/// A design matrix, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// How many rows.
    pub rows: usize,
    /// How many columns.
    pub columns: usize,
    /// `rows × columns`, row-major, finite.
    pub values: Vec<f64>,
}

impl Design {
    /// Row `row`.
    pub fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }
}

/// A fitted linear function in log-odds of the event.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearFit {
    /// Log-odds where every column is 0.
    pub intercept: f64,
    /// One for each column, in log-odds per unit.
    pub coefficients: Vec<f64>,
}

impl LinearFit {
    /// Log-odds of each row.
    pub fn margins(&self, design: &Design) -> Vec<f64> {
        (0..design.rows)
            .map(|row| self.intercept + dot(&self.coefficients, design.row(row)))
            .collect()
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The fit by linfa-logistic (L-BFGS), every row with weight 1, until the gradient is below
/// `tolerance`.
///
/// # Errors
/// When linfa's line search fails, for example on separable data with a large `c`.
pub fn fit_linfa(
    design: &Design,
    labels: &[bool],
    c: f64,
    tolerance: f64,
) -> Result<LinearFit, TrainingError> {
    let failed =
        |error: &dyn std::fmt::Display| TrainingError::Learner(format!("linfa-logistic: {error}"));
    let records = Array2::from_shape_vec((design.rows, design.columns), design.values.clone())
        .map_err(|error| failed(&error))?;
    let dataset = Dataset::new(records, Array1::from(labels.to_vec()));
    let parameters = LogisticRegression::default()
        .alpha(1.0 / c)
        .max_iterations(300)
        .gradient_tolerance(tolerance);
    let fitted = parameters.fit(&dataset).map_err(|error| failed(&error))?;
    // linfa calls the more frequent class "positive": its label is read, never assumed, and the
    // signs follow it.
    let sign = if fitted.labels().pos.class { 1.0 } else { -1.0 };
    Ok(LinearFit {
        intercept: sign * fitted.intercept(),
        coefficients: fitted.params().iter().map(|value| sign * value).collect(),
    })
}

const MOST_STEPS: usize = 100;

/// The fit by Newton's method with step halving; `weights` (per row, ≥ 0) are the `sᵢ`.
pub fn fit_newton(design: &Design, labels: &[bool], weights: &[f64], c: f64) -> LinearFit {
    let p = design.columns;
    let mut solution = vec![0.0; p + 1];
    let objective = |solution: &[f64]| {
        let penalty = 0.5 * dot(&solution[..p], &solution[..p]);
        let loss: f64 = (0..design.rows)
            .map(|row| {
                let margin = solution[p] + dot(&solution[..p], design.row(row));
                let signed = if labels[row] { -margin } else { margin };
                weights[row] * (signed.max(0.0) + (-signed.abs()).exp().ln_1p())
            })
            .sum();
        penalty + c * loss
    };
    let mut current = objective(&solution);
    for _ in 0..MOST_STEPS {
        let (gradient, mut hessian) = derivatives(design, labels, weights, c, &solution);
        if gradient.iter().all(|entry| entry.abs() < 1e-9 * (1.0 + c)) {
            break;
        }
        let step = solve_symmetric(&mut hessian, &gradient);
        let mut length = 1.0;
        let accepted = (0..30).find_map(|_| {
            let trial: Vec<f64> = solution
                .iter()
                .zip(&step)
                .map(|(value, step)| value - length * step)
                .collect();
            let value = objective(&trial);
            length *= 0.5;
            (value < current).then_some((trial, value))
        });
        let Some((trial, value)) = accepted else {
            break;
        };
        let gained = current - value;
        (solution, current) = (trial, value);
        if gained <= 1e-14 * current.abs() {
            break;
        }
    }
    let intercept = solution.pop().unwrap_or(0.0);
    LinearFit {
        intercept,
        coefficients: solution,
    }
}

/// Gradient and Hessian of the objective; the intercept is the last entry.
fn derivatives(
    design: &Design,
    labels: &[bool],
    weights: &[f64],
    c: f64,
    solution: &[f64],
) -> (Vec<f64>, Vec<f64>) {
    let p = design.columns;
    let size = p + 1;
    let mut gradient = solution.to_vec();
    gradient[p] = 0.0;
    let mut hessian = vec![0.0; size * size];
    let mut extended = vec![1.0; size];
    for row in 0..design.rows {
        extended[..p].copy_from_slice(design.row(row));
        let probability = sigmoid(dot(solution, &extended));
        let residual = c * weights[row] * (probability - f64::from(u8::from(labels[row])));
        let curvature = c * weights[row] * probability * (1.0 - probability);
        for i in 0..size {
            if extended[i] == 0.0 {
                continue;
            }
            gradient[i] += residual * extended[i];
            let scaled = curvature * extended[i];
            for (entry, value) in hessian[i * size..=i * size + i]
                .iter_mut()
                .zip(&extended[..=i])
            {
                *entry += scaled * value;
            }
        }
    }
    for i in 0..p {
        hessian[i * size + i] += 1.0;
    }
    // The intercept is not penalized; a trace keeps the system solvable when every curvature
    // vanishes.
    hessian[p * size + p] += 1e-10;
    (gradient, hessian)
}

/// Solves `A x = b` for a positive definite `A` given by its lower triangle (Cholesky, in place).
fn solve_symmetric(a: &mut [f64], b: &[f64]) -> Vec<f64> {
    let n = b.len();
    for j in 0..n {
        for i in j..n {
            let sum = dot(&a[i * n..i * n + j], &a[j * n..j * n + j]);
            let rest = a[i * n + j] - sum;
            a[i * n + j] = if i == j {
                rest.max(1e-300).sqrt()
            } else {
                rest / a[j * n + j]
            };
        }
    }
    let mut x = b.to_vec();
    for i in 0..n {
        x[i] = (x[i] - dot(&a[i * n..i * n + i], &x[..i])) / a[i * n + i];
    }
    for i in (0..n).rev() {
        let sum: f64 = (i + 1..n).map(|k| a[k * n + i] * x[k]).sum();
        x[i] = (x[i] - sum) / a[i * n + i];
    }
    x
}

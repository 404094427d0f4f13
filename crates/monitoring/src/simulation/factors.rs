//! Why people leave, where no rule is written down for the use case: log-odds that are linear in
//! the fields. Learned from labeled rows by ridge regression, or drawn with a seed.

use model::Field;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::person::normal;

/// Spread of drawn log-odds: a ROC AUC of about 0.85.
const SPREAD: f64 = 1.7;
/// Fields that decide, where they are drawn.
const DECIDING: usize = 6;
/// Passes of gradient descent over the labeled rows, its step, and its ridge.
const PASSES: usize = 300;
const STEP: f64 = 0.5;
const RIDGE: f64 = 0.002;

/// How a field enters.
#[derive(Debug, Clone)]
enum Term {
    Number {
        mean: f64,
        deviation: f64,
        weight: f64,
    },
    /// One weight for each level.
    Level(Vec<f64>),
}

impl Term {
    fn of(&self, value: f64) -> f64 {
        match self {
            _ if value.is_nan() => 0.0,
            Self::Number {
                mean,
                deviation,
                weight,
            } => weight * ((value - mean) / deviation).clamp(-4.0, 4.0),
            Self::Level(weights) => weights.get(value as usize).copied().unwrap_or(0.0),
        }
    }
}

/// Log-odds linear in the fields.
#[derive(Debug, Clone)]
pub(super) struct Factors {
    base: f64,
    terms: Vec<Term>,
}

fn logistic(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// A term of weight 0 for each field, scaled to the rows.
fn plain_terms(fields: &[&Field], rows: &[Vec<f64>]) -> Vec<Term> {
    let term = |(place, field): (usize, &&Field)| {
        if field.is_level() {
            return Term::Level(vec![0.0; field.levels.len()]);
        }
        let known: Vec<f64> = rows
            .iter()
            .map(|row| row[place])
            .filter(|value| value.is_finite())
            .collect();
        let count = known.len().max(1) as f64;
        let mean = known.iter().sum::<f64>() / count;
        let squares: f64 = known.iter().map(|value| (value - mean).powi(2)).sum();
        Term::Number {
            mean,
            deviation: (squares / count).sqrt().max(1e-9),
            weight: 0.0,
        }
    };
    fields.iter().enumerate().map(term).collect()
}

impl Factors {
    pub fn log_odds(&self, row: &[f64]) -> f64 {
        let sum: f64 = self
            .terms
            .iter()
            .zip(row)
            .map(|(term, value)| term.of(*value))
            .sum();
        self.base + sum
    }

    /// Some of the fields, with weights drawn by `seed`, so that `rate` of the rows leave.
    pub fn drawn(fields: &[&Field], rows: &[Vec<f64>], rate: f64, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut terms = plain_terms(fields, rows);
        // Only model inputs count; protected fields do not.
        let mut places: Vec<usize> = (0..fields.len())
            .filter(|place| fields[*place].role == model::Role::Feature)
            .collect();
        places.shuffle(&mut rng);
        for place in places.into_iter().take(DECIDING) {
            match &mut terms[place] {
                Term::Number { weight, .. } => {
                    *weight = (0.6 + 0.8 * rng.random::<f64>())
                        * if rng.random_bool(0.5) { 1.0 } else { -1.0 };
                }
                Term::Level(weights) => weights.iter_mut().for_each(|own| *own = normal(&mut rng)),
            }
        }
        let mut factors = Self { base: 0.0, terms };
        factors.spread(rows);
        factors.set_rate(rows, rate);
        factors
    }

    /// The reasons of labeled rows.
    pub fn learned(fields: &[&Field], rows: &[Vec<f64>], left: &[bool]) -> Self {
        let mut factors = Self {
            base: 0.0,
            terms: plain_terms(fields, rows),
        };
        let count = rows.len().max(1) as f64;
        for _ in 0..PASSES {
            let errors: Vec<f64> = rows
                .iter()
                .zip(left)
                .map(|(row, left)| f64::from(u8::from(*left)) - logistic(factors.log_odds(row)))
                .collect();
            factors.base += STEP * errors.iter().sum::<f64>() / count;
            for (place, term) in factors.terms.iter_mut().enumerate() {
                match term {
                    Term::Number {
                        mean,
                        deviation,
                        weight,
                    } => {
                        let slope: f64 = rows
                            .iter()
                            .zip(&errors)
                            .filter(|(row, _)| row[place].is_finite())
                            .map(|(row, error)| {
                                error * ((row[place] - *mean) / *deviation).clamp(-4.0, 4.0)
                            })
                            .sum();
                        *weight += STEP * (slope / count - RIDGE * *weight);
                    }
                    Term::Level(weights) => {
                        let mut slopes = vec![0.0; weights.len()];
                        for (row, error) in rows.iter().zip(&errors) {
                            if let Some(slope) = slopes.get_mut(row[place] as usize)
                                && row[place].is_finite()
                            {
                                *slope += error;
                            }
                        }
                        for (own, slope) in weights.iter_mut().zip(slopes) {
                            *own += STEP * (slope / count - RIDGE * *own);
                        }
                    }
                }
            }
        }
        let rate = left.iter().filter(|left| **left).count() as f64 / count;
        factors.set_rate(rows, rate);
        factors
    }

    /// Scales all weights so that log-odds spread as usual.
    fn spread(&mut self, rows: &[Vec<f64>]) {
        let odds: Vec<f64> = rows.iter().map(|row| self.log_odds(row)).collect();
        let count = odds.len().max(1) as f64;
        let mean = odds.iter().sum::<f64>() / count;
        let squares: f64 = odds.iter().map(|own| (own - mean).powi(2)).sum();
        let factor = SPREAD / (squares / count).sqrt().max(1e-9);
        for term in &mut self.terms {
            match term {
                Term::Number { weight, .. } => *weight *= factor,
                Term::Level(weights) => weights.iter_mut().for_each(|own| *own *= factor),
            }
        }
    }

    /// Moves the base so that `rate` of the rows leave on average.
    fn set_rate(&mut self, rows: &[Vec<f64>], rate: f64) {
        let (mut low, mut high) = (-30.0, 30.0);
        for _ in 0..60 {
            self.base = (low + high) / 2.0;
            let mean = rows
                .iter()
                .map(|row| logistic(self.log_odds(row)))
                .sum::<f64>()
                / rows.len().max(1) as f64;
            if mean < rate {
                low = self.base;
            } else {
                high = self.base;
            }
        }
    }
}

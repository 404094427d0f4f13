//! Who the people of a use case are and why they leave: by what is written down for it, by a
//! labeled data set, or by what its definition allows.

use model::{Column, Field, Kind, Role, Table, UseCase};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::change::within;
use super::churn::Places;
use super::factors::Factors;
use super::person::{draw, normal};

/// Share of people to whom it happens within the horizon, where no data says otherwise.
const RATE: f64 = 0.16;
/// Rows that reasons are fitted to, at most, and that a schema is looked at with.
const ROWS: usize = 4000;
/// Noise on a resampled number, in its deviations.
const JITTER: f64 = 0.1;
/// Share of the spread of a number that all numbers of a person have in common, where only the
/// definition is known.
const COMMON: f64 = 0.3;

/// Where values come from.
enum Draw {
    Churn(Places),
    /// Resampled rows; by field the deviation and the decimals of a number.
    Rows {
        rows: Vec<Vec<f64>>,
        numbers: Vec<Option<Number>>,
    },
    /// By field the shares of its levels, or the bounds of a number.
    Schema(Vec<Bounds>),
}

struct Number {
    jitter: f64,
    decimals: i32,
    least: f64,
    most: f64,
}

enum Bounds {
    Shares(Vec<f64>),
    Between(f64, f64),
}

/// How people of a use case are drawn and why they leave.
pub(super) struct Material<'a> {
    pub fields: Vec<&'a Field>,
    draw: Draw,
    /// Reasons before and after a concept change; `None` where they are written down.
    factors: Option<[Factors; 2]>,
}

/// Days of a counted value of one.
pub(super) fn days_of_one(kind: Kind) -> Option<f64> {
    use model::Span;
    kind.since().map(|span| match span {
        Span::Years => 365.25,
        Span::Months => 30.4375,
        Span::Days => 1.0,
    })
}

impl<'a> Material<'a> {
    pub fn new(use_case: &'a UseCase, data: Option<(&Table, &[Option<bool>])>, seed: u64) -> Self {
        let used = |field: &&Field| matches!(field.role, Role::Feature | Role::Protected);
        let fields: Vec<&Field> = use_case.fields.iter().filter(used).collect();
        let places = Places::of(&fields).filter(|_| use_case.id == "churn");
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        match (data, places) {
            (Some((table, labels)), _) => Self::of_data(fields, table, labels, seed, &mut rng),
            (None, Some(places)) => Self {
                fields,
                draw: Draw::Churn(places),
                factors: None,
            },
            (None, None) => {
                let bounds = fields.iter().map(|field| bounds(field, &mut rng)).collect();
                let draw = Draw::Schema(bounds);
                let mut own = Self {
                    fields,
                    draw,
                    factors: None,
                };
                let rows: Vec<Vec<f64>> = (0..ROWS / 2).map(|_| own.draw(&mut rng)).collect();
                let drawn = |seed| Factors::drawn(&own.fields, &rows, RATE, seed);
                own.factors = Some([drawn(seed), drawn(!seed)]);
                own
            }
        }
    }

    fn of_data(
        fields: Vec<&'a Field>,
        table: &Table,
        labels: &[Option<bool>],
        seed: u64,
        rng: &mut ChaCha8Rng,
    ) -> Self {
        let rows: Vec<Vec<f64>> = (0..table.rows())
            .map(|row| {
                fields
                    .iter()
                    .map(|field| value(field, table, row, rng))
                    .collect()
            })
            .collect();
        let numbers = (0..fields.len())
            .map(|place| number(fields[place], &rows, place))
            .collect();
        let known: Vec<usize> = (0..rows.len())
            .filter(|row| labels.get(*row).copied().flatten().is_some())
            .collect();
        // Spread evenly over the rows where there are more than are needed.
        let step = known.len().div_ceil(ROWS).max(1);
        let (learned, left): (Vec<Vec<f64>>, Vec<bool>) = known
            .into_iter()
            .step_by(step)
            .map(|row| (rows[row].clone(), labels[row] == Some(true)))
            .unzip();
        let leave = left.iter().filter(|left| **left).count();
        let factors = if leave == 0 || leave == left.len() {
            let rows = &rows[..rows.len().min(ROWS)];
            let drawn = |seed| Factors::drawn(&fields, rows, RATE, seed);
            [drawn(seed), drawn(!seed)]
        } else {
            let rate = leave as f64 / left.len() as f64;
            [
                Factors::learned(&fields, &learned, &left),
                Factors::drawn(&fields, &learned, rate, !seed),
            ]
        };
        Self {
            fields,
            draw: Draw::Rows { rows, numbers },
            factors: Some(factors),
        }
    }

    /// A person: one value for each field, a code for a level, days for what is counted from a
    /// date, NaN where there is none.
    pub fn draw(&self, rng: &mut ChaCha8Rng) -> Vec<f64> {
        match &self.draw {
            Draw::Churn(_) => Places::draw(&self.fields, rng),
            Draw::Rows { rows, numbers } => {
                let mut row = rows[rng.random_range(0..rows.len())].clone();
                for (place, (value, number)) in row.iter_mut().zip(numbers).enumerate() {
                    let noise = normal(rng);
                    if let Some(number) = number {
                        let tens = 10f64.powi(number.decimals);
                        let moved =
                            (*value + number.jitter * noise).clamp(number.least, number.most);
                        *value = within(self.fields[place], (moved * tens).round() / tens);
                    }
                }
                row
            }
            Draw::Schema(bounds) => {
                let common = normal(rng);
                let value = |(place, bounds): (usize, &Bounds)| match bounds {
                    Bounds::Shares(shares) => f64::from(draw(rng, shares)),
                    Bounds::Between(low, high) => {
                        let own = COMMON.sqrt() * common + (1.0 - COMMON).sqrt() * normal(rng);
                        // The normal distribution, nearly: a share from 0 to 1.
                        let share = 1.0 / (1.0 + (-1.702 * own).exp());
                        let value = low + (high - low) * share;
                        let field = self.fields[place];
                        if field.kind == Kind::Real {
                            let tens = 10f64.powi((3.0 - (high - low).log10()).ceil() as i32);
                            (value * tens).round() / tens
                        } else {
                            value.round()
                        }
                    }
                };
                bounds.iter().enumerate().map(value).collect()
            }
        }
    }

    /// Log-odds of the event within the horizon; `changed`, 0..1, is how far the concept change has
    /// gone.
    pub fn log_odds(&self, row: &[f64], changed: f64) -> f64 {
        let [old, new] = match (&self.draw, &self.factors) {
            (Draw::Churn(places), None) => places.log_odds(row),
            (_, Some([old, new])) => [old.log_odds(row), new.log_odds(row)],
            (_, None) => [0.0; 2],
        };
        (1.0 - changed) * old + changed * new
    }
}

/// What the definition of a field allows; what it does not bound goes to a hundred.
fn bounds(field: &Field, rng: &mut ChaCha8Rng) -> Bounds {
    if !field.levels.is_empty() {
        let shares = field.levels.iter().map(|_| 0.25 + rng.random::<f64>());
        return Bounds::Shares(shares.collect());
    }
    match (field.range, days_of_one(field.kind)) {
        (Some([low, high]), Some(days)) => Bounds::Between(low * days, high * days),
        (None, Some(_)) => Bounds::Between(0.0, 40.0 * 365.25),
        (Some([low, high]), None) => Bounds::Between(low, high),
        (None, None) => Bounds::Between(0.0, 100.0),
    }
}

/// The value of a stored table as it is simulated.
fn value(field: &Field, table: &Table, row: usize, rng: &mut ChaCha8Rng) -> f64 {
    match table.column(&field.name) {
        // An ordinal's levels count from 1.
        Some(Column::Number(values)) if !field.levels.is_empty() => values[row] - 1.0,
        Some(Column::Number(values)) => match days_of_one(field.kind) {
            Some(days) => ((values[row] + rng.random::<f64>()) * days).floor(),
            None => values[row],
        },
        Some(Column::Level { codes, levels }) => levels
            .get(codes[row] as usize)
            .and_then(|level| field.level_code(level))
            .map_or(f64::NAN, f64::from),
        Some(Column::Text(_)) | None => f64::NAN,
    }
}

/// How a number is moved when a row is drawn again; `None` for levels and for numbers with few
/// values, which stay as they are.
fn number(field: &Field, rows: &[Vec<f64>], place: usize) -> Option<Number> {
    if !field.levels.is_empty() || field.is_level() {
        return None;
    }
    let known: Vec<f64> = rows
        .iter()
        .map(|row| row[place])
        .filter(|value| value.is_finite())
        .collect();
    let distinct: std::collections::HashSet<u64> =
        known.iter().map(|value| value.to_bits()).collect();
    if distinct.len() < 12 {
        return None;
    }
    let count = known.len() as f64;
    let mean = known.iter().sum::<f64>() / count;
    let squares: f64 = known.iter().map(|value| (value - mean).powi(2)).sum();
    let is_whole = |decimals: i32| {
        let tens = 10f64.powi(decimals);
        known
            .iter()
            .all(|value| ((value * tens).round() / tens - value).abs() < 1e-9)
    };
    Some(Number {
        jitter: JITTER * (squares / count).sqrt(),
        decimals: (0..6).find(|decimals| is_whole(*decimals)).unwrap_or(6),
        least: known.iter().copied().fold(f64::INFINITY, f64::min),
        most: known.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    })
}

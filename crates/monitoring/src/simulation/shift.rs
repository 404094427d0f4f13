//! A change of one recorded field, put in on purpose: of simulated months, and of the newest people
//! in a simulated drift check. Which rows are changed is fixed, spread evenly over the rows: the
//! same question has the same answer.

use model::{Column, MISSING_LEVEL, UseCase};

/// A change put in on purpose.
#[derive(Debug, Clone, PartialEq)]
pub enum Shift {
    /// A number, by so many standard deviations of its own.
    Number {
        /// Name of the field.
        field: String,
        /// Standard deviations, with a sign.
        deviations: f64,
    },
    /// A number, times a factor: another unit, or so many percent more or less.
    Scale {
        /// Name of the field.
        field: String,
        /// What every value is multiplied by.
        factor: f64,
    },
    /// This share (0..=1) of the people gets another level.
    Level {
        /// Name of the field.
        field: String,
        /// The level that they get.
        level: String,
        /// Share of the people.
        share: f64,
    },
    /// This share (0..=1) of the people loses the value.
    Missing {
        /// Name of the field.
        field: String,
        /// Share of the people.
        share: f64,
    },
}

/// How a change of one field is written.
const FORM: &str = "shift:FIELD:DEVIATIONS (or a percentage), unit:FIELD:FACTOR, level:FIELD:SHARE, level:FIELD=LEVEL:SHARE or missing:FIELD:SHARE";

/// Letters and digits in lower case: `monthly_income` is MonthlyIncome.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

impl Shift {
    /// Reads `shift:monthly_income:-0.15`, `shift:monthly_income:-15%`, `unit:monthly_income:12`,
    /// `level:overtime:+0.25`, `level:job_role=Manager:0.2` or `missing:job_role:0.4`. Names of
    /// fields are read without regard to case and underscores.
    ///
    /// # Errors
    /// A sentence: what is wrong, and how it is written.
    pub fn parse(text: &str, use_case: &UseCase) -> Result<Self, String> {
        let wrong = || format!("“{text}” is not a valid change. Use {FORM}.");
        let mut parts = text.splitn(3, ':').map(str::trim);
        let (kind, what, size) = match (parts.next(), parts.next(), parts.next()) {
            (Some(kind), Some(what), Some(size)) => (kind, what, size),
            _ => return Err(wrong()),
        };
        let (what, level) = match what.split_once('=') {
            Some((what, level)) => (what, Some(level)),
            None => (what, None),
        };
        let field = use_case
            .fields
            .iter()
            .find(|field| {
                field.name == what
                    || plain(&field.name) == plain(what)
                    || field.aliases.iter().any(|alias| alias == what)
            })
            .ok_or_else(|| format!("{} has no field {what}.", use_case.id))?;
        let own = || field.name.clone();
        let percent = size.strip_suffix('%');
        let number: f64 = percent
            .unwrap_or(size)
            .trim()
            .parse()
            .map_err(|_| wrong())?;
        if !number.is_finite() {
            return Err(wrong());
        }
        let share = || {
            let share = if percent.is_some() {
                number / 100.0
            } else {
                number
            };
            if (0.0..=1.0).contains(&share.abs()) {
                Ok(share)
            } else {
                Err(format!("The share of “{text}” must be from 0 to 1."))
            }
        };
        let is_number = !field.is_level() && field.levels.is_empty();
        match kind {
            "shift" | "unit" if !is_number => Err(format!("{} is not a number.", field.label)),
            "shift" if percent.is_some() => Ok(Self::Scale {
                field: own(),
                factor: 1.0 + number / 100.0,
            }),
            "shift" => Ok(Self::Number {
                field: own(),
                deviations: number,
            }),
            "unit" if percent.is_none() && number != 0.0 => Ok(Self::Scale {
                field: own(),
                factor: number,
            }),
            "level" if is_number => Err(format!("{} has no levels.", field.label)),
            "level" => {
                let share = share()?;
                let two = [field.levels.first(), field.levels.last()];
                let level = match (level, two) {
                    (Some(level), _) => field
                        .levels
                        .iter()
                        .find(|own| *own == level || plain(own) == plain(level))
                        .cloned()
                        .ok_or_else(|| {
                            format!(
                                "{level} is not a level of {}. Use one of {}.",
                                field.name,
                                field.levels.join(", ")
                            )
                        })?,
                    (None, [Some(no), Some(yes)]) if field.levels.len() == 2 => {
                        if share < 0.0 { no } else { yes }.clone()
                    }
                    (None, _) => {
                        return Err(format!(
                            "{} has several levels. Name one: level:{}=LEVEL:SHARE.",
                            field.label, field.name
                        ));
                    }
                };
                Ok(Self::Level {
                    field: own(),
                    level,
                    share: share.abs(),
                })
            }
            "missing" => Ok(Self::Missing {
                field: own(),
                share: share()?.abs(),
            }),
            _ => Err(wrong()),
        }
    }

    /// Name of the field that is changed.
    pub fn field(&self) -> &str {
        match self {
            Self::Number { field, .. }
            | Self::Scale { field, .. }
            | Self::Level { field, .. }
            | Self::Missing { field, .. } => field,
        }
    }

    /// Whether its size is at most ten standard deviations, a factor from a ten-thousandth to ten
    /// thousand, or a share from 0% to 100%.
    pub fn is_in_range(&self) -> bool {
        match self {
            Self::Number { deviations, .. } => deviations.is_finite() && deviations.abs() <= 10.0,
            Self::Scale { factor, .. } => (1e-4..=1e4).contains(&factor.abs()),
            Self::Level { share, .. } | Self::Missing { share, .. } => (0.0..=1.0).contains(share),
        }
    }

    /// Changes a column in place.
    ///
    /// # Errors
    /// A sentence, where the column cannot be changed so.
    pub fn apply(&self, column: &mut Column) -> Result<(), String> {
        let chosen = |row: usize, share: f64| {
            ((row as f64 + 1.0) * share).floor() > (row as f64 * share).floor()
        };
        match (self, column) {
            (Self::Number { deviations, .. }, Column::Number(values)) => {
                let known: Vec<f64> = values
                    .iter()
                    .copied()
                    .filter(|value| value.is_finite())
                    .collect();
                let count = known.len().max(1) as f64;
                let mean = known.iter().sum::<f64>() / count;
                let squares = known.iter().map(|value| (value - mean).powi(2));
                let variance = squares.sum::<f64>() / count;
                values
                    .iter_mut()
                    .for_each(|value| *value += deviations * variance.sqrt());
            }
            (Self::Scale { factor, .. }, Column::Number(values)) => {
                values.iter_mut().for_each(|value| *value *= factor);
            }
            (Self::Level { level, share, .. }, Column::Level { codes, levels }) => {
                let code = levels.iter().position(|known| known == level);
                let code = code.ok_or_else(|| {
                    format!(
                        "{level} is not a valid category. Use one of {}.",
                        levels.join(", ")
                    )
                })?;
                codes
                    .iter_mut()
                    .enumerate()
                    .filter(|(row, _)| chosen(*row, *share))
                    .for_each(|(_, own)| *own = code as u32);
            }
            (Self::Missing { share, .. }, Column::Number(values)) => {
                values
                    .iter_mut()
                    .enumerate()
                    .filter(|(row, _)| chosen(*row, *share))
                    .for_each(|(_, value)| *value = f64::NAN);
            }
            (Self::Missing { share, .. }, Column::Level { codes, .. }) => {
                codes
                    .iter_mut()
                    .enumerate()
                    .filter(|(row, _)| chosen(*row, *share))
                    .for_each(|(_, code)| *code = MISSING_LEVEL);
            }
            (Self::Missing { share, .. }, Column::Text(values)) => {
                values
                    .iter_mut()
                    .enumerate()
                    .filter(|(row, _)| chosen(*row, *share))
                    .for_each(|(_, value)| value.clear());
            }
            _ => {
                return Err(format!(
                    "{} does not support this kind of change.",
                    self.field()
                ));
            }
        }
        Ok(())
    }
}

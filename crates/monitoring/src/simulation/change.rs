//! What changes in simulated months, and when: `KIND@MONTH`.

use model::{Field, Kind as FieldKind, Table, UseCase};
use strum::IntoEnumIterator;

use super::settings::Kind;
use super::shift::Shift;

/// What changes.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// How people live, leave or are recorded as a whole; of the usual strength without a number.
    Whole(Kind, Option<f64>),
    /// What is recorded in one field. People leave as before.
    Field(Shift),
    /// No people are delivered.
    MissingFeed,
}

/// A change and the 0-based months in which it acts.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// What changes.
    pub effect: Effect,
    /// First month.
    pub from: usize,
    /// Last month; `None`: up to the end.
    pub until: Option<usize>,
}

impl Change {
    /// Reads `KIND@MONTH` or `KIND@FIRST-LAST`. A kind is one of [`Kind`], with `:STRENGTH` where
    /// it has one, a change of a field as [`Shift::parse`] reads it, or `missing-feed`, which is of
    /// one month unless the last one is given.
    ///
    /// # Errors
    /// A sentence: what is wrong, and how it is written.
    pub fn parse(text: &str, use_case: &UseCase) -> Result<Self, String> {
        let wrong = || {
            let kinds: Vec<&str> = Kind::iter().map(Kind::name).collect();
            format!(
                "“{text}” is not a valid drift. Use KIND@MONTH, for example concept_change@8. Kinds: {}, missing_feed, or a change of a field: shift:FIELD:SIZE, unit:FIELD:FACTOR, level:FIELD:SHARE, missing:FIELD:SHARE.",
                kinds.join(", ")
            )
        };
        let (kind, months) = text.rsplit_once('@').ok_or_else(wrong)?;
        let month = |text: &str| text.trim().parse::<usize>().map_err(|_| wrong());
        let (from, until) = match months.split_once('-') {
            Some((from, until)) => (month(from)?, Some(month(until)?)),
            None => (month(months)?, None),
        };
        if until.is_some_and(|until| until < from) {
            return Err(wrong());
        }
        let (name, strength) = match kind.split_once(':') {
            Some((name, strength)) => (name, Some(strength)),
            None => (kind, None),
        };
        if name.replace('-', "_") == "missing_feed" && strength.is_none() {
            return Ok(Self {
                effect: Effect::MissingFeed,
                from,
                until: until.or(Some(from)),
            });
        }
        let effect = match Kind::parse(name) {
            Some(kind) => {
                let strength = strength.map(|text| text.trim().parse::<f64>());
                let strength = strength.transpose().map_err(|_| wrong())?;
                if strength.is_some_and(|strength| !(0.0..=kind.most()).contains(&strength)) {
                    return Err(format!(
                        "The strength of {} must be from 0 to {}.",
                        kind.name(),
                        kind.most()
                    ));
                }
                Effect::Whole(kind, strength)
            }
            None if strength.is_some() => Effect::Field(Shift::parse(kind, use_case)?),
            None => return Err(wrong()),
        };
        Ok(Self {
            effect,
            from,
            until,
        })
    }

    /// Whether it acts in a month.
    pub fn acts(&self, month: usize) -> bool {
        month >= self.from && self.until.is_none_or(|until| month <= until)
    }
}

/// Changes what is recorded of the people of a month, and keeps it within what the fields may hold.
///
/// # Errors
/// A sentence, where a field cannot be changed so.
pub(super) fn apply<'a>(
    shifts: impl Iterator<Item = &'a Shift>,
    table: &mut Table,
    use_case: &UseCase,
) -> Result<(), String> {
    for shift in shifts {
        let place = table.names.iter().position(|name| name == shift.field());
        let place = place.ok_or_else(|| format!("{} is not simulated.", shift.field()))?;
        shift.apply(&mut table.columns[place])?;
        if let Some(field) = use_case.field(shift.field())
            && let model::Column::Number(values) = &mut table.columns[place]
        {
            values
                .iter_mut()
                .for_each(|value| *value = within(field, *value));
        }
    }
    Ok(())
}

/// The nearest value that a field may hold.
pub(super) fn within(field: &Field, value: f64) -> f64 {
    let [low, high] = field.range.unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
    let whole = match field.kind {
        FieldKind::Real => value,
        FieldKind::Integer
        | FieldKind::Ordinal
        | FieldKind::Nominal
        | FieldKind::Boolean
        | FieldKind::YearsSince
        | FieldKind::MonthsSince
        | FieldKind::DaysSince => value.round(),
    };
    // NaN, which is missing, stays NaN.
    whole.clamp(low, high)
}

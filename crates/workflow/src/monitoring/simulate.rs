//! What would a change of one field look like? The newest people with that field shifted, checked
//! like any others, and not kept.

use std::sync::Arc;

use model::{Column, Table, UseCase};
use monitoring::ValidPolicy;
use monitoring::monthly::MonthlyCheck;

use super::checks::{Checked, current_people};
use crate::datasets::Under;
use crate::disclosure::{self, drift::Withheld};
use crate::{Error, Member, Result, Tenure, Viewer, error::compute};

/// A change put in on purpose.
#[derive(Debug, Clone, PartialEq)]
pub enum Shift {
    /// A number, by so many standard deviations of its own.
    Number { field: String, deviations: f64 },
    /// This share (0..=1) of the people gets another level.
    Level {
        field: String,
        level: String,
        share: f64,
    },
    /// This share (0..=1) of the people loses the value.
    Missing { field: String, share: f64 },
}

/// The check of people who do not exist.
#[derive(Debug, Clone)]
pub struct SimulatedCheck {
    pub use_case: Arc<UseCase>,
    /// The field that was changed.
    pub field: String,
    /// What was changed, in words.
    pub sentence: String,
    /// Day of the people that were changed.
    pub as_of: String,
    pub report: MonthlyCheck,
    /// The same people as they are.
    pub unchanged: MonthlyCheck,
    /// What each policy would have said: name, drifted features, compared features, with the shift
    /// and without.
    pub policies: Vec<(String, [usize; 2], [usize; 2])>,
}

impl Shift {
    fn field(&self) -> &str {
        match self {
            Self::Number { field, .. }
            | Self::Level { field, .. }
            | Self::Missing { field, .. } => field,
        }
    }

    /// The same shift of a tenth of the people, or of several.
    fn in_tenths(self) -> Self {
        let tenths = |share: f64| (10.0 * share).round().max(1.0) / 10.0;
        match self {
            Self::Number { field, deviations } => Self::Number {
                field,
                deviations: (2.0 * deviations).round() / 2.0,
            },
            Self::Level {
                field,
                level,
                share,
            } => Self::Level {
                field,
                level,
                share: tenths(share),
            },
            Self::Missing { field, share } => Self::Missing {
                field,
                share: tenths(share),
            },
        }
    }

    /// Changes a column in place. Which rows are changed is fixed, spread evenly: the same question
    /// has the same answer.
    fn apply(&self, column: &mut Column) -> Result<()> {
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
                let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
                let variance = known
                    .iter()
                    .map(|value| (value - mean).powi(2))
                    .sum::<f64>()
                    / known.len().max(1) as f64;
                values
                    .iter_mut()
                    .for_each(|value| *value += deviations * variance.sqrt());
            }
            (Self::Level { level, share, .. }, Column::Level { codes, levels }) => {
                let code = levels.iter().position(|known| known == level);
                let code = code.ok_or_else(|| {
                    Error::Invalid(format!(
                        "{level} is not a valid category. Use one of {}.",
                        levels.join(", ")
                    ))
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
                    .for_each(|(_, code)| *code = model::MISSING_LEVEL);
            }
            _ => {
                return Err(Error::Invalid(format!(
                    "{} does not support this kind of change.",
                    self.field()
                )));
            }
        }
        Ok(())
    }

    fn sentence(&self, use_case: &UseCase) -> String {
        let label = use_case.label(self.field());
        let percent = |share: &f64| format!("{:.0}%", 100.0 * share);
        let many = &use_case.words.many;
        match self {
            Self::Number { deviations, .. } => {
                format!("{label} shifted by {deviations:+} standard deviations for all {many}")
            }
            Self::Level {
                field,
                level,
                share,
            } => {
                let level = use_case
                    .field(field)
                    .map_or_else(|| level.clone(), |field| field.value_label(level));
                format!(
                    "{} of the {many} moved to {label} = {level}",
                    percent(share)
                )
            }
            Self::Missing { share, .. } => {
                format!("{label} missing for {} of the {many}", percent(share))
            }
        }
    }
}

impl Tenure {
    /// Checks the newest people with one field changed. Nothing is stored. To a viewer without
    /// access to people the answer is released, and a share of the people is a multiple of a tenth:
    /// one share after the other would tell who is changed next.
    ///
    /// # Errors
    /// When the field or the size is invalid, nothing is in service, or there is no data.
    pub async fn simulate_drift(
        &self,
        member: &Member<'_>,
        use_case: &str,
        shift: Shift,
    ) -> Result<SimulatedCheck> {
        let in_range = match &shift {
            Shift::Number { deviations, .. } => deviations.is_finite() && deviations.abs() <= 10.0,
            Shift::Level { share, .. } | Shift::Missing { share, .. } => {
                (0.0..=1.0).contains(share)
            }
        };
        if !in_range {
            return Err(Error::Invalid(
                "The size of the change must be at most 10 standard deviations, or a share from 0% to 100%.".into(),
            ));
        }
        let live = self.expect_live(use_case).await?;
        let current = self.dataset_as_of(use_case, None).await?;
        let people = self
            .people_for(&current, Under::Model(&live.model().use_case))
            .await?;
        let material = self
            .drift_material(member, live, people.leavers_are_known(), None)
            .await?;
        let rule = self.rule_for(&Viewer::from(member), use_case);
        let shift = if rule.is_some() {
            shift.in_tenths()
        } else {
            shift
        };
        let withheld = match rule {
            Some(_) => {
                self.withheld(&[
                    &current,
                    &self.dataset(&material.live.version.dataset_id).await?,
                ])
                .await?
            }
            None => Withheld::default(),
        };
        let sentence = shift.sentence(&material.definition);
        compute(move || {
            let Checked { table: people, ids } = current_people(&people);
            let known = |name: &str| material.definition.inputs().any(|field| field.name == name);
            let mut shifted: Table = people.clone();
            let place = shifted
                .names
                .iter()
                .position(|name| name == shift.field() && known(name));
            let place = place.ok_or_else(|| {
                Error::Invalid(format!("{} is not an input of the model.", shift.field()))
            })?;
            shift.apply(&mut shifted.columns[place])?;
            let count = |policy: &str, people: &Table| {
                let other = super::checks::Material {
                    policy: ValidPolicy::named(policy).unwrap_or_default(),
                    ..material.clone()
                };
                let report = other.features(people);
                [
                    report.drifted().len(),
                    report
                        .columns
                        .iter()
                        .filter(|column| column.decided_by.is_some())
                        .count(),
                ]
            };
            let policies = monitoring::policy::NAMES
                .map(|policy| {
                    (
                        policy.to_owned(),
                        count(policy, &shifted),
                        count(policy, &people),
                    )
                })
                .to_vec();
            let check = |table: Table| {
                let ids = ids.clone();
                let exact = material.check(&Checked { table, ids }, None, None)?;
                Ok::<_, Error>(match rule {
                    Some(rule) => disclosure::drift::check(&exact, &withheld, rule),
                    None => exact,
                })
            };
            let (report, unchanged) = (check(shifted)?, check(people)?);
            let field = shift.field().to_owned();
            Ok(SimulatedCheck {
                field,
                sentence,
                as_of: current.as_of.to_string(),
                report,
                unchanged,
                use_case: material.definition,
                policies,
            })
        })
        .await
    }
}

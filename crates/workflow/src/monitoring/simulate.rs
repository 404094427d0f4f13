//! What would a change of one field look like? The newest people with that field shifted, checked
//! like any others, and not kept.

use std::sync::Arc;

use model::{Table, UseCase};
use monitoring::ValidPolicy;
use monitoring::monthly::MonthlyCheck;
use monitoring::simulation::Shift;

use super::checks::{Checked, current_people};
use crate::datasets::Under;
use crate::disclosure::{self, drift::Withheld};
use crate::{Error, Member, Result, Tenure, Viewer, error::compute};

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

/// The same shift of a tenth of the people, or of several.
fn in_tenths(shift: Shift) -> Shift {
    let tenths = |share: f64| (10.0 * share).round().max(1.0) / 10.0;
    match shift {
        Shift::Number { field, deviations } => Shift::Number {
            field,
            deviations: (2.0 * deviations).round() / 2.0,
        },
        // It is the same for everybody.
        Shift::Scale { .. } => shift,
        Shift::Level {
            field,
            level,
            share,
        } => Shift::Level {
            field,
            level,
            share: tenths(share),
        },
        Shift::Missing { field, share } => Shift::Missing {
            field,
            share: tenths(share),
        },
    }
}

fn sentence(shift: &Shift, use_case: &UseCase) -> String {
    let label = use_case.label(shift.field());
    let percent = |share: &f64| format!("{:.0}%", 100.0 * share);
    let many = &use_case.words.many;
    match shift {
        Shift::Number { deviations, .. } => {
            format!("{label} shifted by {deviations:+} standard deviations for all {many}")
        }
        Shift::Scale { factor, .. } => format!("{label} multiplied by {factor} for all {many}"),
        Shift::Level {
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
        Shift::Missing { share, .. } => {
            format!("{label} missing for {} of the {many}", percent(share))
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
        if !shift.is_in_range() {
            return Err(Error::Invalid(
                "The size of the change must be at most 10 standard deviations, a factor up to 10,000, or a share from 0% to 100%.".into(),
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
            in_tenths(shift)
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
        let sentence = sentence(&shift, &material.definition);
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
            shift
                .apply(&mut shifted.columns[place])
                .map_err(Error::Invalid)?;
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

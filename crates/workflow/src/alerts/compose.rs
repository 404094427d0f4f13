//! The particulars of a drift check, as guide 001 lists them: feature drift, prediction drift,
//! retraining, and the newest scores. All of it as everybody without access to people may see it.

use domain::{AlertKind, DriftVerdict, Recommendation, Route, Timestamp};
use monitoring::monthly::MonthlyCheck;
use serde_json::json;
use store::monitoring::checks::{self, Check};
use store::{Writer, scoring};

use delivery::Section;

use super::details::Details;
use super::evaluate::version_subject;
use super::raise::{Finding, raise, resolve};
use super::rules::{Judged, judge};
use crate::disclosure;
use crate::{Result, Tenure, causes};

/// Names of drifted features in a message.
const MOST_NAMED: usize = 15;
/// The section that a cycle renews.
pub(super) const RETRAINING: &str = "Retraining";

/// What a check found, to be written with it.
pub(crate) struct CheckFindings {
    judged: Vec<(AlertKind, Judged)>,
    details: Details,
}

impl Tenure {
    /// What a check means for alerts. It never fails: where the particulars cannot be had, the
    /// alert has none.
    pub(crate) async fn findings_of(&self, check: &Check, report: &MonthlyCheck) -> CheckFindings {
        let judged = judge(&report.recommendation);
        let raises = judged
            .iter()
            .any(|(_, judged)| matches!(judged, Judged::Raise(..)));
        let details = if raises {
            self.check_details(check, report)
                .await
                .unwrap_or_else(|error| {
                    tracing::warn!(
                        error = causes(&error),
                        "the particulars of an alert could not be composed"
                    );
                    Details::default()
                })
        } else {
            Details::default()
        };
        CheckFindings { judged, details }
    }

    /// Raises and resolves alerts by a check that is being written, if it is the newest one.
    pub(crate) async fn tell_of_check(
        &self,
        writer: &mut Writer,
        check: &Check,
        found: &CheckFindings,
        now: Timestamp,
    ) -> Result<()> {
        let newest = checks::newest(writer, &check.use_case, check.version).await?;
        if newest.is_some_and(|newest| newest.check_id != check.check_id) {
            return Ok(());
        }
        let place = self.place(&check.use_case);
        let subject = version_subject(check.version);
        for (kind, judged) in &found.judged {
            match judged {
                Judged::Raise(severity, summary) => {
                    let finding = Finding {
                        kind: *kind,
                        subject: subject.clone(),
                        severity: *severity,
                        summary: summary.clone(),
                        details: found.details.clone(),
                        page: Route::DriftCheck {
                            use_case: check.use_case.clone(),
                            check: check.check_id.clone(),
                        },
                    };
                    raise(writer, &place, &finding, now).await?;
                }
                Judged::Healthy => resolve(writer, &place, *kind, &subject, now).await?,
                Judged::Unclear => {}
            }
        }
        Ok(())
    }

    async fn check_details(&self, check: &Check, exact: &MonthlyCheck) -> Result<Details> {
        let rule = self.disclosure(&check.use_case);
        let version = self.version(&check.use_case, check.version).await?;
        let current = self.dataset(&check.dataset_id).await?;
        let reference = self.dataset(&version.dataset_id).await?;
        let withheld = self.withheld(&[&current, &reference]).await?;
        let report = disclosure::drift::check(exact, &withheld, rule);
        let definition = self.use_case(&check.use_case)?;

        let mut details = Details::default();
        let features = &report.features;
        let drifted: Vec<String> = features
            .columns
            .iter()
            .filter(|column| column.verdict == DriftVerdict::Drifted)
            .map(|column| definition.label(&column.name))
            .collect();
        let share = features.share_drifted;
        details.put(
            Section::new(
                "Feature drift",
                vec![
                    ("Drift detected", yes(features.verdict)),
                    (
                        "Share of drifted features",
                        share.map_or_else(|| "Could not compute".into(), domain::format::percent),
                    ),
                    ("Drifted features", named(&drifted)),
                ],
            ),
            "feature_drift",
            json!({
                "drift_detected": features.verdict == DriftVerdict::Drifted,
                "verdict": features.verdict,
                "drift_share": share,
                "n_drifted_features": drifted.len(),
                "drifted_features": features
                    .columns
                    .iter()
                    .filter(|column| column.verdict == DriftVerdict::Drifted)
                    .map(|column| &column.name)
                    .collect::<Vec<_>>(),
            }),
        );
        let prediction = &report.prediction;
        let score = prediction
            .deciding_test()
            .map(|test| test.statistic)
            .or(prediction.effect_size);
        details.put(
            Section::new(
                "Prediction drift",
                vec![
                    ("Drift detected", yes(prediction.verdict)),
                    (
                        "Drift score",
                        score.map_or_else(
                            || "Could not compute".into(),
                            |score| domain::format::number(score, 3),
                        ),
                    ),
                ],
            ),
            "prediction_drift",
            json!({
                "drift_detected": prediction.verdict == DriftVerdict::Drifted,
                "verdict": prediction.verdict,
                "drift_score": score,
                "statistic": prediction.decided_by,
            }),
        );
        let advice = check.recommendation;
        details.put(
            Section::new(
                RETRAINING,
                vec![
                    ("Recommendation", recommendation(advice).to_owned()),
                    ("Status", "No version has been trained since.".to_owned()),
                ],
            ),
            "retraining",
            json!({ "recommendation": advice, "reason": check.reason, "retrained": false }),
        );
        self.put_scores(&mut details, check).await?;
        details.put(
            Section::new(
                "Model",
                vec![
                    ("Live version", check.version.to_string()),
                    ("Snapshot date", check.as_of.long()),
                ],
            ),
            "model",
            json!({ "live_version": check.version, "as_of": check.as_of, "check": check.check_id }),
        );
        Ok(details)
    }

    /// The summary of the newest scores.
    async fn put_scores(&self, details: &mut Details, check: &Check) -> Result<()> {
        let rule = self.disclosure(&check.use_case);
        let definition = self.use_case(&check.use_case)?;
        let mut reader = self.store.read().await?;
        let newest = scoring::batches(&mut reader, &check.use_case, 1).await?;
        let Some(batch) = newest.into_iter().next() else {
            return Ok(());
        };
        let scores = scoring::of_batch(&mut reader, &batch.batch_id).await?;
        drop(reader);
        let people = batch.people.unsigned_abs();
        if rule.is_small(people) {
            return Ok(());
        }
        let cutoff = definition.policies.cutoff;
        let listed = scores
            .iter()
            .filter(|score| score.probability >= cutoff)
            .count() as u64;
        let k = f64::from(rule.least_people());
        let expected = disclosure::numbers::to_grid(batch.expected_events, k);
        let (listed, share) = (rule.count(listed), rule.share(listed, people));
        let count = |number: u64| domain::format::count(u32::try_from(number).unwrap_or(u32::MAX));
        details.put(
            Section::new(
                "Batch predictions",
                vec![
                    ("Snapshot date", batch.as_of.long()),
                    ("Scored", count(people)),
                    (
                        "At or above the cutoff",
                        format!(
                            "about {} ({})",
                            count(listed),
                            domain::format::percent(share)
                        ),
                    ),
                    (
                        "Expected",
                        format!(
                            "about {} {}",
                            domain::format::number(expected, 0),
                            definition.words.event_many
                        ),
                    ),
                ],
            ),
            "batch_predictions",
            json!({
                "as_of": batch.as_of,
                "scored": people,
                "cutoff": cutoff,
                "at_or_above_cutoff": listed,
                "expected": expected,
                "model_version": batch.version,
            }),
        );
        Ok(())
    }
}

fn yes(verdict: DriftVerdict) -> String {
    match verdict {
        DriftVerdict::Drifted => "Yes".to_owned(),
        DriftVerdict::Stable => "No".to_owned(),
        DriftVerdict::TooFewRows => "Too few rows".to_owned(),
        DriftVerdict::CouldNotCompute => "Could not compute".to_owned(),
    }
}

fn named(names: &[String]) -> String {
    match names.len() {
        0 => "None".to_owned(),
        count if count > MOST_NAMED => {
            format!(
                "{} and {} more",
                names[..MOST_NAMED].join(", "),
                count - MOST_NAMED
            )
        }
        _ => names.join(", "),
    }
}

/// What a check advises, for a person.
pub(super) fn recommendation(own: Recommendation) -> &'static str {
    match own {
        Recommendation::Retrain => "Retrain",
        Recommendation::CheckFeed => "Check the data feed",
        Recommendation::Wait => "Wait",
        Recommendation::Keep => "Keep the model",
        Recommendation::Unclear => "No recommendation possible",
    }
}

//! The check of one day's people against the baseline of the live version.

use std::sync::Arc;

use monitoring::monthly::{Baseline, Month, MonthlyCheck, Settings, monthly_check};
use monitoring::{Policy, quality, recommendation};
use serde_json::json;
use store::{audit, checks};

use crate::serving::{Live, StoredPeople};
use crate::training_run::Evidence;
use crate::{Error, Member, Result, Tenure, clock, error::compute};

impl Tenure {
    /// Compares the newest people on or before `as_of` with those that the live version was trained on, and keeps the report.
    ///
    /// # Errors
    /// When nothing is in service, or there is no such data.
    pub async fn check_drift(&self, member: &Member<'_>, use_case: &str, as_of: Option<&str>) -> Result<(checks::Check, MonthlyCheck)> {
        let definition = self.use_case(use_case)?;
        let live = self.expect_live(use_case).await?;
        let policy_name = definition.policies.drift.clone();
        let policy = Policy::named(&policy_name).ok_or_else(|| Error::Invalid(format!("there is no drift policy {policy_name}")))?;
        let trained_on = self.dataset(&live.version.dataset_id).await?;
        let current = self.dataset_as_of(use_case, as_of).await?;
        let (reference, people) = (self.people_of(&trained_on).await?, self.people_of(&current).await?);
        let evidence = self.evidence(&live.version.run_id).await?;
        let days = clock::days_between(&trained_on.as_of, &current.as_of).and_then(|days| u32::try_from(days).ok());
        let scorer = Arc::clone(&live);
        let report = compute(move || Ok(compare(&definition, &scorer, &reference, &evidence, &people, policy, days))).await?;

        let bytes = serde_json::to_vec(&report).map_err(store::Error::from)?;
        let check = checks::Check {
            check_id: store::new_id(),
            use_case: use_case.to_owned(),
            version: live.version.version,
            dataset_id: current.dataset_id.clone(),
            as_of: as_of.unwrap_or(&current.as_of).to_owned(),
            verdict: report.features.verdict.name().to_owned(),
            share_drifted: report.features.share_drifted,
            prediction_verdict: report.prediction.verdict.name().to_owned(),
            recommendation: json!(report.recommendation.action).as_str().unwrap_or_default().to_owned(),
            reason: report.recommendation.sentence.clone(),
            report_hash: self.store.put_artifact(bytes).await?,
            created_by: member.name().to_owned(),
            created_at: store::now(),
        };
        let mut transaction = self.store.begin().await?;
        checks::insert(&mut transaction, &check).await?;
        let detail = json!({ "version": check.version, "dataset": check.dataset_id, "verdict": check.verdict });
        audit::append(&mut transaction, member.name(), "drift.check", &format!("check {}", check.check_id), &detail).await?;
        transaction.commit().await.map_err(store::Error::from)?;
        Ok((check, report))
    }

    /// The checks of a use case, newest day first.
    ///
    /// # Errors
    /// When there is no such use case, or the store fails.
    pub async fn checks(&self, _: &Member<'_>, use_case: &str) -> Result<Vec<checks::Check>> {
        self.use_case(use_case)?;
        Ok(checks::list(&mut *self.store.read().await?, use_case).await?)
    }
}

fn compare(
    use_case: &model::UseCase,
    live: &Live,
    reference: &StoredPeople,
    evidence: &Evidence,
    people: &StoredPeople,
    policy: Policy,
    days_since_training: Option<u32>,
) -> MonthlyCheck {
    // People of the same kind on both sides. A snapshot is everybody employed on its day, and so was everybody in the training data on the
    // day that it describes; a file with outcomes is scored without those who left, and compared without them too. Baseline scores are by
    // models that never saw the person, like the scores of today.
    let without_leavers = people.labels.is_some();
    let stayed = |people: &StoredPeople, row: usize| !without_leavers || people.labels.as_ref().is_none_or(|labels| !labels[row]);
    let rows: Vec<usize> = (0..reference.ids.len()).filter(|&row| stayed(reference, row)).collect();
    let unseen = evidence.training_rows.iter().zip(&evidence.out_of_fold).filter_map(|(row, score)| Some((*row as usize, (*score)?)));
    let held_out = evidence.holdout_rows.iter().zip(&evidence.holdout_probabilities).map(|(row, score)| (*row as usize, *score));
    let baseline_scores: Vec<f64> = unseen.chain(held_out).filter(|(row, _)| stayed(reference, *row)).map(|(_, score)| score).collect();
    let current: Vec<usize> = (0..people.ids.len()).filter(|&row| stayed(people, row)).collect();
    let (reference, current) = (reference.table.take(&rows), people.table.take(&current));
    let scores = live.model().probabilities(&current);
    let settings = Settings {
        policy,
        quality: quality::Limits::default(),
        recommendation: recommendation::Limits::default(),
        columns: Some(use_case.inputs().map(|field| field.name.as_str()).collect()),
        id_column: None,
        bands: use_case.bands.iter().map(|band| (band.name.clone(), band.from)).collect(),
        cutoff: use_case.policies.cutoff,
        seed: live.model().lineage.seed,
    };
    let baseline = Baseline { people: Some(&reference), scores: Some(&baseline_scores), ..Baseline::default() };
    let month = Month {
        people: &current,
        scores: Some(&scores),
        importances: None,
        outcomes: None,
        outcome_counts: None,
        days_since_training,
        days_since_retraining: None,
    };
    monthly_check(baseline, month, &settings)
}

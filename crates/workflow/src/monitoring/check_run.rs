//! A drift check as a run, so that its figures and limits are found and compared where those of trainings are: a run for each version that
//! is monitored, and in it one for each check. The figures of the checks are also the steps of the run above them.

use domain::{DriftVerdict, RunStatus};
use monitoring::monitoring_policy::MonitoringPolicy;
use monitoring::monthly::MonthlyCheck;
use serde_json::Value;
use store::Writer;
use store::monitoring::checks::Check;
use store::runs::{self, Condition};

use crate::{Result, Tenure};

/// Tag that tells runs of monitoring from trainings.
pub(crate) const KIND: &str = "kind";
const MONITORING: &str = "monitoring";
/// The report of the check.
const REPORT: &str = "drift_report.json";

impl Tenure {
    /// Writes a check down as a run.
    pub(super) async fn record_as_run(
        &self,
        writer: &mut Writer,
        check: &Check,
        report: &MonthlyCheck,
        policy: &MonitoringPolicy,
        bytes: usize,
    ) -> Result<()> {
        let above = self.run_above(writer, check).await?;
        let step = 1 + runs::children(writer, std::slice::from_ref(&above.run_id))
            .await?
            .len() as i64;
        let run = runs::Run {
            run_id: store::new_id(),
            name: format!("drift check of {}", check.as_of),
            parent_id: Some(above.run_id.clone()),
            ..self.new_run(check)
        };
        runs::insert(writer, &run).await?;
        let figures = |step: i64| figures(report, step);
        let mut limits = Vec::new();
        leaves(
            "threshold",
            &serde_json::to_value(policy).map_err(store::Error::from)?,
            &mut limits,
        );
        let mut parameters = vec![
            ("as_of".to_owned(), check.as_of.to_string()),
            ("model_version".to_owned(), check.version.to_string()),
            (
                "recommendation".to_owned(),
                check.recommendation.to_string(),
            ),
            (
                "drifted_features".to_owned(),
                report.features.drifted().join(", "),
            ),
            ("policy".to_owned(), policy.preset.clone()),
        ];
        parameters.extend(limits);
        let details = runs::Details {
            parameters,
            metrics: figures(0),
            tags: vec![
                (KIND.to_owned(), MONITORING.to_owned()),
                ("check".to_owned(), check.check_id.to_string()),
            ],
            artifacts: vec![runs::Artifact {
                name: REPORT.to_owned(),
                hash: check.report_hash.clone(),
                byte_count: bytes as i64,
                media_type: "application/json".to_owned(),
            }],
            ..runs::Details::default()
        };
        runs::insert_details(writer, &run.run_id, &details).await?;
        let steps = runs::Details {
            metrics: figures(step),
            ..runs::Details::default()
        };
        runs::insert_details(writer, &above.run_id, &steps).await?;
        runs::finish(writer, &run.run_id, RunStatus::Finished, "").await?;
        Ok(runs::finish(writer, &above.run_id, RunStatus::Finished, "").await?)
    }

    /// The run of the version's monitoring.
    async fn run_above(&self, writer: &mut Writer, check: &Check) -> Result<runs::Run> {
        let name = format!("monitoring of version {}", check.version);
        let is = |name: &str, value: &str| Condition::Tag {
            name: name.to_owned(),
            operator: "=",
            value: value.to_owned(),
        };
        let version = check.version.to_string();
        let wanted = [is(KIND, MONITORING), is("model_version", &version)];
        let found = runs::search(writer, &check.use_case, &wanted, 0, 1).await?;
        if let Some(run) = found.runs.into_iter().next() {
            return Ok(run);
        }
        let run = runs::Run {
            name,
            ..self.new_run(check)
        };
        runs::insert(writer, &run).await?;
        let details = runs::Details {
            tags: vec![
                (KIND.to_owned(), MONITORING.to_owned()),
                ("model_version".to_owned(), version),
            ],
            ..runs::Details::default()
        };
        runs::insert_details(writer, &run.run_id, &details).await?;
        Ok(run)
    }

    fn new_run(&self, check: &Check) -> runs::Run {
        runs::Run {
            run_id: store::new_id(),
            parent_id: None,
            use_case: check.use_case.clone(),
            name: String::new(),
            status: RunStatus::Running,
            author: check.created_by.clone(),
            dataset_id: Some(check.dataset_id.clone()),
            seed: 0,
            code_version: self.code.to_string(),
            message: String::new(),
            started_at: check.created_at,
            ended_at: None,
        }
    }
}

/// The values of a JSON document, each under the names that lead to it, with dots between them.
fn leaves(name: &str, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(parts) => {
            for (part, value) in parts {
                leaves(&format!("{name}.{part}"), value, found);
            }
        }
        Value::Null => found.push((name.to_owned(), "none".to_owned())),
        Value::String(text) => found.push((name.to_owned(), text.clone())),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
            found.push((name.to_owned(), value.to_string()));
        }
    }
}

/// The figures under the names of the guides. They are shares and counts of features, not of people.
fn figures(report: &MonthlyCheck, step: i64) -> Vec<runs::Metric> {
    let compared = report
        .features
        .columns
        .iter()
        .filter(|column| matches!(column.verdict, DriftVerdict::Drifted | DriftVerdict::Stable))
        .count();
    let flag = |verdict: DriftVerdict| match verdict {
        DriftVerdict::Drifted => Some(1.0),
        DriftVerdict::Stable => Some(0.0),
        DriftVerdict::TooFewRows | DriftVerdict::CouldNotCompute => None,
    };
    let metric = |name: &str, value: Option<f64>| runs::Metric {
        name: name.to_owned(),
        step,
        value,
        interval: None,
        n: None,
        why: value.is_none().then(|| "could not be computed".to_owned()),
    };
    vec![
        metric("drift_detected", flag(report.features.verdict)),
        metric("drift_score", report.features.share_drifted),
        metric(
            "n_drifted_features",
            (compared > 0).then(|| report.features.drifted().len() as f64),
        ),
        metric("prediction_drift_detected", flag(report.prediction.verdict)),
        metric("target_drift_detected", flag(report.target.verdict)),
    ]
}

//! One run with everything that hangs on it.

use std::collections::BTreeMap;

use crate::fairness::ProxyRow;
use crate::runs::{ArtifactRow, RunPage, Stage};
use crate::runs::{CohortRow, FeasibleGate, GateRow, RunEvidence};
use crate::training::GateForecast;
use domain::Estimate;
use model::UseCase;
use store::{jobs, registry, runs, tracking};
use training::Candidate;
use training::gates::{Gate, ValidGatePolicy};

use crate::Evidence;
use crate::runs::artifacts::{CANDIDATES, EVIDENCE, GATE_POLICY};
use crate::runs::curves::curves;
use crate::runs::queries::{figure, row, rows};
use crate::{Error, Member, Result, Tenure, Viewer, disclosure};

/// A preview shows so much of a text.
const PREVIEW_BYTES: usize = 64 * 1024;
/// Values that are read for a page, and values of one metric that it shows: the last ones.
const MOST_POINTS: i64 = 20_000;
const MOST_STEPS: usize = 200;

impl Tenure {
    /// One run.
    ///
    /// # Errors
    /// When there is no such run, or the store fails.
    pub async fn run(&self, viewer: impl Into<Viewer>, id: &str) -> Result<RunPage> {
        let viewer = viewer.into();
        let run = self.find_run(id).await?;
        let mut connection = self.store.read().await?;
        let details = runs::details(&mut connection, &run.run_id).await?;
        let nested = runs::children(&mut connection, std::slice::from_ref(&run.run_id)).await?;
        let children = rows(&mut connection, &nested).await?;
        let version = registry::of_run(&mut connection, &run.run_id).await?;
        let job = jobs::of_run(&mut connection, &run.run_id).await?;
        let tracked = tracking::client_run(&mut connection, &run.run_id).await?;
        let is_logged = tracked
            .as_ref()
            .is_some_and(|run| run.client_status.is_some());
        let archived_at = tracked.and_then(|run| run.archived_at);
        let mut steps = if is_logged {
            let points = tracking::points(&mut connection, &run.run_id, MOST_POINTS).await?;
            steps_of(points)
        } else {
            BTreeMap::new()
        };
        drop(connection);
        let experiment = match self.use_case(&run.use_case) {
            Ok(_) => None,
            Err(_) => Some(self.experiment_name(&run.use_case).await?),
        };
        let dataset = match &run.dataset_id {
            Some(id) => Some(self.dataset(id).await?),
            None => None,
        };
        // What a client calls evidence is none.
        let has_evidence = !is_logged
            && details
                .artifacts
                .iter()
                .any(|artifact| artifact.name == EVIDENCE);
        let evidence = if has_evidence {
            Some(self.evidence_for(&viewer, &run).await?)
        } else {
            None
        };
        for metric in details.metrics.iter().filter(|metric| metric.step > 0) {
            steps
                .entry(metric.name.clone())
                .or_default()
                .push((metric.step, figure(metric)));
        }
        let has_candidates = details
            .artifacts
            .iter()
            .any(|artifact| artifact.name == CANDIDATES);
        let may_become = |name: &str| {
            let chosen = version
                .as_ref()
                .is_some_and(|version| version.candidate == name);
            !chosen && Candidate::from_name(name).is_some_and(Candidate::may_be_chosen)
        };
        let registrable = nested
            .iter()
            .map(|own| own.name.clone())
            .filter(|name| has_candidates && version.is_some() && may_become(name))
            .collect();
        Ok(RunPage {
            registrable,
            run: row(&run, &details, nested.len() as i64),
            use_case: run.use_case.to_string(),
            data_hash: dataset
                .as_ref()
                .map(|dataset| dataset.hash.clone())
                .unwrap_or_default(),
            dataset: dataset.map(|dataset| (dataset.dataset_id.into_string(), dataset.name)),
            seed: run.seed,
            code_version: run.code_version.clone(),
            stages: details
                .stages
                .into_iter()
                .map(|stage| Stage {
                    name: stage.name,
                    seconds: stage.seconds,
                    note: stage.note,
                })
                .collect(),
            tags: details.tags,
            steps: steps.into_iter().collect(),
            job: job.map(domain::JobId::into_string),
            curves: evidence.as_ref().map(curves),
            evidence: match evidence {
                Some(evidence) => {
                    // The gates as they were set before this training; an experiment is judged by
                    // those of its use case.
                    let policy = match self.json_of_run(&run.run_id, GATE_POLICY).await {
                        Ok(policy) => Some(policy),
                        Err(Error::NotFound(_)) => self
                            .gate_policy(&run.use_case)
                            .ok()
                            .filter(|policy| policy.name == evidence.gates.policy),
                        Err(error) => return Err(error),
                    };
                    Some(shown(
                        evidence,
                        &*self.use_case(&run.use_case)?,
                        policy.as_ref(),
                    ))
                }
                None => None,
            },
            artifacts: details.artifacts.into_iter().map(artifact).collect(),
            children,
            version: version.map(|version| version.version),
            messages: archived_at
                .map(|moment| format!("Archived on {}.", moment.long()))
                .into_iter()
                .chain(Some(run.message).filter(|message| !message.is_empty()))
                .collect(),
            is_logged,
            experiment,
        })
    }

    /// The evidence of a run as a viewer may see it.
    async fn evidence_for(&self, viewer: &Viewer, run: &runs::Run) -> Result<Evidence> {
        let evidence = self.evidence(&run.run_id).await?;
        Ok(match self.rule_for(viewer, &run.use_case) {
            Some(rule) => disclosure::evidence::evidence(&evidence, rule),
            None => evidence.as_ref().clone(),
        })
    }

    /// The use case of a run; `None` for one of an experiment of clients.
    ///
    /// # Errors
    /// When there is no such run, or the store fails.
    pub async fn use_case_of_run(&self, _: &Member<'_>, id: &str) -> Result<Option<String>> {
        let use_case = self.find_run(id).await?.use_case.into_string();
        Ok(self.use_case(&use_case).is_ok().then_some(use_case))
    }

    /// The beginning of a run's text file, and whether that is all; `None` for a file that is not
    /// text.
    ///
    /// # Errors
    /// When there is no such run or file.
    pub async fn artifact_text(
        &self,
        member: &Member<'_>,
        id: &str,
        name: &str,
    ) -> Result<Option<(String, bool)>> {
        let (bytes, media_type) = self.run_artifact(member, id, name).await?;
        let Ok(mut text) = String::from_utf8(bytes) else {
            return Ok(None);
        };
        if media_type == "application/json" {
            let value: serde_json::Value =
                serde_json::from_str(&text).map_err(store::Error::from)?;
            text = serde_json::to_string_pretty(&value).map_err(store::Error::from)?;
        }
        let end = (0..=PREVIEW_BYTES.min(text.len()))
            .rev()
            .find(|&end| text.is_char_boundary(end))
            .unwrap_or(0);
        let whole = end == text.len();
        text.truncate(end);
        Ok(Some((text, whole)))
    }
}

/// The values of metrics that were logged more than once, by step.
fn steps_of(points: Vec<tracking::Point>) -> BTreeMap<String, Vec<(i64, Estimate)>> {
    let mut steps: BTreeMap<String, Vec<(i64, Estimate)>> = BTreeMap::new();
    for point in points {
        let value = point.value();
        let figure = Estimate {
            value: (!value.is_nan()).then_some(value),
            why: value.is_nan().then(|| "not a number".to_owned()),
            ..Estimate::unknown("")
        };
        steps
            .entry(point.name)
            .or_default()
            .push((point.step, figure));
    }
    steps.retain(|_, values| values.len() > 1);
    for values in steps.values_mut() {
        let beyond = values.len().saturating_sub(MOST_STEPS);
        values.drain(..beyond);
    }
    steps
}

fn artifact(artifact: runs::Artifact) -> ArtifactRow {
    ArtifactRow {
        name: artifact.name,
        hash: artifact.hash,
        bytes: artifact.byte_count,
        media_type: artifact.media_type,
    }
}

fn shown(evidence: Evidence, use_case: &UseCase, policy: Option<&ValidGatePolicy>) -> RunEvidence {
    let report = evidence.holdout.report;
    let gates = evidence.gates;
    let label = |name: &String| use_case.label(name).to_owned();
    let reproducible = gates
        .results
        .iter()
        .find(|result| result.gate == Gate::Reproducible)
        .and_then(|result| result.figure.value);
    let feasible = evidence.feasibility.iter().flat_map(|found| &found.gates);
    RunEvidence {
        holdout_rows: report.n,
        holdout_events: report.positives,
        gate_policy: gates.policy,
        gates_pass: gates.passes,
        reproducible: reproducible.map(|same| same == 1.0),
        feasible: feasible
            .map(|gate| FeasibleGate {
                metric: gate.metric,
                limit: gate.limit,
                passed: gate.passed,
                median: gate.median,
            })
            .collect(),
        feasibility: evidence.feasibility.map(|found| GateForecast {
            passed: found.passed,
            resamples: found.resamples,
            sentence: found.sentence,
        }),
        gates: gates
            .results
            .into_iter()
            .map(|result| GateRow {
                blocks: policy.map(|policy| policy.blocks(&result)),
                shown: result.shown(),
                figure: result.figure,
                title: result.title,
                limit: result.limit,
                verdict: result.verdict,
                note: result.note,
            })
            .collect(),
        leaks: evidence
            .leaks
            .into_iter()
            .map(|leak| leak.sentence)
            .collect(),
        input_notes: evidence
            .quality
            .notes
            .into_iter()
            .map(|note| note.sentence)
            .collect(),
        proxies: evidence
            .proxies
            .iter()
            .map(|proxy| ProxyRow::new(proxy, |name| use_case.label(name)))
            .collect(),
        missing: evidence.quality.missing,
        outliers: evidence.quality.outliers,
        correlation: evidence.quality.correlation,
        correlated: evidence
            .quality
            .correlated
            .map(|names| names.map(|name| label(&name))),
        overall_error: evidence.errors.overall,
        cohorts: evidence
            .errors
            .cohorts
            .into_iter()
            .map(|cohort| CohortRow {
                conditions: cohort.conditions,
                brier: cohort.brier,
                event_rate: cohort.event_rate,
                mean_probability: cohort.mean_probability,
            })
            .collect(),
        thresholds: report.curves.thresholds,
        against_live: evidence.against_live,
    }
}

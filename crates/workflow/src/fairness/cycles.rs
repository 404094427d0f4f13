//! Fairness in use: what the decisions of each cycle did to the groups of the protected attributes,
//! and what became of the people.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::{Date, Estimate, VersionNumber};
use model::UseCase;
use monitoring::outcomes::{Fate, Known};
use serde::Serialize;
use stats::Verdict;
use stats::fairness::{FairnessPolicy, GroupAudit, ParityMetric, audit};
use stats::group_metrics::GroupMetric;
use training::groups::groups;

use crate::csv_text::csv_text;
use crate::datasets::Under;
use crate::disclosure::{self, Disclosure};
use crate::fairness::queries::policy;
use crate::monitoring::{CycleWindow, known_outcomes};
use crate::{Result, StoredPeople, Tenure, Viewer, error::compute};

/// Newest cycles that are judged.
const CYCLES: usize = 12;
/// Resampling and ties: the same report each time.
const SEED: u64 = 42;
/// What is said without outcomes: whom the list names.
pub const OF_SELECTION: [ParityMetric; 2] = [
    ParityMetric::DemographicParityDifference,
    ParityMetric::DemographicParityRatio,
];
/// What is said beside it when the outcomes are known.
pub const OF_OUTCOMES: [ParityMetric; 3] = [
    ParityMetric::EqualOpportunityDifference,
    ParityMetric::EqualizedOddsDifferenceWorstCase,
    ParityMetric::PredictiveParityDifference,
];

/// The fairness of one cycle, at the cutoff of the version that scored it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CycleFairness {
    pub as_of: Date,
    pub version: VersionNumber,
    pub cutoff: f64,
    /// People scored, and those of them whose outcome is known.
    pub people: u64,
    pub known: u64,
    /// Whether figures on outcomes are given: those of at least 90% of the people are known.
    pub has_outcomes: bool,
    pub attributes: Vec<AttributeOfCycle>,
}

/// One protected attribute in one cycle.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AttributeOfCycle {
    pub name: String,
    pub label: String,
    /// Share of each group at or above the cutoff.
    pub selection_rates: BTreeMap<String, Estimate>,
    pub metrics: BTreeMap<ParityMetric, Estimate>,
    /// On each metric that the gates or the usual policy limit.
    pub verdicts: BTreeMap<ParityMetric, Verdict>,
}

impl AttributeOfCycle {
    /// One verdict for the attribute.
    pub fn verdict(&self) -> Verdict {
        Verdict::combined(self.verdicts.values().copied())
    }
}

/// What a cycle is judged from.
struct Judged {
    window: CycleWindow,
    people: std::sync::Arc<StoredPeople>,
    scores: HashMap<String, f64>,
    cutoff: f64,
}

impl Tenure {
    /// The fairness of the newest cycles, newest first. A viewer without access to people gets what
    /// the disclosure rule releases.
    ///
    /// # Errors
    /// When there is no such use case, or data cannot be read.
    pub async fn fairness_in_use(
        &self,
        viewer: impl Into<Viewer>,
        use_case: &str,
    ) -> Result<Vec<CycleFairness>> {
        let rule = self.rule_for(&viewer.into(), use_case);
        let definition = self.use_case(use_case)?;
        let mut policy = policy(&self.gate_policy(use_case)?);
        policy.suppress_below = policy
            .suppress_below
            .max(rule.map_or(0, Disclosure::least_people));
        let known = known_outcomes(&mut self.store.read().await?, use_case)
            .await?
            .0;
        let mut cycles: Vec<Judged> = Vec::new();
        for window in self.cycle_windows(use_case).await?.into_iter().rev() {
            if cycles.len() == CYCLES {
                break;
            }
            let batch = &window.batch;
            let version = self.version(use_case, batch.version).await?;
            let model = self.model_file(&version).await?.1.model;
            let dataset = self.dataset(&batch.dataset_id).await?;
            let under = Under::Model(&model.use_case);
            let people = self.people_for(&dataset, under).await?;
            let scores = store::monitoring::outcomes::scores_of(
                &mut self.store.read().await?,
                &batch.batch_id,
            )
            .await?;
            cycles.push(Judged {
                people,
                scores: scores
                    .into_iter()
                    .map(|own| (own.person_id.into_string(), own.probability))
                    .collect(),
                cutoff: model.use_case.policies.cutoff,
                window,
            });
        }
        compute(move || {
            // The newest comes first.
            let nexts = std::iter::once(None).chain(cycles.iter().map(Some));
            let pairs = cycles.iter().zip(nexts);
            pairs
                .map(|(cycle, next)| judge(cycle, next, &definition, &known, &policy, rule))
                .collect()
        })
        .await
    }

    /// The same as CSV: one row per cycle, attribute and metric.
    ///
    /// # Errors
    /// As [`Tenure::fairness_in_use`].
    pub async fn fairness_in_use_csv(
        &self,
        viewer: impl Into<Viewer>,
        use_case: &str,
    ) -> Result<String> {
        let cycles = self.fairness_in_use(viewer, use_case).await?;
        let header = [
            "scored_on",
            "version",
            "people",
            "known",
            "attribute",
            "metric",
            "value",
            "low",
            "high",
            "verdict",
        ];
        let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        let row = |cycle: &CycleFairness, own: &AttributeOfCycle, metric, figure: &Estimate| {
            let [low, high] = figure.interval.map_or([None, None], |ends| ends.map(Some));
            let name = serde_json::to_value(metric).map_err(store::Error::from)?;
            let verdict = own.verdicts.get(&metric).map(serde_json::to_value);
            let verdict = verdict.transpose().map_err(store::Error::from)?;
            let text = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            Ok(vec![
                cycle.as_of.to_string(),
                cycle.version.to_string(),
                cycle.people.to_string(),
                cycle.known.to_string(),
                own.name.clone(),
                text(name),
                number(figure.value),
                number(low),
                number(high),
                verdict.map(text).unwrap_or_default(),
            ])
        };
        let rows = cycles.iter().flat_map(|cycle| {
            cycle.attributes.iter().flat_map(move |own| {
                own.metrics
                    .iter()
                    .map(move |(metric, figure)| row(cycle, own, *metric, figure))
            })
        });
        let rows: Vec<Vec<String>> = rows.collect::<Result<_>>()?;
        csv_text(header.map(str::to_owned), rows)
    }
}

/// `next`: the cycle after it.
fn judge(
    cycle: &Judged,
    next: Option<&Judged>,
    definition: &UseCase,
    known: &Known,
    policy: &FairnessPolicy,
    rule: Option<Disclosure>,
) -> Result<CycleFairness> {
    let window = &cycle.window;
    // The rows of those who were scored, in the order of the data.
    let (rows, scores): (Vec<usize>, Vec<f64>) = cycle
        .people
        .current_rows()
        .into_iter()
        .filter_map(|row| Some((row, *cycle.scores.get(cycle.people.ids[row].as_str())?)))
        .unzip();
    let until = window.until;
    let listed: Vec<&str> = rows
        .iter()
        .map(|&row| cycle.people.ids[row].as_str())
        .collect();
    let next = next.filter(|next| next.window.from == until);
    let next = next.map(|next| {
        next.scores
            .keys()
            .map(String::as_str)
            .collect::<HashSet<_>>()
    });
    let fates: Vec<Option<bool>> = if until > window.from {
        let fates = known.fates(&listed, window.from, until, next.as_ref());
        let outcome = |fate| match fate {
            Fate::Left(_) => Some(true),
            Fate::Stayed => Some(false),
            Fate::Unknown => None,
        };
        fates.into_iter().map(outcome).collect()
    } else {
        vec![None; rows.len()]
    };
    let count = fates.iter().flatten().count();
    let has_outcomes = window.enough(count, rows.len());
    // With outcomes, of those whose outcome is known; without, of everybody, and only what needs no
    // outcome is taken.
    let kept: Vec<usize> = (0..rows.len())
        .filter(|&place| !has_outcomes || fates[place].is_some())
        .collect();
    let table = cycle
        .people
        .table
        .take(&kept.iter().map(|&place| rows[place]).collect::<Vec<_>>());
    let truth: Vec<bool> = kept
        .iter()
        .map(|&place| has_outcomes && fates[place] == Some(true))
        .collect();
    let decisions: Vec<bool> = kept
        .iter()
        .map(|&place| scores[place] >= cycle.cutoff)
        .collect();
    let attributes = definition
        .audited
        .iter()
        .filter_map(|name| Some((name, groups(&table, definition, name)?)))
        .map(|(name, groups)| {
            let exact = audit(&truth, &decisions, None, &groups, policy, SEED)?;
            let found = match rule {
                Some(rule) => disclosure::audit::audit(&exact, rule),
                None => exact,
            };
            Ok(of_attribute(name, definition, found, has_outcomes))
        })
        .collect::<Result<_>>()?;
    let people = |count: usize| rule.map_or(count as u64, |rule| rule.count(count as u64));
    Ok(CycleFairness {
        as_of: window.batch.as_of,
        version: window.batch.version,
        cutoff: cycle.cutoff,
        people: people(rows.len()),
        known: people(count),
        has_outcomes,
        attributes,
    })
}

fn of_attribute(
    name: &str,
    definition: &UseCase,
    found: GroupAudit,
    has_outcomes: bool,
) -> AttributeOfCycle {
    let is_said = |metric: &ParityMetric| {
        OF_SELECTION.contains(metric) || (has_outcomes && OF_OUTCOMES.contains(metric))
    };
    AttributeOfCycle {
        name: name.to_owned(),
        label: definition.label(name),
        selection_rates: found
            .by_group
            .iter()
            .filter_map(|(group, row)| {
                let rate = row.metrics.get(&GroupMetric::SelectionRate)?;
                Some((group.clone(), rate.clone()))
            })
            .collect(),
        metrics: found
            .parity
            .into_iter()
            .filter(|(metric, _)| is_said(metric))
            .collect(),
        verdicts: found
            .verdict
            .into_iter()
            .filter(|(metric, _)| is_said(metric))
            .collect(),
    }
}

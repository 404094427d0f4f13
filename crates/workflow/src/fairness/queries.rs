//! The fairness report of a version, from the out-of-fold scores of the people that it was trained
//! on.

use crate::fairness::{AttributeReport, FairnessReport, GroupCurves, ProxyRow, VersionVerdicts};
use model::{Role, Table, UseCase};
use stats::ScoreTable;
use stats::fairness::{FairnessPolicy, audit};
use stats::groups::Groups;
use stats::local_law_144::local_law_144;
use training::gates::{Gate, ValidGatePolicy};
use training::groups::{group_codes, group_name, groups};

use crate::Evidence;
use crate::disclosure::{self, Disclosure, tables};
use crate::fairness::experiment::choices;
use crate::{Error, Result, Tenure, Viewer, error::compute};

/// Versions in the table of verdicts.
const VERSIONS: usize = 12;
/// Bins of a group's scores and of its calibration: groups are small.
const SCORE_BINS: usize = 20;
const CALIBRATION_BINS: usize = 5;
/// Points of a group's ROC curve.
const ROC_POINTS: usize = 80;

/// People with outcomes and scores that are judged together.
#[derive(Debug, Clone)]
pub(crate) struct Judged {
    pub table: Table,
    pub truth: Vec<bool>,
    pub scores: Vec<f64>,
}

impl Judged {
    /// The people of a training with their out-of-fold scores; those without one are left out.
    pub fn out_of_fold(people: &crate::StoredPeople, evidence: &Evidence) -> Result<Self> {
        let scored = evidence.training_rows.iter().zip(&evidence.out_of_fold);
        let (rows, scores): (Vec<usize>, Vec<f64>) = scored
            .filter_map(|(row, score)| Some((*row as usize, (*score)?)))
            .unzip();
        let truth = people.outcomes_of(&rows)?;
        Ok(Self {
            table: people.table.take(&rows),
            truth,
            scores,
        })
    }
}

impl Tenure {
    /// The fairness report of a version at a cutoff (that of the use case when none is given). To a
    /// viewer without access to people it is released, and at the version's own cutoff alone: many
    /// cutoffs together would tell people apart.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such version, [`Error::Invalid`] when the cutoff is not a probability.
    pub async fn fairness(
        &self,
        viewer: impl Into<Viewer>,
        use_case: &str,
        number: domain::VersionNumber,
        cutoff: Option<f64>,
    ) -> Result<FairnessReport> {
        let rule = self.rule_for(&viewer.into(), use_case);
        let definition = self.use_case(use_case)?;
        let usual_cutoff = definition.policies.cutoff;
        let cutoff = cutoff.unwrap_or(usual_cutoff);
        if !(cutoff > 0.0 && cutoff < 1.0) {
            return Err(Error::Invalid(
                "The cutoff must be a probability above 0 and below 1, for example 0.25.".into(),
            ));
        }
        let version = self.version(use_case, number).await?;
        let dataset = self.dataset(&version.dataset_id).await?;
        let people = self.people_of_version(&version).await?;
        let evidence = self.evidence(&version.run_id).await?;
        let model = self.model_file(&version).await?.1.model;
        let history = self.verdict_history(use_case).await?;
        let experiments = self.experiments_of(&version).await?;
        let cutoff = if rule.is_some() {
            evidence.cross_validated.report.cutoff
        } else {
            cutoff
        };
        let mut policy = policy(&self.gate_policy(use_case)?);
        policy.suppress_below = policy
            .suppress_below
            .max(rule.map_or(0, Disclosure::least_people));
        let (own, seed) = (model.use_case.clone(), model.lineage.seed);
        let found_proxies = evidence.proxies.clone();
        let limits = policy.clone();
        let proxies = evidence
            .proxies
            .iter()
            .map(|proxy| ProxyRow::new(proxy, |name| definition.label(name)));
        let proxies = proxies.collect();
        let (attributes, intersections, rows, positives) = compute(move || {
            let judged = Judged::out_of_fold(&people, &evidence)?;
            let (attributes, intersections) = assess(&own, &judged, cutoff, &policy, rule, seed)?;
            let positives = judged.truth.iter().filter(|left| **left).count() as u32;
            Ok((
                attributes,
                intersections,
                judged.truth.len() as u32,
                positives,
            ))
        })
        .await?;
        let is_input = |name: &str| model.encoder.fields.iter().any(|field| field.name == name);
        let protected = |inputs: bool| {
            let of_role = model
                .use_case
                .fields
                .iter()
                .filter(|field| field.role == Role::Protected);
            of_role
                .filter(|field| is_input(&field.name) == inputs)
                .map(|field| field.label.clone())
                .collect()
        };
        let choices = choices(&definition, &model, &found_proxies);
        let report = FairnessReport {
            use_case: use_case.to_owned(),
            title: definition.title.clone(),
            words: definition.words.clone(),
            version: number,
            trained_at: version.created_at,
            data_name: dataset.name,
            data_as_of: dataset.as_of,
            simulated: dataset.simulated,
            rows,
            positives,
            cutoff,
            usual_cutoff,
            limits: limits.limits,
            suppress_below: limits.suppress_below,
            judge_from: limits.judge_from,
            least_people: None,
            protected_inputs: protected(true),
            audited_only: protected(false),
            attributes,
            intersections,
            proxies,
            history,
            experiments,
            choices,
        };
        Ok(match rule {
            Some(rule) => disclosure::audit::report(report, rule),
            None => report,
        })
    }

    /// What the audit said of the newest versions when they were trained.
    async fn verdict_history(&self, use_case: &str) -> Result<Vec<VersionVerdicts>> {
        let mut connection = self.store.read().await?;
        let versions = store::registry::list(&mut connection, &use_case.into()).await?;
        let live = store::registry::live(&mut connection, &use_case.into())
            .await?
            .and_then(|change| change.version);
        drop(connection);
        let mut history = Vec::new();
        for version in versions.into_iter().take(VERSIONS) {
            let evidence = self.evidence(&version.run_id).await?;
            let audited = &evidence.cross_validated;
            history.push(VersionVerdicts {
                version: version.version,
                created_at: version.created_at,
                live: live == Some(version.version),
                cutoff: audited.report.cutoff,
                verdicts: audited
                    .fairness
                    .clone()
                    .into_iter()
                    .map(|(attribute, audit)| (attribute, audit.verdict))
                    .collect(),
            });
        }
        Ok(history)
    }
}

/// The usual policy with the limits of the use case's gates.
pub(super) fn policy(gates: &ValidGatePolicy) -> FairnessPolicy {
    let mut policy = FairnessPolicy::default();
    let limit = |gate: &Gate| {
        if let Gate::Fairness { metric, limit } = gate {
            Some((*metric, *limit))
        } else {
            None
        }
    };
    policy.limits.extend(gates.gates.iter().filter_map(limit));
    policy
}

/// Audits every audited attribute that the people have, and every pair of them. With a `rule`,
/// cells of a pair that would follow from the single attributes are pooled too.
pub(crate) fn assess(
    use_case: &UseCase,
    judged: &Judged,
    cutoff: f64,
    policy: &FairnessPolicy,
    rule: Option<Disclosure>,
    seed: u64,
) -> Result<(Vec<AttributeReport>, Vec<AttributeReport>)> {
    let decisions: Vec<bool> = judged.scores.iter().map(|score| *score >= cutoff).collect();
    let found: Vec<(&String, Groups, Vec<String>)> = use_case
        .audited
        .iter()
        .filter_map(|name| {
            Some((
                name,
                groups(&judged.table, use_case, name)?,
                order(&judged.table, use_case, name)?,
            ))
        })
        .collect();
    let report = |name: String,
                  label: String,
                  order: Vec<String>,
                  groups: &Groups,
                  draw: bool|
     -> Result<AttributeReport> {
        Ok(AttributeReport {
            name,
            label,
            order,
            audit: audit(
                &judged.truth,
                &decisions,
                Some(&judged.scores),
                groups,
                policy,
                seed,
            )?,
            local_law_144: local_law_144(
                &decisions,
                &judged.scores,
                groups,
                policy.suppress_below,
            )?,
            curves: if draw {
                curves(judged, groups, policy)?
            } else {
                Vec::new()
            },
        })
    };
    let single = found.iter().map(|(name, groups, order)| {
        report(
            (*name).clone(),
            use_case.label(name),
            order.clone(),
            groups,
            true,
        )
    });
    let pairs = found
        .iter()
        .enumerate()
        .flat_map(|(at, second)| found[..at].iter().map(move |first| (first, second)));
    let crossed = pairs.map(|((first, left, rows), (second, right, columns))| {
        let order = rows
            .iter()
            .flat_map(|row| {
                columns
                    .iter()
                    .map(move |column| format!("{row} × {column}"))
            })
            .collect();
        let label = format!(
            "{} × {}",
            use_case.label(first),
            use_case.label(second).to_lowercase()
        );
        let (groups, hidden) = match rule {
            Some(rule) => tables::crossed(left, right, rule)?,
            None => (left.combine(right)?, Vec::new()),
        };
        let mut crossed = report(format!("{first} × {second}"), label, order, &groups, false)?;
        if let Some(rule) = rule {
            crossed.audit.by_group.extend(
                hidden
                    .into_iter()
                    .map(|name| (name, disclosure::audit::hidden_row(rule))),
            );
        }
        Ok(crossed)
    });
    Ok((
        single.collect::<Result<_>>()?,
        crossed.collect::<Result<_>>()?,
    ))
}

/// Names of the groups in the order of the use case.
fn order(table: &Table, use_case: &UseCase, name: &str) -> Option<Vec<String>> {
    let mut codes: Vec<u32> = group_codes(table, use_case, name)?
        .into_iter()
        .flatten()
        .collect();
    codes.sort_unstable();
    codes.dedup();
    Some(
        codes
            .into_iter()
            .map(|code| group_name(table, use_case, name, code))
            .collect(),
    )
}

/// What is drawn of each group that is large enough to judge, after small groups were pooled.
fn curves(judged: &Judged, groups: &Groups, policy: &FairnessPolicy) -> Result<Vec<GroupCurves>> {
    let (groups, _) = groups.pooled(policy.suppress_below);
    let large =
        |group: &usize| groups.counts()[*group] >= policy.judge_from && !groups.is_missing(*group);
    let of_group = |group: usize| {
        let rows: Vec<usize> = (0..judged.truth.len())
            .filter(|&row| groups.codes()[row] as usize == group)
            .collect();
        let truth: Vec<bool> = rows.iter().map(|&row| judged.truth[row]).collect();
        let scores: Vec<f64> = rows.iter().map(|&row| judged.scores[row]).collect();
        let table = ScoreTable::new(&truth, &scores)?;
        let mut bins = vec![0; SCORE_BINS];
        scores.iter().for_each(|score| {
            bins[((score * SCORE_BINS as f64) as usize).min(SCORE_BINS - 1)] += 1
        });
        let roc = table.roc_curve(true).map(|curve| {
            curve
                .fpr
                .into_iter()
                .zip(curve.tpr)
                .map(|(x, y)| [x, y])
                .collect::<Vec<_>>()
        });
        Ok(GroupCurves {
            group: groups.names()[group].clone(),
            n: rows.len() as u32,
            roc: thinned(roc.unwrap_or_default()),
            calibration: table
                .calibration_quantile(CALIBRATION_BINS)
                .into_iter()
                .filter(|bin| bin.n > 0)
                .collect(),
            scores: bins,
        })
    };
    (0..groups.names().len())
        .filter(large)
        .map(of_group)
        .collect()
}

/// At most [`ROC_POINTS`] of the points, both ends kept.
fn thinned(points: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    if points.len() <= ROC_POINTS {
        return points;
    }
    (0..ROC_POINTS)
        .map(|kept| points[kept * (points.len() - 1) / (ROC_POINTS - 1)])
        .collect()
}

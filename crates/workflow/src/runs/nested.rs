//! The nested runs of a training: one per candidate, and below it one per trial.

use domain::Estimate;
use stats::report::Report;
use store::runs;
use training::select::CandidateResult;
use training::{Candidate, Trial};

use crate::Result;
use crate::runs::recording::{metrics, to_metric};

/// Adds the nested runs of `parent`. `results` are the candidates' places in the selection; empty
/// when it was stopped before. `on_holdout` are the figures of each on the held-out rows.
pub(crate) async fn insert(
    writer: &mut store::Writer,
    parent: &runs::Run,
    (results, on_holdout): (&[CandidateResult], &[(Candidate, Report)]),
    trials: &[Trial],
) -> Result<()> {
    let mut candidates: Vec<Candidate> = trials.iter().map(|trial| trial.candidate).collect();
    candidates.sort_unstable();
    candidates.dedup();
    for candidate in candidates {
        let own: Vec<&Trial> = trials
            .iter()
            .filter(|trial| trial.candidate == candidate)
            .collect();
        let result = results.iter().find(|result| result.candidate == candidate);
        let child = child_of(
            parent,
            candidate.name(),
            if result.is_some_and(|result| result.chosen) {
                "chosen"
            } else {
                ""
            },
        );
        runs::insert(writer, &child).await?;
        let metric = |name: &str, value| to_metric(name.into(), 0, &Estimate::point(value, 0));
        let best = result.and_then(|result| own.iter().find(|trial| trial.number == result.trial));
        let details = runs::Details {
            parameters: best
                .map(|trial| trial.parameters.describe())
                .unwrap_or_default(),
            metrics: result
                .map_or_else(Vec::new, |own| {
                    vec![
                        metric("selection", own.score),
                        metric("behind_best", own.behind),
                    ]
                })
                .into_iter()
                .chain(on_holdout.iter().flat_map(|(own, report)| {
                    metrics("", report).filter(move |_| *own == candidate)
                }))
                .collect(),
            ..runs::Details::default()
        };
        runs::insert_details(writer, &child.run_id, &details).await?;
        for trial in own {
            let note = if trial.pruned {
                "pruned after the first folds"
            } else {
                ""
            };
            let nested = child_of(&child, &format!("trial {}", trial.number), note);
            runs::insert(writer, &nested).await?;
            let fold = |(fold, score): (i64, &f64)| {
                to_metric("fold".into(), fold, &Estimate::point(*score, 0))
            };
            let details = runs::Details {
                parameters: trial.parameters.describe(),
                metrics: (1..)
                    .zip(&trial.fold_scores)
                    .map(fold)
                    .chain([metric("selection", trial.score)])
                    .collect(),
                ..runs::Details::default()
            };
            runs::insert_details(writer, &nested.run_id, &details).await?;
        }
    }
    Ok(())
}

fn child_of(parent: &runs::Run, name: &str, message: &str) -> runs::Run {
    let now = store::now();
    runs::Run {
        run_id: store::new_id(),
        parent_id: Some(parent.run_id.clone()),
        name: name.to_owned(),
        status: domain::RunStatus::Finished,
        message: message.to_owned(),
        started_at: now,
        ended_at: Some(now),
        ..parent.clone()
    }
}

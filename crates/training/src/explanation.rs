//! What a trained model does over many people, measured on rows that it never saw.

use std::sync::Arc;

use model::explain::ModelExplainer;
use model::global::{
    Dependence, GlobalExplanation, PermutationImportance, Swarm, SwarmPoint, dependence, global,
    permutation_importance,
};
use model::vary::partial_dependence;
use model::{ExplainError, Model, Table};
use rayon::prelude::*;
use stats::ScoreTable;

use crate::random::{generator, shuffle};

/// People whose contributions are drawn.
const SAMPLE: usize = 300;
/// Fields with a beeswarm, and with dependence and partial dependence.
const SWARMS: usize = 12;
const CURVES: usize = 4;
/// Rows that interactions are taken over: they cost the most.
const INTERACTION_ROWS: usize = 60;
/// Steps of a partial dependence.
const STEPS: usize = 24;
/// Shuffles of each field.
const SHUFFLES: usize = 5;
/// Stream of the shuffles' random numbers.
const STREAM: u64 = 0x9e72;

/// Explains `model` over the rows of `table` (a sample of them when there are many) with their
/// outcomes.
///
/// # Errors
/// See [`ExplainError`].
pub fn explain(
    model: &Arc<Model>,
    table: &Table,
    labels: &[bool],
    seed: u64,
) -> Result<GlobalExplanation, ExplainError> {
    let count = SAMPLE.min(table.rows());
    let chosen: Vec<usize> = (0..count)
        .map(|index| index * table.rows() / count)
        .collect();
    let sample = table.take(&chosen);
    let labels: Vec<bool> = chosen.iter().map(|&row| labels[row]).collect();
    let explainer = ModelExplainer::new(Arc::clone(model))?;
    let compiled = explainer.explainer().compiled();
    let mut global = global(&explainer, &sample)?;
    global.swarms.truncate(SWARMS);
    let curves = &global.swarms[..CURVES.min(global.swarms.len())];
    let dependence: Result<Vec<_>, ExplainError> = curves
        .par_iter()
        .map(|swarm| dependence(&explainer, &sample, swarm, INTERACTION_ROWS))
        .collect();
    let dependence = dependence?.into_iter().map(scattered).collect();
    let partial = curves
        .par_iter()
        .filter_map(|swarm| partial_dependence(model, compiled, &sample, &swarm.field, STEPS))
        .collect();
    let auc = |scores: &[f64]| {
        ScoreTable::new(&labels, scores)
            .ok()
            .and_then(|table| table.roc_auc())
    };
    let orders: Vec<Vec<usize>> = (0..SHUFFLES as u64)
        .map(|number| {
            let mut order: Vec<usize> = (0..count).collect();
            shuffle(&mut order, &mut generator(seed, STREAM + number));
            order
        })
        .collect();
    let both_outcomes = labels.contains(&true) && labels.contains(&false);
    let shuffled = if both_outcomes {
        &global.importance[..]
    } else {
        &[]
    };
    let metric = |scores: &[f64]| auc(scores).unwrap_or(0.5);
    let mut permutation: Vec<PermutationImportance> = shuffled
        .par_iter()
        .map(|own| permutation_importance(model, compiled, &sample, &own.field, &metric, &orders))
        .collect();
    permutation.sort_by(|a, b| b.mean.total_cmp(&a.mean));
    Ok(GlobalExplanation {
        rows: count as u32,
        importance: global.importance,
        dependence,
        swarms: global.swarms.into_iter().map(sorted).collect(),
        partial_dependence: partial,
        permutation,
        people_per_point: None,
    })
}

/// Points in the order of their values: from the file nobody can put the fields of one person
/// together again.
fn sorted(mut swarm: Swarm) -> Swarm {
    swarm.points.sort_by(by_value);
    swarm
}

fn scattered(mut dependence: Dependence) -> Dependence {
    let points = &dependence.swarm.points;
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|a, b| by_value(&points[*a], &points[*b]));
    if let Some(partner) = &mut dependence.partner {
        partner.places = order.iter().map(|&row| partner.places[row]).collect();
        partner.texts = order
            .iter()
            .map(|&row| partner.texts[row].clone())
            .collect();
    }
    dependence.swarm = sorted(dependence.swarm);
    dependence
}

fn by_value(a: &SwarmPoint, b: &SwarmPoint) -> std::cmp::Ordering {
    let key = |point: &SwarmPoint| point.x.unwrap_or(f64::NEG_INFINITY);
    key(a)
        .total_cmp(&key(b))
        .then(a.log_odds.total_cmp(&b.log_odds))
}

//! Proxies: how well the inputs together give away a protected attribute, and through which fields.

use domain::Estimate;
use model::{Role, UseCase};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use stats::ScoreTable;
use stats::delong::roc_auc_figure;

use crate::candidate::{Parameters, fit};
use crate::dataset::Dataset;
use crate::error::TrainingError;
use crate::groups::{group_codes, group_name};
use crate::grower::BoostingParameters;
use crate::prepared::{Fold, InputChoice};
use crate::settings::ValidSettings;
use crate::split::{Split, folds};

/// How well the inputs predict membership of one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proxy {
    /// The protected field or derived field.
    pub attribute: String,
    /// The group that is predicted best.
    pub group: String,
    /// ROC AUC out of fold; 0.5 means that the inputs say nothing about it.
    pub roc_auc: Estimate,
    /// Share of the guess's spread that goes through each field, largest first.
    pub through: Vec<(String, f64)>,
}

/// Fewest people in and out of the group for the question to make sense.
const FEWEST: usize = 30;
const FOLDS: usize = 5;

/// Looks for proxies of every audited attribute among the inputs (never the protected fields
/// themselves).
///
/// # Errors
/// When no input is left, or a fit fails.
pub fn proxies(
    dataset: &Dataset,
    use_case: &UseCase,
    settings: &ValidSettings,
) -> Result<Vec<Proxy>, TrainingError> {
    // What is asked is what the usual inputs give away, whether or not the attribute itself is one
    // of them.
    let use_case = UseCase {
        include_protected: false,
        ..use_case.clone()
    };
    let mut found = Vec::new();
    for attribute in &use_case.audited {
        let sources: Vec<String> = use_case
            .derived
            .iter()
            .filter(|derived| derived.name == *attribute)
            .flat_map(|derived| derived.sources())
            .collect();
        let protected = |name: &str| {
            use_case
                .field(name)
                .is_some_and(|field| field.role == Role::Protected)
        };
        if !protected(attribute) && !sources.iter().any(|source| protected(source)) {
            continue;
        }
        let Some(codes) = group_codes(&dataset.table, &use_case, attribute) else {
            continue;
        };
        if let Some(proxy) = proxy(dataset, &use_case, settings, attribute, &codes)? {
            found.push(proxy);
        }
    }
    Ok(found)
}

fn proxy(
    dataset: &Dataset,
    use_case: &UseCase,
    settings: &ValidSettings,
    attribute: &str,
    codes: &[Option<u32>],
) -> Result<Option<Proxy>, TrainingError> {
    let rows: Vec<usize> = (0..codes.len())
        .filter(|&row| codes[row].is_some())
        .collect();
    let mut counts = std::collections::BTreeMap::new();
    for &row in &rows {
        *counts.entry(codes[row]).or_insert(0usize) += 1;
    }
    let large: Vec<Option<u32>> = counts
        .into_iter()
        .filter(|(_, size)| *size >= FEWEST && rows.len() - size >= FEWEST)
        .map(|(group, _)| group)
        .collect();
    let table = dataset.table.take(&rows);
    let found: Vec<Proxy> = large
        .into_par_iter()
        .map(|group| {
            let labels = rows.iter().map(|&row| codes[row] == group).collect();
            let name = group.map_or(String::new(), |code| {
                group_name(&dataset.table, use_case, attribute, code)
            });
            told_apart(
                &Dataset::new(table.clone(), labels)?,
                use_case,
                settings,
                attribute,
                name,
            )
        })
        .collect::<Result<_, TrainingError>>()?;
    let auc = |proxy: &Proxy| proxy.roc_auc.value.unwrap_or(0.5);
    Ok(found.into_iter().max_by(|a, b| auc(a).total_cmp(&auc(b))))
}

/// How well the inputs predict the labels of `asked`.
fn told_apart(
    asked: &Dataset,
    use_case: &UseCase,
    settings: &ValidSettings,
    attribute: &str,
    group: String,
) -> Result<Proxy, TrainingError> {
    let whole = Split::explicit(asked, &[])?;
    let parameters = Parameters::GradientBoosting(BoostingParameters {
        trees: 60,
        learning_rate: 0.15,
        bins: 32,
        ..BoostingParameters::default()
    });
    let choice = InputChoice {
        exclude: settings.exclude.clone(),
        reweigh: None,
    };
    let mut scores = vec![0.0; asked.rows()];
    let mut spread = std::collections::BTreeMap::<String, f64>::new();
    for split in folds(asked, &whole.train, FOLDS, 1, settings.seed)? {
        let fold = Fold::new(asked, use_case, &split, &choice)?;
        let scorer = fit(&parameters, &fold.train, settings.seed)?;
        for (&row, probability) in fold
            .test
            .rows()
            .iter()
            .zip(scorer.probabilities(&fold.test_matrix))
        {
            scores[row] = probability;
        }
        for (field, gain) in spread_by_field(&scorer, &fold) {
            *spread.entry(field).or_default() += gain;
        }
    }
    let table = ScoreTable::new(&asked.labels, &scores)
        .map_err(|error| TrainingError::Learner(error.to_string()))?;
    let total: f64 = spread.values().sum();
    let mut through: Vec<(String, f64)> = spread
        .into_iter()
        .map(|(field, gain)| (field, if total > 0.0 { gain / total } else { 0.0 }))
        .collect();
    through.sort_by(|a, b| b.1.total_cmp(&a.1));
    through.truncate(5);
    Ok(Proxy {
        attribute: attribute.to_owned(),
        group,
        roc_auc: roc_auc_figure(&table),
        through,
    })
}

/// Variance that each field's splits make in the margins of the training rows.
fn spread_by_field(scorer: &model::Scorer, fold: &Fold) -> Vec<(String, f64)> {
    let encoder = &fold.train.encoding.encoder;
    let mut spread = vec![0.0; encoder.fields.len()];
    for part in &scorer.parts {
        let model::PartKind::Trees(trees) = &part.kind else {
            continue;
        };
        for tree in trees {
            for node in
                (0..tree.feature.len()).filter(|&node| tree.feature[node] != model::scorer::LEAF)
            {
                let (left, right) = (tree.left[node] as usize, tree.right[node] as usize);
                let between =
                    tree.cover[left] * tree.cover[right] / tree.cover[node].max(f64::MIN_POSITIVE);
                let shown_as = encoder.inputs[tree.feature[node] as usize].shown_as as usize;
                spread[shown_as] += between * (tree.value[left] - tree.value[right]).powi(2);
            }
        }
    }
    encoder
        .fields
        .iter()
        .map(|field| field.name.clone())
        .zip(spread)
        .collect()
}

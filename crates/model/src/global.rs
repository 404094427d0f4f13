//! What the model does over many people: importance, beeswarm, dependence with the strongest
//! interaction, permutation importance.

use serde::{Deserialize, Serialize};

use crate::compiled::Compiled;
use crate::explain::{ExplainError, Explanation, ModelExplainer, value_text};
use crate::field::Kind;
use crate::file::Model;
use crate::table::{Column, MISSING_LEVEL, Table};
use crate::vary::PartialDependence;

/// Importance of one field over the rows of a sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Importance {
    /// Name of the field.
    pub field: String,
    /// What people call the field.
    pub label: String,
    /// Mean of |log-odds contribution|.
    pub log_odds: f64,
    /// Mean of |contribution| in percentage points.
    pub points: f64,
    /// 95% interval of `points`: the rows are a sample (normal approximation).
    pub interval: [f64; 2],
}

/// One person in a beeswarm or dependence chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SwarmPoint {
    /// Log-odds contribution of the field.
    pub log_odds: f64,
    /// The field's number or the position of its level; not there when missing.
    pub x: Option<f64>,
    /// The value's place among the sample's values, 0 (lowest) to 1 (highest): for the color.
    pub place: Option<f64>,
    /// The value as displayed.
    pub text: String,
}

/// All contributions of one field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Swarm {
    /// Name of the field.
    pub field: String,
    /// What people call the field.
    pub label: String,
    /// Whether a larger number or a later level means more: nominal levels have no order.
    pub ordered: bool,
    /// One for each row of the sample, in its order.
    pub points: Vec<SwarmPoint>,
}

/// Importance and beeswarm of a sample, most important field first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Global {
    /// How many rows the sample has.
    pub rows: usize,
    /// Most important first.
    pub importance: Vec<Importance>,
    /// In the order of `importance`.
    pub swarms: Vec<Swarm>,
}

/// What a model does over people whom it has not seen: measured once, when it is trained, and kept
/// with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GlobalExplanation {
    /// Rows behind every figure but those of `dependence`'s partners.
    pub rows: u32,
    /// Every field that the model reads, most important first.
    pub importance: Vec<Importance>,
    /// Beeswarms of the most important fields, in that order.
    pub swarms: Vec<Swarm>,
    /// Dependence of the first few of them.
    pub dependence: Vec<Dependence>,
    /// Partial dependence of the same fields.
    pub partial_dependence: Vec<PartialDependence>,
    /// Loss of ROC AUC when a field is shuffled, largest first; empty when the rows hold one
    /// outcome only.
    pub permutation: Vec<PermutationImportance>,
    /// The fewest people behind each point of `swarms` and `dependence` where a point is a group;
    /// `None` where each is a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people_per_point: Option<u32>,
}

/// Contributions of one field against its value, with the field that it interacts with most.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dependence {
    /// Contributions of the field itself.
    pub swarm: Swarm,
    /// The field with the largest mean |interaction|; none when no tree reads the two together.
    pub partner: Option<Partner>,
}

/// The other field of a dependence chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Partner {
    /// Name of the other field.
    pub field: String,
    /// What people call the other field.
    pub label: String,
    /// Mean |interaction| in the unit of the margin, both halves.
    pub strength: f64,
    /// For each point of the swarm the partner's place (0 to 1), for the color.
    pub places: Vec<Option<f64>>,
    /// For each point of the swarm the partner's value as displayed.
    pub texts: Vec<String>,
}

/// Importance and beeswarm over all rows of `sample` (some hundred suffice).
///
/// # Errors
/// See [`ExplainError`].
pub fn global(explainer: &ModelExplainer, sample: &Table) -> Result<Global, ExplainError> {
    let explanations = explainer.explain_rows(sample, 0..sample.rows(), usize::MAX)?;
    let rows = explanations.len();
    let mut fields: Vec<(Importance, Swarm)> = explainer
        .shown_fields()
        .map(|name| {
            let swarm = swarm(explainer, sample, &explanations, name);
            let sizes: Vec<f64> = explanations
                .iter()
                .filter_map(|explanation| contribution(explanation, name))
                .map(|own| own.1.abs())
                .collect();
            let log_odds: Vec<f64> = swarm
                .points
                .iter()
                .map(|point| point.log_odds.abs())
                .collect();
            let (points, interval) = mean_with_interval(&sizes);
            let log_odds = mean_with_interval(&log_odds).0;
            (
                Importance {
                    field: name.to_owned(),
                    label: swarm.label.clone(),
                    log_odds,
                    points,
                    interval,
                },
                swarm,
            )
        })
        .collect();
    fields.sort_by(|a, b| b.0.log_odds.total_cmp(&a.0.log_odds));
    let (importance, swarms) = fields.into_iter().unzip();
    Ok(Global {
        rows,
        importance,
        swarms,
    })
}

/// Dependence data of a field from its swarm over `sample`; interactions from at most
/// `interaction_rows` rows spread over the sample (they cost the most).
///
/// # Errors
/// See [`ExplainError`].
pub fn dependence(
    explainer: &ModelExplainer,
    sample: &Table,
    swarm: &Swarm,
    interaction_rows: usize,
) -> Result<Dependence, ExplainError> {
    let strengths = interaction_strengths(explainer, sample, &swarm.field, interaction_rows)?;
    let strongest = strengths
        .into_iter()
        .filter(|(_, strength)| *strength > 0.0)
        .max_by(|a, b| a.1.total_cmp(&b.1));
    let partner = strongest.map(|(name, strength)| Partner {
        label: explainer.model().use_case.label(&name),
        strength,
        places: places(&numbers(sample, &name)),
        texts: (0..sample.rows())
            .map(|row| value_text(explainer.model(), sample, row, &name))
            .collect(),
        field: name,
    });
    Ok(Dependence {
        swarm: swarm.clone(),
        partner,
    })
}

/// Mean |interaction| of `field` with every other shown field, in the unit of the margin, over at
/// most `rows` rows spread over `sample`.
///
/// # Errors
/// See [`ExplainError`].
pub fn interaction_strengths(
    explainer: &ModelExplainer,
    sample: &Table,
    field: &str,
    rows: usize,
) -> Result<Vec<(String, f64)>, ExplainError> {
    let encoder = &explainer.model().encoder;
    let Some(own) = encoder
        .fields
        .iter()
        .position(|encoded| encoded.name == field)
    else {
        return Ok(Vec::new());
    };
    let count = rows.min(sample.rows());
    let chosen: Vec<usize> = (0..count)
        .map(|index| index * sample.rows() / count)
        .collect();
    let matrix = explainer.model().encode(&sample.take(&chosen));
    let mut copies = vec![Vec::new(); count];
    copies
        .iter_mut()
        .enumerate()
        .for_each(|(row, copy)| matrix.copy_row(row, copy));
    let encoded: Vec<&[f64]> = copies.iter().map(Vec::as_slice).collect();
    let shown_as = |input: usize| encoder.inputs[input].shown_as as usize;
    let mut sums = vec![vec![0.0; encoder.fields.len()]; count];
    explainer.explainer().halves_with(
        &|input| shown_as(input) == own,
        &encoded,
        |row, _, other, half| {
            sums[row][shown_as(other)] += 2.0 * half;
        },
    )?;
    let mean =
        |index: usize| sums.iter().map(|row| row[index].abs()).sum::<f64>() / count.max(1) as f64;
    let others = encoder
        .fields
        .iter()
        .enumerate()
        .filter(|(index, _)| *index != own);
    Ok(others
        .map(|(index, encoded)| (encoded.name.clone(), mean(index)))
        .collect())
}

/// How much worse a metric gets when one field's values are shuffled among people (Breiman 2001).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PermutationImportance {
    /// Name of the field.
    pub field: String,
    /// What people call the field.
    pub label: String,
    /// Metric as it is minus metric after each shuffle.
    pub drops: Vec<f64>,
    /// Their mean.
    pub mean: f64,
}

/// Permutation importance of one field. `metric` gives a figure (higher is better) for the
/// probabilities of the rows of `table`; `permutations` are orders of its rows (the caller owns the
/// random numbers). Derived fields follow their source.
pub fn permutation_importance(
    model: &Model,
    compiled: &Compiled,
    table: &Table,
    field: &str,
    metric: &dyn Fn(&[f64]) -> f64,
    permutations: &[Vec<usize>],
) -> PermutationImportance {
    let score =
        |table: &Table| metric(&compiled.probabilities(&model.encode(table), 0..table.rows()));
    let whole = score(table);
    let mut shuffled = table.clone();
    let position = table.names.iter().position(|name| name == field);
    let drop = |permutation: &Vec<usize>| {
        if let Some(position) = position {
            shuffled.columns[position] = table.columns[position].take(permutation);
        }
        whole - score(&shuffled)
    };
    let drops: Vec<f64> = permutations.iter().map(drop).collect();
    let mean = if drops.is_empty() {
        0.0
    } else {
        drops.iter().sum::<f64>() / drops.len() as f64
    };
    PermutationImportance {
        field: field.to_owned(),
        label: model.use_case.label(field),
        drops,
        mean,
    }
}

/// The mean of sizes (none negative) with its 95% interval; zeros when there are none.
fn mean_with_interval(sizes: &[f64]) -> (f64, [f64; 2]) {
    let n = sizes.len().max(1) as f64;
    let mean = sizes.iter().sum::<f64>() / n;
    let variance = sizes.iter().map(|size| (size - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    let half = 1.959_964 * (variance / n).sqrt();
    (mean, [(mean - half).max(0.0), mean + half])
}

/// Log-odds and points of a field.
fn contribution(explanation: &Explanation, name: &str) -> Option<(f64, f64)> {
    explanation
        .fields
        .iter()
        .find(|own| own.field == name)
        .map(|own| (own.log_odds, own.points))
}

fn swarm(
    explainer: &ModelExplainer,
    sample: &Table,
    explanations: &[Explanation],
    name: &str,
) -> Swarm {
    let numbers = numbers(sample, name);
    let places = places(&numbers);
    let point = |(row, explanation): (usize, &Explanation)| SwarmPoint {
        log_odds: contribution(explanation, name).map_or(0.0, |own| own.0),
        x: numbers[row],
        place: places[row],
        text: value_text(explainer.model(), sample, row, name),
    };
    let points = explanations.iter().enumerate().map(point).collect();
    let use_case = &explainer.model().use_case;
    let ordered = use_case
        .field(name)
        .is_some_and(|field| field.kind != Kind::Nominal);
    Swarm {
        field: name.to_owned(),
        label: use_case.label(name),
        ordered,
        points,
    }
}

/// A column as numbers: values, or positions of levels.
fn numbers(table: &Table, name: &str) -> Vec<Option<f64>> {
    match table.column(name) {
        Some(Column::Number(values)) => values
            .iter()
            .map(|value| (!value.is_nan()).then_some(*value))
            .collect(),
        Some(Column::Level { codes, .. }) => codes
            .iter()
            .map(|code| (*code != MISSING_LEVEL).then_some(f64::from(*code)))
            .collect(),
        Some(Column::Text(_)) | None => vec![None; table.rows()],
    }
}

/// Places from 0 to 1 among the values that are there; equal values share the middle of their
/// places.
fn places(numbers: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut sorted: Vec<f64> = numbers.iter().flatten().copied().collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1).max(1) as f64;
    let place = |value: f64| {
        let (below, upto) = (
            sorted.partition_point(|other| *other < value),
            sorted.partition_point(|other| *other <= value),
        );
        (below + upto).saturating_sub(1) as f64 / 2.0 / last
    };
    numbers.iter().map(|number| number.map(place)).collect()
}

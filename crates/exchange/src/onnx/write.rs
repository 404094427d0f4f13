//! A model as an ONNX file: from the fields of a person to the calibrated probability, in double
//! precision. The format is described in `docs/model-formats.md`.

use model::derived::Formula;
use model::encoder::EncodedField;
use model::scorer::{EPSILON, LEAF};
use model::{Calibrator, Field, Kind, LinearTerm, Link, Model, PartKind, Source, Tree};
use prost::Message;

use super::graph::{self, Graph, Value};
use super::proto::{ModelProto, OperatorSetId, StringEntry, element};

/// Domain of the operators for trees and levels.
const ML: &str = "ai.onnx.ml";
/// Version of the file's messages: that of ONNX 1.16, the first with `TreeEnsemble`.
const IR_VERSION: i64 = 10;
const OPERATORS: i64 = 21;
const ML_OPERATORS: i64 = 5;

/// What is written into the file beside the model.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// Version of Tenure.
    pub producer_version: String,
    /// Names and values for `metadata_props`, beside those that the model itself has.
    pub properties: Vec<(String, String)>,
}

/// The bytes of an ONNX file that gives the probabilities of `model`.
///
/// Each field is an input of shape rows × 1, called like the field: a string tensor where the use
/// case lists levels, otherwise a double tensor, where NaN is missing. The output `probability` is
/// the calibrated probability.
pub fn to_onnx(model: &Model, about: &About) -> Vec<u8> {
    let mut graph = Graph::default();
    let fields = inputs(&mut graph, model);
    let encoded: Vec<Value> = model
        .encoder
        .inputs
        .iter()
        .map(|input| encode(&mut graph, &input.source, &fields))
        .collect();
    let margin = margin(&mut graph, model, &encoded);
    let probability = probability(&mut graph, model, &margin);
    let output = output_name(&model.encoder.fields);
    let horizon = model.use_case.horizon_text();
    graph.output(
        &output,
        probability,
        element::DOUBLE,
        format!(
            "Calibrated probability of: {} ({horizon})",
            model.use_case.target.label
        ),
    );
    let mut properties = vec![
        ("use_case".to_owned(), model.use_case.id.clone()),
        ("candidate".to_owned(), model.lineage.candidate.clone()),
        ("data_hash".to_owned(), model.lineage.data_hash.clone()),
        ("seed".to_owned(), model.lineage.seed.to_string()),
        (
            "cutoff".to_owned(),
            model.use_case.policies.cutoff.to_string(),
        ),
        ("horizon".to_owned(), horizon),
    ];
    properties.extend(about.properties.iter().cloned());
    ModelProto {
        ir_version: IR_VERSION,
        producer_name: "tenure".into(),
        producer_version: about.producer_version.clone(),
        doc_string: format!("{}. {}", model.use_case.title, model.use_case.description),
        graph: Some(graph.finish(&model.use_case.id)),
        opset_import: vec![
            OperatorSetId {
                domain: String::new(),
                version: OPERATORS,
            },
            OperatorSetId {
                domain: ML.into(),
                version: ML_OPERATORS,
            },
        ],
        metadata_props: properties
            .into_iter()
            .map(|(key, value)| StringEntry { key, value })
            .collect(),
    }
    .encode_to_vec()
}

/// Name of the output: no input has it.
pub fn output_name(fields: &[EncodedField]) -> String {
    let mut name = "probability".to_owned();
    while fields.iter().any(|field| field.name == name) {
        name.push('_');
    }
    name
}

/// One field in the graph.
enum Read {
    /// Its number; of an ordinal with names, its position from 1. NaN is missing.
    Number(Value),
    /// One more than the position of its level; 0 is missing or a level that training has not seen.
    Code(Value, usize),
}

fn inputs(graph: &mut Graph, model: &Model) -> Vec<Read> {
    let encoded = &model.encoder.fields;
    encoded
        .iter()
        .map(|own| {
            let field = model.use_case.field(&own.name);
            let about = field.map_or_else(String::new, describe);
            let named =
                field.filter(|field| field.kind == Kind::Ordinal && !field.levels.is_empty());
            if let Some(ordinal) = named {
                graph.input(&own.name, element::STRING, about);
                let code = code(graph, &own.name, &ordinal.levels);
                let positions = (0..=ordinal.levels.len()).map(|position| {
                    if position == 0 {
                        f64::NAN
                    } else {
                        position as f64
                    }
                });
                Read::Number(look_up(graph, &code, &positions.collect::<Vec<_>>()))
            } else if own.levels.is_empty() {
                graph.input(&own.name, element::DOUBLE, about);
                Read::Number(own.name.clone())
            } else {
                graph.input(&own.name, element::STRING, about);
                Read::Code(code(graph, &own.name, &own.levels), own.levels.len())
            }
        })
        .collect()
}

/// What a caller has to know of a field.
fn describe(field: &Field) -> String {
    let mut text = field.label.clone();
    if !field.unit.is_empty() {
        text.push_str(&format!(" ({})", field.unit));
    }
    if field.levels.is_empty() {
        if let Some([low, high]) = field.range {
            text.push_str(&format!(", from {low} to {high}"));
        }
    } else {
        text.push_str(&format!(": {}", field.levels.join(", ")));
    }
    text
}

fn code(graph: &mut Graph, input: &str, levels: &[String]) -> Value {
    graph.node(
        ML,
        "LabelEncoder",
        &[&input.to_owned()],
        vec![
            graph::texts("keys_strings", levels),
            graph::integers("values_int64s", (1..=levels.len() as i64).collect()),
            graph::integer("default_int64", 0),
        ],
    )
}

/// The number of each code.
fn look_up(graph: &mut Graph, code: &Value, numbers: &[f64]) -> Value {
    let table = graph.doubles(&[numbers.len()], numbers);
    graph.apply("Gather", [&table, code])
}

fn encode(graph: &mut Graph, source: &Source, fields: &[Read]) -> Value {
    match source {
        Source::Number { field } => number(graph, &fields[*field as usize]),
        Source::Indicator { field, level } => {
            let of = |own: usize| if own == *level as usize { 1.0 } else { 0.0 };
            levels(graph, &fields[*field as usize], &of)
        }
        Source::Rank { field, ranks } => {
            let of = |own: usize| ranks.get(own).copied().unwrap_or(f64::NAN);
            levels(graph, &fields[*field as usize], &of)
        }
        Source::Bin { field, edges, bin } => {
            let number = number(graph, &fields[*field as usize]);
            let own = position(graph, &number, edges, "GreaterOrEqual");
            let value = match bin {
                None => own,
                Some(bin) => {
                    let bin = graph.number(f64::from(*bin));
                    let holds = graph.apply("Equal", [&own, &bin]);
                    graph.cast(&holds, element::DOUBLE)
                }
            };
            let missing = graph.number(f64::NAN);
            graph.where_missing(&number, &missing, &value)
        }
        Source::Formula(formula) => evaluate(graph, formula, fields),
    }
}

fn number(graph: &mut Graph, field: &Read) -> Value {
    match field {
        Read::Number(value) => value.clone(),
        Read::Code(code, levels) => look_up(graph, &code.clone(), &vec![f64::NAN; levels + 1]),
    }
}

/// A number for each level; missing where the field is.
fn levels(graph: &mut Graph, field: &Read, of: &dyn Fn(usize) -> f64) -> Value {
    match field {
        Read::Code(code, levels) => {
            let numbers: Vec<f64> = std::iter::once(f64::NAN)
                .chain((0..*levels).map(of))
                .collect();
            look_up(graph, code, &numbers)
        }
        // A number has no level: always missing, as in the encoder.
        Read::Number(value) => {
            let missing = graph.number(f64::NAN);
            graph.apply("Add", [value, &missing])
        }
    }
}

/// How many of `edges` each number is beyond.
fn position(graph: &mut Graph, number: &Value, edges: &[f64], beyond: &str) -> Value {
    let edges = graph.doubles(&[1, edges.len()], edges);
    let beyond = graph.apply(beyond, [number, &edges]);
    let beyond = graph.cast(&beyond, element::DOUBLE);
    graph.sum_columns(&beyond)
}

fn evaluate(graph: &mut Graph, formula: &Formula, fields: &[Read]) -> Value {
    match formula {
        Formula::Number(value) => graph.number(*value),
        Formula::Field(field) => number(graph, &fields[*field as usize]),
        Formula::Binary(operator, left, right) => {
            let (left, right) = (
                evaluate(graph, left, fields),
                evaluate(graph, right, fields),
            );
            match operator {
                '+' => graph.apply("Add", [&left, &right]),
                '-' => graph.apply("Sub", [&left, &right]),
                '*' => graph.apply("Mul", [&left, &right]),
                _ => {
                    let (zero, missing) = (graph.number(0.0), graph.number(f64::NAN));
                    let by_zero = graph.apply("Equal", [&right, &zero]);
                    let quotient = graph.apply("Div", [&left, &right]);
                    graph.apply("Where", [&by_zero, &missing, &quotient])
                }
            }
        }
    }
}

fn margin(graph: &mut Graph, model: &Model, encoded: &[Value]) -> Value {
    let mut sum = graph.number(model.scorer.intercept);
    let columns: Vec<&Value> = encoded.iter().collect();
    let Some(&first) = columns.first() else {
        return sum;
    };
    let matrix = graph.node("", "Concat", &columns, vec![graph::integer("axis", 1)]);
    for part in &model.scorer.parts {
        let own = match &part.kind {
            PartKind::Linear(terms) if terms.is_empty() => None,
            PartKind::Linear(terms) => Some(linear(graph, &matrix, terms)),
            PartKind::Trees(trees) => ensemble(graph, &matrix, trees),
        };
        if let Some(own) = own {
            let weight = graph.number(part.weight);
            let weighted = graph.apply("Mul", [&own, &weight]);
            sum = graph.apply("Add", [&sum, &weighted]);
        }
    }
    // A model whose trees are leaves still has a line for each row.
    let zero = graph.number(0.0);
    let missing = graph.apply("IsNaN", [first]);
    let none = graph.apply("Where", [&missing, &zero, &zero]);
    graph.apply("Add", [&sum, &none])
}

fn linear(graph: &mut Graph, matrix: &Value, terms: &[LinearTerm]) -> Value {
    let columns = graph.integers(
        &terms
            .iter()
            .map(|term| term.input.into())
            .collect::<Vec<_>>(),
    );
    let own = graph.node(
        "",
        "Gather",
        &[matrix, &columns],
        vec![graph::integer("axis", 1)],
    );
    let mut row = |of: fn(&LinearTerm) -> f64| {
        graph.doubles(&[1, terms.len()], &terms.iter().map(of).collect::<Vec<_>>())
    };
    let impute = row(|term| term.impute);
    let center = row(|term| term.center);
    let scale = row(|term| term.scale);
    let coefficient = row(|term| term.coefficient);
    let filled = graph.where_missing(&own, &impute, &own);
    let centered = graph.apply("Sub", [&filled, &center]);
    let scaled = graph.apply("Div", [&centered, &scale]);
    let weighted = graph.apply("Mul", [&scaled, &coefficient]);
    graph.sum_columns(&weighted)
}

/// The sum of the trees; trees of one leaf, which the operator does not know, are a constant.
fn ensemble(graph: &mut Graph, matrix: &Value, trees: &[Tree]) -> Option<Value> {
    let (leaves, grown): (Vec<&Tree>, Vec<&Tree>) =
        trees.iter().partition(|tree| tree.feature[0] == LEAF);
    let constant: f64 = leaves.iter().map(|tree| tree.value[0]).sum();
    if grown.is_empty() {
        return (!leaves.is_empty()).then(|| graph.number(constant));
    }
    let mut nodes = Nodes::default();
    let roots: Vec<i64> = grown.iter().map(|tree| nodes.push(tree)).collect();
    let count = nodes.splits.len();
    let sum = graph.node(
        ML,
        "TreeEnsemble",
        &[matrix],
        vec![
            graph::integer("n_targets", 1),
            // The sum, and nothing after it.
            graph::integer("aggregate_function", 1),
            graph::integer("post_transform", 0),
            graph::integers("tree_roots", roots),
            graph::integers("nodes_featureids", nodes.features),
            graph::doubles("nodes_splits", &nodes.splits),
            // Every split is "at most".
            graph::bytes("nodes_modes", vec![0; count]),
            graph::integers("nodes_truenodeids", nodes.left),
            graph::integers("nodes_trueleafs", nodes.left_is_leaf),
            graph::integers("nodes_falsenodeids", nodes.right),
            graph::integers("nodes_falseleafs", nodes.right_is_leaf),
            graph::integers("nodes_missing_value_tracks_true", nodes.missing_left),
            graph::integers("leaf_targetids", vec![0; nodes.leaves.len()]),
            graph::doubles("leaf_weights", &nodes.leaves),
        ],
    );
    if constant == 0.0 {
        return Some(sum);
    }
    let constant = graph.number(constant);
    Some(graph.apply("Add", [&sum, &constant]))
}

/// Splits and leaves of all trees, numbered separately as `TreeEnsemble` wants them.
#[derive(Default)]
struct Nodes {
    features: Vec<i64>,
    splits: Vec<f64>,
    left: Vec<i64>,
    left_is_leaf: Vec<i64>,
    right: Vec<i64>,
    right_is_leaf: Vec<i64>,
    missing_left: Vec<i64>,
    leaves: Vec<f64>,
}

impl Nodes {
    /// Adds a tree with at least one split; gives its root.
    fn push(&mut self, tree: &Tree) -> i64 {
        let (mut splits, mut leaves) = (self.splits.len() as i64, self.leaves.len() as i64);
        let root = splits;
        let places: Vec<i64> = tree
            .feature
            .iter()
            .map(|feature| {
                let next = if *feature == LEAF {
                    &mut leaves
                } else {
                    &mut splits
                };
                *next += 1;
                *next - 1
            })
            .collect();
        let is_leaf = |node: u32| i64::from(tree.feature[node as usize] == LEAF);
        for (node, feature) in tree.feature.iter().enumerate() {
            if *feature == LEAF {
                self.leaves.push(tree.value[node]);
                continue;
            }
            let (left, right) = (tree.left[node], tree.right[node]);
            self.features.push((*feature).into());
            self.splits.push(tree.threshold[node]);
            self.left.push(places[left as usize]);
            self.left_is_leaf.push(is_leaf(left));
            self.right.push(places[right as usize]);
            self.right_is_leaf.push(is_leaf(right));
            self.missing_left.push(i64::from(tree.missing_left[node]));
        }
        root
    }
}

fn probability(graph: &mut Graph, model: &Model, margin: &Value) -> Value {
    let link = model.scorer.link;
    match &model.scorer.calibrator {
        Calibrator::None => raw(graph, link, margin),
        Calibrator::Platt { slope, offset } => {
            let log_odds = match link {
                Link::Logit => margin.clone(),
                Link::Identity => logit(graph, margin),
            };
            let (slope, offset) = (graph.number(*slope), graph.number(*offset));
            let scaled = graph.apply("Mul", [&log_odds, &slope]);
            let moved = graph.apply("Add", [&scaled, &offset]);
            sigmoid(graph, &moved)
        }
        Calibrator::Isotonic { x, y } => {
            let raw = raw(graph, link, margin);
            interpolate(graph, &raw, x, y)
        }
    }
}

fn raw(graph: &mut Graph, link: Link, margin: &Value) -> Value {
    match link {
        Link::Logit => sigmoid(graph, margin),
        Link::Identity => clip(graph, margin, [0.0, 1.0]),
    }
}

fn clip(graph: &mut Graph, value: &Value, [low, high]: [f64; 2]) -> Value {
    let (low, high) = (graph.number(low), graph.number(high));
    let above = graph.apply("Max", [value, &low]);
    graph.apply("Min", [&above, &high])
}

/// From its parts: the operator `Sigmoid` is less exact in some runtimes.
fn sigmoid(graph: &mut Graph, log_odds: &Value) -> Value {
    let one = graph.number(1.0);
    let negative = graph.apply("Neg", [log_odds]);
    let odds = graph.apply("Exp", [&negative]);
    let sum = graph.apply("Add", [&odds, &one]);
    graph.apply("Div", [&one, &sum])
}

fn logit(graph: &mut Graph, probability: &Value) -> Value {
    let clipped = clip(graph, probability, [EPSILON, 1.0 - EPSILON]);
    let one = graph.number(1.0);
    let rest = graph.apply("Sub", [&one, &clipped]);
    let odds = graph.apply("Div", [&clipped, &rest]);
    graph.apply("Log", [&odds])
}

/// Linear between the knots, flat outside them.
fn interpolate(graph: &mut Graph, at: &Value, x: &[f64], y: &[f64]) -> Value {
    let last = x.len() - 1;
    // The first knot that is not below; one past the last where all are.
    let right = position(graph, at, x, "Greater");
    // For each such position, the knots on both sides; flat outside: the same knot twice.
    let left_of = |place: usize| place.saturating_sub(1);
    let right_of = |place: usize| place.min(last);
    let right = graph.cast(&right, element::INT64);
    let places: Vec<usize> = (0..=x.len()).collect();
    let mut of = |values: &dyn Fn(usize) -> f64| {
        look_up(
            graph,
            &right,
            &places
                .iter()
                .map(|place| values(*place))
                .collect::<Vec<_>>(),
        )
    };
    let from = of(&|place| x[left_of(place)]);
    let base = of(&|place| y[left_of(place)]);
    // Where both knots are one, nothing is added to its value.
    let width = of(&|place| {
        let width = x[right_of(place)] - x[left_of(place)];
        if width > 0.0 { width } else { f64::INFINITY }
    });
    let rise = of(&|place| y[right_of(place)] - y[left_of(place)]);
    let beyond = graph.apply("Sub", [at, &from]);
    let share = graph.apply("Div", [&beyond, &width]);
    let risen = graph.apply("Mul", [&share, &rise]);
    graph.apply("Add", [&base, &risen])
}

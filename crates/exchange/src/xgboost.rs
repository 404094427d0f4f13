//! XGBoost's JSON, as `save_model("model.json")` writes it (1.0 to 3.x).
//!
//! XGBoost compares in single precision: "yes" when `x < condition`. The threshold here is the
//! largest double that single precision rounds below the condition, so every value goes where it
//! goes there.

use std::collections::BTreeMap;

use model::dump::below_single;
use model::{Calibrator, Link, Part, PartKind, Scorer, Tree};
use serde::Deserialize;
use serde_json::Value;

use crate::trees::{Node, build};
use crate::{Foreign, ModelFormat, ReadError};

#[derive(Deserialize)]
struct File {
    learner: Learner,
    #[serde(default)]
    version: Vec<u32>,
}

#[derive(Deserialize)]
struct Learner {
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    #[serde(default)]
    feature_names: Vec<String>,
    gradient_booster: Value,
    learner_model_param: BTreeMap<String, String>,
    objective: Objective,
}

#[derive(Deserialize)]
struct Objective {
    name: String,
}

#[derive(Deserialize)]
struct Ensemble {
    trees: Vec<Nodes>,
    #[serde(default)]
    cats: Option<Value>,
}

#[derive(Deserialize)]
struct Nodes {
    left_children: Vec<i64>,
    right_children: Vec<i64>,
    split_indices: Vec<u32>,
    split_conditions: Vec<f64>,
    default_left: Vec<Flag>,
    #[serde(default)]
    split_type: Vec<u8>,
    sum_hessian: Vec<f64>,
    #[serde(default)]
    categories: Vec<i64>,
    #[serde(default)]
    tree_param: BTreeMap<String, String>,
}

/// `1` or `true`, by version.
#[derive(Deserialize, Clone, Copy)]
#[serde(untagged)]
enum Flag {
    Number(u8),
    Word(bool),
}

impl Flag {
    fn is_set(self) -> bool {
        match self {
            Self::Number(number) => number != 0,
            Self::Word(word) => word,
        }
    }
}

fn unreadable(problem: impl Into<String>) -> ReadError {
    ReadError::Unreadable {
        format: ModelFormat::Xgboost.label(),
        problem: problem.into(),
    }
}

pub(crate) fn read(bytes: &[u8]) -> Result<Foreign, ReadError> {
    let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace());
    let Some(start) = start else {
        return Err(unreadable("it is empty"));
    };
    let second = bytes[start + 1..]
        .iter()
        .find(|byte| !byte.is_ascii_whitespace());
    if bytes[start] != b'{' || !matches!(second, Some(b'"')) {
        return Err(ReadError::unsupported(
            "This is not XGBoost's JSON. UBJSON and the old binary format are not read: load the model in Python and save it with \
             booster.save_model(\"model.json\").",
        ));
    }
    let file: File =
        serde_json::from_slice(bytes).map_err(|error| unreadable(error.to_string()))?;
    let learner = file.learner;
    check_objective(&learner)?;
    let intercept = base_margin(&learner)?;
    let ensemble = ensemble(learner.gradient_booster)?;
    let categories = ensemble
        .cats
        .as_ref()
        .and_then(|cats| cats.get("enc")?.as_array());
    if categories.is_some_and(|encoded| !encoded.is_empty()) {
        return Err(categorical());
    }
    check_early_stop(&learner.attributes, ensemble.trees.len())?;
    let trees: Vec<Tree> = ensemble
        .trees
        .iter()
        .enumerate()
        .map(|(index, nodes)| tree(index, nodes))
        .collect::<Result<_, _>>()?;
    if trees.is_empty() {
        return Err(ReadError::unsupported("The model has no trees."));
    }
    let count: usize = learner
        .learner_model_param
        .get("num_feature")
        .and_then(|count| count.parse().ok())
        .filter(|count| *count <= 1_000_000)
        .ok_or_else(|| unreadable("it does not say how many features it has"))?;
    let inputs = if learner.feature_names.is_empty() {
        (0..count).map(|index| format!("f{index}")).collect()
    } else if learner.feature_names.len() == count {
        learner.feature_names
    } else {
        return Err(unreadable("feature_names and num_feature differ in number"));
    };
    let version: Vec<String> = file.version.iter().map(u32::to_string).collect();
    let parameters = vec![
        ("xgboost.version".to_owned(), version.join(".")),
        ("xgboost.objective".to_owned(), learner.objective.name),
        ("xgboost.trees".to_owned(), trees.len().to_string()),
    ];
    Ok(Foreign {
        format: ModelFormat::Xgboost,
        inputs,
        scorer: Scorer {
            intercept,
            parts: vec![Part {
                name: "xgboost".into(),
                weight: 1.0,
                kind: PartKind::Trees(trees),
            }],
            link: Link::Logit,
            calibrator: Calibrator::None,
        },
        has_cover: true,
        parameters,
    })
}

fn check_objective(learner: &Learner) -> Result<(), ReadError> {
    let name = learner.objective.name.as_str();
    if name != "binary:logistic" {
        return Err(ReadError::unsupported(format!(
            "The objective is {name}. Only binary:logistic is imported, whose output is the probability of one event."
        )));
    }
    let one = |name: &str| {
        let count = learner
            .learner_model_param
            .get(name)
            .map_or("0", String::as_str);
        matches!(count, "0" | "1")
    };
    if one("num_class") && one("num_target") {
        Ok(())
    } else {
        Err(ReadError::unsupported(
            "The model predicts several classes or targets. Only models of one event are imported.",
        ))
    }
}

/// Log-odds before any tree, computed in single precision as XGBoost does.
fn base_margin(learner: &Learner) -> Result<f64, ReadError> {
    let missing = || {
        ReadError::unsupported(
            "The file has no base_score, so its probabilities are not known. Save the model again with a current version of XGBoost.",
        )
    };
    let text = learner
        .learner_model_param
        .get("base_score")
        .ok_or_else(missing)?;
    let text = text.trim_matches(['[', ']']);
    let base: f32 = text
        .parse()
        .map_err(|_| unreadable(format!("its base_score “{text}” is not one number")))?;
    if !(base > 0.0 && base < 1.0) {
        return Err(ReadError::unsupported(format!(
            "The base_score {base} is not a probability between 0 and 1."
        )));
    }
    Ok(f64::from(-(1.0 / base - 1.0).ln()))
}

fn ensemble(booster: Value) -> Result<Ensemble, ReadError> {
    let name = booster
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    match name {
        "gbtree" => {}
        "dart" => {
            return Err(ReadError::unsupported(
                "The booster is dart, which weights its trees. Only gbtree is imported: train with booster=\"gbtree\".",
            ));
        }
        other => {
            return Err(ReadError::unsupported(format!(
                "The booster is {}. Only gbtree is imported.",
                if other.is_empty() { "not named" } else { other }
            )));
        }
    }
    let model = booster
        .get("model")
        .cloned()
        .ok_or_else(|| unreadable("it has no trees"))?;
    serde_json::from_value(model).map_err(|error| unreadable(error.to_string()))
}

/// After early stopping, XGBoost's scikit-learn classes score with the best iteration and
/// `Booster.predict` with all: which of them was meant is not in the file.
fn check_early_stop(attributes: &BTreeMap<String, String>, trees: usize) -> Result<(), ReadError> {
    let best = attributes
        .get("best_iteration")
        .and_then(|best| best.parse::<usize>().ok());
    match best {
        Some(best) if best + 1 < trees => Err(ReadError::unsupported(format!(
            "The model has {trees} trees, but early stopping found {} to be best; the file does not say which are scored with. Save the part \
             that is meant: booster[: booster.best_iteration + 1].save_model(\"model.json\").",
            best + 1
        ))),
        Some(_) | None => Ok(()),
    }
}

fn categorical() -> ReadError {
    ReadError::unsupported(
        "The model has categorical splits (enable_categorical), which are not imported. Train it on one-hot columns such as OverTime_Yes.",
    )
}

fn tree(index: usize, nodes: &Nodes) -> Result<Tree, ReadError> {
    let count = nodes.left_children.len();
    let lengths = [
        nodes.right_children.len(),
        nodes.split_indices.len(),
        nodes.split_conditions.len(),
        nodes.default_left.len(),
        nodes.sum_hessian.len(),
    ];
    if count == 0 || lengths.iter().any(|length| *length != count) {
        return Err(unreadable(format!(
            "tree {index} has arrays of unequal length"
        )));
    }
    if !nodes.categories.is_empty() || nodes.split_type.iter().any(|kind| *kind != 0) {
        return Err(categorical());
    }
    let vector = nodes
        .tree_param
        .get("size_leaf_vector")
        .map_or("1", String::as_str);
    if !matches!(vector, "0" | "1") {
        return Err(ReadError::unsupported(
            "The leaves hold several values. Only models of one event are imported.",
        ));
    }
    let outside = || unreadable(format!("tree {index} refers to a node that does not exist"));
    let place = |child: i64| usize::try_from(child).ok().filter(|child| *child < count);
    let node = |at: usize| {
        let cover = nodes.sum_hessian[at];
        let condition = nodes.split_conditions[at] as f32;
        if nodes.left_children[at] < 0 {
            return Ok(Node::Leaf {
                value: f64::from(condition),
                cover,
            });
        }
        Ok(Node::Split {
            feature: nodes.split_indices[at],
            threshold: below_single(condition),
            missing_left: nodes.default_left[at].is_set(),
            left: place(nodes.left_children[at]).ok_or_else(outside)?,
            right: place(nodes.right_children[at]).ok_or_else(outside)?,
            cover,
        })
    };
    build(0, count, &node, &|| {
        unreadable(format!(
            "tree {index} is deeper than 256 splits or not a tree"
        ))
    })
}

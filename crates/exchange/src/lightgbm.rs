//! LightGBM's text, as `save_model("model.txt")` writes it (3.x and 4.x).

use std::collections::HashMap;

use model::{Calibrator, Link, Part, PartKind, Scorer, Tree};

use crate::trees::{Node, build};
use crate::{Foreign, ModelFormat, ReadError};

/// Bits of `decision_type`.
const CATEGORICAL: u8 = 1;
const DEFAULT_LEFT: u8 = 2;

/// A block of `key=value` lines.
type Block<'a> = HashMap<&'a str, &'a str>;

fn unreadable(problem: impl Into<String>) -> ReadError {
    ReadError::Unreadable {
        format: ModelFormat::Lightgbm.label(),
        problem: problem.into(),
    }
}

pub(crate) fn read(bytes: &[u8]) -> Result<Foreign, ReadError> {
    let text = std::str::from_utf8(bytes).map_err(|_| unreadable("it is not text"))?;
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = text.lines();
    if lines.next().map(str::trim) != Some("tree") {
        return Err(unreadable("its first line is not “tree”"));
    }
    let mut head = Block::new();
    let mut trees: Vec<Block<'_>> = Vec::new();
    let mut ended = false;
    for line in lines {
        let line = line.trim();
        if line == "end of trees" {
            ended = true;
            break;
        }
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        if key == "Tree" {
            trees.push(Block::new());
        } else if !key.is_empty() {
            trees.last_mut().unwrap_or(&mut head).insert(key, value);
        }
    }
    if !ended {
        return Err(unreadable("it ends before “end of trees”: it is truncated"));
    }
    let sigmoid = check(&head)?;
    let inputs: Vec<String> = entry(&head, "feature_names")?
        .split(' ')
        .map(str::to_owned)
        .collect();
    let built: Vec<Tree> = trees
        .iter()
        .enumerate()
        .map(|(index, block)| tree(index, block))
        .collect::<Result<_, _>>()?;
    if built.is_empty() {
        return Err(ReadError::unsupported("The model has no trees."));
    }
    let parameters = vec![
        (
            "lightgbm.version".to_owned(),
            head.get("version").copied().unwrap_or_default().to_owned(),
        ),
        (
            "lightgbm.objective".to_owned(),
            entry(&head, "objective")?.to_owned(),
        ),
        ("lightgbm.trees".to_owned(), built.len().to_string()),
    ];
    Ok(Foreign {
        format: ModelFormat::Lightgbm,
        inputs,
        scorer: Scorer {
            intercept: 0.0,
            parts: vec![Part {
                name: "lightgbm".into(),
                weight: sigmoid,
                kind: PartKind::Trees(built),
            }],
            link: Link::Logit,
            calibrator: Calibrator::None,
        },
        has_cover: true,
        parameters,
    })
}

/// The factor of the sum in the link: probability = sigmoid(factor · sum).
fn check(head: &Block<'_>) -> Result<f64, ReadError> {
    let objective = entry(head, "objective")?;
    let mut words = objective.split(' ');
    let name = words.next().unwrap_or_default();
    if name != "binary" {
        return Err(ReadError::unsupported(format!(
            "The objective is “{objective}”. Only binary is imported, whose output is the probability of one event."
        )));
    }
    for key in ["num_class", "num_tree_per_iteration"] {
        if head.get(key).is_some_and(|count| *count != "1") {
            return Err(ReadError::unsupported(
                "The model predicts several classes. Only models of one event are imported.",
            ));
        }
    }
    if head.contains_key("average_output") {
        return Err(ReadError::unsupported(
            "The boosting type is rf, which averages its trees. Only gbdt is imported.",
        ));
    }
    match words.find_map(|word| word.strip_prefix("sigmoid:")) {
        None => Ok(1.0),
        Some(text) => text
            .parse::<f64>()
            .ok()
            .filter(|factor| factor.is_finite() && *factor > 0.0)
            .ok_or_else(|| unreadable(format!("its sigmoid “{text}” is not a positive number"))),
    }
}

fn entry<'a>(block: &Block<'a>, key: &str) -> Result<&'a str, ReadError> {
    block
        .get(key)
        .copied()
        .ok_or_else(|| unreadable(format!("{key} is missing")))
}

fn numbers<T: std::str::FromStr>(
    block: &Block<'_>,
    key: &str,
    count: usize,
) -> Result<Vec<T>, ReadError> {
    let text = entry(block, key)?;
    let numbers: Option<Vec<T>> = text
        .split_ascii_whitespace()
        .map(|number| number.parse().ok())
        .collect();
    numbers
        .filter(|numbers| numbers.len() == count)
        .ok_or_else(|| unreadable(format!("{key} does not have {count} numbers")))
}

fn tree(index: usize, block: &Block<'_>) -> Result<Tree, ReadError> {
    let leaves: usize = entry(block, "num_leaves")?
        .parse()
        .ok()
        .filter(|leaves| (1..=1 << 22).contains(leaves))
        .ok_or_else(|| unreadable(format!("tree {index} has no number of leaves")))?;
    if block.get("num_cat").is_some_and(|count| *count != "0") {
        return Err(categorical());
    }
    if block.get("is_linear").is_some_and(|linear| *linear != "0") {
        return Err(ReadError::unsupported(
            "The leaves hold linear models (linear_tree), which are not imported.",
        ));
    }
    let values: Vec<f64> = numbers(block, "leaf_value", leaves)?;
    if leaves == 1 {
        // One leaf: LightGBM leaves its count out or writes 0.
        return build(
            0,
            1,
            &|_| {
                Ok(Node::Leaf {
                    value: values[0],
                    cover: 1.0,
                })
            },
            &|| too_deep(index),
        );
    }
    let counts: Vec<f64> = numbers(block, "leaf_count", leaves)?;
    let inner = leaves - 1;
    let features: Vec<u32> = numbers(block, "split_feature", inner)?;
    let thresholds: Vec<f64> = numbers(block, "threshold", inner)?;
    let decisions: Vec<u8> = numbers(block, "decision_type", inner)?;
    let left: Vec<i64> = numbers(block, "left_child", inner)?;
    let right: Vec<i64> = numbers(block, "right_child", inner)?;
    // Inner nodes first, then leaves; a negative child is the leaf −child − 1.
    let place = |child: i64| {
        let place = if child < 0 {
            inner + (-(child + 1)) as usize
        } else {
            child as usize
        };
        if place < inner + leaves {
            Ok(place)
        } else {
            Err(unreadable(format!(
                "tree {index} refers to a node that does not exist"
            )))
        }
    };
    let node = |at: usize| {
        if at >= inner {
            return Ok(Node::Leaf {
                value: values[at - inner],
                cover: counts[at - inner],
            });
        }
        Ok(Node::Split {
            feature: features[at],
            threshold: thresholds[at],
            missing_left: missing_left(decisions[at], thresholds[at])?,
            left: place(left[at])?,
            right: place(right[at])?,
            cover: 0.0,
        })
    };
    build(0, inner + leaves, &node, &|| too_deep(index))
}

fn missing_left(decision: u8, threshold: f64) -> Result<bool, ReadError> {
    if decision & CATEGORICAL != 0 {
        return Err(categorical());
    }
    let default_left = decision & DEFAULT_LEFT != 0;
    match (decision >> 2) & 3 {
        // No missing values in training: LightGBM then reads them as 0.
        0 => Ok(0.0 <= threshold),
        // `zero_as_missing`: 0 goes where missing values go, whatever the threshold says.
        1 if default_left == (0.0 <= threshold) => Ok(default_left),
        1 => Err(ReadError::unsupported(
            "The model was trained with zero_as_missing, and sends zeros to the other side than the number 0 would go. Train it without.",
        )),
        2 => Ok(default_left),
        _ => Err(unreadable("a decision_type is not known")),
    }
}

fn too_deep(index: usize) -> ReadError {
    unreadable(format!(
        "tree {index} is deeper than 256 splits or not a tree"
    ))
}

fn categorical() -> ReadError {
    ReadError::unsupported(
        "The model has categorical splits, which are not imported. Train it on one-hot columns such as OverTime_Yes.",
    )
}

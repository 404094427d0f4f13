//! Models of other systems, from the trees or coefficients that they write as JSON: to explain
//! them, and to test the explainer with them.
//!
//! Only plain structures that derive `Deserialize`; the caller parses the text.

use serde::Deserialize;

use crate::scorer::{Calibrator, LEAF, LinearTerm, Link, Part, PartKind, Scorer, Tree, logit};

/// A model with its column names. Which of the optional members are there decides what it is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Dump {
    /// Names of the inputs, in the order of the rows.
    pub features: Vec<String>,
    /// scikit-learn's arrays or XGBoost's nested nodes (`get_dump(dump_format="json")`, with
    /// statistics).
    #[serde(default)]
    pub trees: Vec<TreeDump>,
    /// LightGBM's `dump_model()`.
    #[serde(default)]
    pub model: Option<LightgbmDump>,
    /// `"mean over trees"` for a forest; otherwise trees are added.
    #[serde(default)]
    pub aggregation: String,
    /// Factor of scikit-learn's gradient boosting.
    #[serde(default)]
    pub learning_rate: Option<f64>,
    /// Its first guess.
    #[serde(default)]
    pub init_log_odds: Option<f64>,
    /// A linear model over `(x − mean) / scale`.
    #[serde(default)]
    pub coef: Vec<f64>,
    /// In the unit of the margin (log-odds for logistic regression).
    #[serde(default)]
    pub intercept: Option<f64>,
    /// XGBoost's probability before any tree, which its dump leaves out.
    #[serde(default)]
    pub base_score: Option<f64>,
    /// What the scaler subtracts from each column, in its unit; as many as `coef`.
    #[serde(default)]
    pub mean: Vec<f64>,
    /// What the scaler then divides by, in the column's unit; as many as `coef`.
    #[serde(default)]
    pub scale: Vec<f64>,
}

/// One tree.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum TreeDump {
    /// scikit-learn: left when `x ≤ threshold`; a leaf has no child (−1). `cover` is the weighted
    /// number of training rows.
    Arrays {
        /// Column that each node splits on; negative in a leaf.
        feature: Vec<i64>,
        /// In the unit of the column.
        threshold: Vec<f64>,
        /// Index of the left child; −1 in a leaf.
        left: Vec<i64>,
        /// Index of the right child; −1 in a leaf.
        right: Vec<i64>,
        /// Weighted number of training rows that reached each node.
        cover: Vec<f64>,
        /// Output of each node, in the unit of the dump.
        value: Vec<f64>,
    },
    /// The root of a tree in XGBoost's JSON.
    Xgboost(XgboostNode),
}

/// XGBoost: "yes" when `x < split_condition`, both in single precision.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct XgboostNode {
    /// The number that `yes`, `no` and `missing` refer to.
    pub nodeid: u32,
    /// Sum of the hessians of the training rows that reached the node.
    pub cover: f64,
    /// Output of a leaf, in the unit of the margin; 0 in an inner node.
    #[serde(default)]
    pub leaf: f64,
    /// Name of the column, or `f` and its index; empty in a leaf.
    #[serde(default)]
    pub split: String,
    /// In the unit of the column; absent in a leaf and where the column is 0 or 1 (type `i`).
    #[serde(default)]
    pub split_condition: Option<SplitCondition>,
    /// `nodeid` of the child for values below the condition.
    #[serde(default)]
    pub yes: u32,
    /// `nodeid` of the child for values at or above it.
    #[serde(default)]
    pub no: u32,
    /// `nodeid` of the child for missing values.
    #[serde(default)]
    pub missing: u32,
    /// Both children; empty in a leaf.
    #[serde(default)]
    pub children: Vec<XgboostNode>,
}

/// What a node of XGBoost compares with.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum SplitCondition {
    /// A threshold, in the unit of the column.
    Number(f64),
    /// Levels of a categorical split, which is refused.
    Levels(Vec<i64>),
}

/// A model as LightGBM's `dump_model` writes it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct LightgbmDump {
    /// In the order of boosting.
    pub tree_info: Vec<LightgbmTree>,
}

/// A tree of [`LightgbmDump`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct LightgbmTree {
    /// Its root.
    pub tree_structure: LightgbmNode,
}

/// LightGBM: left when `x ≤ threshold`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum LightgbmNode {
    /// A split into two.
    Inner {
        /// Index of the column.
        split_feature: u32,
        /// In the unit of the column.
        threshold: f64,
        /// `<=` for numbers; others are refused.
        decision_type: String,
        /// Whether a missing value goes left.
        default_left: bool,
        /// What counts as missing: `None`, `NaN` or `Zero`.
        missing_type: String,
        /// For values at or below the threshold.
        left_child: Box<LightgbmNode>,
        /// For values above it.
        right_child: Box<LightgbmNode>,
    },
    /// An end of the tree.
    Leaf {
        /// Output in the unit of the margin.
        leaf_value: f64,
        /// Absent in a tree that is one leaf.
        #[serde(default = "one")]
        leaf_count: f64,
    },
}

fn one() -> f64 {
    1.0
}

/// Why a dump is not a valid scorer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DumpError {
    /// Neither `trees`, `model` nor `coef` is given.
    #[error("the dump has neither trees nor coefficients")]
    Empty,
    /// Arrays of unequal length, or a child or column that does not exist. Trees count from 0.
    #[error("tree {0} of the dump is inconsistent")]
    Inconsistent(usize),
    /// The name is not among the dump's columns.
    #[error("a split uses \"{0}\", which is not a column of the dump")]
    UnknownColumn(String),
    /// LightGBM's `decision_type`, for example `==` of a categorical split.
    #[error("splits of the kind \"{0}\" are not supported: only numeric thresholds are")]
    Decision(String),
    /// XGBoost's `get_dump` leaves out where its sum begins.
    #[error(
        "the dump of XGBoost has no base score, so its output is not known: add \"base_score\" (a probability between 0 and 1) to the file"
    )]
    NoBaseScore,
    /// A linear dump whose arrays do not fit each other.
    #[error("coefficients, means and scales of the dump differ in number")]
    Lengths,
}

impl Dump {
    /// The scorer, in log-odds; for trees without gradient boosting of scikit-learn in the unit of
    /// their leaves.
    ///
    /// # Errors
    /// See [`DumpError`].
    ///
    /// ```
    /// use model::dump::Dump;
    ///
    /// let text = r#"{"features": ["age"], "coef": [0.5], "mean": [40.0], "scale": [10.0], "intercept": -1.0}"#;
    /// let dump: Dump = serde_json::from_str(text)?;
    /// assert_eq!(dump.to_scorer()?.margin(&[60.0]), 0.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_scorer(&self) -> Result<Scorer, DumpError> {
        // `aggregation` says how the margin is made, and with it what the base score is.
        let is_xgboost = matches!(self.trees.first(), Some(TreeDump::Xgboost(_)));
        let says_base = self.intercept.is_some() || self.base_score.is_some();
        if is_xgboost && !says_base && self.aggregation.is_empty() {
            return Err(DumpError::NoBaseScore);
        }
        if self
            .base_score
            .is_some_and(|base| !(base > 0.0 && base < 1.0))
        {
            return Err(DumpError::NoBaseScore);
        }
        let (kind, weight) = if let Some(model) = &self.model {
            let trees: Result<_, _> = model
                .tree_info
                .iter()
                .map(|tree| lightgbm(&tree.tree_structure))
                .collect();
            (PartKind::Trees(trees?), 1.0)
        } else if !self.trees.is_empty() {
            let trees: Result<Vec<_>, _> = self
                .trees
                .iter()
                .enumerate()
                .map(|(index, tree)| self.tree(index, tree))
                .collect();
            let mean = self.aggregation.starts_with("mean");
            (
                PartKind::Trees(trees?),
                if mean {
                    1.0 / self.trees.len() as f64
                } else {
                    self.learning_rate.unwrap_or(1.0)
                },
            )
        } else {
            (PartKind::Linear(self.terms()?), 1.0)
        };
        if let PartKind::Trees(trees) = &kind
            && let Some(index) = trees
                .iter()
                .position(|tree| !tree.is_sound(self.features.len()))
        {
            return Err(DumpError::Inconsistent(index));
        }
        // Leaves of a tree or forest of scikit-learn are probabilities; everything else is in
        // log-odds.
        let is_probability = matches!(self.trees.first(), Some(TreeDump::Arrays { .. }))
            && self.learning_rate.is_none();
        let link = if is_probability {
            Link::Identity
        } else {
            Link::Logit
        };
        let intercept = self.intercept.unwrap_or(0.0)
            + self.init_log_odds.unwrap_or(0.0)
            + self.base_score.map_or(0.0, logit);
        Ok(Scorer {
            intercept,
            parts: vec![Part {
                name: "dump".into(),
                weight,
                kind,
            }],
            link,
            calibrator: Calibrator::None,
        })
    }

    fn terms(&self) -> Result<Vec<LinearTerm>, DumpError> {
        let count = self.coef.len();
        if count == 0 {
            return Err(DumpError::Empty);
        }
        if self.mean.len() != count || self.scale.len() != count {
            return Err(DumpError::Lengths);
        }
        let term = |input: usize| {
            let mean = self.mean[input];
            LinearTerm {
                input: input as u32,
                impute: mean,
                center: mean,
                scale: self.scale[input],
                coefficient: self.coef[input],
                mean,
            }
        };
        Ok((0..count).map(term).collect())
    }

    fn tree(&self, index: usize, dump: &TreeDump) -> Result<Tree, DumpError> {
        match dump {
            TreeDump::Arrays {
                feature,
                threshold,
                left,
                right,
                cover,
                value,
            } => {
                let lengths = [
                    threshold.len(),
                    left.len(),
                    right.len(),
                    cover.len(),
                    value.len(),
                ];
                if lengths.iter().any(|&length| length != feature.len()) {
                    return Err(DumpError::Inconsistent(index));
                }
                let node = |number: &i64| u32::try_from(*number).unwrap_or(LEAF);
                Ok(Tree {
                    feature: feature
                        .iter()
                        .zip(left)
                        .map(|(feature, left)| if *left < 0 { LEAF } else { node(feature) })
                        .collect(),
                    threshold: threshold.clone(),
                    missing_left: vec![false; feature.len()],
                    left: left.iter().map(node).collect(),
                    right: right.iter().map(node).collect(),
                    value: value.clone(),
                    cover: cover.clone(),
                })
            }
            TreeDump::Xgboost(root) => {
                let mut tree = Tree::default();
                self.push_xgboost(index, root, &mut tree)?;
                Ok(tree)
            }
        }
    }

    fn push_xgboost(
        &self,
        index: usize,
        node: &XgboostNode,
        tree: &mut Tree,
    ) -> Result<u32, DumpError> {
        if node.children.is_empty() {
            return Ok(push_leaf(tree, f64::from(node.leaf as f32), node.cover));
        }
        let child = |id: u32| {
            node.children
                .iter()
                .find(|child| child.nodeid == id)
                .ok_or(DumpError::Inconsistent(index))
        };
        let column = self.features.iter().position(|name| *name == node.split);
        let numbered = || {
            node.split
                .strip_prefix('f')
                .and_then(|number| number.parse().ok())
        };
        let column = column
            .or_else(numbered)
            .ok_or_else(|| DumpError::UnknownColumn(node.split.clone()))?;
        let (condition, left, right, missing) = match &node.split_condition {
            Some(SplitCondition::Number(condition)) => {
                (*condition as f32, node.yes, node.no, node.missing)
            }
            Some(SplitCondition::Levels(_)) => {
                return Err(DumpError::Decision("categorical".into()));
            }
            // An indicator. XGBoost writes its default child as "no" and the other as "yes", which
            // says nothing about 0 and 1: those go by "below 1" to the left, the child that was
            // numbered first.
            None => (1.0, node.yes.min(node.no), node.yes.max(node.no), node.no),
        };
        let at = push_inner(
            tree,
            column as u32,
            below_single(condition),
            missing == left,
        );
        tree.left[at] = self.push_xgboost(index, child(left)?, tree)?;
        tree.right[at] = self.push_xgboost(index, child(right)?, tree)?;
        finish_inner(tree, at);
        Ok(at as u32)
    }
}

/// The largest number that single precision rounds to less than `threshold`: "less than" in single
/// precision is "at most" this in double precision.
pub fn below_single(threshold: f32) -> f64 {
    let middle = 0.5 * (f64::from(threshold) + f64::from(threshold.next_down()));
    if (middle as f32) < threshold {
        middle
    } else {
        middle.next_down()
    }
}

fn lightgbm(root: &LightgbmNode) -> Result<Tree, DumpError> {
    let mut tree = Tree::default();
    push_lightgbm(root, &mut tree)?;
    Ok(tree)
}

fn push_lightgbm(node: &LightgbmNode, tree: &mut Tree) -> Result<u32, DumpError> {
    match node {
        LightgbmNode::Leaf {
            leaf_value,
            leaf_count,
        } => Ok(push_leaf(tree, *leaf_value, *leaf_count)),
        LightgbmNode::Inner {
            split_feature,
            threshold,
            decision_type,
            default_left,
            missing_type,
            left_child,
            right_child,
        } => {
            if decision_type != "<=" {
                return Err(DumpError::Decision(decision_type.clone()));
            }
            // Unless a column had missing values in training, LightGBM reads a missing value as 0.
            let missing_left = if missing_type == "NaN" {
                *default_left
            } else {
                0.0 <= *threshold
            };
            let at = push_inner(tree, *split_feature, *threshold, missing_left);
            tree.left[at] = push_lightgbm(left_child, tree)?;
            tree.right[at] = push_lightgbm(right_child, tree)?;
            finish_inner(tree, at);
            Ok(at as u32)
        }
    }
}

fn push_inner(tree: &mut Tree, feature: u32, threshold: f64, missing_left: bool) -> usize {
    tree.feature.push(feature);
    tree.threshold.push(threshold);
    tree.missing_left.push(missing_left);
    tree.left.push(0);
    tree.right.push(0);
    tree.value.push(0.0);
    tree.cover.push(0.0);
    tree.feature.len() - 1
}

fn push_leaf(tree: &mut Tree, value: f64, cover: f64) -> u32 {
    let at = push_inner(tree, LEAF, 0.0, false);
    tree.value[at] = value;
    tree.cover[at] = cover;
    at as u32
}

/// Cover and mean of an inner node, from its children.
fn finish_inner(tree: &mut Tree, at: usize) {
    let (left, right) = (tree.left[at] as usize, tree.right[at] as usize);
    let cover = tree.cover[left] + tree.cover[right];
    tree.cover[at] = cover;
    let sum = tree.cover[left] * tree.value[left] + tree.cover[right] * tree.value[right];
    tree.value[at] = if cover > 0.0 { sum / cover } else { 0.0 };
}

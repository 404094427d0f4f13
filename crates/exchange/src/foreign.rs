//! A model of another system, before its inputs are matched to the fields of a use case.

use model::scorer::LEAF;
use model::{PartKind, Scorer};
use serde::{Deserialize, Serialize};

/// The formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelFormat {
    /// `booster.save_model("model.json")` of XGBoost.
    Xgboost,
    /// `booster.save_model("model.txt")` of LightGBM.
    Lightgbm,
    /// Tree ensembles and linear classifiers of `ai.onnx.ml`.
    Onnx,
}

impl ModelFormat {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Xgboost, Self::Lightgbm, Self::Onnx];

    /// Its name in commands and forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Xgboost => "xgboost",
            Self::Lightgbm => "lightgbm",
            Self::Onnx => "onnx",
        }
    }

    /// What people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Xgboost => "XGBoost (JSON)",
            Self::Lightgbm => "LightGBM (text)",
            Self::Onnx => "ONNX (trees or linear model)",
        }
    }

    /// The format called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// A model of another system.
#[derive(Debug, Clone, PartialEq)]
pub struct Foreign {
    /// Where it is from.
    pub format: ModelFormat,
    /// Names of its inputs, in the order in which its scorer reads them.
    pub inputs: Vec<String>,
    /// Reads the inputs as the other system does, single precision included.
    pub scorer: Scorer,
    /// Whether the file says how many training rows reached each node, or what an input is on
    /// average: without it, contributions need rows to compare with.
    pub has_cover: bool,
    /// What the file says about itself: name and value.
    pub parameters: Vec<(String, String)>,
}

impl Foreign {
    /// Which inputs the scorer reads.
    pub(crate) fn read_inputs(&self) -> Vec<bool> {
        let mut read = vec![false; self.inputs.len()];
        for part in &self.scorer.parts {
            match &part.kind {
                PartKind::Linear(terms) => terms
                    .iter()
                    .filter(|term| term.coefficient != 0.0)
                    .for_each(|term| read[term.input as usize] = true),
                PartKind::Trees(trees) => trees
                    .iter()
                    .flat_map(|tree| &tree.feature)
                    .filter(|feature| **feature != LEAF)
                    .for_each(|feature| read[*feature as usize] = true),
            }
        }
        read
    }
}

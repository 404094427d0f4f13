//! A version that serves.

use std::sync::Arc;

use model::Model;
use store::registry;

use super::scorer::{Fold, VersionScorer};

/// The version that serves, ready to score.
pub struct Live {
    pub version: registry::Version,
    pub change: registry::LiveChange,
    pub scorer: Arc<VersionScorer>,
}

impl Live {
    /// The final model.
    pub fn model(&self) -> &Arc<Model> {
        self.scorer.model()
    }

    /// What one of its models is called: no other model ever has the same name.
    pub fn model_name(&self, fold: Fold) -> String {
        let hash = &self.version.model_hash;
        fold.map_or_else(|| hash.clone(), |fold| format!("{hash}-{fold}"))
    }
}

//! One histogram grower for the decision tree, the random forest and gradient boosting.
//!
//! Inputs become 8-bit bins learned from the training rows. Gradients and weights become integers
//! before they are summed into histograms, so that no order of summation, and no number of threads,
//! changes a split.

mod binned;
mod boosting;
mod forest;
mod grow;
mod grown;
mod histogram;
mod tree;

pub use binned::Binned;
pub use boosting::{BoostingParameters, fit_boosting};
pub use forest::{ForestParameters, fit_forest};
pub(crate) use grown::{fill_inner, push_leaf};
pub use tree::{TreeParameters, fit_mean_tree, fit_tree};

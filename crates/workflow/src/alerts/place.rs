//! Where something was found.

use domain::UseCaseId;

use crate::Tenure;

/// The use case that something was found in.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub use_case: UseCaseId,
    pub title: String,
}

impl Tenure {
    /// The use case with its title; its id where it is gone.
    pub(crate) fn place(&self, use_case: &UseCaseId) -> Place {
        let title = self.use_case(use_case).map(|own| own.title.clone());
        Place {
            use_case: use_case.clone(),
            title: title.unwrap_or_else(|_| use_case.to_string()),
        }
    }
}

//! Use cases and their policies: those of the binary, those of a folder of TOML files, and use
//! cases in the store, with their versions.

mod catalog;
mod commands;
mod definition;
mod draft;
mod drafting;
mod edit;
mod editing;
mod features;
mod held;
mod line_diff;
mod queries;

pub use catalog::{AccessPolicy, PolicyCatalog, Purpose, SkippedFile};
pub use commands::ImportedUseCase;
pub use definition::Definition;
pub(crate) use definition::{StoredDefinitions, content_hash};
pub use draft::{DraftedUseCase, draft_use_case};
pub use drafting::SavedDraft;
pub use edit::DefinitionEdit;
pub use features::{
    CatalogSnapshot, FeatureCatalog, FeatureDrift, FeatureRole, FeatureRow, FeatureSource,
    MissingRate,
};
pub(crate) use held::HeldDrafts;
pub use held::{DraftState, DraftView, SentColumn};
pub use line_diff::{DiffLine, LineChange, line_diff, with_context};

//! What a trained model is: the use case it serves, typed columns, the encoder, the scorer and its
//! explanation.
//!
//! Pure (no clock, no files, no threads) and compiled to WebAssembly too: the browser runs the very
//! same scorer as the server.
#![warn(clippy::wildcard_enum_match_arm)]

pub mod compiled;
pub mod counterfactual;
pub mod cross_fit;
pub mod derived;
pub mod dump;
pub mod encoder;
pub mod explain;
pub mod field;
pub mod file;
pub mod global;
pub mod outside;
mod rank;
pub mod scorer;
pub mod sentence;
pub mod table;
pub mod use_case;
pub mod vary;

pub use compiled::Compiled;
pub use cross_fit::{CrossFit, FoldModel, VersionFile};
pub use encoder::{Encoder, Input, Matrix, Source};
pub use explain::{
    Contributions, ExplainError, Explainer, Explanation, FieldContribution, ModelExplainer,
};
pub use field::{
    Cell, Direction, Field, Kind, MissingPolicy, OTHER_LEVEL, Problem, Role, Span, UnseenPolicy,
};
pub use file::{FieldStatistics, FileError, Lineage, Model, Training};
pub use scorer::{Calibrator, LinearTerm, Link, Part, PartKind, Scorer, Tree};
pub use table::{AppendError, Column, MISSING_LEVEL, Record, RowKeys, Table};
pub use use_case::{Band, UseCase};

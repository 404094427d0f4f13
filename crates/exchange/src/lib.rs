//! Model files of other systems. Out: a model as an ONNX file. In: XGBoost's JSON, LightGBM's text
//! and ONNX files of trees or linear models, read into the one scoring format of `model`.
//!
//! Everything that is not fully understood is refused with a sentence: a model that is nearly
//! right gives wrong scores that nobody notices.
#![warn(clippy::wildcard_enum_match_arm)]

mod binding;
mod error;
mod foreign;
mod lightgbm;
mod names;
pub mod onnx;
mod read;
mod trees;
mod xgboost;

pub use binding::{Bound, Mapping, Matched};
pub use error::ReadError;
pub use foreign::{Foreign, ModelFormat};

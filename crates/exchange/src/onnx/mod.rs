//! ONNX: models out, and tree ensembles and linear classifiers in.

mod attributes;
mod ensemble;
mod graph;
pub mod proto;
mod read;
mod write;

pub use write::{About, output_name, to_onnx};

pub(crate) use read::read;

//! A file of any of the formats.

use model::PartKind;

use crate::{Foreign, ModelFormat, ReadError, lightgbm, onnx, xgboost};

impl Foreign {
    /// Reads a file.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read(bytes: &[u8], format: ModelFormat) -> Result<Self, ReadError> {
        let foreign = match format {
            ModelFormat::Xgboost => xgboost::read(bytes),
            ModelFormat::Lightgbm => lightgbm::read(bytes),
            ModelFormat::Onnx => onnx::read(bytes),
        }?;
        let sound = foreign.scorer.parts.iter().all(|part| match &part.kind {
            PartKind::Linear(terms) => terms
                .iter()
                .all(|term| (term.input as usize) < foreign.inputs.len() && term.scale != 0.0),
            PartKind::Trees(trees) => trees.iter().all(|tree| {
                let finite = tree.value.iter().all(|value| value.is_finite());
                finite && tree.is_sound(foreign.inputs.len())
            }),
        });
        if sound && foreign.scorer.intercept.is_finite() {
            Ok(foreign)
        } else {
            Err(ReadError::Unreadable {
                format: format.label(),
                problem: "a split refers to an input or node that does not exist, or a value is not a number".into(),
            })
        }
    }
}

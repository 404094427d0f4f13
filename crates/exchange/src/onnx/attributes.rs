//! What the attributes of a node say.

use model::{Calibrator, Link, Part, PartKind, Scorer};

use super::proto::{AttributeProto, NodeProto, element};
use crate::{ModelFormat, ReadError};

pub(super) fn unreadable(problem: impl Into<String>) -> ReadError {
    ReadError::Unreadable {
        format: ModelFormat::Onnx.label(),
        problem: problem.into(),
    }
}

pub(super) fn attribute<'a>(node: &'a NodeProto, name: &str) -> Option<&'a AttributeProto> {
    node.attribute.iter().find(|own| own.name == name)
}

/// Numbers of an attribute, of single precision or of double precision under its other name.
pub(super) fn floats(node: &NodeProto, name: &str) -> Vec<f64> {
    let plain =
        attribute(node, name).map(|own| own.floats.iter().map(|value| f64::from(*value)).collect());
    let tensor = || {
        let own = attribute(node, &format!("{name}_as_tensor"))?.t.as_ref()?;
        Some(match &own.raw_data {
            Some(raw) if own.data_type == element::DOUBLE => raw
                .chunks_exact(8)
                .filter_map(|bytes| Some(f64::from_le_bytes(bytes.try_into().ok()?)))
                .collect(),
            Some(raw) => raw
                .chunks_exact(4)
                .filter_map(|bytes| Some(f64::from(f32::from_le_bytes(bytes.try_into().ok()?))))
                .collect(),
            None if own.data_type == element::DOUBLE => own.double_data.clone(),
            None => own
                .float_data
                .iter()
                .map(|value| f64::from(*value))
                .collect(),
        })
    };
    plain
        .filter(|values: &Vec<f64>| !values.is_empty())
        .or_else(tensor)
        .unwrap_or_default()
}

pub(super) fn integers<'a>(node: &'a NodeProto, name: &str) -> &'a [i64] {
    attribute(node, name).map_or(&[], |own| own.ints.as_slice())
}

pub(super) fn text(node: &NodeProto, name: &str) -> String {
    attribute(node, name)
        .and_then(|own| own.s.as_ref())
        .map_or_else(String::new, |text| {
            String::from_utf8_lossy(text).into_owned()
        })
}

pub(super) fn scorer(intercept: f64, kind: PartKind, weight: f64, link: Link) -> Scorer {
    Scorer {
        intercept,
        parts: vec![Part {
            name: "onnx".into(),
            weight,
            kind,
        }],
        link,
        calibrator: Calibrator::None,
    }
}

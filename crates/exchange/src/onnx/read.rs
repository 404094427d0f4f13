//! Tree ensembles and linear classifiers of `ai.onnx.ml`, as skl2onnx and onnxmltools write them:
//! a chain from the input through casts and a scaler to one model, whose probability is the output.
//! Any other operator is refused by name.

use std::collections::HashMap;

use model::{LinearTerm, Link, PartKind, Scorer};
use prost::Message;

use super::attributes::{attribute, floats, integers, scorer, text, unreadable};
use super::ensemble::ensemble;
use super::proto::{GraphProto, ModelProto, NodeProto, ValueInfo, element};
use crate::{Foreign, ModelFormat, ReadError};

/// Inputs on their way to the model.
struct Columns {
    names: Vec<String>,
    /// Values are rounded to single precision before they are compared.
    single: bool,
    /// `(x − offset) · factor` of each column, when there was a scaler.
    scaled: Option<Vec<[f64; 2]>>,
}

pub(crate) fn read(bytes: &[u8]) -> Result<Foreign, ReadError> {
    let file = ModelProto::decode(bytes).map_err(|error| unreadable(error.to_string()))?;
    let graph = file.graph.ok_or_else(|| unreadable("it has no graph"))?;
    let mut values: HashMap<&str, Columns> = HashMap::new();
    let constants: Vec<&str> = graph
        .initializer
        .iter()
        .map(|own| own.name.as_str())
        .collect();
    for input in graph
        .input
        .iter()
        .filter(|input| !constants.contains(&input.name.as_str()))
    {
        values.insert(&input.name, columns(input)?);
    }
    let mut found: Option<(Vec<String>, Scorer, Vec<String>)> = None;
    for node in &graph.node {
        if let Some((_, _, outputs)) = &mut found {
            after(node, outputs)?;
            continue;
        }
        match node.op_type.as_str() {
            "Identity" | "Cast" | "Scaler" | "Concat" | "FeatureVectorizer" => {
                let columns = passed(node, &mut values)?;
                let output = node
                    .output
                    .first()
                    .ok_or_else(|| unreadable("a node has no output"))?;
                values.insert(output, columns);
            }
            "TreeEnsembleClassifier" | "TreeEnsembleRegressor" | "LinearClassifier" => {
                let columns = taken(node, &mut values)?;
                let scorer = model(node, &columns)?;
                found = Some((columns.names, scorer, node.output.clone()));
            }
            other => return Err(operator(other)),
        }
    }
    let (inputs, scorer, outputs) = found.ok_or_else(|| {
        ReadError::unsupported(
            "The file has no tree ensemble and no linear classifier of ai.onnx.ml.",
        )
    })?;
    expect_output(&graph, &outputs)?;
    let parameters = vec![
        (
            "onnx.producer".to_owned(),
            format!("{} {}", file.producer_name, file.producer_version)
                .trim()
                .to_owned(),
        ),
        ("onnx.graph".to_owned(), graph.name.clone()),
    ];
    Ok(Foreign {
        format: ModelFormat::Onnx,
        inputs,
        scorer,
        has_cover: false,
        parameters,
    })
}

fn operator(name: &str) -> ReadError {
    ReadError::unsupported(format!(
        "The operator {name} is not imported. An ONNX file may have casts, a scaler and one tree ensemble or linear classifier: leave encoders \
         and imputers out, and give their columns as inputs."
    ))
}

/// The columns of an input: itself, or numbered where it has several.
fn columns(input: &ValueInfo) -> Result<Columns, ReadError> {
    let tensor = input
        .r#type
        .as_ref()
        .and_then(|own| own.tensor_type.as_ref());
    let tensor = tensor.ok_or_else(|| unreadable("an input is not a tensor"))?;
    let single = match tensor.elem_type {
        element::FLOAT => true,
        element::DOUBLE => false,
        _ => {
            return Err(ReadError::unsupported(format!(
                "The input {} is not a tensor of floats or doubles. Encode texts before the model and give the columns as inputs.",
                input.name
            )));
        }
    };
    let width = tensor
        .shape
        .as_ref()
        .and_then(|shape| shape.dim.get(1)?.dim_value)
        .and_then(|width| usize::try_from(width).ok())
        .filter(|width| (1..=100_000).contains(width));
    let width = width.ok_or_else(|| {
        ReadError::unsupported(format!(
            "The input {} does not say how many columns it has.",
            input.name
        ))
    })?;
    let names = if width == 1 {
        vec![input.name.clone()]
    } else {
        (0..width)
            .map(|column| format!("{}[{column}]", input.name))
            .collect()
    };
    Ok(Columns {
        names,
        single,
        scaled: None,
    })
}

/// What a node in front of the model gives.
fn passed(node: &NodeProto, values: &mut HashMap<&str, Columns>) -> Result<Columns, ReadError> {
    match node.op_type.as_str() {
        "Concat" | "FeatureVectorizer" => {
            let mut joined = Columns {
                names: Vec::new(),
                single: false,
                scaled: None,
            };
            for (place, name) in node.input.iter().enumerate() {
                let own = values
                    .remove(name.as_str())
                    .ok_or_else(|| operator(&node.op_type))?;
                if own.scaled.is_some() || (place > 0 && own.single != joined.single) {
                    return Err(operator(&node.op_type));
                }
                joined.single = own.single;
                joined.names.extend(own.names);
            }
            // The operator gives single precision, whatever it gets.
            joined.single |= node.op_type == "FeatureVectorizer";
            Ok(joined)
        }
        "Cast" => {
            let mut own = taken(node, values)?;
            match attribute(node, "to").and_then(|own| own.i) {
                Some(to) if to == i64::from(element::FLOAT) => own.single = true,
                Some(to) if to == i64::from(element::DOUBLE) => {}
                Some(_) | None => {
                    return Err(operator("Cast to another type than float or double"));
                }
            }
            Ok(own)
        }
        "Scaler" => {
            let mut own = taken(node, values)?;
            let (offset, scale) = (floats(node, "offset"), floats(node, "scale"));
            let wide = own.names.len();
            let at = |values: &[f64], place: usize| {
                values
                    .get(if values.len() == 1 { 0 } else { place })
                    .copied()
            };
            let pairs: Option<Vec<[f64; 2]>> = (0..wide)
                .map(|place| Some([at(&offset, place)?, at(&scale, place)?]))
                .collect();
            own.scaled = Some(pairs.ok_or_else(|| unreadable("a scaler has too few numbers"))?);
            own.single = true;
            Ok(own)
        }
        _ => taken(node, values),
    }
}

fn taken(node: &NodeProto, values: &mut HashMap<&str, Columns>) -> Result<Columns, ReadError> {
    let name = node.input.first().map_or("", String::as_str);
    values.remove(name).ok_or_else(|| {
        ReadError::unsupported(format!(
            "The operator {} reads something else than the inputs, or something that another operator reads too.",
            node.op_type
        ))
    })
}

/// Operators behind the model only rename its outputs.
fn after(node: &NodeProto, outputs: &mut Vec<String>) -> Result<(), ReadError> {
    let harmless = matches!(
        node.op_type.as_str(),
        "Cast" | "ZipMap" | "Normalizer" | "Identity"
    );
    if !harmless || !node.input.iter().all(|input| outputs.contains(input)) {
        return Err(operator(&node.op_type));
    }
    outputs.extend(node.output.iter().cloned());
    Ok(())
}

fn expect_output(graph: &GraphProto, outputs: &[String]) -> Result<(), ReadError> {
    if graph
        .output
        .iter()
        .all(|output| outputs.contains(&output.name))
    {
        Ok(())
    } else {
        Err(ReadError::unsupported(
            "An output of the file does not come from its model.",
        ))
    }
}

/// Number of classes that a classifier names.
fn classes(node: &NodeProto) -> usize {
    ["classlabels_int64s", "classlabels_ints"]
        .iter()
        .map(|name| integers(node, name).len())
        .chain(
            ["classlabels_strings"]
                .map(|name| attribute(node, name).map_or(0, |own| own.strings.len())),
        )
        .max()
        .unwrap_or(0)
}

fn model(node: &NodeProto, columns: &Columns) -> Result<Scorer, ReadError> {
    if node.op_type != "TreeEnsembleRegressor" && classes(node) != 2 {
        return Err(ReadError::unsupported(format!(
            "The classifier has {} classes. Only models of one event, with two classes, are imported.",
            classes(node)
        )));
    }
    if node.op_type == "LinearClassifier" {
        return linear(node, columns);
    }
    if columns.scaled.is_some() {
        return Err(ReadError::unsupported(
            "A tree ensemble behind a scaler is not imported. Train the trees on unscaled columns: trees do not need scaling.",
        ));
    }
    ensemble(node, columns.single)
}

fn linear(node: &NodeProto, columns: &Columns) -> Result<Scorer, ReadError> {
    let (coefficients, intercepts) = (floats(node, "coefficients"), floats(node, "intercepts"));
    let wide = columns.names.len();
    let transform = text(node, "post_transform");
    // One row of coefficients for each class; two rows with opposite signs for two classes.
    let of = |row: usize| coefficients.get(row * wide..(row + 1) * wide);
    let shaped = coefficients.len() == 2 * wide && intercepts.len() == 2;
    let (Some(no), Some(yes), true) = (of(0), of(1), shaped) else {
        return Err(ReadError::unsupported(
            "The linear classifier does not have one row of coefficients for each of its two classes.",
        ));
    };
    let opposite =
        no.iter().zip(yes).all(|(no, yes)| *no == -*yes) && intercepts[0] == -intercepts[1];
    let factor = match transform.as_str() {
        // Both classes through the logistic function add up to 1 only where they are opposite.
        "LOGISTIC" if opposite => 1.0,
        "SOFTMAX" if opposite => 2.0,
        other => {
            return Err(ReadError::unsupported(format!(
                "The linear classifier ends with {}. Only LOGISTIC and SOFTMAX of a binary logistic regression are imported.",
                if other.is_empty() { "NONE" } else { other }
            )));
        }
    };
    let terms = yes.iter().enumerate().map(|(place, coefficient)| {
        let [offset, scale] = columns
            .scaled
            .as_ref()
            .map_or([0.0, 1.0], |scaled| scaled[place]);
        LinearTerm {
            input: place as u32,
            // Missing values are not known to a linear model: refused where data has them.
            impute: f64::NAN,
            center: offset,
            scale: 1.0 / scale,
            coefficient: factor * coefficient,
            mean: offset,
        }
    });
    let intercept = factor * intercepts[1];
    let terms: Vec<LinearTerm> = terms.collect();
    if terms
        .iter()
        .any(|term| !term.scale.is_finite() || !term.coefficient.is_finite())
    {
        return Err(unreadable("a scaler or coefficient is not a number"));
    }
    Ok(scorer(intercept, PartKind::Linear(terms), 1.0, Link::Logit))
}

//! The structure of an ONNX file, read back message by message. That onnxruntime scores it as we do
//! is checked by `scripts/onnx-check.py`.
#![expect(clippy::unwrap_used, reason = "tests")]

use exchange::onnx::proto::{GraphProto, ModelProto, element};
use exchange::onnx::{About, to_onnx};
use model::encoder::EncodedField;
use model::scorer::LEAF;
use model::{
    Calibrator, Encoder, Input, Lineage, Link, Model, Part, PartKind, Scorer, Source, Training,
    Tree,
};
use prost::Message;

fn model(trees: Vec<Tree>) -> Model {
    let use_case = data::built_in()
        .unwrap()
        .into_iter()
        .find(|own| own.id == "attrition")
        .unwrap();
    let field = |name: &str, levels: &[&str]| EncodedField {
        name: name.into(),
        levels: levels.iter().map(|level| (*level).to_owned()).collect(),
    };
    let input = |name: &str, shown_as, source| Input {
        name: name.into(),
        shown_as,
        source,
    };
    Model {
        use_case,
        encoder: Encoder {
            fields: vec![
                field("MonthlyIncome", &[]),
                field("OverTime", &["No", "Yes"]),
            ],
            inputs: vec![
                input("MonthlyIncome", 0, Source::Number { field: 0 }),
                input("OverTime=Yes", 1, Source::Indicator { field: 1, level: 1 }),
            ],
        },
        scorer: Scorer {
            intercept: 0.25,
            parts: vec![Part {
                name: "gradient_boosting".into(),
                weight: 1.0,
                kind: PartKind::Trees(trees),
            }],
            link: Link::Logit,
            calibrator: Calibrator::None,
        },
        training: Training::default(),
        lineage: Lineage::default(),
    }
}

fn split() -> Tree {
    Tree {
        feature: vec![0, LEAF, 1, LEAF, LEAF],
        threshold: vec![2500.5, 0.0, 0.5, 0.0, 0.0],
        missing_left: vec![true, false, false, false, false],
        left: vec![1, 0, 3, 0, 0],
        right: vec![2, 0, 4, 0, 0],
        value: vec![0.0, 0.3, 0.0, -0.2, 0.1],
        cover: vec![4.0, 1.0, 3.0, 2.0, 1.0],
    }
}

fn leaf() -> Tree {
    Tree {
        feature: vec![LEAF],
        threshold: vec![0.0],
        missing_left: vec![false],
        left: vec![0],
        right: vec![0],
        value: vec![0.5],
        cover: vec![4.0],
    }
}

fn graph(trees: Vec<Tree>) -> GraphProto {
    let bytes = to_onnx(&model(trees), &About::default());
    ModelProto::decode(bytes.as_slice()).unwrap().graph.unwrap()
}

#[test]
fn fields_are_inputs_by_name_and_the_probability_is_the_output() {
    let graph = graph(vec![split()]);
    let kinds: Vec<(&str, i32)> = graph
        .input
        .iter()
        .chain(&graph.output)
        .map(|own| {
            let tensor = own.r#type.as_ref().unwrap().tensor_type.as_ref().unwrap();
            (own.name.as_str(), tensor.elem_type)
        })
        .collect();
    assert_eq!(
        kinds,
        [
            ("MonthlyIncome", element::DOUBLE),
            ("OverTime", element::STRING),
            ("probability", element::DOUBLE)
        ]
    );
}

#[test]
fn every_value_is_made_before_it_is_read() {
    let graph = graph(vec![split(), leaf()]);
    let mut known: Vec<&str> = graph.input.iter().map(|own| own.name.as_str()).collect();
    known.extend(graph.initializer.iter().map(|own| own.name.as_str()));
    for node in &graph.node {
        for input in &node.input {
            assert!(known.contains(&input.as_str()), "{input}");
        }
        known.extend(node.output.iter().map(String::as_str));
    }
    assert!(known.contains(&"probability"));
}

#[test]
fn splits_and_leaves_are_numbered_separately() {
    let graph = graph(vec![split()]);
    let ensemble = graph
        .node
        .iter()
        .find(|node| node.op_type == "TreeEnsemble")
        .unwrap();
    let of = |name: &str| {
        ensemble
            .attribute
            .iter()
            .find(|own| own.name == name)
            .unwrap()
    };
    assert_eq!(of("nodes_featureids").ints, [0, 1]);
    assert_eq!(of("nodes_truenodeids").ints, [0, 1]);
    assert_eq!(of("nodes_trueleafs").ints, [1, 1]);
    assert_eq!(of("nodes_falsenodeids").ints, [1, 2]);
    assert_eq!(of("nodes_falseleafs").ints, [0, 1]);
    assert_eq!(of("nodes_missing_value_tracks_true").ints, [1, 0]);
    assert_eq!(
        of("nodes_splits").t.as_ref().unwrap().double_data,
        [2500.5, 0.5]
    );
    assert_eq!(
        of("leaf_weights").t.as_ref().unwrap().double_data,
        [0.3, -0.2, 0.1]
    );
}

#[test]
fn trees_of_one_leaf_are_a_constant() {
    let graph = graph(vec![leaf()]);
    assert!(graph.node.iter().all(|node| node.op_type != "TreeEnsemble"));
}

//! A graph that grows node by node. Every value has the shape rows × columns.

use super::proto::{
    AttributeProto, Dimension, GraphProto, NodeProto, TensorProto, TensorShape, TensorType,
    TypeProto, ValueInfo, attribute, element,
};

/// Prefix of the names of inner values, so that none is called like a field.
const INNER: &str = "tenure/";

/// Name of a value in the graph.
pub(super) type Value = String;

#[derive(Default)]
pub(super) struct Graph {
    proto: GraphProto,
    count: usize,
}

impl Graph {
    fn name(&mut self, what: &str) -> String {
        self.count += 1;
        format!("{INNER}{}/{what}", self.count)
    }

    /// An input of one column.
    pub fn input(&mut self, name: &str, element: i32, about: String) {
        self.proto.input.push(column(name, element, about));
    }

    /// Makes `value` the output `name`, of one column.
    pub fn output(&mut self, name: &str, value: Value, element: i32, about: String) {
        self.proto.node.push(NodeProto {
            input: vec![value],
            output: vec![name.to_owned()],
            name: format!("{INNER}output"),
            op_type: "Identity".into(),
            ..NodeProto::default()
        });
        self.proto.output.push(column(name, element, about));
    }

    /// A constant of doubles; one row where `dims` has one number.
    pub fn doubles(&mut self, dims: &[usize], values: &[f64]) -> Value {
        let name = self.name("constant");
        let tensor = double_tensor(&name, dims, values);
        self.proto.initializer.push(tensor);
        name
    }

    /// A constant that fits every row.
    pub fn number(&mut self, value: f64) -> Value {
        self.doubles(&[1, 1], &[value])
    }

    /// A constant of whole numbers.
    pub fn integers(&mut self, values: &[i64]) -> Value {
        let name = self.name("constant");
        self.proto.initializer.push(TensorProto {
            dims: vec![values.len() as i64],
            data_type: element::INT64,
            int64_data: values.to_vec(),
            name: name.clone(),
            ..TensorProto::default()
        });
        name
    }

    /// A node of the standard operators with one output.
    pub fn apply<const N: usize>(&mut self, operator: &str, inputs: [&Value; N]) -> Value {
        self.node("", operator, &inputs, Vec::new())
    }

    /// A node with attributes; `domain` is empty for the standard operators.
    pub fn node(
        &mut self,
        domain: &str,
        operator: &str,
        inputs: &[&Value],
        attributes: Vec<AttributeProto>,
    ) -> Value {
        let output = self.name(operator);
        self.proto.node.push(NodeProto {
            input: inputs.iter().map(|input| (*input).clone()).collect(),
            output: vec![output.clone()],
            name: output.clone(),
            op_type: operator.into(),
            attribute: attributes,
            domain: domain.into(),
        });
        output
    }

    /// `value` in another element type.
    pub fn cast(&mut self, value: &Value, element: i32) -> Value {
        self.node("", "Cast", &[value], vec![integer("to", element.into())])
    }

    /// The sum over the columns, one number for each row.
    pub fn sum_columns(&mut self, value: &Value) -> Value {
        let axes = self.integers(&[1]);
        self.node(
            "",
            "ReduceSum",
            &[value, &axes],
            vec![integer("keepdims", 1)],
        )
    }

    /// `otherwise` where `value` is missing, else `then`.
    pub fn where_missing(&mut self, value: &Value, otherwise: &Value, then: &Value) -> Value {
        let missing = self.apply("IsNaN", [value]);
        self.apply("Where", [&missing, otherwise, then])
    }

    /// The graph as a message.
    pub fn finish(mut self, name: &str) -> GraphProto {
        self.proto.name = name.to_owned();
        self.proto
    }
}

fn column(name: &str, element: i32, about: String) -> ValueInfo {
    let rows = Dimension {
        dim_value: None,
        dim_param: Some("rows".into()),
    };
    let one = Dimension {
        dim_value: Some(1),
        dim_param: None,
    };
    ValueInfo {
        name: name.to_owned(),
        r#type: Some(TypeProto {
            tensor_type: Some(TensorType {
                elem_type: element,
                shape: Some(TensorShape {
                    dim: vec![rows, one],
                }),
            }),
        }),
        doc_string: about,
    }
}

fn double_tensor(name: &str, dims: &[usize], values: &[f64]) -> TensorProto {
    TensorProto {
        dims: dims.iter().map(|size| *size as i64).collect(),
        data_type: element::DOUBLE,
        double_data: values.to_vec(),
        name: name.to_owned(),
        ..TensorProto::default()
    }
}

/// An attribute with a whole number.
pub(super) fn integer(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        name: name.into(),
        i: Some(value),
        r#type: attribute::INT,
        ..AttributeProto::default()
    }
}

/// An attribute with whole numbers.
pub(super) fn integers(name: &str, values: Vec<i64>) -> AttributeProto {
    AttributeProto {
        name: name.into(),
        ints: values,
        r#type: attribute::INTS,
        ..AttributeProto::default()
    }
}

/// An attribute with texts.
pub(super) fn texts(name: &str, values: &[String]) -> AttributeProto {
    AttributeProto {
        name: name.into(),
        strings: values
            .iter()
            .map(|text| text.clone().into_bytes())
            .collect(),
        r#type: attribute::STRINGS,
        ..AttributeProto::default()
    }
}

/// An attribute with a row of doubles.
pub(super) fn doubles(name: &str, values: &[f64]) -> AttributeProto {
    AttributeProto {
        name: name.into(),
        t: Some(double_tensor("", &[values.len()], values)),
        r#type: attribute::TENSOR,
        ..AttributeProto::default()
    }
}

/// An attribute with a row of bytes.
pub(super) fn bytes(name: &str, values: Vec<u8>) -> AttributeProto {
    AttributeProto {
        name: name.into(),
        t: Some(TensorProto {
            dims: vec![values.len() as i64],
            data_type: element::UINT8,
            raw_data: Some(values),
            ..TensorProto::default()
        }),
        r#type: attribute::TENSOR,
        ..AttributeProto::default()
    }
}

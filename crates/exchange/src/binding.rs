//! From the inputs of another system's model to the fields of a use case.

use std::collections::BTreeMap;

use model::encoder::EncodedField;
use model::scorer::LEAF;
use model::{Encoder, Field, Input, Matrix, PartKind, Scorer, Source, Tree, UseCase};
use serde::Deserialize;

use crate::names::{Fields, Meaning};
use crate::trees::finish;
use crate::{Foreign, ReadError};

/// Names in a sentence, at most.
const NAMED: usize = 8;

/// Which field each input of a model is, where its name does not tell.
///
/// ```
/// let mapping = exchange::Mapping::parse(br#"{"inputs": {"f0": "Age", "f1": "OverTime=Yes", "f2": {"field": "JobRole", "codes": {"Manager": 0}}}}"#)?;
/// assert_eq!(mapping.len(), 3);
/// # Ok::<(), exchange::ReadError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    #[serde(default)]
    inputs: BTreeMap<String, Target>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
enum Target {
    /// A field, a derived field, or `field=level`.
    Name(String),
    /// A field with levels, and the number that the model has for each.
    Codes {
        field: String,
        codes: BTreeMap<String, f64>,
    },
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// [`ReadError::Mapping`] when it is not JSON of that form.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReadError> {
        serde_json::from_slice(bytes).map_err(|error| {
            ReadError::Mapping(format!(
                "{error}. Use {{\"inputs\": {{\"NAME IN THE MODEL\": \"FIELD\", \"OTHER\": \"FIELD=LEVEL\"}}}}."
            ))
        })
    }

    /// How many inputs it names.
    pub fn len(&self) -> usize {
        self.inputs.len()
    }

    /// Whether it names none.
    pub fn is_empty(&self) -> bool {
        self.inputs.is_empty()
    }
}

/// An input and what it was matched to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// Its name in the model.
    pub input: String,
    /// The field, `field = level`, or the field with codes.
    pub field: String,
}

/// A model of another system on the fields of a use case.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// Turns a row into the inputs that the scorer reads.
    pub encoder: Encoder,
    /// The scorer, its inputs numbered as in `encoder`.
    pub scorer: Scorer,
    /// What each input was matched to.
    pub matched: Vec<Matched>,
    /// Inputs that no split or coefficient uses.
    pub unused: Vec<String>,
}

impl Foreign {
    /// The model on the fields of `use_case`; `mapping` goes before names.
    ///
    /// # Errors
    /// When an input that is used cannot be matched without a guess, or the mapping names something
    /// that is not there.
    pub fn bind(&self, use_case: &UseCase, mapping: &Mapping) -> Result<Bound, ReadError> {
        let fields = Fields::of(use_case);
        for name in mapping.inputs.keys() {
            if !self.inputs.contains(name) {
                let some: Vec<&str> = self.inputs.iter().take(NAMED).map(String::as_str).collect();
                return Err(ReadError::Mapping(format!(
                    "the model has no input “{name}”. Its inputs are: {}{}.",
                    some.join(", "),
                    if self.inputs.len() > NAMED {
                        ", …"
                    } else {
                        ""
                    }
                )));
            }
        }
        let read = self.read_inputs();
        let mut place = vec![LEAF; self.inputs.len()];
        let mut bound = Bound {
            encoder: Encoder {
                fields: fields.inputs.iter().map(|field| encoded(field)).collect(),
                inputs: Vec::new(),
            },
            scorer: self.scorer.clone(),
            matched: Vec::new(),
            unused: Vec::new(),
        };
        let mut missing_is_zero = Vec::new();
        let mut problems = Vec::new();
        for (index, name) in self.inputs.iter().enumerate() {
            if !read[index] {
                bound.unused.push(name.clone());
                continue;
            }
            let meaning = match mapping.inputs.get(name) {
                Some(target) => fields.target(target),
                None => fields.meaning(name),
            };
            match meaning {
                Ok(meaning) => {
                    place[index] = bound.encoder.inputs.len() as u32;
                    missing_is_zero.push(meaning.missing_is_zero);
                    bound.matched.push(Matched {
                        input: name.clone(),
                        field: meaning.text.clone(),
                    });
                    bound.encoder.inputs.push(Input {
                        name: meaning.text,
                        shown_as: meaning.shown_as,
                        source: meaning.source,
                    });
                }
                Err(problem) => problems.push(format!("“{name}” ({problem})")),
            }
        }
        if !problems.is_empty() {
            let rest = problems.len().saturating_sub(NAMED);
            problems.truncate(NAMED);
            return Err(ReadError::Inputs(format!(
                "Inputs of the model that are not fields of {}: {}{}. Name the field of each in a mapping file: {{\"inputs\": {{\"NAME IN THE \
                 MODEL\": \"FIELD\"}}}}.",
                use_case.id,
                problems.join("; "),
                if rest > 0 {
                    format!("; and {rest} more")
                } else {
                    String::new()
                }
            )));
        }
        if bound.encoder.inputs.is_empty() {
            return Err(ReadError::unsupported(
                "The model uses none of its inputs: it gives everybody the same probability.",
            ));
        }
        renumber(&mut bound.scorer, &place, &missing_is_zero);
        Ok(bound)
    }
}

fn encoded(field: &Field) -> EncodedField {
    let levels = if field.is_level() {
        field.levels.clone()
    } else {
        Vec::new()
    };
    EncodedField {
        name: field.name.clone(),
        levels,
    }
}

/// Inputs by their place in the encoder; missing values of one-hot columns go where 0 goes.
fn renumber(scorer: &mut Scorer, place: &[u32], missing_is_zero: &[bool]) {
    for part in &mut scorer.parts {
        match &mut part.kind {
            PartKind::Linear(terms) => {
                terms.retain(|term| term.coefficient != 0.0);
                for term in terms {
                    term.input = place[term.input as usize];
                    if missing_is_zero[term.input as usize] {
                        term.impute = 0.0;
                    }
                }
            }
            PartKind::Trees(trees) => {
                for tree in trees {
                    for node in 0..tree.feature.len() {
                        if tree.feature[node] == LEAF {
                            continue;
                        }
                        tree.feature[node] = place[tree.feature[node] as usize];
                        if missing_is_zero[tree.feature[node] as usize] {
                            tree.missing_left[node] = 0.0 <= tree.threshold[node];
                        }
                    }
                }
            }
        }
    }
}

impl Bound {
    /// Missing values of linear inputs that the other system refuses count as the mean of the
    /// others.
    pub fn learn_missing(&mut self, rows: &Matrix) {
        for part in &mut self.scorer.parts {
            if let PartKind::Linear(terms) = &mut part.kind {
                for term in terms.iter_mut().filter(|term| term.impute.is_nan()) {
                    let column = rows.column(term.input as usize);
                    let known = column.iter().filter(|x| !x.is_nan());
                    let (sum, count) =
                        known.fold((0.0, 0.0), |(sum, count), x| (sum + x, count + 1.0));
                    term.impute = if count > 0.0 { sum / count } else { 0.0 };
                }
            }
        }
    }

    /// Learns from rows what a file without covers does not say and contributions need: how many
    /// rows reach each node, and the mean of each linear input. Each leaf counts half a row more, so
    /// that none is empty. Scores stay the same.
    pub fn learn_cover(&mut self, rows: &Matrix) {
        for part in &mut self.scorer.parts {
            match &mut part.kind {
                PartKind::Linear(terms) => {
                    for term in terms {
                        let column = rows.column(term.input as usize);
                        let sum: f64 = column
                            .iter()
                            .map(|x| if x.is_nan() { term.impute } else { *x })
                            .sum();
                        term.mean = sum / column.len().max(1) as f64;
                    }
                }
                PartKind::Trees(trees) => trees.iter_mut().for_each(|tree| count(tree, rows)),
            }
        }
    }
}

fn count(tree: &mut Tree, rows: &Matrix) {
    for node in 0..tree.feature.len() {
        tree.cover[node] = if tree.feature[node] == LEAF { 0.5 } else { 0.0 };
    }
    for row in 0..rows.rows() {
        let mut node = 0;
        while tree.feature[node] != LEAF {
            node = tree.next(node, rows.column(tree.feature[node] as usize)[row]);
        }
        tree.cover[node] += 1.0;
    }
    finish(tree);
}

impl Fields<'_> {
    fn target(&self, target: &Target) -> Result<Meaning, String> {
        match target {
            Target::Name(name) => match name.split_once('=') {
                None => self.meaning(name),
                Some((field, level)) => {
                    let (index, field) = self.named(field.trim())?;
                    let code = field
                        .level_code(level.trim())
                        .filter(|_| field.is_level())
                        .ok_or_else(|| format!("{} has no level “{}”", field.name, level.trim()))?;
                    Ok(self.level(index, field, code))
                }
            },
            Target::Codes { field, codes } => {
                let (index, field) = self.named(field)?;
                if field.levels.is_empty() {
                    return Err(format!(
                        "{} has no levels, so it needs no codes",
                        field.name
                    ));
                }
                let mut ranks = vec![f64::NAN; field.levels.len()];
                for (level, number) in codes {
                    let place = field.levels.iter().position(|own| own == level);
                    let place =
                        place.ok_or_else(|| format!("{} has no level “{level}”", field.name))?;
                    ranks[place] = *number;
                }
                if let Some(place) = ranks.iter().position(|rank| rank.is_nan()) {
                    return Err(format!("codes has no number for {}", field.levels[place]));
                }
                let source = if field.is_level() {
                    Source::Rank {
                        field: index,
                        ranks,
                    }
                } else {
                    positions(index, &ranks)?
                };
                Ok(Meaning {
                    source,
                    shown_as: index,
                    missing_is_zero: false,
                    text: format!("{} (coded)", field.name),
                })
            }
        }
    }

    fn named(&self, name: &str) -> Result<(u32, &Field), String> {
        let place = self.inputs.iter().position(|field| field.name == name);
        let place = place.ok_or_else(|| format!("“{name}” is not an input of this use case"))?;
        Ok((place as u32, self.inputs[place]))
    }
}

/// Ordered levels are positions from 1 here: codes in the same even steps are a formula of it.
fn positions(field: u32, codes: &[f64]) -> Result<Source, String> {
    use model::derived::Formula;
    let step = codes.get(1).map_or(1.0, |second| second - codes[0]);
    let even = codes
        .iter()
        .enumerate()
        .all(|(place, code)| *code == codes[0] + step * place as f64);
    if !even || step == 0.0 {
        return Err("codes of ordered levels must rise or fall in even steps".into());
    }
    let number = |value| Box::new(Formula::Number(value));
    let scaled = Formula::Binary('*', Box::new(Formula::Field(field)), number(step));
    Ok(Source::Formula(Formula::Binary(
        '+',
        Box::new(scaled),
        number(codes[0] - step),
    )))
}

//! `tenure tool shap`.

use clap::{Args, ValueEnum};
use domain::Date;
use model::dump::Dump;
use model::explain::{Contributions, ExplainError};
use model::{Explainer, Link, Matrix, Model, Scorer};
use serde_json::{Value, json};
use workflow::{Error, Result};

use super::input;
use crate::cli::input::read_input;
use crate::cli::outcome::Outcome;
use crate::cli::output;

#[derive(Debug, Args)]
#[command(
    after_help = "Example: tenure tool shap --trees dump.json --rows dump.json --mode interventional --json\n\
                        Values are in the unit of the model output before calibration: log-odds for boosting and linear models, probability for a forest."
)]
pub struct Shap {
    /// Tenure model file
    #[arg(long, required_unless_present = "trees", conflicts_with = "trees")]
    model: Option<String>,
    /// JSON file with trees or coefficients from scikit-learn, XGBoost or LightGBM
    #[arg(long)]
    trees: Option<String>,
    /// Rows to explain: CSV or Parquet with the columns of the model, or JSON (a list of rows, or
    /// an object with "rows")
    #[arg(long)]
    rows: String,
    /// Background rows for the interventional mode, in the format of --rows [default: "background"
    /// in the JSON file]
    #[arg(long)]
    background: Option<String>,
    /// How absent inputs are filled: from the training rows along the tree path, or from the
    /// background rows [default: path; interventional with --background]
    #[arg(long)]
    mode: Option<Mode>,
    /// Also compute interaction values (path mode)
    #[arg(long)]
    interactions: bool,
    /// Day that the rows describe, YYYY-MM-DD; needed where fields of the model count from a date
    /// and the file has no periods
    #[arg(long, value_name = "DAY", requires = "model")]
    as_of: Option<Date>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mode {
    Path,
    Interventional,
}

/// What is explained: a scorer, the source of its rows, and the features under which its inputs are
/// reported.
struct Subject {
    scorer: Scorer,
    source: Source,
    inputs: usize,
    /// Names of the reported features, and for each input the feature it belongs to.
    features: Vec<String>,
    shown_as: Vec<usize>,
}

enum Source {
    /// With the day that its rows describe.
    Model(Box<Model>, Option<Date>),
    /// The dump as JSON; it may also contain rows and background.
    Dump(Value),
}

pub fn run(command: &Shap, as_json: bool) -> Result<Outcome> {
    let subject = match (&command.model, &command.trees) {
        (Some(path), _) => of_model(path, command.as_of)?,
        (None, Some(path)) => of_dump(path)?,
        (None, None) => return Err(Error::Invalid("Use --model or --trees.".into())),
    };
    let mode = command.mode.unwrap_or(if command.background.is_some() {
        Mode::Interventional
    } else {
        Mode::Path
    });
    let matrix = subject.rows(&command.rows, "rows")?;
    let explainer = match mode {
        Mode::Path => Explainer::new(&subject.scorer, subject.inputs),
        Mode::Interventional => {
            Explainer::interventional(&subject.scorer, &subject.background(command)?)
        }
    }
    .map_err(refused)?;
    let values = explainer
        .contributions_of(&matrix, 0..matrix.rows())
        .map_err(refused)?;
    let margins = explainer.compiled().margins(&matrix, 0..matrix.rows());
    let rows = values.chunks(subject.inputs.max(1)).zip(margins);
    let explained: Vec<Contributions> = rows
        .map(|(values, margin)| Contributions {
            base: explainer.base(),
            values: subject.sum(values),
            margin,
        })
        .collect();
    let interactions = if command.interactions {
        Some(interactions(&explainer, &subject, &matrix)?)
    } else {
        None
    };
    if as_json {
        let mut answer = json!({
            "features": subject.features,
            "expected_value": explainer.base(),
            "values": explained.iter().map(|row| &row.values).collect::<Vec<_>>(),
            "output": explained.iter().map(|row| row.margin).collect::<Vec<_>>(),
            "unit": subject.unit(),
        });
        if let Some(interactions) = interactions {
            answer["interactions"] = json!(interactions);
        }
        output::json(&answer)?;
    } else {
        print(&subject, explainer.base(), &explained);
    }
    Ok(Outcome::Done)
}

/// All errors are errors in the input, except for sums that do not add up.
fn refused(error: ExplainError) -> Error {
    match error {
        ExplainError::DoesNotAddUp { .. } => Error::internal(error.to_string()),
        ExplainError::WrongWidth { .. }
        | ExplainError::TooManyInputs
        | ExplainError::NoBackground
        | ExplainError::NoInteractions
        | ExplainError::NoSuchRow(_) => Error::Invalid(error.to_string()),
    }
}

fn of_model(path: &str, as_of: Option<Date>) -> Result<Subject> {
    let model = Model::from_bytes(&read_input(path)?)
        .map_err(|error| Error::Invalid(format!("{path}: {error}")))?;
    let mut shown: Vec<u32> = model
        .encoder
        .inputs
        .iter()
        .map(|input| input.shown_as)
        .collect();
    shown.sort_unstable();
    shown.dedup();
    Ok(Subject {
        scorer: model.scorer.clone(),
        inputs: model.encoder.inputs.len(),
        features: shown
            .iter()
            .map(|field| model.encoder.fields[*field as usize].name.clone())
            .collect(),
        shown_as: model
            .encoder
            .inputs
            .iter()
            .map(|input| shown.partition_point(|field| *field < input.shown_as))
            .collect(),
        source: Source::Model(Box::new(model), as_of),
    })
}

fn of_dump(path: &str) -> Result<Subject> {
    let invalid = |error: &dyn std::fmt::Display| Error::Invalid(format!("{path}: {error}"));
    let value: Value =
        serde_json::from_slice(&read_input(path)?).map_err(|error| invalid(&error))?;
    let dump: Dump = serde_json::from_value(value.clone()).map_err(|error| invalid(&error))?;
    let scorer = dump.to_scorer().map_err(|error| invalid(&error))?;
    let inputs = dump.features.len();
    Ok(Subject {
        scorer,
        source: Source::Dump(value),
        inputs,
        features: dump.features,
        shown_as: (0..inputs).collect(),
    })
}

impl Subject {
    fn unit(&self) -> &'static str {
        if self.scorer.link == Link::Logit {
            "log_odds"
        } else {
            "probability"
        }
    }

    /// Contributions of inputs, summed by reported feature.
    fn sum(&self, values: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.features.len()];
        self.shown_as
            .iter()
            .zip(values)
            .for_each(|(shown, value)| sums[*shown] += value);
        sums
    }

    fn background(&self, command: &Shap) -> Result<Matrix> {
        if let Some(path) = &command.background {
            return self.rows(path, "background");
        }
        if let Source::Dump(dump) = &self.source
            && let Some(rows) = dump.get("background")
        {
            return self.matrix(rows, "background");
        }
        Err(Error::Invalid(
            "The interventional mode requires --background FILE.".into(),
        ))
    }

    /// The encoded rows of a file. In a JSON object they are under `key` or "rows".
    fn rows(&self, path: &str, key: &str) -> Result<Matrix> {
        let bytes = read_input(path)?;
        let invalid = |error: &dyn std::fmt::Display| Error::Invalid(format!("{path}: {error}"));
        if matches!(
            bytes.iter().find(|byte| !byte.is_ascii_whitespace()),
            Some(b'{' | b'[')
        ) {
            let value: Value = serde_json::from_slice(&bytes).map_err(|error| invalid(&error))?;
            return self.matrix(
                value
                    .get(key)
                    .or_else(|| value.get("rows"))
                    .unwrap_or(&value),
                path,
            );
        }
        let raw =
            data::read(&bytes, &data::ReadOptions::default()).map_err(|error| invalid(&error))?;
        if let Source::Model(model, as_of) = &self.source {
            let checked = data::check(&raw, &model.use_case, data::CheckMode::Scoring, *as_of)?;
            input::say_unknown(path, &checked.notes);
            return Ok(model.encode(&checked.table));
        }
        let number = |name: &str, (row, text): (usize, &str)| match data::untyped::present(text) {
            None => Ok(f64::NAN),
            Some(text) => text.parse::<f64>().map_err(|_| {
                invalid(&format!(
                    "Row {}: {name} must be a number (found “{text}”).",
                    row + 2
                ))
            }),
        };
        let column = |name: &String| {
            input::texts(&raw, name)?
                .iter()
                .enumerate()
                .map(|cell| number(name, cell))
                .collect()
        };
        let columns = self
            .features
            .iter()
            .map(column)
            .collect::<Result<Vec<Vec<f64>>>>()?;
        Ok(Matrix::from_columns(raw.rows(), columns))
    }

    /// Rows of numbers; null is missing.
    fn matrix(&self, rows: &Value, place: &str) -> Result<Matrix> {
        if matches!(self.source, Source::Model(..)) {
            return Err(Error::Invalid(format!(
                "{place}: Rows for a Tenure model must be CSV or Parquet."
            )));
        }
        let rows: Vec<Vec<Option<f64>>> =
            serde_json::from_value(rows.clone()).map_err(|error| {
                Error::Invalid(format!("{place}: Rows must be lists of numbers: {error}."))
            })?;
        if let Some(row) = rows.iter().position(|row| row.len() != self.inputs) {
            return Err(Error::Invalid(format!(
                "{place}: Row {} has {}; the model has {}.",
                row + 1,
                output::counted(rows[row].len(), "number", "numbers"),
                output::counted(self.inputs, "input", "inputs")
            )));
        }
        let column = |input: usize| {
            rows.iter()
                .map(|row| row[input].unwrap_or(f64::NAN))
                .collect()
        };
        Ok(Matrix::from_columns(
            rows.len(),
            (0..self.inputs).map(column).collect(),
        ))
    }
}

/// For each row, a square matrix over the reported features.
fn interactions(
    explainer: &Explainer,
    subject: &Subject,
    matrix: &Matrix,
) -> Result<Vec<Vec<Vec<f64>>>> {
    let mut buffer = Vec::new();
    (0..matrix.rows())
        .map(|row| {
            matrix.copy_row(row, &mut buffer);
            let found = explainer.interactions(&buffer).map_err(refused)?;
            let mut square = vec![vec![0.0; subject.features.len()]; subject.features.len()];
            for (i, a) in subject.shown_as.iter().enumerate() {
                for (j, b) in subject.shown_as.iter().enumerate() {
                    square[*a][*b] += found.value(i, j);
                }
            }
            Ok(square)
        })
        .collect()
}

fn print(subject: &Subject, base: f64, rows: &[Contributions]) {
    output::line(&format!(
        "Expected value: {base:.4} ({})",
        subject.unit().replace('_', "-")
    ));
    let row = |(number, row): (usize, &Contributions)| {
        let mut order: Vec<usize> = (0..row.values.len()).collect();
        order.sort_by(|a, b| row.values[*b].abs().total_cmp(&row.values[*a].abs()));
        let strongest = order
            .iter()
            .take(3)
            .map(|&input| format!("{} {:+.4}", subject.features[input], row.values[input]));
        vec![
            (number + 1).to_string(),
            format!("{:.4}", row.margin),
            strongest.collect::<Vec<_>>().join(", "),
        ]
    };
    output::table(
        &["ROW", "OUTPUT", "STRONGEST CONTRIBUTIONS"],
        &rows.iter().enumerate().map(row).collect::<Vec<_>>(),
    );
}

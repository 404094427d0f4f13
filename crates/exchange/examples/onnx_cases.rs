//! Fits every kind of candidate to public data and writes what `scripts/onnx-check.py` compares:
//! `onnx_cases FOLDER` creates, for each data set and candidate, `NAME.onnx`, and for each data set
//! `DATA.rows.csv` (texts of every field, empty where missing) and `DATA.expected.csv` (a column of
//! probabilities for each candidate). One cell in twenty is emptied, so that missing values are
//! compared too.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use exchange::onnx::{About, to_onnx};
use model::{Calibrator, Column, Lineage, MISSING_LEVEL, Model, Table, Training, UseCase};
use training::Dataset;
use training::candidate::{BlendMember, Candidate, Parameters, fit};
use training::prepared::{InputChoice, Prepared};
use training::split::Split;

const DATA: [(&str, &str); 2] = [
    ("attrition", "data/ibm_hr_attrition_1470.csv"),
    ("churn", "data/mlc_churn_5000.csv"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: onnx_cases FOLDER")?);
    fs::create_dir_all(&folder)?;
    for (id, file) in DATA {
        let Some(file) = testing::shared(file) else {
            continue;
        };
        let use_cases = data::built_in().map_err(|_| "a built-in use case is wrong")?;
        let use_case = use_cases
            .into_iter()
            .find(|own| own.id == id)
            .ok_or("there is no such use case")?;
        let (table, labels) = read(&file, &use_case)?;
        write_case(&folder, &use_case, table, labels)?;
    }
    Ok(())
}

fn read(file: &Path, use_case: &UseCase) -> Result<(Table, Vec<bool>), Box<dyn Error>> {
    let raw = data::read(&fs::read(file)?, &data::ReadOptions::default())?;
    let checked = data::check(&raw, use_case, data::CheckMode::Training, None)?;
    let labels = checked
        .labels
        .and_then(|labels| labels.into_iter().collect());
    let mut cell = 0_u64;
    let mut empty = || {
        // A fixed sequence (Knuth's multiplier), so that files are the same each time.
        cell = cell
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (cell >> 33).is_multiple_of(20)
    };
    let mut table = Table::default();
    for field in use_case.inputs() {
        match checked.table.column(&field.name) {
            Some(Column::Number(values)) => {
                let values = values
                    .iter()
                    .map(|value| if empty() { f64::NAN } else { *value });
                table.push(&field.name, Column::Number(values.collect()));
            }
            Some(Column::Level { codes, levels }) => {
                let codes = codes
                    .iter()
                    .map(|code| if empty() { MISSING_LEVEL } else { *code });
                let column = Column::Level {
                    codes: codes.collect(),
                    levels: levels.clone(),
                };
                table.push(&field.name, column);
            }
            Some(Column::Text(_)) | None => {}
        }
    }
    Ok((table, labels.ok_or("the file has no outcomes")?))
}

fn write_case(
    folder: &Path,
    use_case: &UseCase,
    table: Table,
    labels: Vec<bool>,
) -> Result<(), Box<dyn Error>> {
    fs::write(
        folder.join(format!("{}.rows.csv", use_case.id)),
        rows(use_case, &table),
    )?;
    let held_out: Vec<usize> = (0..table.rows()).filter(|row| row % 3 == 0).collect();
    let dataset = Dataset::new(table, labels)?;
    let split = Split::explicit(&dataset, &held_out)?;
    let prepared = Prepared::new(&dataset, use_case, &split.train, &InputChoice::default())?;
    let mut columns = Vec::new();
    for (place, candidate) in Candidate::ALL.iter().enumerate() {
        let parameters = parameters(*candidate)?;
        let mut scorer = fit(&parameters, &prepared, 7)?;
        let scores = scorer.probabilities(&prepared.matrix);
        scorer.calibrator = calibrator(place, scores);
        let model = Model {
            use_case: use_case.clone(),
            encoder: prepared.encoding.encoder.clone(),
            scorer,
            training: Training::default(),
            lineage: Lineage {
                candidate: candidate.name().into(),
                parameters: parameters.describe(),
                seed: 7,
                ..Lineage::default()
            },
        };
        let name = format!("{}.{}.onnx", use_case.id, candidate.name());
        fs::write(folder.join(name), to_onnx(&model, &About::default()))?;
        columns.push((candidate.name(), model.probabilities(&dataset.table)));
    }
    let mut text = columns
        .iter()
        .map(|(name, _)| *name)
        .collect::<Vec<_>>()
        .join(",");
    text.push('\n');
    for row in 0..dataset.rows() {
        let line: Vec<String> = columns
            .iter()
            .map(|(_, scores)| scores[row].to_string())
            .collect();
        writeln!(text, "{}", line.join(","))?;
    }
    fs::write(folder.join(format!("{}.expected.csv", use_case.id)), text)?;
    Ok(())
}

/// Each kind of calibration occurs, with log-odds and with probabilities.
fn calibrator(place: usize, mut scores: Vec<f64>) -> Calibrator {
    match place % 3 {
        0 => Calibrator::None,
        1 => Calibrator::Platt {
            slope: 0.83,
            offset: -0.07,
        },
        _ => {
            scores.sort_unstable_by(f64::total_cmp);
            let mut x: Vec<f64> = (0..=10)
                .map(|tenth| scores[tenth * (scores.len() - 1) / 10])
                .collect();
            x.dedup();
            let y = x.iter().map(|x| 0.02 + 0.9 * x * x).collect();
            Calibrator::Isotonic { x, y }
        }
    }
}

fn parameters(candidate: Candidate) -> Result<Parameters, Box<dyn Error>> {
    let start: Vec<f64> = candidate
        .space()
        .iter()
        .map(|dimension| dimension.start)
        .collect();
    if let Some(own) = candidate.parameters(&start) {
        return Ok(own);
    }
    let members = [
        Candidate::LogisticRegressionL2,
        Candidate::RandomForest,
        Candidate::GradientBoosting,
    ];
    let member = |candidate| {
        Ok(BlendMember {
            weight: 0.4,
            parameters: parameters(candidate)?,
        })
    };
    Ok(Parameters::Blend {
        intercept: -0.1,
        members: members
            .into_iter()
            .map(member)
            .collect::<Result<_, Box<dyn Error>>>()?,
    })
}

/// The rows as a caller of the ONNX file has them.
fn rows(use_case: &UseCase, table: &Table) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let names: Vec<&str> = use_case.inputs().map(|field| field.name.as_str()).collect();
    let mut text = names.join(",");
    text.push('\n');
    for row in 0..table.rows() {
        let cells = use_case
            .inputs()
            .map(|field| match table.column(&field.name) {
                Some(Column::Number(values)) if values[row].is_nan() => String::new(),
                Some(Column::Number(values)) if field.levels.is_empty() => values[row].to_string(),
                Some(Column::Number(values)) => quoted(&field.levels[values[row] as usize - 1]),
                Some(Column::Level { codes, levels }) => levels
                    .get(codes[row] as usize)
                    .map_or_else(String::new, |level| quoted(level)),
                Some(Column::Text(_)) | None => String::new(),
            });
        text.push_str(&cells.collect::<Vec<_>>().join(","));
        text.push('\n');
    }
    text
}

//! What an evaluation prints and writes.

use std::collections::BTreeMap;
use std::path::Path;

use domain::Estimate;
use model::{Column, Table};
use serde_json::{Value, json};
use training::Nested;
use training::leakage::Leak;
use training::nested::{FoldScores, NestedFold};
use workflow::{Error, Result};

use super::people::People;
use crate::cli::output;

/// The result of the command.
pub struct Evaluation {
    pub protocol: String,
    pub nested: Nested,
    pub leaks: Vec<Leak>,
    pub leak_suspected: bool,
    pub notes: Vec<String>,
}

/// A metric: name, heading, of a fold, over the folds.
struct Figure {
    name: &'static str,
    heading: &'static str,
    of: fn(&FoldScores) -> f64,
    mean: fn(&Nested) -> &Estimate,
}

const FIGURES: [Figure; 5] = [
    Figure {
        name: "roc_auc",
        heading: "ROC AUC",
        of: |fold| fold.roc_auc,
        mean: |nested| &nested.roc_auc,
    },
    Figure {
        name: "average_precision",
        heading: "AVERAGE PRECISION",
        of: |fold| fold.average_precision,
        mean: |nested| &nested.average_precision,
    },
    Figure {
        name: "brier",
        heading: "BRIER SCORE",
        of: |fold| fold.brier,
        mean: |nested| &nested.brier,
    },
    Figure {
        name: "log_loss",
        heading: "LOG LOSS",
        of: |fold| fold.log_loss,
        mean: |nested| &nested.log_loss,
    },
    Figure {
        name: "ece",
        heading: "ECE",
        of: |fold| fold.ece,
        mean: |nested| &nested.ece,
    },
];

impl Evaluation {
    pub fn to_json(&self) -> Value {
        let named =
            |scores: &FoldScores| FIGURES.map(|figure| (figure.name, json!((figure.of)(scores))));
        let fold = |(number, fold): (usize, &NestedFold)| {
            let candidates: BTreeMap<_, _> = fold
                .candidates
                .iter()
                .map(|(candidate, scores)| (candidate.name(), BTreeMap::from(named(scores))))
                .collect();
            let parameters: BTreeMap<_, _> = fold.parameters.describe().into_iter().collect();
            let own = [
                ("fold", json!(number)),
                ("n", json!(fold.rows.len())),
                ("chosen", json!(fold.candidate)),
                ("parameters", json!(parameters)),
                ("candidates", json!(candidates)),
            ];
            named(&fold.scores)
                .into_iter()
                .chain(own)
                .collect::<BTreeMap<_, _>>()
        };
        let means = || {
            FIGURES
                .iter()
                .map(|figure| (figure.name, (figure.mean)(&self.nested)))
        };
        json!({
            "protocol": self.protocol,
            "folds": self.nested.folds.iter().enumerate().map(fold).collect::<Vec<_>>(),
            "mean": means().map(|(name, figure)| (name, figure.value)).collect::<BTreeMap<_, _>>(),
            "interval": means().map(|(name, figure)| (name, figure.interval)).collect::<BTreeMap<_, _>>(),
            "interval_method": "Student's t with folds - 1 degrees of freedom, variance corrected for shared training rows (Nadeau and Bengio 2003)",
            "leak_suspected": self.leak_suspected,
            "leaks": self.leaks,
            "notes": self.notes,
        })
    }

    pub fn print(&self) {
        let row = |(number, fold): (usize, &NestedFold)| {
            let cells = FIGURES
                .iter()
                .map(|figure| format!("{:.4}", (figure.of)(&fold.scores)));
            [number.to_string(), fold.candidate.name().to_owned()]
                .into_iter()
                .chain(cells)
                .collect::<Vec<_>>()
        };
        let mut rows: Vec<Vec<String>> = self.nested.folds.iter().enumerate().map(row).collect();
        let means = FIGURES
            .iter()
            .map(|figure| output::figure((figure.mean)(&self.nested)));
        rows.push(
            ["mean".to_owned(), self.protocol.clone()]
                .into_iter()
                .chain(means)
                .collect(),
        );
        let headings: Vec<&str> = ["FOLD", "SELECTED"]
            .into_iter()
            .chain(FIGURES.iter().map(|figure| figure.heading))
            .collect();
        output::table(&headings, &rows);
        output::line(
            "Intervals of the mean: Student's t, corrected for training rows that folds share. ECE is raised by noise in small folds.",
        );
        self.leaks
            .iter()
            .for_each(|leak| output::line(&leak.sentence));
        self.notes.iter().for_each(|note| output::line(note));
    }
}

/// The format that a file is written in, by its name.
///
/// # Errors
/// When the name ends in neither.
pub fn format(out: &Path) -> Result<data::Format> {
    match out.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => Ok(data::Format::Csv),
        Some("parquet") => Ok(data::Format::Parquet),
        _ => Err(Error::Invalid(format!(
            "{}: The file name must end in .csv or .parquet.",
            out.display()
        ))),
    }
}

/// Writes one line for each fold and row that it judged: `fold` and `row` from 0 as in `--splits`,
/// `id`, `period` where there are several, `outcome` (1: it happened), `probability` by the model
/// of the fold, which never saw the row.
///
/// # Errors
/// When the file cannot be written.
pub fn write(people: &People, nested: &Nested, out: &Path) -> Result<()> {
    let failed =
        |error: &dyn std::fmt::Display| Error::Invalid(format!("{}: {error}", out.display()));
    let bytes =
        data::write(&predictions(people, nested), format(out)?).map_err(|error| failed(&error))?;
    std::fs::write(out, bytes).map_err(|error| failed(&error))
}

fn predictions(people: &People, nested: &Nested) -> Table {
    let judged = || {
        nested
            .folds
            .iter()
            .enumerate()
            .flat_map(|(number, fold)| fold.rows.iter().map(move |&row| (number, row)))
    };
    let number = |of: &dyn Fn(usize, usize) -> f64| {
        Column::Number(judged().map(|(fold, row)| of(fold, row)).collect())
    };
    let text = |from: &[String]| Column::Text(judged().map(|(_, row)| from[row].clone()).collect());
    let mut table = Table::default();
    table.push("fold", number(&|fold, _| fold as f64));
    table.push("row", number(&|_, row| people.rows[row] as f64));
    table.push("id", text(&people.ids));
    if let Some(periods) = &people.periods {
        table.push("period", text(periods));
    }
    table.push(
        "outcome",
        number(&|_, row| f64::from(u8::from(people.dataset.labels[row]))),
    );
    table.push(
        "probability",
        Column::Number(
            nested
                .folds
                .iter()
                .flat_map(|fold| fold.probabilities.iter().copied())
                .collect(),
        ),
    );
    table
}

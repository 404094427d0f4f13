//! The draft as a commented file.

use super::result::{Draft, DraftColumn};
use crate::use_case_toml::{Keys, to_toml as write};

impl Draft {
    /// The text of the use-case file, with reasons and doubts as comments.
    ///
    /// # Errors
    /// When a value has no form in TOML.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        write(&self.use_case, Keys::Needed, &|path| comments(self, path))
    }
}

fn comments(draft: &Draft, path: &str) -> Vec<String> {
    let [events, known] = draft.events;
    let of = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect();
    match path {
        "" => vec![
            format!(
                "Drafted from a file with {} rows and {} columns by `tenure use-case init`. Change what does not fit.",
                draft.rows,
                draft.columns.len()
            ),
            "docs/use-cases.md explains every key; `tenure use-case check FILE` reports problems."
                .to_owned(),
        ],
        "words" => of(&["What screens call people, and people with the event."]),
        "target" => {
            vec![format!(
                "The outcome: {events} of {known} rows with a known outcome have the event ({}).",
                percent(events, known)
            )]
        }
        "policies" => of(&[
            "Gates for promotion, drift checks, and the probability from which people are listed. The cutoff follows from the share of events.",
        ]),
        "bands.low" => of(&["Risk bands, by the share of events: its odds times 1, 3 and 8."]),
        path => match path
            .strip_prefix("field.")
            .and_then(|name| draft.columns.iter().find(|column| column.name == name))
        {
            Some(column) => field(draft, column),
            None => Vec::new(),
        },
    }
}

fn field(draft: &Draft, column: &DraftColumn) -> Vec<String> {
    let mut first = vec![column.reason.clone()];
    if column.missing_share > 0.0 {
        first.push(format!("{:.1}% missing", 100.0 * column.missing_share));
    }
    if let Some(auc) = column.lone_auc {
        first.push(format!("ROC AUC alone {auc:.2}"));
    }
    if let Some(correlation) = column.correlation {
        first.push(format!("correlation {correlation:+.2}"));
    }
    first.extend(
        column
            .encoding
            .iter()
            .map(|encoding| format!("as input: {encoding}")),
    );
    let mut lines = vec![sentence(&first.join(". "))];
    let doubts = draft
        .unsure
        .iter()
        .filter(|doubt| doubt.column.as_deref() == Some(&column.name));
    lines.extend(doubts.map(|doubt| format!("CHECK: {}", doubt.text)));
    lines
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let capital = letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).collect()
    });
    if capital.ends_with('.') {
        capital
    } else {
        capital + "."
    }
}

fn percent(part: usize, whole: usize) -> String {
    format!("{:.1}%", 100.0 * part as f64 / whole.max(1) as f64)
}

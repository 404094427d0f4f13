//! `tenure tool fairness`.

use std::collections::{BTreeMap, HashMap};

use clap::Args;
use data::Raw;
use model::{Cell, Field, UseCase};
use serde_json::json;
use stats::fairness::{FairnessPolicy, GroupAudit, audit};
use stats::group_metrics::GroupMetric;
use stats::groups::Groups;
use workflow::{Error, Result};

use super::input;
use crate::cli::outcome::Outcome;
use crate::cli::output;
use crate::cli::reading::Reading;
use crate::settings::Config;

#[derive(Debug, Args)]
#[command(
    after_help = "Where nobody is flagged there is no verdict (could_not_compute).\n\
                  Example: tenure tool fairness scores.csv --truth left --score probability --cutoff 0.3 --groups Gender,AgeGroup,GenderxAgeGroup"
)]
pub struct Fairness {
    /// CSV or Parquet file, or - for standard input
    file: String,
    /// Column with the outcome: 1 or 0, yes or no
    #[arg(long)]
    truth: String,
    /// Column with the score: higher means more likely
    #[arg(long)]
    score: String,
    /// Score from which rows are flagged
    #[arg(long)]
    cutoff: f64,
    /// Group columns, separated by commas; AxB is the intersection of A and B
    #[arg(long, value_delimiter = ',', required = true)]
    groups: Vec<String>,
    /// Use case whose levels and aliases the group columns have [default: values that differ only
    /// in case or spaces are one group]
    #[arg(long)]
    use_case: Option<String>,
    /// Pool groups with fewer people than this
    #[arg(long, default_value_t = FairnessPolicy::default().suppress_below)]
    suppress_below: u32,
    /// Show groups with fewer people than this without a verdict
    #[arg(long, default_value_t = FairnessPolicy::default().judge_from)]
    judge_from: u32,
    /// Random seed of the bootstrap
    #[arg(long, default_value_t = 42)]
    seed: u64,
    #[command(flatten)]
    reading: Reading,
}

/// Number of groups above which banding is recommended.
const MANY_GROUPS: usize = 12;

pub fn run(config: &Config, command: &Fairness, as_json: bool) -> Result<Outcome> {
    let use_case = command
        .use_case
        .as_deref()
        .map(|id| config.catalog()?.use_case(id))
        .transpose()?;
    let raw = input::read_untyped(&command.file, &command.reading)?;
    let (truth, scores) = (
        input::outcomes(&raw, &command.truth)?,
        input::scores(&raw, &command.score)?,
    );
    let decision: Vec<bool> = scores
        .iter()
        .map(|score| *score >= command.cutoff)
        .collect();
    // Undefined rates are 0 as in Fairlearn's MetricFrame, so that the results can be compared.
    let policy = FairnessPolicy {
        suppress_below: command.suppress_below,
        judge_from: command.judge_from,
        undefined_is_zero: true,
        ..FairnessPolicy::default()
    };
    let invalid = |error: stats::InputError| Error::Invalid(error.to_string());
    let mut audits: BTreeMap<&str, GroupAudit> = BTreeMap::new();
    for name in &command.groups {
        let groups = groups(&raw, name, use_case.as_deref())?;
        if groups.names().len() > MANY_GROUPS {
            eprintln!(
                "{name} has {} different values. Consider grouping them into bands, for example ages under 30, 30 to 39.",
                groups.names().len()
            );
        }
        audits.insert(
            name,
            audit(
                &truth,
                &decision,
                Some(&scores),
                &groups,
                &policy,
                command.seed,
            )
            .map_err(invalid)?,
        );
    }
    if as_json {
        output::json(&json!({ "n": truth.len(), "cutoff": command.cutoff, "groups": audits }))?;
        return Ok(Outcome::Done);
    }
    for (name, audit) in audits {
        output::line(&format!("{name}, cutoff {}", command.cutoff));
        print(&audit);
        output::line("");
    }
    Ok(Outcome::Done)
}

/// The groups of a column, or of the intersection of two: "AxB", "A x B" or "A×B".
fn groups(raw: &Raw, name: &str, use_case: Option<&UseCase>) -> Result<Groups> {
    let column = |name: &str| -> Result<Groups> {
        let texts = input::texts(raw, name)?;
        let field = use_case.and_then(|use_case| {
            let called =
                |own: &&Field| own.name == name || own.aliases.iter().any(|alias| alias == name);
            use_case
                .fields
                .iter()
                .find(called)
                .filter(|field| !field.levels.is_empty())
        });
        match field {
            Some(field) => levels(field, texts),
            None => Ok(Groups::from_labels(folded(texts))),
        }
    };
    if raw.names.iter().any(|candidate| candidate == name) {
        return column(name);
    }
    let sides = name
        .char_indices()
        .filter(|(_, letter)| matches!(letter, 'x' | '×'))
        .map(|(at, letter)| {
            let (left, right) = (&name[..at], &name[at + letter.len_utf8()..]);
            [left.trim(), right.trim()]
        });
    match sides.into_iter().find(|sides| {
        sides
            .iter()
            .all(|side| raw.names.iter().any(|candidate| candidate == side))
    }) {
        Some([left, right]) => column(left)?
            .combine(&column(right)?)
            .map_err(|error| Error::Invalid(error.to_string())),
        None => column(name),
    }
}

/// The levels of a field as the store reads them: by name, alias or usual word, without regard to
/// case and spaces around.
fn levels(field: &Field, texts: &data::Texts) -> Result<Groups> {
    let level = |(row, text): (usize, &str)| match field.parse(text) {
        Ok(Cell::Level(code)) => Ok(field.levels.get(code as usize).cloned()),
        // Ordinal levels count from 1.
        Ok(Cell::Number(position)) => Ok((position >= 1.0)
            .then(|| field.levels.get(position as usize - 1).cloned())
            .flatten()),
        Err(problem) => Err(Error::Invalid(format!("Row {}: {problem}.", row + 2))),
    };
    let labels = texts
        .iter()
        .enumerate()
        .map(level)
        .collect::<Result<Vec<_>>>()?;
    Ok(Groups::from_labels(labels.iter().map(Option::as_deref)))
}

/// Values that differ only in case or in spaces around are one group, called by its most frequent
/// spelling.
fn folded(texts: &data::Texts) -> Vec<Option<String>> {
    let mut spellings: HashMap<String, BTreeMap<&str, usize>> = HashMap::new();
    for text in texts.iter().filter_map(|text| data::untyped::present(text)) {
        *spellings
            .entry(text.to_lowercase())
            .or_default()
            .entry(text)
            .or_default() += 1;
    }
    let name = |text: &str| {
        let spellings = spellings.get(&text.to_lowercase())?;
        // Of equally frequent spellings the first in the alphabet.
        spellings
            .iter()
            .rev()
            .max_by_key(|(_, rows)| **rows)
            .map(|(spelling, _)| (*spelling).to_owned())
    };
    texts
        .iter()
        .map(|text| data::untyped::present(text).and_then(name))
        .collect()
}

fn print(audit: &GroupAudit) {
    const SHOWN: [GroupMetric; 5] = [
        GroupMetric::SelectionRate,
        GroupMetric::Tpr,
        GroupMetric::Fpr,
        GroupMetric::Precision,
        GroupMetric::RocAuc,
    ];
    let headings: Vec<String> = ["GROUP".to_owned(), "N".into()]
        .into_iter()
        .chain(SHOWN.iter().map(|metric| metric.label().to_uppercase()))
        .chain(["IMPACT RATIO".into()])
        .collect();
    let rows: Vec<Vec<String>> = audit
        .by_group
        .iter()
        .map(|(group, row)| {
            let count = row.n.map_or("too few to report".into(), |n| n.to_string());
            let metric = |metric: &GroupMetric| {
                row.metrics
                    .get(metric)
                    .map(output::figure)
                    .unwrap_or_default()
            };
            let ratio = row
                .n
                .map(|_| output::figure(&row.impact_ratio))
                .unwrap_or_default();
            [group.clone(), count]
                .into_iter()
                .chain(SHOWN.iter().map(metric))
                .chain([ratio])
                .collect()
        })
        .collect();
    output::table(
        &headings.iter().map(String::as_str).collect::<Vec<_>>(),
        &rows,
    );
    let verdicts: Vec<Vec<String>> = audit
        .parity
        .iter()
        .map(|(metric, figure)| {
            let verdict = audit
                .verdict
                .get(metric)
                .map(output::word)
                .unwrap_or_default();
            vec![output::word(metric), output::figure(figure), verdict]
        })
        .collect();
    output::line("");
    output::table(
        &["ACROSS GROUPS", "ESTIMATE (95% CI)", "VERDICT"],
        &verdicts,
    );
    audit.notes.iter().for_each(|note| output::line(note));
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn spellings_of_one_group_are_one() {
        let texts: data::Texts = [
            "Female", "female ", "FEMALE", "Female", "Male", "male", "", "n/a",
        ]
        .into_iter()
        .collect();
        let groups = folded(&texts);
        let named: Vec<Option<&str>> = groups.iter().map(Option::as_deref).collect();
        assert_eq!(
            named,
            [
                Some("Female"),
                Some("Female"),
                Some("Female"),
                Some("Female"),
                Some("Male"),
                Some("Male"),
                None,
                None
            ]
        );
    }
}

//! Whom the rows of an outcomes file are about. A leaver who matches nobody would be missing from
//! the leavers, and the person who left would count as a stayer: so a file of which more than a
//! small share matches nobody is refused, with the rule by which it would match.

use std::collections::{BTreeMap, BTreeSet};

use data::ids::{Known, Match, propose};
use data::{CheckedOutcomes, MatchRule, OutcomeRow, Refusal};
use model::use_case::Terminology;
use serde::{Deserialize, Serialize};

/// Share of the leavers of a file that may match nobody: people who came and left between two
/// snapshots.
pub const MOST_UNMATCHED: f64 = 0.05;
/// So many may match nobody in a file of any size, where others match.
pub const FEW_UNMATCHED: usize = 2;
/// Leavers that are listed.
const LISTED: usize = 10;

/// How the people of a file were matched; kept with it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OutcomesReport {
    /// The rule by which spellings of an identifier were the same.
    pub rule: MatchRule,
    /// Different people of the file who left.
    pub leavers: usize,
    /// Those who match nobody who was ever scored or imported. They count neither as leavers nor as
    /// stayers.
    pub unmatched: usize,
    /// Rows of the first of them, as a spreadsheet numbers them.
    pub unmatched_rows: Vec<usize>,
    /// The identifiers were written as `1001.0` and are read as whole numbers.
    pub whole_number_ids: bool,
}

impl OutcomesReport {
    /// In words, one sentence for each thing that is worth knowing.
    pub fn sentences(&self, words: &Terminology) -> Vec<String> {
        let mut sentences = Vec::new();
        if self.whole_number_ids {
            sentences.push(
                "Identifiers written with decimals (1001.0) were read as whole numbers (1001)."
                    .to_owned(),
            );
        }
        if self.unmatched > 0 {
            let rows: Vec<String> = self.unmatched_rows.iter().map(usize::to_string).collect();
            let more = if self.unmatched > rows.len() {
                ", …"
            } else {
                ""
            };
            let (unmatched, leavers, many) = (self.unmatched, self.leavers, &words.event_many);
            let rows = rows.join(", ");
            sentences
                .push(format!("Not matched with anybody: {unmatched} of {leavers} {many} (row {rows}{more}). They count neither way."));
        }
        sentences
    }
}

/// What whoever imports decided about identifiers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matching {
    /// Spellings that are the same; `None` when nothing was said, so that a rule may be proposed.
    pub rule: Option<MatchRule>,
    /// More than a small share of the leavers may match nobody.
    pub allow_unmatched: bool,
}

/// Rows with the identifiers of known people, and what matched. Rows of nobody are kept as they are
/// written. `events` is what people call those of the file, for example "leavers".
///
/// # Errors
/// A [`Refusal`] that names rows: identifiers that stand for two people, two that stand for one,
/// leavers who match nobody.
pub(super) fn match_people(
    checked: CheckedOutcomes,
    known: &[&str],
    matching: &Matching,
    events: &str,
) -> Result<(Vec<OutcomeRow>, OutcomesReport), Refusal> {
    let CheckedOutcomes {
        mut rows,
        person_column,
        whole_number_ids,
    } = checked;
    let rule = matching.rule.clone().unwrap_or_default();
    let search = Known::new(known.iter().copied(), &rule);
    let mut refusal = Refusal::default();
    let mut spelled: BTreeMap<&str, (String, usize)> = BTreeMap::new();
    let mut nobody: BTreeMap<String, usize> = BTreeMap::new();
    let mut leavers = BTreeSet::new();
    for row in &mut rows {
        if row.happened {
            leavers.insert(row.person.clone());
        }
        match search.find(&row.person) {
            Match::Known(person) => {
                let (first, at) = spelled
                    .entry(person)
                    .or_insert_with(|| (row.person.clone(), row.row));
                if *first != row.person {
                    refusal.add(
                        row.row,
                        &person_column,
                        &row.person,
                        format!("is the same person as “{first}” in row {at} ({rule})"),
                    );
                }
                row.person = person.to_owned();
            }
            Match::Either(one, other) => {
                refusal.add(
                    row.row,
                    &person_column,
                    &row.person,
                    format!("could be {one} or {other} ({rule})"),
                );
            }
            Match::Nobody if row.happened => {
                _ = nobody.entry(row.person.clone()).or_insert(row.row)
            }
            Match::Nobody => {}
        }
    }
    if refusal.total > 0 {
        return Err(refusal);
    }
    let unmatched: Vec<&str> = nobody.keys().map(String::as_str).collect();
    let proposal = if unmatched.is_empty() {
        None
    } else {
        propose(&unmatched, known)
    };
    let many = unmatched.len() as f64 > MOST_UNMATCHED * leavers.len() as f64
        && (unmatched.len() > FEW_UNMATCHED || unmatched.len() == leavers.len());
    let ask = proposal.is_some() && matching.rule.is_none();
    let mut lines: Vec<(usize, &str)> = nobody
        .iter()
        .map(|(person, row)| (*row, person.as_str()))
        .collect();
    lines.sort_unstable();
    if ask || (many && !matching.allow_unmatched) {
        lines.iter().for_each(|(row, person)| {
            refusal.add(
                *row,
                &person_column,
                person,
                "matches nobody who was scored or imported",
            )
        });
        let mut advice = format!(
            "{} of {} {events} match nobody who was scored or imported.",
            unmatched.len(),
            leavers.len()
        );
        match &proposal {
            Some(proposal) => {
                advice += &format!(
                    " {proposal} ({} of them); otherwise --match {}.",
                    proposal.matched,
                    MatchRule::EXACT
                )
            }
            None if known.is_empty() => advice += " Import the people first.",
            None => {}
        }
        if many && !matching.allow_unmatched {
            advice += " If the file also includes people who were never imported or scored, add --allow-unmatched.";
        }
        refusal.advice = Some(advice);
        return Err(refusal);
    }
    let unmatched_rows = lines.iter().take(LISTED).map(|(row, _)| *row).collect();
    let report = OutcomesReport {
        rule,
        leavers: leavers.len(),
        unmatched: lines.len(),
        unmatched_rows,
        whole_number_ids,
    };
    Ok((rows, report))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn file(leavers: &[&str]) -> CheckedOutcomes {
        let row = |(at, person): (usize, &&str)| OutcomeRow {
            row: at + 2,
            person: (*person).to_owned(),
            day: "2026-01-01".parse().unwrap(),
            happened: true,
            reason: None,
        };
        CheckedOutcomes {
            rows: leavers.iter().enumerate().map(row).collect(),
            person_column: "id".into(),
            whole_number_ids: false,
        }
    }

    fn by(rule: &str) -> Matching {
        Matching {
            rule: Some(MatchRule::parse(rule).unwrap()),
            allow_unmatched: false,
        }
    }

    #[test]
    fn zeros_that_were_lost_are_asked_about_and_matched_when_said() {
        let known = ["000002", "000005", "000007"];
        let refusal =
            match_people(file(&["2", "5"]), &known, &Matching::default(), "leavers").unwrap_err();
        assert_eq!((refusal.total, refusal.problems[0].row), (2, 2));
        assert!(
            refusal
                .advice
                .unwrap()
                .contains("2 = 000002? If so, use --match leading-zeros")
        );
        let (rows, report) =
            match_people(file(&["2", "5"]), &known, &by("leading-zeros"), "leavers").unwrap();
        assert_eq!(
            rows.iter()
                .map(|row| row.person.as_str())
                .collect::<Vec<_>>(),
            ["000002", "000005"]
        );
        assert_eq!((report.leavers, report.unmatched), (2, 0));
        assert!(
            match_people(file(&["2", "5"]), &known, &by("exact"), "leavers").is_err(),
            "nobody matches"
        );
    }

    #[test]
    fn one_that_would_match_by_a_rule_is_asked_about_in_a_file_of_any_size() {
        let known: Vec<String> = (100..200)
            .map(|id| id.to_string())
            .chain(["007".to_owned()])
            .collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let mut leavers = known[..60].to_vec();
        leavers.push("7");
        assert!(match_people(file(&leavers), &known, &Matching::default(), "leavers").is_err());
        assert_eq!(
            match_people(file(&leavers), &known, &by("exact"), "leavers")
                .unwrap()
                .1
                .unmatched,
            1
        );
    }

    #[test]
    fn a_small_share_may_match_nobody_and_is_listed() {
        let known: Vec<String> = (100..200).map(|id| id.to_string()).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let with = |matched: usize, unmatched: &[&str]| {
            let leavers: Vec<&str> = unmatched
                .iter()
                .copied()
                .chain(known[..matched].iter().copied())
                .collect();
            match_people(file(&leavers), &known, &Matching::default(), "leavers")
        };
        assert_eq!(
            with(57, &["a", "b", "c"]).unwrap().1.unmatched_rows,
            [2, 3, 4],
            "5 in 100"
        );
        assert_eq!(with(56, &["a", "b", "c"]).unwrap_err().total, 3);
        assert_eq!(with(1, &["a", "b"]).unwrap().1.unmatched, 2);
        assert!(with(0, &["a"]).is_err());
        let allowed = Matching {
            rule: None,
            allow_unmatched: true,
        };
        assert_eq!(
            match_people(file(&["a", "b", "c"]), &known, &allowed, "leavers")
                .unwrap()
                .1
                .unmatched,
            3
        );
    }

    #[test]
    fn an_identifier_that_stands_for_two_people_is_refused() {
        assert_eq!(
            match_people(
                file(&["7"]),
                &["007", "07"],
                &by("leading-zeros"),
                "leavers"
            )
            .unwrap_err()
            .total,
            1
        );
        let refusal = match_people(
            file(&["7", "007"]),
            &["007"],
            &by("leading-zeros"),
            "leavers",
        )
        .unwrap_err();
        assert_eq!((refusal.total, refusal.problems[0].row), (1, 3));
    }
}

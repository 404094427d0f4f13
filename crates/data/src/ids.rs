//! Identifiers of people: how files spell them, and when two spellings are the same person. An
//! identifier is never replaced by another one unless somebody accepted the rule by which the two
//! are the same.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::read::Texts;

/// One difference between two spellings of an identifier that a spreadsheet or a program makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spelling {
    /// `2` for `000002`: zeros before a whole number.
    LeadingZeros,
    /// `1001.0` for `1001`.
    WholeNumbers,
    /// `e17` for `E17`.
    Case,
    /// `E 17` for `E17`.
    Blanks,
}

impl Spelling {
    const ALL: [Self; 4] = [
        Self::LeadingZeros,
        Self::WholeNumbers,
        Self::Case,
        Self::Blanks,
    ];

    /// Its name in commands and forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::LeadingZeros => "leading-zeros",
            Self::WholeNumbers => "whole-numbers",
            Self::Case => "case",
            Self::Blanks => "blanks",
        }
    }
}

/// Differences that do not count when identifiers are compared. The default counts every one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MatchRule(Vec<Spelling>);

impl MatchRule {
    /// The name of the rule by which every difference counts.
    pub const EXACT: &str = "exact";

    /// Reads `exact`, or names of [`Spelling`]s separated by commas; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        if text.trim() == Self::EXACT {
            return Some(Self::default());
        }
        let named = |name: &str| {
            Spelling::ALL
                .into_iter()
                .find(|spelling| spelling.name() == name.trim())
        };
        let mut spellings = text.split(',').map(named).collect::<Option<Vec<_>>>()?;
        spellings.sort_unstable();
        spellings.dedup();
        Some(Self(spellings))
    }

    /// What is left of an identifier without the differences that do not count: two with the same
    /// key are the same.
    pub fn key<'a>(&self, id: &'a str) -> Cow<'a, str> {
        let mut key = Cow::Borrowed(id.trim());
        if self.0.contains(&Spelling::Blanks) && key.contains(char::is_whitespace) {
            key = Cow::Owned(key.split_whitespace().collect());
        }
        if self.0.contains(&Spelling::WholeNumbers)
            && let Some(whole) = whole_float(&key)
        {
            key = Cow::Owned(whole.to_owned());
        }
        if self.0.contains(&Spelling::LeadingZeros)
            && key.len() > 1
            && key.starts_with('0')
            && is_digits(&key)
        {
            let rest = key.trim_start_matches('0');
            key = Cow::Owned(if rest.is_empty() { "0" } else { rest }.to_owned());
        }
        if self.0.contains(&Spelling::Case) && key.chars().any(char::is_uppercase) {
            key = Cow::Owned(key.to_lowercase());
        }
        key
    }

    /// Every rule with at least one difference that does not count, those with the fewest first.
    fn every() -> Vec<Self> {
        let of_bits = |bits: u8| {
            Self(
                Spelling::ALL
                    .into_iter()
                    .enumerate()
                    .filter(|(at, _)| bits >> at & 1 == 1)
                    .map(|(_, own)| own)
                    .collect(),
            )
        };
        let mut rules: Vec<Self> = (1..1 << Spelling::ALL.len()).map(of_bits).collect();
        rules.sort_by_key(|rule| rule.0.len());
        rules
    }
}

impl std::fmt::Display for MatchRule {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() {
            return formatter.write_str(Self::EXACT);
        }
        formatter.write_str(
            &self
                .0
                .iter()
                .map(|spelling| spelling.name())
                .collect::<Vec<_>>()
                .join(","),
        )
    }
}

/// What an identifier of a file stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match<'a> {
    /// The known identifier.
    Known(&'a str),
    /// Two known identifiers are the same by the rule, so it could be either.
    Either(&'a str, &'a str),
    /// Nobody who is known.
    Nobody,
}

/// Known identifiers, searched by a rule.
pub struct Known<'a> {
    exact: HashSet<&'a str>,
    /// By key: the identifier, and another one of the same key if there is one.
    by_key: HashMap<Cow<'a, str>, (&'a str, Option<&'a str>)>,
    rule: MatchRule,
}

impl<'a> Known<'a> {
    /// Prepares the search.
    pub fn new(ids: impl Iterator<Item = &'a str>, rule: &MatchRule) -> Self {
        let exact: HashSet<&str> = ids.collect();
        let mut by_key: HashMap<Cow<'_, str>, (&str, Option<&str>)> = HashMap::new();
        if !rule.0.is_empty() {
            let mut ordered: Vec<&str> = exact.iter().copied().collect();
            // What is named as ambiguous does not depend on the order of a set.
            ordered.sort_unstable();
            for id in ordered {
                by_key
                    .entry(rule.key(id))
                    .and_modify(|(_, other)| *other = other.or(Some(id)))
                    .or_insert((id, None));
            }
        }
        Self {
            exact,
            by_key,
            rule: rule.clone(),
        }
    }

    /// Whom `id` stands for: the same to the letter, else the same by the rule.
    pub fn find(&self, id: &str) -> Match<'a> {
        if let Some(known) = self.exact.get(id) {
            return Match::Known(known);
        }
        match self.by_key.get(&self.rule.key(id)) {
            Some((one, Some(other))) => Match::Either(one, other),
            Some((known, None)) => Match::Known(known),
            None => Match::Nobody,
        }
    }
}

/// A rule by which identifiers that match nobody would match somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// The rule.
    pub rule: MatchRule,
    /// How many of them.
    pub matched: usize,
    /// One of them, and whom it would match.
    pub example: (String, String),
}

impl std::fmt::Display for Proposal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (id, known) = &self.example;
        write!(
            formatter,
            "{id} = {known}? If so, use --match {}",
            self.rule
        )
    }
}

/// The rule that matches most of `unmatched`, of several the one by which most differences count;
/// `None` when no rule matches any.
pub fn propose(unmatched: &[&str], known: &[&str]) -> Option<Proposal> {
    let mut best: Option<Proposal> = None;
    for rule in MatchRule::every() {
        let search = Known::new(known.iter().copied(), &rule);
        let found = unmatched.iter().filter_map(|id| match search.find(id) {
            Match::Known(known) => Some((*id, known)),
            Match::Either(..) | Match::Nobody => None,
        });
        let mut found = found.peekable();
        let Some(&(id, to)) = found.peek() else {
            continue;
        };
        let matched = found.count();
        if best.as_ref().is_none_or(|best| matched > best.matched) {
            best = Some(Proposal {
                rule,
                matched,
                example: (id.to_owned(), to.to_owned()),
            });
        }
    }
    best
}

/// The identifiers of a column without blanks around them. Where every one is a whole number with a
/// decimal part of zeros, as a spreadsheet or a data frame writes whole numbers that it keeps as
/// floats, they are read as the whole numbers; true then.
pub(crate) fn read_ids(texts: &Texts) -> (Vec<String>, bool) {
    if let Some(numbers) = texts.numbers() {
        let text = |number: &f64| match number.is_nan() {
            true => String::new(),
            false => number.to_string(),
        };
        return (numbers.iter().map(text).collect(), false);
    }
    let whole: Option<Vec<&str>> = texts.iter().map(|text| whole_float(text.trim())).collect();
    match whole {
        Some(whole) if !whole.is_empty() => (whole.into_iter().map(str::to_owned).collect(), true),
        _ => (
            texts.iter().map(|text| text.trim().to_owned()).collect(),
            false,
        ),
    }
}

/// `1001` of `1001.0`.
fn whole_float(text: &str) -> Option<&str> {
    let (whole, zeros) = text.split_once('.')?;
    (is_digits(whole) && !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0'))
        .then_some(whole)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn rule(text: &str) -> MatchRule {
        MatchRule::parse(text).unwrap()
    }

    #[test]
    fn a_rule_reads_back() {
        for text in [
            "exact",
            "leading-zeros",
            "whole-numbers",
            "case",
            "blanks",
            "leading-zeros,case",
        ] {
            assert_eq!(rule(text).to_string(), text);
        }
        assert_eq!(
            rule("case, leading-zeros,case").to_string(),
            "leading-zeros,case"
        );
        assert_eq!(MatchRule::parse("zeros"), None);
    }

    #[test]
    fn a_key_drops_only_what_its_rule_names() {
        for (name, id, key) in [
            ("exact", " 0017 ", "0017"),
            ("leading-zeros", "000002", "2"),
            ("leading-zeros", "000", "0"),
            ("leading-zeros", "0E2", "0E2"),
            ("leading-zeros", "1001.0", "1001.0"),
            ("whole-numbers", "1001.0", "1001"),
            ("whole-numbers", "1001.50", "1001.50"),
            ("whole-numbers", "A.0", "A.0"),
            ("case", "E17ä", "e17ä"),
            ("blanks", "E 17\u{a0}3", "E173"),
            ("leading-zeros,whole-numbers", "0017.00", "17"),
        ] {
            assert_eq!(rule(name).key(id), key, "{name} {id}");
        }
    }

    #[test]
    fn the_exact_identifier_wins_and_two_that_could_be_meant_are_not_chosen_between() {
        let known = ["02", "2", "007", "07"];
        let search = Known::new(known.into_iter(), &rule("leading-zeros"));
        assert_eq!(search.find("2"), Match::Known("2"));
        assert_eq!(search.find("7"), Match::Either("007", "07"));
        assert_eq!(search.find("8"), Match::Nobody);
        assert_eq!(
            Known::new(known.into_iter(), &MatchRule::default()).find("7"),
            Match::Nobody
        );
    }

    #[test]
    fn the_rule_that_matches_most_is_proposed_and_of_several_the_narrowest() {
        let proposed = propose(&["2", "5", "X9"], &["000002", "000005", "000007"]).unwrap();
        assert_eq!(
            (proposed.rule.to_string().as_str(), proposed.matched),
            ("leading-zeros", 2)
        );
        assert_eq!(proposed.example, ("2".to_owned(), "000002".to_owned()));
        let proposed = propose(&["e1", "E 2"], &["E1", "E2"]).unwrap();
        assert_eq!(
            (proposed.rule.to_string().as_str(), proposed.matched),
            ("case,blanks", 2)
        );
        assert_eq!(propose(&["8"], &["000002"]), None);
    }

    #[test]
    fn only_a_column_of_whole_floats_is_read_as_whole_numbers() {
        let read = |texts: &[&str]| read_ids(&texts.iter().collect());
        assert_eq!(
            read(&["1001.0", " 7.00 "]),
            (vec!["1001".to_owned(), "7".to_owned()], true)
        );
        assert_eq!(
            read(&["1001.0", "7"]),
            (vec!["1001.0".to_owned(), "7".to_owned()], false)
        );
        assert!(!read(&["1001.5", "7.0"]).1);
        assert!(!read(&["1001.0", ""]).1);
    }
}

//! Words that mean the same: spellings of a name or level, words for "missing", and words for yes
//! and no.

use std::collections::HashMap;

use model::{Cell, Field, Kind, OTHER_LEVEL, UnseenPolicy, UseCase};
use unicode_normalization::UnicodeNormalization;

/// A text without the differences of spelling that do not matter: Unicode normal form, width and
/// case of letters, spaces around it.
pub(crate) fn fold(text: &str) -> String {
    // Upper case first: "ß" and "SS" are then the same, as Unicode's full case folding has it.
    text.trim()
        .nfkc()
        .collect::<String>()
        .to_uppercase()
        .to_lowercase()
        .nfkc()
        .collect()
}

/// Words for "no value", folded.
const MISSING: [&str; 28] = [
    "", "na", "n/a", "n.a.", "#n/a", "<na>", "nan", "null", "none", "nil", "(blank)", "blank", "-",
    "--", "---", "–", "—", "?", ".", "..", "...", "k.a.", "#nv", "#n/d", "#n/b", "n.v.", "#yok",
    "(leer)",
];

/// True when the text is a word for "no value".
pub(crate) fn is_missing(text: &str) -> bool {
    let text = text.trim();
    // Most cells begin with a digit: these need no folding.
    !text.starts_with(|letter: char| letter.is_ascii_digit())
        && text.len() <= 7
        && MISSING.contains(&fold(text).as_str())
}

/// Folded words for no; folding turns a dotless ı into i.
const NO: [&str; 12] = [
    "nein", "non", "não", "nao", "nee", "hayir", "nie", "nej", "ei", "нет", "falsch", "faux",
];
const YES: [&str; 14] = [
    "ja", "j", "oui", "sí", "si", "sì", "sim", "evet", "tak", "ano", "да", "kyllä", "wahr", "vrai",
];

/// The levels of a field by their folded spelling.
pub(crate) struct Levels<'a> {
    field: &'a Field,
    /// `None` where two levels have the same.
    by_fold: HashMap<String, Option<String>>,
}

impl<'a> Levels<'a> {
    pub(crate) fn new(field: &'a Field) -> Self {
        let mut by_fold: HashMap<String, Option<String>> = HashMap::new();
        let own = field.levels.iter().map(|level| (level, level));
        for (spelling, level) in own.chain(&field.level_aliases) {
            let known = by_fold
                .entry(fold(spelling))
                .or_insert_with(|| Some(level.clone()));
            if known.as_ref().is_some_and(|known| known != level) {
                *known = None;
            }
        }
        Self { field, by_fold }
    }

    /// The checked value of a text, which may stand for the level "Other". The error is the rule that
    /// it breaks.
    pub(crate) fn parse(&self, text: &str) -> Result<Cell, String> {
        self.listed(text).or_else(|rule| match self.field.unseen {
            Some(UnseenPolicy::Other) => self.field.parse(OTHER_LEVEL).map_err(|_| rule),
            Some(UnseenPolicy::Refuse | UnseenPolicy::Missing) | None => Err(rule),
        })
    }

    /// The checked value of a text that the field lists. The error is the rule that it breaks.
    pub(crate) fn listed(&self, text: &str) -> Result<Cell, String> {
        self.field.parse(text).or_else(|problem| {
            let folded = fold(text);
            let level = self.by_fold.get(&folded).cloned().flatten();
            match level.or_else(|| self.word(&folded)) {
                Some(level) => self.field.parse(&level).map_err(|problem| problem.rule),
                // A level always wins over the words for "missing".
                None if is_missing(text) => self.field.parse("").map_err(|problem| problem.rule),
                None => Err(problem.rule),
            }
        })
    }

    /// The level that a usual word for yes or no means.
    fn word(&self, folded: &str) -> Option<String> {
        let index = match (self.field.kind, NO.contains(&folded), YES.contains(&folded)) {
            (Kind::Boolean, true, _) => 0,
            (Kind::Boolean, _, true) => 1,
            _ => return None,
        };
        self.field.levels.get(index).cloned()
    }
}

/// Whether the event happened, in the words of the use case or another spelling of them.
pub(crate) fn outcome(use_case: &UseCase, text: &str) -> Option<bool> {
    let target = &use_case.target;
    let among = |words: &[String], folded: &str| words.iter().any(|word| fold(word) == folded);
    target.parse(text).or_else(|| {
        let folded = fold(text);
        match (
            among(&target.positive, &folded),
            among(&target.negative, &folded),
        ) {
            (true, false) => Some(true),
            (false, true) => Some(false),
            (true, true) | (false, false) => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_text_fold_to_the_same() {
        assert_eq!(fold("ma\u{308}nnlich"), fold(" MÄNNLICH "));
        assert_eq!(fold("Straße"), fold("STRASSE"));
        assert_eq!(fold("Ｆ"), fold("f"));
        assert_eq!(fold("ﬁx"), fold("FIX"));
        assert_ne!(fold("Müller"), fold("Muller"));
    }

    #[test]
    fn missing_is_said_in_many_words() {
        for word in [
            "", " ", "#N/A", "-", "?", "(blank)", ".", "k.A.", "NaN", "#NV",
        ] {
            assert!(is_missing(word), "{word:?}");
        }
        for value in ["0", "-1", ".5", "none of them", "n"] {
            assert!(!is_missing(value), "{value:?}");
        }
    }
}

//! How a column can be read, as a draft proposes it.

use std::collections::BTreeMap;

use model::{Kind, UnseenPolicy};

use super::values::{Value, Values};

/// How a column can be read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shape {
    /// `None`: no field can be made of it.
    pub kind: Option<Kind>,
    pub levels: Vec<String>,
    pub level_aliases: BTreeMap<String, String>,
    pub range: Option<[f64; 2]>,
    /// What values outside the levels count as, where that is proposed.
    pub unseen: Option<UnseenPolicy>,
    /// What is counted from each distinct value, for dates.
    pub counts: Vec<f64>,
    /// What the field is called, where that is not its header.
    pub label: Option<String>,
    /// What was found, for people: "whole numbers from 1 to 4".
    pub reason: String,
    /// What a person should look at.
    pub doubts: Vec<String>,
}

impl Shape {
    pub(super) fn none(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            ..Self::default()
        }
    }

    pub(super) fn of(kind: Kind, reason: impl Into<String>) -> Self {
        Self {
            kind: Some(kind),
            reason: reason.into(),
            ..Self::default()
        }
    }

    pub(super) fn range(mut self, range: Option<[f64; 2]>) -> Self {
        self.range = range;
        self
    }

    pub(super) fn doubt(mut self, doubt: impl Into<String>) -> Self {
        self.doubts.push(doubt.into());
        self
    }

    /// The numbers of the rows, `NaN` where there is none.
    pub(crate) fn numbers(&self, values: &Values<'_>) -> Vec<f64> {
        if self.kind.and_then(Kind::since).is_none() {
            return values.numbers();
        }
        let codes = values.codes().into_iter();
        let number = |code: u32| self.counts.get(code as usize).copied();
        codes.map(|code| number(code).unwrap_or(f64::NAN)).collect()
    }

    /// Codes of the rows among so many levels, which is also the code where there is no value. All
    /// that counts as the level "Other" is one.
    pub(crate) fn codes(&self, values: &Values<'_>) -> (Vec<u32>, usize) {
        let (codes, distinct) = (values.codes(), values.distinct.len());
        if self.unseen != Some(UnseenPolicy::Other) {
            return (codes, distinct);
        }
        let other = self.levels.len().saturating_sub(1) as u32;
        let level = |value: &Value| {
            let at = self.levels.iter().position(|level| *level == value.text);
            at.map_or(other, |at| at as u32)
        };
        let mut levels: Vec<u32> = values.distinct.iter().map(level).collect();
        levels.push(other + 1);
        let codes = codes.into_iter().map(|code| levels[code as usize]);
        (codes.collect(), self.levels.len())
    }

    /// The values in this order as levels, their other spellings as aliases.
    pub(super) fn levels(mut self, values: &[&Value]) -> Self {
        for value in values {
            for other in value
                .others
                .iter()
                .filter(|other| !other.eq_ignore_ascii_case(&value.text))
            {
                self.level_aliases.insert(other.clone(), value.text.clone());
            }
        }
        self.levels = values.iter().map(|value| value.text.clone()).collect();
        self
    }
}

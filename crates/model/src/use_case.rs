//! A use case: what is predicted, and for whom. Data, not code: forms, checks, charts and reports are made from it.

use serde::{Deserialize, Serialize};

use crate::derived::Derived;
use crate::field::{Cell, Field, Kind, MissingPolicy, Problem, Role};
use crate::table::{Column, Record, Table};

/// What happened to a person in the past, and which value counts as the event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    pub column: String,
    /// What people call the event, for example "left".
    pub label: String,
    /// Texts that mean "it happened". Case does not count.
    pub positive: Vec<String>,
    /// Texts that mean "it did not".
    pub negative: Vec<String>,
    #[serde(default)]
    pub aliases: Vec<String>,
}

impl Target {
    /// Whether the event happened; `None` when the text is neither.
    pub fn parse(&self, text: &str) -> Option<bool> {
        let text = text.trim();
        let among = |texts: &[String]| texts.iter().any(|known| known.eq_ignore_ascii_case(text));
        if among(&self.positive) {
            Some(true)
        } else if among(&self.negative) {
            Some(false)
        } else {
            None
        }
    }
}

/// A risk band: scores from `from` (probability) up to the next band.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    pub name: String,
    pub from: f64,
}

/// The words that screens use for the people of this use case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terminology {
    /// "employee"
    pub one: String,
    /// "employees"
    pub many: String,
    /// "leaver"
    pub event_one: String,
    /// "leavers"
    pub event_many: String,
    /// "leave", as in "likely to leave"
    pub verb: String,
}

impl Terminology {
    /// "leaving", as in "risk of leaving", by the regular rule.
    pub fn gerund(&self) -> String {
        format!("{}ing", self.verb.strip_suffix('e').unwrap_or(&self.verb))
    }

    /// "Did not leave": those to whom the event did not happen, at the start of a row.
    pub fn without_event(&self) -> String {
        format!("Did not {}", self.verb)
    }

    /// "Not predicted to leave" and "Predicted to leave": the sides of a cutoff, as headings.
    pub fn predicted(&self) -> [String; 2] {
        [format!("Not predicted to {}", self.verb), format!("Predicted to {}", self.verb)]
    }
}

/// Named policies, looked up by the crates that own them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policies {
    /// Gate policy for promotion.
    pub gates: String,
    /// Drift policy for monitoring.
    pub drift: String,
    /// The usual cutoff (probability) from which a person is listed for a conversation.
    pub cutoff: f64,
}

/// A use case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UseCase {
    /// Short name for commands and addresses: lower-case letters, digits, hyphens.
    pub id: String,
    pub title: String,
    pub description: String,
    pub words: Terminology,
    /// Column that names a person. Without one, rows are numbered from 1.
    #[serde(default)]
    pub id_column: Option<String>,
    /// Column with the date or period of a row, where people repeat over time.
    #[serde(default)]
    pub time_column: Option<String>,
    /// Days within which the event must happen to count: by when a probability is meant. `None`: nobody has stated it.
    #[serde(default)]
    pub horizon_days: Option<u32>,
    /// Fields by which the dashboard breaks risk down and filters.
    #[serde(default)]
    pub segments: Vec<String>,
    /// Fields (or derived fields) that the fairness audit looks at.
    #[serde(default)]
    pub audited: Vec<String>,
    /// Whether protected fields may be model inputs. Off by default; recorded on the model card when on.
    #[serde(default)]
    pub include_protected: bool,
    pub target: Target,
    pub policies: Policies,
    pub bands: Vec<Band>,
    #[serde(rename = "field")]
    pub fields: Vec<Field>,
    #[serde(default)]
    pub derived: Vec<Derived>,
}

impl UseCase {
    /// The field called `name`.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// What people call a field or derived field.
    pub fn label(&self, name: &str) -> String {
        let derived = || self.derived.iter().find(|derived| derived.name == name).map(|derived| derived.label.clone());
        self.field(name).map(|field| field.label.clone()).or_else(derived).unwrap_or_else(|| name.to_owned())
    }

    /// True when the field is a model input under this use case.
    pub fn is_input(&self, field: &Field) -> bool {
        match field.role {
            Role::Feature => true,
            Role::Protected => self.include_protected,
            Role::PostOutcome | Role::Ignored => false,
        }
    }

    /// The model inputs, in the order of the file.
    pub fn inputs(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| self.is_input(field))
    }

    /// Names of the fields that hold ordered levels.
    pub fn ordinals(&self) -> Vec<&str> {
        self.fields.iter().filter(|field| field.kind == Kind::Ordinal).map(|field| field.name.as_str()).collect()
    }

    /// Derived fields whose sources are all inputs: a derived field of a protected field is protected too.
    pub fn derived_inputs(&self) -> impl Iterator<Item = &Derived> {
        self.derived
            .iter()
            .filter(|derived| derived.sources().iter().all(|source| self.field(source).is_some_and(|field| self.is_input(field))))
    }

    /// By when a probability is meant: "within 12 months" for 365 days, "within 90 days", or "period not stated".
    pub fn horizon_text(&self) -> String {
        match self.horizon_days {
            None => "period not stated".to_owned(),
            Some(1) => "within 1 day".to_owned(),
            Some(days) if days.is_multiple_of(365) && days > 0 => format!("within {} months", 12 * (days / 365)),
            Some(days) => format!("within {days} days"),
        }
    }

    /// The band of a probability.
    pub fn band(&self, probability: f64) -> &str {
        self.bands.iter().rev().find(|band| probability >= band.from).or(self.bands.first()).map_or("", |band| band.name.as_str())
    }

    /// One person's texts as a checked one-row table of every input and protected field. Columns that are absent count as missing.
    ///
    /// # Errors
    /// Every problem found, field by field; also for names that are no field of this use case.
    pub fn check_record(&self, record: &Record) -> Result<Table, Vec<Problem>> {
        let mut table = Table::default();
        let mut problems = Vec::new();
        for field in self.fields.iter().filter(|field| matches!(field.role, Role::Feature | Role::Protected)) {
            let given = record.get(&field.name).map_or("", String::as_str);
            // A protected field that is not an input may stay empty: asking for it would be asking for more than is used.
            let optional = given.trim().is_empty() && !self.is_input(field);
            let parsed = if optional { Field { missing: MissingPolicy::Impute, ..field.clone() }.parse("") } else { field.parse(given) };
            match parsed {
                Ok(Cell::Number(number)) => table.push(&field.name, Column::Number(vec![number])),
                Ok(Cell::Level(code)) => table.push(&field.name, Column::Level { codes: vec![code], levels: field.levels.clone() }),
                Err(problem) => problems.push(problem),
            }
        }
        let known = |name: &str| self.field(name).is_some() || name == self.target.column || Some(name) == self.id_column.as_deref();
        problems.extend(record.iter().filter(|(name, _)| !known(name)).map(|(name, value)| Problem {
            column: name.clone(),
            value: value.clone(),
            rule: format!("is not a field of the use case {}", self.id),
        }));
        if problems.is_empty() { Ok(table) } else { Err(problems) }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_horizon_is_said_exactly_or_not_at_all() {
        let text = r#"{"id": "a", "title": "", "description": "", "field": [], "bands": [], "policies": {"gates": "", "drift": "", "cutoff": 0.5},
            "words": {"one": "", "many": "", "event_one": "", "event_many": "", "verb": ""},
            "target": {"column": "", "label": "", "positive": [], "negative": []}}"#;
        let silent: UseCase = serde_json::from_str(text).unwrap();
        let text = |days| UseCase { horizon_days: days, ..silent.clone() }.horizon_text();
        assert_eq!(silent.horizon_text(), "period not stated");
        assert_eq!([Some(365), Some(730), Some(366)].map(text), ["within 12 months", "within 24 months", "within 366 days"]);
        assert_eq!([Some(30), Some(1)].map(text), ["within 30 days", "within 1 day"]);
    }
}

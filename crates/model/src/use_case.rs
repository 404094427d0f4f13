//! A use case: what is predicted, and for whom. Data, not code: forms, checks, charts and reports
//! are made from it.

use serde::{Deserialize, Deserializer, Serialize};

use crate::derived::Derived;
use crate::field::{Cell, Field, Kind, MissingPolicy, Problem, Role, Span};
use crate::table::{Column, Record, Table};

/// What happened to a person in the past, and which value counts as the event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "WrittenTarget")]
pub struct Target {
    /// Name of the column in files.
    pub column: String,
    /// What people call the event, for example "left".
    pub label: String,
    /// Texts that mean "it happened". Case does not count.
    pub positive: Vec<String>,
    /// Texts that mean "it did not". The empty text is among them where a blank cell means so
    /// (`blank = "negative"` in the file).
    pub negative: Vec<String>,
    /// Other names of the column in files.
    #[serde(default)]
    pub aliases: Vec<String>,
}

/// What a blank cell of the target column means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Blank {
    /// It is not known yet whether it happened.
    #[default]
    Unknown,
    /// It did not happen.
    Negative,
}

/// A target as a file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTarget {
    column: String,
    label: String,
    positive: Vec<String>,
    negative: Vec<String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default, deserialize_with = "blank_of_text")]
    blank: Blank,
}

/// Model files hold the empty text among `negative` instead, and no key.
fn blank_of_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Blank, D::Error> {
    if deserializer.is_human_readable() {
        Blank::deserialize(deserializer)
    } else {
        Ok(Blank::default())
    }
}

impl From<WrittenTarget> for Target {
    fn from(
        WrittenTarget {
            column,
            label,
            positive,
            mut negative,
            aliases,
            blank,
        }: WrittenTarget,
    ) -> Self {
        if blank == Blank::Negative && !negative.iter().any(String::is_empty) {
            negative.push(String::new());
        }
        Self {
            column,
            label,
            positive,
            negative,
            aliases,
        }
    }
}

impl Target {
    /// Whether the event happened; `None` when the text is neither.
    ///
    /// ```
    /// use model::use_case::Target;
    ///
    /// let words = |words: &[&str]| words.iter().map(|word| word.to_string()).collect();
    /// let target =
    ///     Target { column: "left".into(), label: "left".into(), positive: words(&["Yes"]), negative: words(&["No"]), aliases: Vec::new() };
    /// assert_eq!([target.parse("yes"), target.parse(" No "), target.parse("maybe")], [Some(true), Some(false), None]);
    /// ```
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

    /// The texts that it can have, for a sentence: "yes, no".
    pub fn texts(&self) -> String {
        let texts = self
            .positive
            .iter()
            .chain(&self.negative)
            .filter(|text| !text.is_empty());
        texts.map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

/// A risk band: scores from `from` (probability) up to the next band.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// What people call the band, for example "High".
    pub name: String,
    /// Least probability that belongs to it, from 0 to 1; the band ends where the next begins.
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
        [
            format!("Not predicted to {}", self.verb),
            format!("Predicted to {}", self.verb),
        ]
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
    /// Heading of its pages.
    pub title: String,
    /// One or two sentences: who is scored, for what.
    pub description: String,
    /// What pages call people, event and risk.
    pub words: Terminology,
    /// Column that names a person. Without one, rows are numbered from 1.
    #[serde(default)]
    pub id_column: Option<String>,
    /// Column with the date or period of a row, where people repeat over time.
    #[serde(default)]
    pub time_column: Option<String>,
    /// Days within which the event must happen to count: by when a probability is meant. `None`:
    /// nobody has stated it.
    #[serde(default)]
    pub horizon_days: Option<u32>,
    /// Fields by which the dashboard breaks risk down and filters.
    #[serde(default)]
    pub segments: Vec<String>,
    /// Fields (or derived fields) that the fairness audit looks at.
    #[serde(default)]
    pub audited: Vec<String>,
    /// Whether protected fields may be model inputs. Off by default; recorded on the model card
    /// when on.
    #[serde(default)]
    pub include_protected: bool,
    /// What is predicted.
    pub target: Target,
    /// Names of the policies that decide about gates, drift and fairness.
    pub policies: Policies,
    /// Risk bands, ascending; the first begins at 0.
    pub bands: Vec<Band>,
    /// Columns of its files, `[[field]]` in TOML.
    #[serde(rename = "field")]
    pub fields: Vec<Field>,
    /// Bins and formulas over fields, `[[derived]]` in TOML.
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
        let derived = || {
            self.derived
                .iter()
                .find(|derived| derived.name == name)
                .map(|derived| derived.label.clone())
        };
        self.field(name)
            .map(|field| field.label.clone())
            .or_else(derived)
            .unwrap_or_else(|| name.to_owned())
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

    /// The fields that count from a date, which need to know the day that a row describes.
    pub fn counted(&self) -> impl Iterator<Item = (&Field, Span)> {
        self.fields
            .iter()
            .filter(|field| field.role != Role::Ignored)
            .filter_map(|field| Some((field, field.kind.since()?)))
    }

    /// True when fields count up to a day that the rows do not have themselves: it is then stated
    /// for a whole file.
    pub fn counts_to_stated_day(&self) -> bool {
        self.time_column.is_none() && self.counted().next().is_some()
    }

    /// Names of the fields that hold ordered levels.
    pub fn ordinals(&self) -> Vec<&str> {
        self.fields
            .iter()
            .filter(|field| field.kind == Kind::Ordinal)
            .map(|field| field.name.as_str())
            .collect()
    }

    /// The fields that hold ordered levels with names, and those names in their order: what a
    /// column of positions stands for.
    pub fn ordinal_levels(&self) -> impl Iterator<Item = (&str, &[String])> {
        let named = self
            .fields
            .iter()
            .filter(|field| field.kind == Kind::Ordinal && !field.levels.is_empty());
        named.map(|field| (field.name.as_str(), field.levels.as_slice()))
    }

    /// True when a file that is read with the other definition gives the same rows: the two differ
    /// at most in what is said and shown about them. What is not known to be of that kind counts as
    /// a difference.
    #[must_use]
    pub fn reads_like(&self, other: &Self) -> bool {
        let mut own = self.clone();
        own.title.clone_from(&other.title);
        own.description.clone_from(&other.description);
        own.words.clone_from(&other.words);
        own.segments.clone_from(&other.segments);
        own.audited.clone_from(&other.audited);
        own.policies.clone_from(&other.policies);
        own.bands.clone_from(&other.bands);
        own.derived.clone_from(&other.derived);
        own.target.label.clone_from(&other.target.label);
        for (field, other) in own.fields.iter_mut().zip(&other.fields) {
            field.label.clone_from(&other.label);
            field.group.clone_from(&other.group);
            field.unit.clone_from(&other.unit);
            field.labels.clone_from(&other.labels);
            field.help.clone_from(&other.help);
            field.actionable = other.actionable;
        }
        own == *other
    }

    /// Derived fields whose sources are all inputs: a derived field of a protected field is
    /// protected too.
    pub fn derived_inputs(&self) -> impl Iterator<Item = &Derived> {
        self.derived.iter().filter(|derived| {
            derived
                .sources()
                .iter()
                .all(|source| self.field(source).is_some_and(|field| self.is_input(field)))
        })
    }

    /// By when a probability is meant: "within 12 months" for 365 days, "within 90 days", or
    /// "period not stated".
    pub fn horizon_text(&self) -> String {
        match self.horizon_days {
            None => "period not stated".to_owned(),
            Some(1) => "within 1 day".to_owned(),
            Some(days) if days.is_multiple_of(365) && days > 0 => {
                format!("within {} months", 12 * (days / 365))
            }
            Some(days) => format!("within {days} days"),
        }
    }

    /// The band of a probability.
    pub fn band(&self, probability: f64) -> &str {
        self.bands
            .iter()
            .rev()
            .find(|band| probability >= band.from)
            .or(self.bands.first())
            .map_or("", |band| band.name.as_str())
    }

    /// One person's texts as a checked one-row table of every input and protected field. Columns
    /// that are absent count as missing.
    ///
    /// # Errors
    /// Every problem found, field by field; also for names that are no field of this use case.
    pub fn check_record(&self, record: &Record) -> Result<Table, Vec<Problem>> {
        let mut table = Table::default();
        let mut problems = Vec::new();
        for field in self
            .fields
            .iter()
            .filter(|field| matches!(field.role, Role::Feature | Role::Protected))
        {
            let given = record.get(&field.name).map_or("", String::as_str);
            // A protected field that is not an input may stay empty: asking for it would be asking
            // for more than is used.
            let optional = given.trim().is_empty() && !self.is_input(field);
            let parsed = if optional {
                Field {
                    missing: MissingPolicy::Impute,
                    ..field.clone()
                }
                .parse("")
            } else {
                field.parse(given)
            };
            match parsed {
                Ok(Cell::Number(number)) => table.push(&field.name, Column::Number(vec![number])),
                Ok(Cell::Level(code)) => table.push(
                    &field.name,
                    Column::Level {
                        codes: vec![code],
                        levels: field.levels.clone(),
                    },
                ),
                Err(problem) => problems.push(problem),
            }
        }
        let columns = [
            Some(self.target.column.as_str()),
            self.id_column.as_deref(),
            self.time_column.as_deref(),
        ];
        let known = |name: &str| self.field(name).is_some() || columns.contains(&Some(name));
        problems.extend(
            record
                .iter()
                .filter(|(name, _)| !known(name))
                .map(|(name, value)| Problem {
                    column: name.clone(),
                    value: value.clone(),
                    rule: format!("is not a field of the use case {}", self.id),
                }),
        );
        if problems.is_empty() {
            Ok(table)
        } else {
            Err(problems)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn use_case() -> UseCase {
        let text = serde_json::json!({
            "id": "a", "title": "A", "description": "",
            "words": { "one": "employee", "many": "employees", "event_one": "leaver", "event_many": "leavers", "verb": "leave" },
            "target": { "column": "left", "label": "left", "positive": ["yes"], "negative": ["no"] },
            "policies": { "gates": "sensible", "drift": "calibrated", "cutoff": 0.25 },
            "bands": [{ "name": "low", "from": 0.0 }],
            "field": [
                { "name": "pay", "label": "Pay", "kind": "ordinal", "levels": ["low", "high"] },
                { "name": "grade", "label": "Grade", "kind": "ordinal" },
            ],
        });
        serde_json::from_value(text).expect("a use case")
    }

    #[test]
    fn a_definition_reads_like_one_that_differs_in_what_is_shown() {
        let mut other = use_case();
        other.title = "B".into();
        other.bands[0].name = "little".into();
        other.policies.cutoff = 0.5;
        other.fields[0].label = "Salary".into();
        other.fields[0].labels.insert("low".into(), "Low".into());
        assert!(use_case().reads_like(&other));
    }

    #[test]
    fn a_definition_does_not_read_like_one_that_gives_other_rows() {
        let changes: [fn(&mut UseCase); 6] = [
            |other| other.fields[0].levels.insert(0, "very low".into()),
            |other| std::mem::swap(&mut other.target.positive, &mut other.target.negative),
            |other| other.fields[0].aliases.push("salary".into()),
            |other| other.fields[1].range = Some([1.0, 5.0]),
            |other| other.id_column = Some("id".into()),
            |other| drop(other.fields.pop()),
        ];
        for (index, change) in changes.into_iter().enumerate() {
            let mut other = use_case();
            change(&mut other);
            assert!(!use_case().reads_like(&other), "{index}");
        }
    }

    #[test]
    fn only_ordered_levels_with_names_stand_for_something() {
        let names: Vec<String> = use_case()
            .ordinal_levels()
            .map(|(name, levels)| format!("{name}: {}", levels.join(" ")))
            .collect();
        assert_eq!(names, ["pay: low high"]);
    }

    #[test]
    fn a_horizon_is_said_exactly_or_not_at_all() {
        let silent = use_case();
        let text = |days| {
            UseCase {
                horizon_days: days,
                ..silent.clone()
            }
            .horizon_text()
        };
        assert_eq!(silent.horizon_text(), "period not stated");
        assert_eq!(
            [Some(365), Some(730), Some(366)].map(text),
            ["within 12 months", "within 24 months", "within 366 days"]
        );
        assert_eq!(
            [Some(30), Some(1)].map(text),
            ["within 30 days", "within 1 day"]
        );
    }
}

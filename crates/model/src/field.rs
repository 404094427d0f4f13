//! One field of a use case: what it is called, what it may hold, and the one place where a text
//! becomes a checked value.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::table::MISSING_LEVEL;

/// What kind of values a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Whole numbers.
    Integer,
    /// Any finite number.
    Real,
    /// Ordered levels. Numbers in the file, or the texts of `levels`, which then count from 1.
    Ordinal,
    /// Levels without an order. Text in the file.
    Nominal,
    /// Two levels: the first is "no", the second is "yes".
    Boolean,
    /// Completed years from a date to the day of the row. Files have the date.
    YearsSince,
    /// Completed months from a date to the day of the row. Files have the date.
    MonthsSince,
    /// Days from a date to the day of the row. Files have the date.
    DaysSince,
}

impl Kind {
    /// What is counted from a date; `None` for values that files have as they are. The date itself
    /// is never kept: it would not carry over to people of another day.
    pub const fn since(self) -> Option<Span> {
        match self {
            Self::YearsSince => Some(Span::Years),
            Self::MonthsSince => Some(Span::Months),
            Self::DaysSince => Some(Span::Days),
            Self::Integer | Self::Real | Self::Ordinal | Self::Nominal | Self::Boolean => None,
        }
    }
}

/// A length of time, in which a field counts from a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// Completed years.
    Years,
    /// Completed months.
    Months,
    /// Days.
    Days,
}

impl Span {
    /// Its word: "years".
    pub const fn word(self) -> &'static str {
        match self {
            Self::Years => "years",
            Self::Months => "months",
            Self::Days => "days",
        }
    }

    /// The most that lies between two days from 1900 to 2100.
    const fn most(self) -> f64 {
        match self {
            Self::Years => 200.0,
            Self::Months => 2_400.0,
            Self::Days => 73_414.0,
        }
    }
}

/// What a field may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A model input.
    #[default]
    Feature,
    /// Audited for fairness; a model input only when the use case says so.
    Protected,
    /// Known only after the outcome: never an input, always refused as one.
    PostOutcome,
    /// Carried along, never read.
    Ignored,
}

/// In which direction an organization can change a field, if at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// It cannot be changed by a decision (age, years of service).
    #[default]
    Fixed,
    /// It can only grow (training sessions).
    Up,
    /// It can only shrink (distance to work).
    Down,
    /// It can change both ways (overtime).
    Any,
}

/// What happens to a missing value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingPolicy {
    /// Filled by what training learned (median or mode) in linear parts; trees have a side for it.
    #[default]
    Impute,
    /// The file or form is refused.
    Refuse,
    /// It means "no": the first level of a boolean field whose file holds a mark or nothing.
    No,
}

/// What happens to a text that is no level of a field with levels, for example a new job title.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnseenPolicy {
    /// The file is refused.
    Refuse,
    /// The value counts as missing; the import lists the rows.
    Missing,
    /// The value counts as the level "Other", which the field has. Only where texts are read: a form
    /// offers the levels.
    Other,
}

/// The level that stands for all that are not listed, where [`UnseenPolicy::Other`] says so.
pub const OTHER_LEVEL: &str = "Other";

/// One field of a use case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The column's name in tables.
    pub name: String,
    /// Its label.
    pub label: String,
    /// What its values are; decides how they are read and compared.
    pub kind: Kind,
    /// What it may be used for.
    #[serde(default)]
    pub role: Role,
    /// Heading under which forms show it.
    #[serde(default)]
    pub group: String,
    /// Unit shown behind the number, for example "years".
    #[serde(default)]
    pub unit: String,
    /// Smallest and largest value allowed, both included. Numbers and ordinals only.
    #[serde(default)]
    pub range: Option<[f64; 2]>,
    /// Allowed levels of nominal, boolean and text-ordinal fields, in order.
    #[serde(default)]
    pub levels: Vec<String>,
    /// What people call a value: level or ordinal number → text.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Other headers under which files bring this column.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Other spellings of a level: spelling → level.
    #[serde(default)]
    pub level_aliases: BTreeMap<String, String>,
    /// What is done with an empty cell.
    #[serde(default)]
    pub missing: MissingPolicy,
    /// Absent: see [`Field::takes_unseen`].
    #[serde(default)]
    pub unseen: Option<UnseenPolicy>,
    /// Which way the organization could change it (what-if and counterfactuals).
    #[serde(default)]
    pub actionable: Direction,
    /// One sentence for the form.
    #[serde(default)]
    pub help: String,
}

/// A checked value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell {
    /// A number, or an ordinal's position.
    Number(f64),
    /// A code into the field's levels, or [`MISSING_LEVEL`].
    Level(u32),
}

/// Why a text is not a valid value of a field. `rule` is a sentence that says what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Name of the field.
    pub column: String,
    /// The text as it was read.
    pub value: String,
    /// What is allowed: "must be …".
    pub rule: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.value.is_empty() {
            write!(formatter, "{}: {}", self.column, self.rule)
        } else {
            write!(
                formatter,
                "{}: {} (found \"{}\")",
                self.column, self.rule, self.value
            )
        }
    }
}

const MISSING_TEXTS: [&str; 6] = ["", "na", "n/a", "nan", "null", "none"];

impl Field {
    /// True for fields that are stored as level codes.
    pub fn is_level(&self) -> bool {
        matches!(self.kind, Kind::Nominal | Kind::Boolean)
    }

    /// True when a text that is no level of this field counts as missing in a file. Where the use
    /// case does not say so, only in files for scoring and only for nominal fields: a model is not
    /// trained on a value that nobody has defined, and the levels of ordinals and booleans are
    /// complete, so another text is a mistake. Never where the value must not be missing.
    pub fn takes_unseen(&self, for_training: bool) -> bool {
        !self.levels.is_empty()
            && self.missing == MissingPolicy::Impute
            && match self.unseen {
                Some(UnseenPolicy::Missing) => true,
                Some(UnseenPolicy::Refuse | UnseenPolicy::Other) => false,
                None => !for_training && self.kind == Kind::Nominal,
            }
    }

    /// The label of a value as displayed.
    pub fn value_label(&self, value: &str) -> String {
        self.labels
            .get(value)
            .cloned()
            .unwrap_or_else(|| value.to_owned())
    }

    /// Turns a text into a checked value. Spaces around it do not count; a level's case does not
    /// count.
    ///
    /// # Errors
    /// When the text is not a valid value of this field: the problem names the column, the text and
    /// the rule.
    ///
    /// ```
    /// use model::{Cell, Field, MISSING_LEVEL};
    ///
    /// let age: Field = serde_json::from_str(r#"{"name": "age", "label": "Age", "kind": "integer", "range": [18, 65]}"#)?;
    /// assert_eq!(age.parse(" 41 "), Ok(Cell::Number(41.0)));
    /// assert!(age.parse("41.5").is_err() && age.parse("90").is_err());
    ///
    /// let team: Field = serde_json::from_str(r#"{"name": "team", "label": "Team", "kind": "nominal", "levels": ["Lab", "Sales"]}"#)?;
    /// assert_eq!(team.parse("sales"), Ok(Cell::Level(1)));
    /// assert_eq!(team.parse(""), Ok(Cell::Level(MISSING_LEVEL)));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn parse(&self, text: &str) -> Result<Cell, Problem> {
        let text = text.trim();
        // "None" may be a level ("no contract"); a level always wins over the spellings of
        // "missing".
        let is_own_level = || {
            self.levels
                .iter()
                .any(|level| level.eq_ignore_ascii_case(text))
                || self.level_aliases.contains_key(text)
        };
        if MISSING_TEXTS.contains(&text.to_ascii_lowercase().as_str()) && !is_own_level() {
            return self.missing_cell(text);
        }
        if self.levels.is_empty() {
            self.parse_number(text)
        } else {
            self.parse_level(text)
        }
    }

    fn missing_cell(&self, text: &str) -> Result<Cell, Problem> {
        match self.missing {
            MissingPolicy::Refuse => Err(self.problem(text, "must not be empty".into())),
            MissingPolicy::No if self.kind == Kind::Boolean => Ok(Cell::Level(0)),
            MissingPolicy::Impute | MissingPolicy::No if self.is_level() => {
                Ok(Cell::Level(MISSING_LEVEL))
            }
            MissingPolicy::Impute | MissingPolicy::No => Ok(Cell::Number(f64::NAN)),
        }
    }

    fn parse_number(&self, text: &str) -> Result<Cell, Problem> {
        let Ok(number) = text.parse::<f64>() else {
            let what = if self.kind == Kind::Real {
                "a number"
            } else {
                "a whole number"
            };
            return Err(self.problem(text, format!("must be {what}{}", self.range_text())));
        };
        self.check_number(number)
            .map(Cell::Number)
            .map_err(|rule| self.problem(text, rule))
    }

    /// Checks a number against kind and range; the error is the rule that it breaks.
    ///
    /// # Errors
    /// When the number is infinite, not whole for an integer or ordinal field, or outside the
    /// range.
    pub fn check_number(&self, number: f64) -> Result<f64, String> {
        if number.is_nan() && self.missing != MissingPolicy::Refuse {
            return Ok(number);
        }
        if !number.is_finite() {
            return Err("must be a finite number".into());
        }
        if self.kind != Kind::Real && libm::rint(number) != number {
            return Err(format!("must be a whole number{}", self.range_text()));
        }
        match self.limits() {
            Some([low, high]) if number < low || number > high => {
                Err(format!("must be{}", self.range_text()))
            }
            _ => Ok(number),
        }
    }

    fn parse_level(&self, text: &str) -> Result<Cell, Problem> {
        match self.level_code(text) {
            Some(code) if self.is_level() => Ok(Cell::Level(code)),
            Some(code) => Ok(Cell::Number(f64::from(code + 1))),
            None => Err(self.problem(text, format!("must be one of {}", self.levels.join(", ")))),
        }
    }

    /// The code of a level, by its name, another spelling of it, or (booleans) a usual word for yes
    /// and no.
    pub fn level_code(&self, text: &str) -> Option<u32> {
        let name = self.level_aliases.get(text).map_or(text, String::as_str);
        let exact = self
            .levels
            .iter()
            .position(|level| level.eq_ignore_ascii_case(name));
        let word = || match (self.kind, text.to_ascii_lowercase().as_str()) {
            (Kind::Boolean, "no" | "false" | "0" | "n" | "0.0") => Some(0),
            (Kind::Boolean, "yes" | "true" | "1" | "y" | "1.0") => Some(1),
            _ => None,
        };
        exact.or_else(word).map(|code| code as u32)
    }

    /// The smallest and the largest value: of the range, or that a time can have.
    fn limits(&self) -> Option<[f64; 2]> {
        let time = || self.kind.since().map(|span| [0.0, span.most()]);
        self.range.or_else(time)
    }

    fn range_text(&self) -> String {
        self.limits().map_or(String::new(), |[low, high]| {
            format!(" from {low} to {high}")
        })
    }

    fn problem(&self, text: &str, rule: String) -> Problem {
        Problem {
            column: self.name.clone(),
            value: text.to_owned(),
            rule,
        }
    }
}

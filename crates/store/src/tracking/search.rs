//! The search over runs as clients ask for it: conditions in MLflow's filter language, any order,
//! pages. Gives ids and revisions; what a run holds is read for those that are not known yet.

use domain::{RunId, Timestamp};

use crate::sql::{Sql, places, row, sql};
use crate::{Reader, Result};

/// What a condition or an order is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TermKind {
    /// The latest value of a metric.
    Metric(String),
    /// A parameter.
    Parameter(String),
    /// A tag.
    Tag(String),
    /// The id, 36 characters.
    RunId,
    /// The name.
    Name,
    /// `RUNNING`, `SCHEDULED`, `FINISHED`, `FAILED`, `KILLED`.
    Status,
    /// Begin, in milliseconds.
    Start,
    /// End, in milliseconds.
    End,
    /// Who logged it.
    Author,
    /// Where its files are.
    ArtifactUri,
    /// The id of the run that it is part of, 32 characters.
    Parent,
    /// `name`, `digest` or `context` of a dataset that it read.
    Dataset(&'static str),
}

/// How a value is compared. Operators are `=`, `!=`, `<`, `<=`, `>`, `>=`.
#[derive(Debug, Clone, PartialEq)]
pub enum Compared {
    /// With a number.
    Number(&'static str, f64),
    /// With a text.
    Text(&'static str, String),
    /// With a pattern of `%` and `_`.
    Like {
        /// The pattern.
        pattern: String,
        /// Whether capital and small letters differ.
        exact_case: bool,
    },
    /// One of these, or none of them.
    OneOf(Vec<String>, bool),
    /// There is none (`true`), or one.
    Missing(bool),
}

/// A condition: all must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct RunTerm {
    /// What is compared.
    pub kind: TermKind,
    /// With what.
    pub compared: Compared,
}

/// Up or down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Small values first.
    Ascending,
    /// Large values first.
    Descending,
}

/// An order. Runs without the value come last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunOrder {
    /// By what.
    pub kind: TermKind,
    /// Up or down.
    pub direction: Direction,
}

/// Which runs are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Those that are not archived.
    Active,
    /// Those that are.
    Archived,
    /// All.
    All,
}

row! {
    /// A run that was found. What it holds changes only together with revision or end.
    #[derive(Eq)]
    pub struct Sought {
        pub run_id: RunId,
        pub revision: i64,
        pub ended_at: Option<Timestamp>,
    }
}

/// A statement that grows.
struct Text {
    text: String,
    values: Vec<crate::sql::Cell>,
    sqlite: bool,
}

impl Text {
    /// The place of the next value.
    fn place(&mut self, value: impl crate::sql::Value) -> String {
        self.values.push(value.cell());
        format!("${}", self.values.len())
    }

    /// ` = $4`, ` in ($4, $5)` …
    fn comparison(&mut self, compared: &Compared, place_of: &str) -> String {
        match compared {
            Compared::Number(operator, number) => {
                let place = self.place(*number);
                format!("{place_of} {operator} {place}")
            }
            Compared::Text(operator, text) => {
                let place = self.place(text);
                format!("{place_of} {operator} {place}")
            }
            Compared::Like {
                pattern,
                exact_case: true,
            } if self.sqlite => {
                let place = self.place(glob(pattern));
                format!("{place_of} glob {place}")
            }
            Compared::Like {
                pattern,
                exact_case,
            } => {
                let place = self.place(pattern);
                // A backslash is a letter like any other; SQLite takes it so by itself.
                let escape = if self.sqlite { "" } else { " escape ''" };
                if *exact_case {
                    format!("{place_of} like {place}{escape}")
                } else {
                    format!("lower({place_of}) like lower({place}){escape}")
                }
            }
            Compared::OneOf(texts, within) => {
                let own: Vec<String> = texts.iter().map(|text| self.place(text)).collect();
                let word = if *within { "in" } else { "not in" };
                format!("{place_of} {word} ({})", own.join(", "))
            }
            Compared::Missing(true) => format!("{place_of} is null"),
            Compared::Missing(false) => format!("{place_of} is not null"),
        }
    }

    /// A condition about the run `r`.
    fn condition(&mut self, term: &RunTerm) -> String {
        if let Some(column) = column(&term.kind) {
            return self.comparison(&term.compared, column);
        }
        let (table, own) = self.rows_of(&term.kind);
        if let Compared::Missing(missing) = &term.compared {
            let word = if *missing { "not " } else { "" };
            return format!("{word}exists (select 1 from {table} x where {own})");
        }
        let value = if let TermKind::Dataset(column) = &term.kind {
            format!("x.{column}")
        } else {
            "x.value".to_owned()
        };
        let compared = self.comparison(&term.compared, &value);
        format!("exists (select 1 from {table} x where {own} and {compared})")
    }

    /// The table that holds the values of this kind, and which of its rows are those of the run.
    fn rows_of(&mut self, kind: &TermKind) -> (&'static str, String) {
        let (table, name) = match kind {
            TermKind::Metric(name) => ("run_metric", name),
            TermKind::Parameter(name) => ("run_parameter", name),
            TermKind::Tag(name) => ("run_tag", name),
            TermKind::Dataset(_)
            | TermKind::RunId
            | TermKind::Name
            | TermKind::Status
            | TermKind::Start
            | TermKind::End
            | TermKind::Author
            | TermKind::ArtifactUri
            | TermKind::Parent => {
                return (
                    "run_link",
                    "x.run_id = r.run_id and x.kind = 'dataset'".to_owned(),
                );
            }
        };
        let place = self.place(name);
        let latest = if table == "run_metric" {
            format!(
                " and x.step = (select max(y.step) from run_metric y where y.run_id = r.run_id and y.name = {place})"
            )
        } else {
            String::new()
        };
        (
            table,
            format!("x.run_id = r.run_id and x.name = {place}{latest}"),
        )
    }

    /// What runs are ordered by.
    fn order(&mut self, order: &RunOrder) -> String {
        let value = match column(&order.kind) {
            Some(column) => column.to_owned(),
            None => {
                let (table, own) = self.rows_of(&order.kind);
                if let TermKind::Dataset(column) = &order.kind {
                    format!("(select min(x.{column}) from {table} x where {own})")
                } else {
                    format!("(select x.value from {table} x where {own})")
                }
            }
        };
        let word = match order.direction {
            Direction::Ascending => "asc",
            Direction::Descending => "desc",
        };
        format!("({value}) is null, {value} {word}")
    }
}

/// The expression for what is a column of the run itself.
fn column(kind: &TermKind) -> Option<&'static str> {
    Some(match kind {
        TermKind::RunId => "r.run_id",
        TermKind::Name => "r.name",
        TermKind::Status => {
            "coalesce(r.client_status, case r.status when 'canceled' then 'KILLED' else upper(r.status) end)"
        }
        TermKind::Start => "(r.started_at / 1000)",
        TermKind::End => "(r.ended_at / 1000)",
        TermKind::Author => "r.author",
        TermKind::ArtifactUri => {
            "('mlflow-artifacts:/' || r.use_case || '/' || replace(r.run_id, '-', '') || '/artifacts')"
        }
        TermKind::Parent => {
            "replace(coalesce(r.parent_id, (select p.value from run_tag p where p.run_id = r.run_id and p.name = 'mlflow.parentRunId')), '-', '')"
        }
        TermKind::Metric(_) | TermKind::Parameter(_) | TermKind::Tag(_) | TermKind::Dataset(_) => {
            return None;
        }
    })
}

/// A pattern of `like` as one of `glob`, which tells capital from small letters in SQLite.
fn glob(pattern: &str) -> String {
    let mut text = String::new();
    for letter in pattern.chars() {
        match letter {
            '%' => text.push('*'),
            '_' => text.push('?'),
            '*' | '?' | '[' => {
                text.push('[');
                text.push(letter);
                text.push(']');
            }
            _ => text.push(letter),
        }
    }
    text
}

/// Runs of these experiments that meet every term, in this order (then newest first), after the
/// first `offset`; at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn search_runs(
    reader: &mut Reader,
    experiments: &[String],
    terms: &[RunTerm],
    order: &[RunOrder],
    shown: Shown,
    offset: i64,
    limit: i64,
) -> Result<Vec<Sought>> {
    if experiments.is_empty() {
        return Ok(Vec::new());
    }
    let mut text = Text {
        text: format!(
            "select r.run_id, r.revision, r.ended_at from run r where r.use_case in ({})",
            places(0, experiments.len())
        ),
        values: experiments.iter().map(crate::sql::Value::cell).collect(),
        sqlite: reader.connection().backend_name() == "SQLite",
    };
    text.text += match shown {
        Shown::Active => " and r.archived_at is null",
        Shown::Archived => " and r.archived_at is not null",
        Shown::All => "",
    };
    for term in terms {
        let condition = text.condition(term);
        text.text += " and ";
        text.text += &condition;
    }
    let mut by: Vec<String> = order.iter().map(|order| text.order(order)).collect();
    by.push("r.started_at desc, r.run_id".to_owned());
    let (most, first) = (text.place(limit), text.place(offset));
    text.text += &format!(" order by {} limit {most} offset {first}", by.join(", "));
    let statement: Sql = sql(text.text).bind_all(text.values);
    statement.all(reader).await
}

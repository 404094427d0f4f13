//! Entries that are asked for, a page at a time.

use domain::Timestamp;

use super::Entry;
use crate::sql::{Cell, Value as _, select, sql};
use crate::{Reader, Result};

/// Which entries; `None` and empty texts ask for all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Pseudonyms of the actors.
    pub actors: Option<Vec<String>>,
    /// Beginning of the action.
    pub action: String,
    /// Part of the subject as displayed; case does not count in names of accounts, elsewhere not
    /// for the letters of ASCII.
    pub subject: String,
    /// Whether the subject's names of persons are looked at, beside those of accounts.
    pub sees_people: bool,
    /// From and up to (excluded).
    pub from: Option<Timestamp>,
    /// Up to this moment, which is excluded; `None`: to the end.
    pub until: Option<Timestamp>,
    /// Entries before this one.
    pub before: Option<i64>,
}

impl Filter {
    /// The text after `from audit`, and its values from `$1` on.
    fn conditions(&self) -> (String, Vec<Cell>) {
        let mut values = Vec::new();
        let mut conditions = Vec::new();
        let mut bind = |value: Cell| {
            values.push(value);
            format!("${}", values.len())
        };
        if let Some(actors) = &self.actors {
            let places: Vec<String> = actors.iter().map(|actor| bind(actor.cell())).collect();
            conditions.push(if places.is_empty() {
                "1 = 0".to_owned()
            } else {
                format!("actor in ({})", places.join(", "))
            });
        }
        if !self.action.is_empty() {
            conditions.push(format!(
                "action like {} escape '\\'",
                bind(format!("{}%", escaped(&self.action)).cell())
            ));
        }
        if !self.subject.is_empty() {
            let kinds = if self.sees_people {
                "'account', 'person'"
            } else {
                "'account'"
            };
            // An account or person by name, where that is to be seen; everything else as it stands
            // in the chain.
            let shown = format!(
                "coalesce((select p.kind || ' ' || p.name_key from audit_person p where p.kind in ({kinds}) and \
                 p.pseudonym = replace(replace(audit.subject, 'person ', ''), 'account ', '')), audit.subject)"
            );
            let text = bind(format!("%{}%", escaped(&self.subject.to_lowercase())).cell());
            conditions.push(format!("lower({shown}) like {text} escape '\\'"));
        }
        if let Some(from) = self.from {
            conditions.push(format!("at >= {}", bind(from.cell())));
        }
        if let Some(until) = self.until {
            conditions.push(format!("at < {}", bind(until.cell())));
        }
        if let Some(before) = self.before {
            conditions.push(format!("sequence < {}", bind(before.cell())));
        }
        let text = if conditions.is_empty() {
            String::new()
        } else {
            format!(" where {}", conditions.join(" and "))
        };
        (text, values)
    }
}

/// A text in which nothing stands for anything else in `like`.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}

/// The entries from `offset` (0: the newest) on, newest first.
///
/// # Errors
/// When the database fails.
pub async fn page(
    reader: &mut Reader,
    filter: &Filter,
    offset: i64,
    limit: i64,
) -> Result<Vec<Entry>> {
    let (conditions, values) = filter.conditions();
    let (first, second) = (values.len() + 1, values.len() + 2);
    let statement = select(&format!(
        "{conditions} order by sequence desc limit ${first} offset ${second}"
    ));
    statement
        .bind_all(values)
        .bind(limit)
        .bind(offset)
        .all(reader)
        .await
}

/// How many entries there are.
///
/// # Errors
/// When the database fails.
pub async fn count(reader: &mut Reader, filter: &Filter) -> Result<i64> {
    let (conditions, values) = filter.conditions();
    sql(format!("select count(*) from audit{conditions}"))
        .bind_all(values)
        .scalar(reader)
        .await
}

/// Every action that there is.
///
/// # Errors
/// When the database fails.
pub async fn actions(reader: &mut Reader) -> Result<Vec<String>> {
    sql("select distinct action from audit order by action")
        .scalars(reader)
        .await
}

//! Entries that are asked for, a page at a time.

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::{Any, Row};

use super::{COLUMNS, Entry, entry};
use crate::{Connection, Result};

/// Which entries; `None` and empty texts ask for all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Pseudonyms of the actors.
    pub actors: Option<Vec<String>>,
    /// Beginning of the action.
    pub action: String,
    /// Part of the subject as people read it; case does not count for the letters of ASCII.
    pub subject: String,
    /// Whether the subject's names of persons are looked at, beside those of accounts.
    pub sees_people: bool,
    /// Unix microseconds, from and up to (excluded).
    pub from: Option<i64>,
    pub until: Option<i64>,
}

/// A condition with what is bound to it.
enum Bound {
    Text(String),
    Number(i64),
}

impl Filter {
    /// The text after `from audit`, and its values from `$1` on.
    fn conditions(&self) -> (String, Vec<Bound>) {
        let mut values = Vec::new();
        let mut conditions = Vec::new();
        let mut bind = |value: Bound| {
            values.push(value);
            format!("${}", values.len())
        };
        if let Some(actors) = &self.actors {
            let places: Vec<String> = actors.iter().map(|actor| bind(Bound::Text(actor.clone()))).collect();
            conditions.push(if places.is_empty() { "1 = 0".to_owned() } else { format!("actor in ({})", places.join(", ")) });
        }
        if !self.action.is_empty() {
            conditions.push(format!("action like {} escape '\\'", bind(Bound::Text(format!("{}%", escaped(&self.action))))));
        }
        if !self.subject.is_empty() {
            let kinds = if self.sees_people { "'account', 'person'" } else { "'account'" };
            // An account or person by name, where that is to be seen; everything else as it stands in the chain.
            let shown = format!(
                "coalesce((select p.kind || ' ' || p.name from audit_person p where p.kind in ({kinds}) and \
                 p.pseudonym = replace(replace(audit.subject, 'person ', ''), 'account ', '')), audit.subject)"
            );
            let text = bind(Bound::Text(format!("%{}%", escaped(&self.subject.to_lowercase()))));
            conditions.push(format!("lower({shown}) like {text} escape '\\'"));
        }
        if let Some(from) = self.from {
            conditions.push(format!("at >= {}", bind(Bound::Number(from))));
        }
        if let Some(until) = self.until {
            conditions.push(format!("at < {}", bind(Bound::Number(until))));
        }
        let text = if conditions.is_empty() { String::new() } else { format!(" where {}", conditions.join(" and ")) };
        (text, values)
    }
}

/// A text in which nothing stands for anything else in `like`.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

fn query<'q>(text: String, values: Vec<Bound>) -> sqlx::query::Query<'q, Any, AnyArguments> {
    values.into_iter().fold(sqlx::query(sqlx::AssertSqlSafe(text)), |query, value| match value {
        Bound::Text(text) => query.bind(text),
        Bound::Number(number) => query.bind(number),
    })
}

/// The entries from `offset` (0: the newest) on, newest first.
///
/// # Errors
/// When the database fails.
pub async fn page(connection: &mut Connection, filter: &Filter, offset: i64, limit: i64) -> Result<Vec<Entry>> {
    let (conditions, mut values) = filter.conditions();
    values.extend([Bound::Number(limit), Bound::Number(offset)]);
    let (limit, offset) = (values.len() - 1, values.len());
    let text = format!("{COLUMNS}{conditions} order by sequence desc limit ${limit} offset ${offset}");
    let rows: Vec<AnyRow> = query(text, values).fetch_all(connection).await?;
    Ok(rows.iter().map(entry).collect())
}

/// How many entries there are.
///
/// # Errors
/// When the database fails.
pub async fn count(connection: &mut Connection, filter: &Filter) -> Result<i64> {
    let (conditions, values) = filter.conditions();
    Ok(query(format!("select count(*) from audit{conditions}"), values).fetch_one(connection).await?.get(0))
}

/// Every action that there is.
///
/// # Errors
/// When the database fails.
pub async fn actions(connection: &mut Connection) -> Result<Vec<String>> {
    let rows = sqlx::query("select distinct action from audit order by action").fetch_all(connection).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

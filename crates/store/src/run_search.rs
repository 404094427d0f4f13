//! The search over runs, and what a table of runs shows. Quick at a hundred thousand runs: a condition that few runs meet drives the search
//! through its index; where all are common the newest runs are looked at one by one until enough are found. Counting stops at a hundred.

use std::collections::BTreeMap;

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, Row};

use crate::runs::{COLUMNS, Details, Run, metric, run};
use crate::{Connection, Result};

/// One condition of a search: all must hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// `operator` is one of `=`, `!=`, `<`, `<=`, `>`, `>=`.
    Metric {
        name: String,
        operator: &'static str,
        value: f64,
    },
    /// `operator` is `=` or `!=`, or `like` with `%`.
    Parameter {
        name: String,
        operator: &'static str,
        value: String,
    },
    Tag {
        name: String,
        operator: &'static str,
        value: String,
    },
    /// `column` is one of `name`, `status`, `author`.
    Attribute {
        column: &'static str,
        operator: &'static str,
        value: String,
    },
}

/// What a search finds.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// A page, newest first.
    pub runs: Vec<Run>,
    /// How many there are in all, as far as they were counted.
    pub total: i64,
    /// There are more than `total`.
    pub more: bool,
}

/// Counting stops here.
const COUNTED: i64 = 100;
/// How often a condition is met is counted no further.
const COMMON: i64 = 30_000;

impl Condition {
    /// The table that it looks into, but for an attribute of the run itself.
    fn table(&self) -> Option<&'static str> {
        match self {
            Self::Metric { .. } => Some("run_metric"),
            Self::Parameter { .. } => Some("run_parameter"),
            Self::Tag { .. } => Some("run_tag"),
            Self::Attribute { .. } => None,
        }
    }

    fn operator(&self) -> &'static str {
        match self {
            Self::Metric { operator, .. }
            | Self::Parameter { operator, .. }
            | Self::Tag { operator, .. }
            | Self::Attribute { operator, .. } => operator,
        }
    }

    /// `x.name = $n and x.value > $n+1`. Of metrics those without steps, as the table of runs shows them.
    fn of_row(&self, place: &mut usize) -> String {
        *place += 2;
        let step = if matches!(self, Self::Metric { .. }) { " and x.step = 0" } else { "" };
        format!("x.name = ${} and x.value {} ${}{step}", *place - 1, self.operator(), *place)
    }

    /// As a clause about the run `r`, whose id is `id` too.
    fn of_run(&self, id: &str, place: &mut usize) -> String {
        match (self, self.table()) {
            (Self::Attribute { column, operator, .. }, _) => {
                *place += 1;
                format!(" and r.{column} {operator} ${place}")
            }
            (_, Some(table)) => format!(" and exists (select 1 from {table} x where x.run_id = {id} and {})", self.of_row(place)),
            _ => String::new(),
        }
    }

    /// Binds its own values, in the order of its placeholders.
    fn bind<'q>(&'q self, query: Query<'q, Any, AnyArguments>) -> Query<'q, Any, AnyArguments> {
        match self {
            Self::Metric { name, value, .. } => query.bind(name).bind(*value),
            Self::Parameter { name, value, .. } | Self::Tag { name, value, .. } => query.bind(name).bind(value),
            Self::Attribute { value, .. } => query.bind(value),
        }
    }
}

fn query<'q>(text: String, bound: &[&'q Condition], use_case: &'q str) -> Query<'q, Any, AnyArguments> {
    let query = sqlx::query(sqlx::AssertSqlSafe(text)).bind(use_case);
    bound.iter().fold(query, |query, condition| condition.bind(query))
}

/// A page of the top-level runs of a use case that meet every condition, newest first, and how many there are.
///
/// # Errors
/// When the database fails.
pub async fn search(connection: &mut Connection, use_case: &str, conditions: &[Condition], offset: i64, limit: i64) -> Result<Found> {
    let driver = driver(connection, use_case, conditions).await?;
    let mut place = 1;
    let mut bound: Vec<&Condition> = Vec::new();
    let (mut from, mut id) = ("run r".to_owned(), "r.run_id");
    let mut clauses = " where r.use_case = $1 and r.parent_id is null".to_owned();
    if let Some((condition, table)) = driver {
        // The order of a cross join is the order of the search in SQLite; PostgreSQL plans by itself. What asks for `d` alone is asked
        // before the run is fetched.
        from = format!("(select x.run_id from {table} x where {}) d cross join run r", condition.of_row(&mut place));
        clauses += " and r.run_id = d.run_id";
        id = "d.run_id";
        bound.push(condition);
    }
    for condition in conditions.iter().filter(|condition| driver.is_none_or(|(driver, _)| !std::ptr::eq(driver, *condition))) {
        clauses += &condition.of_run(id, &mut place);
        bound.push(condition);
    }
    // One pass: the ids of as many as are counted, the page among them, and one to know whether there are more.
    let counting = COUNTED.max(offset + limit);
    let ids = format!("select r.run_id from {from}{clauses} order by r.started_at desc, r.run_id desc limit ${}", place + 1);
    let ids: Vec<String> =
        query(ids, &bound, use_case).bind(counting + 1).fetch_all(&mut *connection).await?.iter().map(|row| row.get(0)).collect();
    let counted = ids.len() as i64;
    let page: Vec<String> = ids.into_iter().skip(offset as usize).take(limit as usize).collect();
    Ok(Found { runs: by_ids(connection, &page).await?, total: counted.min(counting), more: counted > counting })
}

/// The runs with these ids, newest first.
async fn by_ids(connection: &mut Connection, run_ids: &[String]) -> Result<Vec<Run>> {
    if run_ids.is_empty() {
        return Ok(Vec::new());
    }
    let text = format!("{COLUMNS} where r.run_id in ({}) order by r.started_at desc, r.run_id desc", places(run_ids.len()));
    Ok(of_each(connection, text, run_ids).await?.iter().map(run).collect())
}

/// The condition that the fewest rows meet, with its table, when starting from its rows takes less than looking at the newest runs until
/// enough are found (as if conditions were independent of each other).
async fn driver<'c>(
    connection: &mut Connection,
    use_case: &str,
    conditions: &'c [Condition],
) -> Result<Option<(&'c Condition, &'static str)>> {
    let mut rarest: Option<(i64, (&Condition, &'static str))> = None;
    let mut shares = Vec::new();
    for condition in conditions {
        let Some(table) = condition.table().filter(|_| !matches!(condition.operator(), "!=" | "like")) else { continue };
        let clause = condition.of_row(&mut 0);
        let text = format!("select count(*) from (select 1 as one from {table} x where {clause} limit {COMMON}) as counted");
        let counted: i64 = condition.bind(sqlx::query(sqlx::AssertSqlSafe(text))).fetch_one(&mut *connection).await?.get(0);
        shares.push(counted as f64);
        if counted < COMMON && rarest.is_none_or(|(fewest, _)| counted < fewest) {
            rarest = Some((counted, (condition, table)));
        }
    }
    let Some((fewest, found)) = rarest else { return Ok(None) };
    let text = "select count(*) from run r where r.use_case = $1 and r.parent_id is null";
    let all: i64 = sqlx::query(text).bind(use_case).fetch_one(&mut *connection).await?.get(0);
    let share: f64 = shares.iter().map(|counted| (counted / all.max(1) as f64).min(1.0)).product();
    let looked_at = (COUNTED as f64 / share).min(all as f64);
    // The newest runs lie side by side, those of a condition all over the table: each costs about twice as much.
    Ok((2.0 * fewest as f64 <= looked_at).then_some(found))
}

/// `$1, $2, …` for so many values.
fn places(count: usize) -> String {
    (1..=count).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}

async fn of_each(connection: &mut Connection, text: String, ids: &[String]) -> Result<Vec<AnyRow>> {
    let query = sqlx::query(sqlx::AssertSqlSafe(text));
    Ok(ids.iter().fold(query, |query, id| query.bind(id)).fetch_all(connection).await?)
}

/// The nested runs of these runs, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn children(connection: &mut Connection, run_ids: &[String]) -> Result<Vec<Run>> {
    if run_ids.is_empty() {
        return Ok(Vec::new());
    }
    let text = format!("{COLUMNS} where r.parent_id in ({}) order by r.started_at, r.run_id", places(run_ids.len()));
    Ok(of_each(connection, text, run_ids).await?.iter().map(run).collect())
}

/// Number of nested runs of each of these runs that has any.
///
/// # Errors
/// When the database fails.
pub async fn child_counts(connection: &mut Connection, run_ids: &[String]) -> Result<BTreeMap<String, i64>> {
    if run_ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let text = format!("select parent_id, count(*) from run where parent_id in ({}) group by parent_id", places(run_ids.len()));
    Ok(of_each(connection, text, run_ids).await?.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Parameters, and metrics without steps, of each of these runs.
///
/// # Errors
/// When the database fails.
pub async fn figures_of(connection: &mut Connection, run_ids: &[String]) -> Result<BTreeMap<String, Details>> {
    let mut all: BTreeMap<String, Details> = BTreeMap::new();
    if run_ids.is_empty() {
        return Ok(all);
    }
    let places = places(run_ids.len());
    let parameters = format!("select name, value, run_id from run_parameter where run_id in ({places}) order by run_id, name");
    for row in of_each(connection, parameters, run_ids).await? {
        all.entry(row.get(2)).or_default().parameters.push((row.get(0), row.get(1)));
    }
    let metrics = format!(
        "select name, step, value, interval_low, interval_high, n, why, run_id from run_metric where step = 0 and run_id in ({places}) \
         order by run_id, name"
    );
    for row in of_each(connection, metrics, run_ids).await? {
        all.entry(row.get(7)).or_default().metrics.push(metric(&row));
    }
    Ok(all)
}

//! The search over runs, and what a table of runs shows. Quick at a hundred thousand runs: a
//! condition that few runs meet drives the search through its index; where all are common the
//! newest runs are looked at one by one until enough are found. Counting stops at a hundred.

use std::collections::BTreeMap;

use domain::{RunId, UseCaseId};
use sqlx::FromRow as _;

use super::{Details, Metric, Run};
use crate::sql::{Field as _, Sql, places, row, select, sql};
use crate::{Reader, Result};

/// One condition of a search: all must hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// `operator` is one of `=`, `!=`, `<`, `<=`, `>`, `>=`.
    Metric {
        /// Name of the metric.
        name: String,
        /// How the stored value compares with `value`.
        operator: &'static str,
        /// In the unit of the metric.
        value: f64,
    },
    /// `operator` is `=` or `!=`, or `like` with `%`.
    Parameter {
        /// Name of the parameter.
        name: String,
        /// How the stored text compares with `value`.
        operator: &'static str,
        /// Text to compare with.
        value: String,
    },
    /// As a parameter, on the tags.
    Tag {
        /// Name of the tag.
        name: String,
        /// How the stored text compares with `value`.
        operator: &'static str,
        /// Text to compare with.
        value: String,
    },
    /// `column` is one of `name`, `status`, `author`.
    Attribute {
        /// Column of the table of runs.
        column: &'static str,
        /// `=`, `!=` or `like`.
        operator: &'static str,
        /// Text to compare with.
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

    /// `x.name = $n and x.value > $n+1`. Of metrics those without steps, as the table of runs shows
    /// them.
    fn of_row(&self, place: &mut usize) -> String {
        *place += 2;
        let step = if matches!(self, Self::Metric { .. }) {
            " and x.step = 0"
        } else {
            ""
        };
        // The index of texts has their beginnings only.
        let beginning = match self {
            Self::Parameter { .. } | Self::Tag { .. } if self.operator() == "=" => {
                format!(" and substr(x.value, 1, 200) = substr(${place}, 1, 200)")
            }
            Self::Parameter { .. } | Self::Tag { .. } => String::new(),
            Self::Metric { .. } | Self::Attribute { .. } => String::new(),
        };
        format!(
            "x.name = ${} and x.value {} ${}{step}{beginning}",
            *place - 1,
            self.operator(),
            *place
        )
    }

    /// As a clause about the run `r`, whose id is `id` too.
    fn of_run(&self, id: &str, place: &mut usize) -> String {
        match (self, self.table()) {
            (
                Self::Attribute {
                    column, operator, ..
                },
                _,
            ) => {
                *place += 1;
                format!(" and r.{column} {operator} ${place}")
            }
            (_, Some(table)) => format!(
                " and exists (select 1 from {table} x where x.run_id = {id} and {})",
                self.of_row(place)
            ),
            _ => String::new(),
        }
    }

    /// Binds its own values, in the order of its placeholders.
    fn bind(&self, statement: Sql) -> Sql {
        match self {
            Self::Metric { name, value, .. } => statement.bind(name).bind(*value),
            Self::Parameter { name, value, .. } | Self::Tag { name, value, .. } => {
                statement.bind(name).bind(value)
            }
            Self::Attribute { value, .. } => statement.bind(value),
        }
    }
}

/// A page of the top-level runs of a use case that meet every condition, newest first, and how many
/// there are.
///
/// # Errors
/// When the database fails.
pub async fn search(
    reader: &mut Reader,
    use_case: &UseCaseId,
    conditions: &[Condition],
    offset: i64,
    limit: i64,
) -> Result<Found> {
    let driver = driver(reader, use_case, conditions).await?;
    let mut place = 1;
    let mut bound: Vec<&Condition> = Vec::new();
    let (mut from, mut id) = ("run r".to_owned(), "r.run_id");
    let mut clauses =
        " where r.use_case = $1 and r.parent_id is null and r.archived_at is null".to_owned();
    if let Some((condition, table)) = driver {
        // The order of a cross join is the order of the search in SQLite; PostgreSQL plans by
        // itself. What asks for `d` alone is asked before the run is fetched.
        from = format!(
            "(select x.run_id from {table} x where {}) d cross join run r",
            condition.of_row(&mut place)
        );
        clauses += " and r.run_id = d.run_id";
        id = "d.run_id";
        bound.push(condition);
    }
    for condition in conditions
        .iter()
        .filter(|condition| driver.is_none_or(|(driver, _)| !std::ptr::eq(driver, *condition)))
    {
        clauses += &condition.of_run(id, &mut place);
        bound.push(condition);
    }
    // One pass: the ids of as many as are counted, the page among them, and one to know whether
    // there are more.
    let counting = COUNTED.max(offset + limit);
    let ids = format!(
        "select r.run_id from {from}{clauses} order by r.started_at desc, r.run_id desc limit ${}",
        place + 1
    );
    let statement = bound
        .iter()
        .fold(sql(ids).bind(use_case), |statement, condition| {
            condition.bind(statement)
        });
    let ids: Vec<RunId> = statement.bind(counting + 1).scalars(reader).await?;
    let counted = ids.len() as i64;
    let page: Vec<RunId> = ids
        .into_iter()
        .skip(offset as usize)
        .take(limit as usize)
        .collect();
    Ok(Found {
        runs: by_ids(reader, &page).await?,
        total: counted.min(counting),
        more: counted > counting,
    })
}

/// The runs with these ids, newest first.
async fn by_ids(reader: &mut Reader, run_ids: &[RunId]) -> Result<Vec<Run>> {
    if run_ids.is_empty() {
        return Ok(Vec::new());
    }
    let rest = format!(
        "where run_id in ({}) order by started_at desc, run_id desc",
        places(0, run_ids.len())
    );
    select(&rest).bind_all(run_ids).all(reader).await
}

/// The condition that the fewest rows meet, with its table, when starting from its rows takes less
/// than looking at the newest runs until enough are found (as if conditions were independent of
/// each other).
async fn driver<'c>(
    reader: &mut Reader,
    use_case: &UseCaseId,
    conditions: &'c [Condition],
) -> Result<Option<(&'c Condition, &'static str)>> {
    let mut rarest: Option<(i64, (&Condition, &'static str))> = None;
    let mut shares = Vec::new();
    for condition in conditions {
        let Some(table) = condition
            .table()
            .filter(|_| !matches!(condition.operator(), "!=" | "like"))
        else {
            continue;
        };
        let clause = condition.of_row(&mut 0);
        let text = format!(
            "select count(*) from (select 1 as one from {table} x where {clause} limit {COMMON}) as counted"
        );
        let counted: i64 = condition.bind(sql(text)).scalar(reader).await?;
        shares.push(counted as f64);
        if counted < COMMON && rarest.is_none_or(|(fewest, _)| counted < fewest) {
            rarest = Some((counted, (condition, table)));
        }
    }
    let Some((fewest, found)) = rarest else {
        return Ok(None);
    };
    let text = "select count(*) from run r where r.use_case = $1 and r.parent_id is null";
    let all: i64 = sql(text).bind(use_case).scalar(reader).await?;
    let share: f64 = shares
        .iter()
        .map(|counted| (counted / all.max(1) as f64).min(1.0))
        .product();
    let looked_at = (COUNTED as f64 / share).min(all as f64);
    // The newest runs lie side by side, those of a condition all over the table: each costs about
    // twice as much.
    Ok((2.0 * fewest as f64 <= looked_at).then_some(found))
}

/// The nested runs of these runs, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn children(reader: &mut Reader, run_ids: &[RunId]) -> Result<Vec<Run>> {
    if run_ids.is_empty() {
        return Ok(Vec::new());
    }
    let rest = format!(
        "where parent_id in ({}) order by started_at, run_id",
        places(0, run_ids.len())
    );
    select(&rest).bind_all(run_ids).all(reader).await
}

row! {
    struct Children {
        parent_id: RunId,
        children: i64,
    }
}

/// Number of nested runs of each of these runs that has any.
///
/// # Errors
/// When the database fails.
pub async fn child_counts(reader: &mut Reader, run_ids: &[RunId]) -> Result<BTreeMap<RunId, i64>> {
    if run_ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let places = places(0, run_ids.len());
    let text = format!(
        "select parent_id, count(*) as children from run where parent_id in ({places}) group by parent_id"
    );
    let counts: Vec<Children> = sql(text).bind_all(run_ids).all(reader).await?;
    Ok(counts
        .into_iter()
        .map(|count| (count.parent_id, count.children))
        .collect())
}

/// Parameters, and metrics without steps, of each of these runs.
///
/// # Errors
/// When the database fails.
pub async fn figures_of(
    reader: &mut Reader,
    run_ids: &[RunId],
) -> Result<BTreeMap<RunId, Details>> {
    let mut all: BTreeMap<RunId, Details> = BTreeMap::new();
    if run_ids.is_empty() {
        return Ok(all);
    }
    let places = places(0, run_ids.len());
    let parameters = format!(
        "select run_id, name, value from run_parameter where run_id in ({places}) order by run_id, name"
    );
    for row in sql(parameters).bind_all(run_ids).rows(reader).await? {
        let pair = (String::read(&row, "name")?, String::read(&row, "value")?);
        all.entry(RunId::read(&row, "run_id")?)
            .or_default()
            .parameters
            .push(pair);
    }
    let metrics = format!(
        "select run_id, name, step, value, interval_low, interval_high, n, why from run_metric where step = 0 and run_id in ({places}) \
         order by run_id, name"
    );
    for row in sql(metrics).bind_all(run_ids).rows(reader).await? {
        all.entry(RunId::read(&row, "run_id")?)
            .or_default()
            .metrics
            .push(Metric::from_row(&row)?);
    }
    Ok(all)
}

//! The search over runs in MLflow's filter language.

use store::tracking::{self, Compared, Direction, RunOrder, RunTerm, Shown, Sought, TermKind};

use super::filter::{self, Clause, Operator, Value};
use super::ids::run_id_of;
use super::paging;
use crate::{Error, Member, Result, Tenure};

/// What is searched for.
#[derive(Debug, Clone)]
pub struct RunSearch {
    pub experiments: Vec<String>,
    pub filter: String,
    pub order_by: Vec<String>,
    pub shown: Shown,
    pub limit: Option<i64>,
    pub token: String,
}

/// Runs that were found, and the token of the next page.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundRuns {
    pub runs: Vec<Sought>,
    pub next: String,
}

/// Runs of one answer, unless the client says how many; and at most.
const USUAL: usize = 1000;
const MOST: usize = 50_000;
/// Clauses and orders of one search.
const MOST_CLAUSES: usize = 100;

impl Tenure {
    /// Runs that match a filter, newest first unless another order is asked for.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a filter, order or token that is not understood.
    pub async fn search_tracked_runs(
        &self,
        _: &Member<'_>,
        search: &RunSearch,
    ) -> Result<FoundRuns> {
        let limit = paging::limit(search.limit, USUAL, MOST)?;
        let first = paging::offset(&search.token)?;
        let clauses = filter::clauses(&search.filter)?;
        if clauses.len() > MOST_CLAUSES
            || search.order_by.len() > MOST_CLAUSES
            || search.experiments.len() > MOST
        {
            return Err(Error::Invalid(format!(
                "A search can have up to {MOST_CLAUSES} clauses and orders."
            )));
        }
        let terms = clauses.iter().map(term).collect::<Result<Vec<_>>>()?;
        let order = search
            .order_by
            .iter()
            .map(|text| {
                let by = filter::order(text)?;
                Ok(RunOrder {
                    kind: kind(&by.entity, &by.key)?,
                    direction: if by.descending {
                        Direction::Descending
                    } else {
                        Direction::Ascending
                    },
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let mut reader = self.store.read().await?;
        let mut runs = tracking::search_runs(
            &mut reader,
            &search.experiments,
            &terms,
            &order,
            search.shown,
            first as i64,
            limit as i64 + 1,
        )
        .await?;
        let next = if runs.len() > limit {
            runs.truncate(limit);
            paging::token(first + limit)
        } else {
            String::new()
        };
        Ok(FoundRuns { runs, next })
    }
}

fn kind(entity: &str, key: &str) -> Result<TermKind> {
    let name = key.to_owned();
    Ok(match (entity, key) {
        ("metric" | "metrics", _) => TermKind::Metric(name),
        ("param" | "params" | "parameter" | "parameters", _) => TermKind::Parameter(name),
        ("tag" | "tags", "mlflow.runName") => TermKind::Name,
        ("tag" | "tags", "mlflow.parentRunId") => TermKind::Parent,
        ("tag" | "tags", _) => TermKind::Tag(name),
        ("dataset" | "datasets", "name") => TermKind::Dataset("name"),
        ("dataset" | "datasets", "digest") => TermKind::Dataset("digest"),
        ("dataset" | "datasets", "context") => TermKind::Dataset("context"),
        ("" | "attribute" | "attributes" | "attr" | "run", key) => {
            match key.to_lowercase().as_str() {
                "run_id" => TermKind::RunId,
                "run_name" | "run name" | "name" => TermKind::Name,
                "status" => TermKind::Status,
                "start_time" | "created" => TermKind::Start,
                "end_time" => TermKind::End,
                "user_id" | "user" => TermKind::Author,
                "artifact_uri" => TermKind::ArtifactUri,
                _ => {
                    return Err(Error::Invalid(format!(
                        "Invalid attribute key '{key}' specified. Valid keys are run_id, run_name, status, start_time, end_time, user_id, artifact_uri."
                    )));
                }
            }
        }
        _ => {
            return Err(Error::Invalid(format!(
                "Invalid entity type '{entity}'. Valid entity types are metrics, params, tags, attributes and datasets."
            )));
        }
    })
}

fn term(clause: &Clause) -> Result<RunTerm> {
    let kind = kind(&clause.entity, &clause.key)?;
    let is_number = matches!(kind, TermKind::Metric(_) | TermKind::Start | TermKind::End);
    let wrong = |what: &str| Error::Invalid(format!("Invalid filter on '{}': {what}.", clause.key));
    let is_id = matches!(kind, TermKind::RunId);
    let is_parent = matches!(kind, TermKind::Parent);
    let own = |text: &String| {
        if is_id {
            // No run has another id.
            run_id_of(text).map_or_else(|_| text.clone(), domain::RunId::into_string)
        } else if is_parent {
            text.replace('-', "")
        } else {
            text.clone()
        }
    };
    let compared = match (clause.operator, &clause.value) {
        (Operator::IsNull, _) => Compared::Missing(true),
        (Operator::IsNotNull, _) => Compared::Missing(false),
        (Operator::Compare(sign), Value::Number(number)) if is_number => {
            Compared::Number(sign, *number)
        }
        (_, _) if is_number => return Err(wrong("it is compared with a number")),
        (Operator::Compare(sign @ ("=" | "!=")), Value::Text(text)) => {
            Compared::Text(sign, own(text))
        }
        (Operator::Like, Value::Text(pattern)) => Compared::Like {
            pattern: pattern.clone(),
            exact_case: true,
        },
        (Operator::ILike, Value::Text(pattern)) => Compared::Like {
            pattern: pattern.clone(),
            exact_case: false,
        },
        (Operator::In, Value::Texts(texts)) => {
            Compared::OneOf(texts.iter().map(own).collect(), true)
        }
        (Operator::NotIn, Value::Texts(texts)) => {
            Compared::OneOf(texts.iter().map(own).collect(), false)
        }
        (Operator::Compare(_), Value::Text(_)) => {
            return Err(wrong("text is compared by =, !=, LIKE, ILIKE or IN"));
        }
        (_, _) => return Err(wrong("text is in quotes")),
    };
    Ok(RunTerm { kind, compared })
}

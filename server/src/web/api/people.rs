//! The people who were scored last. Reading them is on record.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use domain::{Date, PeopleQuery, ProblemCode, VersionNumber};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use workflow::scoring::{Dashboard, FilterField, PersonPage, PersonRow};
use workflow::{Error, Scope, Tenure};

use super::input::{Params, Path};
use super::openapi::Failures;
use super::paging::{decode, encode, limit};
use super::paths::{OfPerson, OfUseCase};
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;

/// Which people.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhichPeople {
    /// Key of a purpose of access, where the use case lists purposes.
    pub why: Option<String>,
    /// Part of the number of a person.
    pub search: Option<String>,
    /// A risk band.
    pub band: Option<String>,
    /// Least probability.
    #[param(minimum = 0, maximum = 1)]
    pub min_risk: Option<f64>,
    /// Fields of the use case's segments with the values that are wanted:
    /// `Department=Sales,JobLevel=2`.
    pub filter: Option<String>,
    /// `risk` (default), `id`, or a segment.
    pub sort: Option<String>,
    /// Smallest first.
    pub ascending: Option<bool>,
    /// People of a page, 1 to 1000; 100 when absent.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<usize>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500)]
    pub cursor: Option<String>,
}

/// A page of people.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScoredPeople {
    pub items: Vec<PersonRow>,
    /// For the next page; null on the last one.
    pub next_cursor: Option<String>,
    /// How many match.
    pub total: u32,
    /// By when the probabilities are meant, in words.
    pub horizon: String,
    /// The fields that can be filtered by, in the order of each person's `segments`.
    pub segments: Vec<FilterField>,
    /// Day and version of the scores that changes are against.
    pub compared_with: Option<ComparedWith>,
}

/// Scores that changes are against.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComparedWith {
    pub as_of: Date,
    pub version: VersionNumber,
}

/// The scored people of a use case, highest risk first. The purpose is named where one must be, and
/// each call is on record. A token needs the scope `people`.
#[utoipa::path(get, path = "/use-cases/{use_case}/people", tag = "people", params(OfUseCase, WhichPeople), responses((status = 200, body = ScoredPeople), Failures))]
pub async fn list_people(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
    Params(which): Params<WhichPeople>,
) -> Result<Json<ScoredPeople>, Problem> {
    let analyst = actor.analyst_for(Scope::People)?;
    let size = limit(which.limit)?;
    if which
        .min_risk
        .is_some_and(|risk| !(0.0..=1.0).contains(&risk))
    {
        return Err(Problem(Error::field(
            "min_risk",
            ProblemCode::OutOfRange,
            "Give a probability from 0 to 1.",
        )));
    }
    let page = match &which.cursor {
        None => 1,
        Some(cursor) => page_of(cursor, size)?,
    };
    let query = PeopleQuery {
        search: which.search.unwrap_or_default(),
        band: which.band.unwrap_or_default(),
        min_risk: which
            .min_risk
            .map(|risk| risk.to_string())
            .unwrap_or_default(),
        filters: filters(which.filter.as_deref().unwrap_or_default())?,
        sort: which.sort.unwrap_or_default(),
        ascending: which.ascending.unwrap_or_default(),
        page,
    };
    let why = which.why.unwrap_or_default();
    let found = tenure
        .people_for_program(&analyst, &of.use_case, &query, &why, size)
        .await?;
    let next = (found.page < found.pages).then(|| encode(&format!("{} {size}", found.page + 1)));
    Ok(Json(ScoredPeople {
        items: found.rows,
        next_cursor: next,
        total: found.total,
        horizon: found.horizon,
        segments: found.segments,
        compared_with: found
            .compared_with
            .map(|(as_of, version)| ComparedWith { as_of, version }),
    }))
}

/// The page that a cursor stands for; one of another `limit` begins elsewhere.
fn page_of(cursor: &str, size: usize) -> Result<u32, Error> {
    let text = decode(cursor)?;
    text.split_once(' ')
        .filter(|(_, own)| own.parse() == Ok(size))
        .and_then(|(page, _)| page.parse().ok())
        .ok_or_else(|| {
            Error::field(
                "cursor",
                ProblemCode::Inconsistent,
                "This cursor belongs to a list with another limit. Begin again without one.",
            )
        })
}

fn filters(text: &str) -> Result<BTreeMap<String, String>, Error> {
    let pair = |part: &str| {
        let (field, value) = part.split_once('=').ok_or_else(|| {
            Error::field(
                "filter",
                ProblemCode::Format,
                "Write filters as Field=value, separated by commas.",
            )
        })?;
        Ok((field.trim().to_owned(), value.trim().to_owned()))
    };
    text.split(',')
        .filter(|part| !part.trim().is_empty())
        .map(pair)
        .collect()
}

/// Why somebody looks.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Why {
    /// Key of a purpose of access, where the use case lists purposes.
    pub why: Option<String>,
}

/// One person: score, reasons, values, past scores, and who looked before. The purpose is named
/// where one must be, and the look is on record. A token needs the scope `people`.
#[utoipa::path(get, path = "/use-cases/{use_case}/people/{person}", tag = "people", params(OfPerson, Why), responses((status = 200, body = PersonPage), Failures))]
pub async fn show_person(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfPerson>,
    Params(why): Params<Why>,
) -> Result<Json<PersonPage>, Problem> {
    Ok(Json(
        tenure
            .person(
                &actor.analyst_for(Scope::People)?,
                &of.use_case,
                &of.person,
                why.why.as_deref().unwrap_or_default(),
            )
            .await?,
    ))
}

/// The figures of the dashboard: headlines, bands, risk by group, drivers, capacity. A token needs
/// the scope `people`.
#[utoipa::path(get, path = "/use-cases/{use_case}/dashboard", tag = "people", params(OfUseCase), responses((status = 200, body = Dashboard), Failures))]
pub async fn dashboard(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
) -> Result<Json<Dashboard>, Problem> {
    Ok(Json(
        tenure
            .dashboard(&actor.analyst_for(Scope::People)?, &of.use_case)
            .await?,
    ))
}

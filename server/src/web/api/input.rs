//! Extractors for API requests.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use workflow::Error;

use crate::web::problem::Problem;
use crate::web::state::AppState;

/// A JSON body; one that is invalid or has another shape is rejected with problem details.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        let refused = |rejection: JsonRejection| Problem(Error::Invalid(rejection.body_text()));
        Json::from_request(request, state)
            .await
            .map(|Json(body)| Self(body))
            .map_err(refused)
    }
}

/// The query string of a request, with the same rejection as [`Body`].
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let refused = |rejection: QueryRejection| Problem(Error::Invalid(rejection.body_text()));
        Query::from_request_parts(parts, state)
            .await
            .map(|Query(query)| Self(query))
            .map_err(refused)
    }
}

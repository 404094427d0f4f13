//! Extractors for API requests: what is wrong is told as problem details.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::{FieldProblem, ProblemCode};
use serde::de::DeserializeOwned;
use workflow::Error;

use crate::web::problem::{Problem, of_http};
use crate::web::state::AppState;

/// How long a body may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A JSON body. One that is no JSON is rejected with 400, one of another shape with 422 and the
/// field, another media type with 415, one that is too large with 413.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for Body<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        let bytes = json_bytes(request, state).await?;
        expect_object(&bytes)
            .and_then(|()| parse(&bytes))
            .map(Self)
            .map_err(|error| Problem(error).into_response())
    }
}

/// The bytes of a JSON body, as long as they come within [`PATIENCE`].
async fn json_bytes(request: Request, state: &AppState) -> Result<Bytes, Response> {
    if !is_json(request.headers()) {
        return Err(unsupported(
            "Send JSON with the header Content-Type: application/json.",
        ));
    }
    match tokio::time::timeout(PATIENCE, Bytes::from_request(request, state)).await {
        Ok(read) => read.map_err(unread),
        Err(_) => Err(of_http(
            StatusCode::REQUEST_TIMEOUT,
            "request_timeout",
            "The body did not come within a minute.",
        )),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let kind = kind.to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

pub fn unsupported(sentence: &str) -> Response {
    of_http(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        sentence,
    )
}

fn unread(rejection: BytesRejection) -> Response {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large();
    }
    Problem(Error::Invalid("The body could not be read.".into())).into_response()
}

fn too_large() -> Response {
    let sentence = format!(
        "The body is too large. The limit is {} MB.",
        super::limits::LARGEST_BODY >> 20
    );
    of_http(StatusCode::PAYLOAD_TOO_LARGE, "too_large", &sentence)
}

/// A list would be taken for the fields of a struct, in their order.
fn expect_object(bytes: &[u8]) -> Result<(), Error> {
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'[') => Err(Error::field(".", ProblemCode::Type, "Send a JSON object.")),
        Some(_) | None => Ok(()),
    }
}

/// A JSON body of any kind, with the rejections of [`Body`].
pub struct AnyBody(pub serde_json::Value);

impl FromRequest<AppState> for AnyBody {
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        let bytes = json_bytes(request, state).await?;
        parse(&bytes)
            .map(Self)
            .map_err(|error| Problem(error).into_response())
    }
}

/// A value from JSON; what does not fit is told by its field.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let mut parser = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut parser).map_err(|error| {
        let field = error.path().to_string();
        let inner = error.into_inner();
        match inner.classify() {
            serde_json::error::Category::Data => of_field(&field, &inner.to_string()),
            serde_json::error::Category::Syntax
            | serde_json::error::Category::Eof
            | serde_json::error::Category::Io => {
                Error::Invalid(format!("The body is not valid JSON: {inner}."))
            }
        }
    })?;
    parser
        .end()
        .map_err(|error| Error::Invalid(format!("The body is not valid JSON: {error}.")))?;
    Ok(value)
}

/// serde tells what is wrong in text only: a missing and an unknown field are known by how it
/// begins, and name the field themselves.
fn of_field(path: &str, text: &str) -> Error {
    let text = text.split(" at line ").next().unwrap_or(text);
    let named = text.split('`').nth(1).unwrap_or_default();
    let inside = |name: &str| match path {
        "." | "?" => name.to_owned(),
        path if path.ends_with(name) => path.to_owned(),
        path => format!("{path}.{name}"),
    };
    if text.starts_with("missing field") {
        return Error::field(
            inside(named),
            ProblemCode::Required,
            "This field is required.",
        );
    }
    if text.starts_with("unknown field") {
        let sentence = "There is no such field here.";
        return Error::field(inside(named), ProblemCode::UnknownField, sentence);
    }
    let sentence = domain::format::sentence(text);
    Error::Fields(vec![FieldProblem::new(path, ProblemCode::Type, sentence)])
}

/// The query string of a request: 422 with the parameter where it does not fit.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        Query::from_request_parts(parts, state)
            .await
            .map(|Query(query)| Self(query))
            .map_err(|rejection| {
                let text = rejection.body_text();
                let text = text.strip_prefix("Failed to deserialize query string: ");
                let text = text.unwrap_or("the query string is invalid").to_owned();
                let (path, text) = text.split_once(": ").unwrap_or((".", &text));
                Problem(of_field(path, text))
            })
    }
}

/// The parameters in the path of a request: what cannot be one is not found.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<AppState> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        axum::extract::Path::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(path)| Self(path))
            .map_err(|_| Problem(Error::NotFound("There is nothing at this address.".into())))
    }
}

/// A form with files.
pub struct Upload(pub Multipart);

impl FromRequest<AppState> for Upload {
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        Multipart::from_request(request, state)
            .await
            .map(Self)
            .map_err(|_| unsupported("Send files with Content-Type: multipart/form-data."))
    }
}

/// What is wrong with the parts of a form.
pub fn of_part(error: &MultipartError) -> Response {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large();
    }
    Problem(Error::Invalid("The form could not be read.".into())).into_response()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[serde(rename = "n")]
        _n: u32,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[serde(rename = "a")]
        _a: Inner,
    }

    fn told(text: &str) -> (String, ProblemCode) {
        let error = parse::<Outer>(text.as_bytes()).unwrap_err();
        let Error::Fields(problems) = error else {
            panic!("{error}");
        };
        (problems[0].field.clone(), problems[0].code)
    }

    #[test]
    fn a_body_that_does_not_fit_is_told_by_its_field() {
        assert_eq!(told("{}"), ("a".into(), ProblemCode::Required));
        assert_eq!(told(r#"{"a": {}}"#), ("a.n".into(), ProblemCode::Required));
        assert_eq!(
            told(r#"{"a": {"n": "x"}}"#),
            ("a.n".into(), ProblemCode::Type)
        );
        assert_eq!(
            told(r#"{"a": {"n": 1, "m": 2}}"#),
            ("a.m".into(), ProblemCode::UnknownField)
        );
        for broken in ["", "{", r#"{"a": {"n": 1}} x"#] {
            let error = parse::<Outer>(broken.as_bytes()).unwrap_err();
            assert!(matches!(error, Error::Invalid(_)), "{broken}: {error}");
        }
    }
}

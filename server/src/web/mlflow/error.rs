//! Errors in MLflow's shape: `{"error_code": "…", "message": "…"}`.

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::RefusalCode;
use serde_json::json;
use workflow::Error;

use crate::web::problem::{Problem, RETRY_AFTER};

/// An error as a response to MLflow's client.
pub struct MlflowError(pub Error);

impl From<Error> for MlflowError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<Problem> for MlflowError {
    fn from(Problem(error): Problem) -> Self {
        Self(error)
    }
}

fn kind(error: &Error) -> (StatusCode, &'static str) {
    match error {
        Error::NotFound(_) => (StatusCode::NOT_FOUND, "RESOURCE_DOES_NOT_EXIST"),
        Error::Invalid(_) | Error::Fields(_) | Error::Refused(_) => {
            (StatusCode::BAD_REQUEST, "INVALID_PARAMETER_VALUE")
        }
        Error::SignIn(_) => (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"),
        Error::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, "REQUEST_LIMIT_EXCEEDED"),
        Error::Forbidden { .. } => (StatusCode::FORBIDDEN, "PERMISSION_DENIED"),
        Error::Conflict {
            code: RefusalCode::NotSupported,
            ..
        } => (StatusCode::NOT_IMPLEMENTED, "NOT_IMPLEMENTED"),
        Error::Conflict {
            code: RefusalCode::NameTaken,
            ..
        } => (StatusCode::BAD_REQUEST, "RESOURCE_ALREADY_EXISTS"),
        Error::Conflict { .. } | Error::Canceled(_) => (StatusCode::BAD_REQUEST, "INVALID_STATE"),
        Error::Unavailable(_) | Error::NotLogged(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, "TEMPORARILY_UNAVAILABLE")
        }
        Error::Store(_) | Error::Internal { .. } => {
            (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR")
        }
    }
}

impl IntoResponse for MlflowError {
    fn into_response(self) -> Response {
        let (status, code) = kind(&self.0);
        let message = if status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED {
            let id = crate::web::request_id::current();
            tracing::error!(
                error = workflow::causes(&self.0),
                request_id = id,
                "request of an MLflow client failed"
            );
            format!(
                "The server could not do this. Try again; the cause is in its log under {id:?}."
            )
        } else {
            self.0.to_string()
        };
        let mut response = (
            status,
            Json(json!({ "error_code": code, "message": message })),
        )
            .into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER));
        }
        response
    }
}

/// Gives the errors of the layers around the routes (sign-in, origin, body too large) MLflow's
/// shape too.
pub async fn in_mlflow_shape(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_ours = [
        "/api/2.0/mlflow/",
        "/api/3.0/mlflow/",
        "/api/2.0/mlflow-artifacts/",
    ]
    .iter()
    .any(|prefix| path.starts_with(prefix));
    let response = next.run(request).await;
    let is_problem = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/problem+json");
    if !is_ours || !is_problem {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let detail = axum::body::to_bytes(body, 1 << 16)
        .await
        .ok()
        .and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok())
        .and_then(|problem| Some(problem.get("detail")?.as_str()?.to_owned()))
        .unwrap_or_default();
    let code = match parts.status {
        StatusCode::UNAUTHORIZED => "UNAUTHENTICATED",
        StatusCode::FORBIDDEN => "PERMISSION_DENIED",
        StatusCode::SERVICE_UNAVAILABLE => "TEMPORARILY_UNAVAILABLE",
        StatusCode::NOT_FOUND => "RESOURCE_DOES_NOT_EXIST",
        status if status.is_client_error() => "BAD_REQUEST",
        _ => "INTERNAL_ERROR",
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    let body = json!({ "error_code": code, "message": detail }).to_string();
    Response::from_parts(parts, body.into())
}

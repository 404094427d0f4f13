//! `Idempotency-Key`: a POST that is sent again is answered as it was the first time.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use workflow::idempotency::{Answered, Repeat};
use workflow::{Actor, Error, Tenure};

use crate::web::problem::{Problem, of_http};

const KEY: &str = "idempotency-key";
/// Longest key, in characters.
const LONGEST: usize = 200;
/// Largest body of a request with a key, in bytes.
const LARGEST: usize = super::limits::LARGEST_IMPORT;

/// Where answers are kept: not those with scores, of which nothing is stored, and not those with a
/// secret.
const KEPT: [&str; 4] = [
    "/api/v1/use-cases",
    "/api/v1/data/",
    "/api/v1/jobs/",
    "/api/v1/alerts/",
];

/// Carries out a request with a key once.
pub async fn once(State(tenure): State<Tenure>, request: Request, next: Next) -> Response {
    let key = request.headers().get(KEY).cloned();
    let actor = request.extensions().get::<Actor>().cloned();
    let path = request.uri().path();
    let is_kept = KEPT.iter().any(|prefix| path.starts_with(prefix));
    let (true, Some(key), Some(actor), &Method::POST) = (is_kept, key, actor, request.method())
    else {
        return next.run(request).await;
    };
    let key = match key.to_str() {
        Ok(key) if !key.trim().is_empty() && key.len() <= LONGEST => key.trim().to_owned(),
        _ => {
            let sentence = format!("An Idempotency-Key has 1 to {LONGEST} visible characters.");
            return Problem(Error::Invalid(sentence)).into_response();
        }
    };
    match answered_once(&tenure, &actor, &key, request, next).await {
        Ok(response) => response,
        Err(error) => Problem(error).into_response(),
    }
}

async fn answered_once(
    tenure: &Tenure,
    actor: &Actor,
    key: &str,
    request: Request,
    next: Next,
) -> Result<Response, Error> {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST).await else {
        return Ok(of_http(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "The body is too large or ended early.",
        ));
    };
    let kind = text(parts.headers.get(header::CONTENT_TYPE));
    let head = format!("{} {}\n", parts.method, parts.uri);
    let hash = hash_of(head, boundary(&kind), bytes.clone()).await?;
    match tenure.begin_once(actor, key, &hash).await? {
        Repeat::First => {}
        Repeat::Answered(answered) => return replayed(answered),
        Repeat::OtherRequest => {
            return Ok(of_http(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "This Idempotency-Key was used for another request. Use a new one for each request.",
            ));
        }
        Repeat::InProgress => {
            return Ok(of_http(
                StatusCode::CONFLICT,
                "idempotency_key_in_progress",
                "The request with this Idempotency-Key is still being carried out. Try again in a moment.",
            ));
        }
    }
    let response = next
        .run(Request::from_parts(parts, Body::from(bytes)))
        .await;
    // What failed inside, or for want of the database, may be tried again.
    if response.status().is_server_error() {
        tenure.forget_key(actor, key).await?;
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(Error::caused)?;
    let kept = Answered {
        status: parts.status.as_u16(),
        media_type: text(parts.headers.get(header::CONTENT_TYPE)),
        headers: parts
            .headers
            .get(header::LOCATION)
            .map(|value| ("location".to_owned(), text(Some(value))))
            .into_iter()
            .collect(),
        body: String::from_utf8(body.to_vec()).map_err(Error::caused)?,
    };
    tenure.keep_answer(actor, key, &hash, kept).await?;
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn text(value: Option<&HeaderValue>) -> String {
    value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}

/// What separates the parts of a form: a client chooses another one each time.
fn boundary(kind: &str) -> Option<Vec<u8>> {
    let (_, boundary) = kind.split_once("boundary=")?;
    let boundary = boundary.split(';').next()?.trim().trim_matches('"');
    (!boundary.is_empty()).then(|| boundary.as_bytes().to_vec())
}

/// Hashing a large file is no work for the threads that answer requests.
async fn hash_of(head: String, boundary: Option<Vec<u8>>, bytes: Bytes) -> Result<String, Error> {
    let work = move || {
        let body = match boundary {
            Some(boundary) => store::artifacts::hash(&without(&bytes, &boundary)),
            None => store::artifacts::hash(&bytes),
        };
        store::artifacts::hash(format!("{head}{body}").as_bytes())
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Error::caused)
}

fn without(bytes: &[u8], part: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        if rest.starts_with(part) {
            rest = &rest[part.len()..];
        } else {
            kept.push(*first);
            rest = &rest[1..];
        }
    }
    kept
}

fn replayed(answered: Answered) -> Result<Response, Error> {
    let mut response = Response::builder()
        .status(answered.status)
        .header(header::CONTENT_TYPE, answered.media_type)
        .header("idempotent-replayed", "true");
    for (name, value) in answered.headers {
        response = response.header(name, value);
    }
    response
        .body(Body::from(answered.body))
        .map_err(Error::caused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_form_has_the_same_hash_whatever_separates_its_parts() {
        let kind = "multipart/form-data; boundary=\"xyz\"";
        assert_eq!(boundary(kind), Some(b"xyz".to_vec()));
        assert_eq!(boundary("application/json"), None);
        assert_eq!(
            without(b"--xyz\r\na\r\n--xyz--", b"xyz"),
            without(b"--pq\r\na\r\n--pq--", b"pq")
        );
        assert_ne!(
            without(b"--xyz\r\na", b"xyz"),
            without(b"--xyz\r\nb", b"xyz")
        );
    }
}

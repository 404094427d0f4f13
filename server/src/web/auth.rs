//! Authentication: a session cookie or an API token becomes an [`Actor`], or the request is
//! rejected.

use app::layout::LoadFrame;
use app::pages::LoadPage;
use app::pages::home::LoadHome;
use app::theme::SetTheme;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domain::Route;
use domain::route::pattern;
use leptos::server_fn::ServerFn;
use store::accounts::sessions::ACCOUNT;
use time::Duration;
use tower_sessions::Session;
use workflow::{Actor, Error, Result, Tenure};

use super::problem::{self, Problem};
use super::state::AppState;

/// A session ends after this long without a request.
pub const IDLE: Duration = Duration::minutes(30);
/// A session ends after this time in any case.
const ABSOLUTE: Duration = Duration::hours(12);
/// The idle timeout is extended at most this often, in seconds.
const TOUCH_AFTER: i64 = 60;

/// The documentation page of the API: a browser is sent to the sign-in page, unlike by its routes.
pub const DOCS: &str = "/api/docs";

/// `Cache-Control` of answers with an ETag: a program may keep them, and asks each time.
pub const KEPT_BY_PROGRAMS: &str = "private, no-cache";

/// Keys of a session's data: unix seconds.
const SINCE: &str = "since";
const SEEN: &str = "seen";

/// The actor of a request, for routes. Without one: 401 as problem details.
pub struct AuthUser(pub Actor);

impl<S: Send + Sync> FromRequestParts<S> for AuthUser {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> std::result::Result<Self, Problem> {
        parts
            .extensions
            .get::<Actor>()
            .cloned()
            .map(Self)
            .ok_or_else(|| Problem(nobody()))
    }
}

fn nobody() -> Error {
    Error::SignIn("Sign in, or send an API token in the header Authorization: Bearer.".into())
}

fn now() -> i64 {
    store::now().micros() / 1_000_000
}

/// Sessions are stored in the database: one that cannot be read or written means that the database
/// is unavailable.
fn failed(error: tower_sessions::session::Error) -> Error {
    match error {
        tower_sessions::session::Error::Store(error) => Error::Unavailable(error.into()),
        error => Error::caused(error),
    }
}

/// Starts a session of an account under a new id.
///
/// # Errors
/// When the store fails.
pub async fn begin(session: &Session, account_id: &str) -> Result<()> {
    let begun = async {
        session.cycle_id().await?;
        session.insert(ACCOUNT, account_id).await?;
        session.insert(SINCE, now()).await?;
        session.insert(SEEN, now()).await
    };
    begun.await.map_err(failed)
}

/// Ends a session.
///
/// # Errors
/// When the store fails.
pub async fn end(session: &Session) -> Result<()> {
    session.flush().await.map_err(failed)
}

async fn of_session(tenure: &Tenure, session: &Session) -> Result<Option<Actor>> {
    let Some(account) = session.get::<String>(ACCOUNT).await.map_err(failed)? else {
        return Ok(None);
    };
    let times = (
        session.get::<i64>(SINCE).await.map_err(failed)?,
        session.get::<i64>(SEEN).await.map_err(failed)?,
    );
    let (Some(since), Some(seen)) = times else {
        return Ok(None);
    };
    let actor = if now() - since < ABSOLUTE.whole_seconds() {
        tenure.actor_of_account(&account).await?
    } else {
        None
    };
    if actor.is_none() {
        end(session).await?;
    } else if now() - seen > TOUCH_AFTER {
        // Changing the session saves it, which extends it.
        session.insert(SEEN, now()).await.map_err(failed)?;
    }
    Ok(actor)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Files that are the same for everybody.
const FILES: [&str; 4] = ["/favicon.svg", "/robots.txt", "/copy.js", "/live.js"];

/// What needs no sign-in: the sign-in pages, the built site, the health checks. Everything else
/// does.
pub fn is_open(method: &Method, path: &str) -> bool {
    let site = path.starts_with("/pkg/") || FILES.contains(&path);
    let route = Route::parse(path).filter(|route| route.path() == path);
    let signing_in = matches!(route, Some(Route::SignIn | Route::SetUp { .. }));
    // These respond with the page that asks for sign-in.
    let written =
        *method == Method::GET && [LoadPage::PATH, LoadFrame::PATH, LoadHome::PATH].contains(&path);
    site || signing_in
        || written
        || path == SetTheme::PATH
        || matches!(path, "/healthz" | "/health")
}

/// Adds the [`Actor`] to the request, or redirects to the sign-in page, or responds with 401.
pub async fn identify(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let tenure = &state.tenure;
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    // Health checks work even when nobody can be identified.
    if path.starts_with("/pkg/") || matches!(path.as_str(), "/healthz" | "/health") {
        return next.run(request).await;
    }
    let found = match (
        bearer(request.headers()),
        request.extensions().get::<Session>().cloned(),
    ) {
        (Some(token), _) => tenure.actor_of_token(token).await.map(Some),
        (None, Some(session)) => of_session(tenure, &session).await,
        (None, None) => Ok(None),
    };
    // A use case that was imported on the command line is in force from the next request on.
    let found = match found {
        Ok(Some(actor)) => tenure.refresh_use_cases().await.map(|()| Some(actor)),
        found => found,
    };
    match found {
        Err(error) => return Problem(error).into_response(),
        Ok(Some(_)) if method == Method::GET && path == pattern::SignIn => {
            return Redirect::to(pattern::Home).into_response();
        }
        Ok(Some(actor)) => {
            if let Some(Err(seconds)) = actor.token_id().map(|token| state.rate_limit.take(token)) {
                return too_many(seconds);
            }
            request.extensions_mut().insert(actor);
        }
        Ok(None) if is_open(&method, &path) => {}
        Ok(None)
            if (path == DOCS || !path.starts_with("/api/"))
                && wants_page(&method, request.headers()) =>
        {
            return to_sign_in(&request);
        }
        Ok(None) => return Problem(nobody()).into_response(),
    }
    let mut response = next.run(request).await;
    // Nothing stays in the browser after sign-out, except what is the same for everybody and the
    // model, which is revalidated by its hash each time.
    let is_kept = FILES.contains(&path.as_str()) || path.ends_with("/model.bin");
    if !is_kept {
        // Of an answer with an ETag a program may keep a copy, and asks each time.
        let headers = response.headers_mut();
        let kept = headers
            .get(header::CACHE_CONTROL)
            .is_some_and(|value| value == KEPT_BY_PROGRAMS);
        if !kept {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
    }
    response
}

fn too_many(seconds: i64) -> Response {
    let detail = format!("The token has sent too many requests. Wait {seconds} s and try again.");
    let mut response = problem::of_http(StatusCode::TOO_MANY_REQUESTS, "rate_limited", &detail);
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

fn wants_page(method: &Method, headers: &HeaderMap) -> bool {
    let accepts = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    accepts && matches!(*method, Method::GET | Method::POST)
}

/// Redirects to the sign-in page, which leads back to the requested page.
fn to_sign_in(request: &Request) -> Response {
    let back = match (request.method(), request.uri().path_and_query()) {
        (&Method::GET, Some(wanted)) if wanted.path() != pattern::Home => wanted.as_str(),
        _ => "",
    };
    Redirect::to(&Route::SignIn.with_query(&[("return", back)])).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_closed_but_what_is_named() {
        for path in [
            "/",
            "/users",
            "/account",
            "/fn/review-decide",
            "/api/v1/predict",
            "/artifacts/1/model.tenure",
            "/sign-in/x",
            "//sign-in",
            "/set-up/a/b",
            "/metrics",
        ] {
            assert!(!is_open(&Method::GET, path), "{path}");
        }
        assert!(!is_open(&Method::POST, "/fn/page"));
        assert!(
            is_open(&Method::POST, "/sign-in")
                && is_open(&Method::GET, "/set-up/abc")
                && is_open(&Method::GET, "/pkg/tenure.css")
        );
    }

    #[test]
    fn a_token_is_read_from_its_header_only() {
        let with = |value: &'static str| {
            HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static(value))])
        };
        assert_eq!(bearer(&with("bearer tenure_1")), Some("tenure_1"));
        assert_eq!(
            [
                bearer(&with("Basic YTpi")),
                bearer(&with("tenure_1")),
                bearer(&HeaderMap::new())
            ],
            [None; 3]
        );
    }
}

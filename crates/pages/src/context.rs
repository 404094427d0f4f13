//! The context of a request: the use cases, the signed-in user, flash messages and headers.

use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use domain::Route;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use workflow::{Actor, Tenure};

use crate::error::{Kind, PageError};

/// The use cases from the server's context, and the signed-in user of the request.
pub fn get() -> Result<(Tenure, Actor), PageError> {
    let tenure = tenure()?;
    let actor =
        use_context::<Parts>().and_then(|request| request.extensions.get::<Actor>().cloned());
    let actor = actor.ok_or_else(|| PageError::new(Kind::SignIn, "You are not signed in."))?;
    Ok((tenure, actor))
}

/// The use cases, for pages without sign-in.
pub fn tenure() -> Result<Tenure, PageError> {
    use_context::<Tenure>().ok_or_else(|| {
        PageError::new(
            Kind::Internal,
            "The server is not ready. Try again in a moment.",
        )
    })
}

/// Whether the site is served over HTTPS: cookies are then marked as secure. Put into context by
/// the server.
#[derive(Debug, Clone, Copy)]
pub struct SecureCookies(pub bool);

/// Browsers reject larger cookies.
const LARGEST_COOKIE: usize = 4000;

/// A cookie with a message that a page shows once. Only this page receives it, so that it is in no
/// address, log or store; `None` when it is too large for a cookie.
pub fn flash_cookie(
    page: &Route,
    pairs: &[(&str, &str)],
    SecureCookies(secure): SecureCookies,
) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    let text = domain::query::query_string(pairs);
    let cookie =
        format!("flash={text}; Path={page}; Max-Age=60; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&cookie)
        .ok()
        .filter(|_| text.len() <= LARGEST_COOKIE)
}

/// Redirects a form to `page` (with `rest`: a query string, a fragment or nothing), which shows
/// `flash` once. The last pairs that make the cookie too large are left out.
pub fn redirect_with_flash(page: &Route, rest: &str, flash: &[(&str, &str)]) {
    let pairs: Vec<(&str, &str)> = flash
        .iter()
        .copied()
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let secure = use_context::<SecureCookies>().unwrap_or(SecureCookies(false));
    let cookie = (1..=pairs.len())
        .rev()
        .find_map(|count| flash_cookie(page, &pairs[..count], secure));
    if let (Some(response), Some(cookie)) = (use_context::<ResponseOptions>(), cookie) {
        response.append_header(header::SET_COOKIE, cookie);
    }
    leptos_axum::redirect(&format!("{page}{rest}"));
}

/// The flash message for this page: read once from the cookie that only this page receives.
pub fn take_flash(page: &Route) -> Vec<(String, String)> {
    let request = use_context::<Parts>();
    let cookies = request
        .as_ref()
        .and_then(|request| request.headers.get(header::COOKIE)?.to_str().ok())
        .unwrap_or_default();
    let Some(text) = cookies
        .split(';')
        .find_map(|cookie| cookie.trim().strip_prefix("flash="))
    else {
        return Vec::new();
    };
    set_cookie(&format!(
        "flash=; Path={page}; Max-Age=0; HttpOnly; SameSite=Strict"
    ));
    domain::query::pairs(text)
}

fn set_cookie(cookie: &str) {
    if let (Some(response), Ok(cookie)) = (
        use_context::<ResponseOptions>(),
        HeaderValue::from_str(cookie),
    ) {
        response.append_header(header::SET_COOKIE, cookie);
    }
}

/// The page number of an address; the first page when it is empty.
pub fn page_number(text: &str) -> Result<u32, PageError> {
    let number = if text.is_empty() {
        Some(1)
    } else {
        text.parse().ok().filter(|page| *page >= 1)
    };
    number.ok_or_else(|| {
        PageError::new(
            Kind::BadRequest,
            format!("“{text}” is not a valid page number. Use a whole number from 1."),
        )
    })
}

/// A server task that did not finish.
pub fn broken(error: tokio::task::JoinError) -> PageError {
    tracing::error!(%error, "a task did not finish");
    PageError::new(Kind::Internal, "The server could not complete the request.")
}

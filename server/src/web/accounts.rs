//! The account forms: sign-in and sign-out, passwords, tokens and user administration. Each
//! responds with a redirect.

use std::net::{IpAddr, SocketAddr};

use axum::Router;
use axum::extract::{ConnectInfo, Form, Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use domain::route::pattern;
use domain::{Route, query};
use pages::context::SecureCookies;
use tower_sessions::Session;
use workflow::{Error, Result, Role, Scope, TokenRequest};

use super::auth::{self, AuthUser};
use super::problem::Problem;
use super::state::AppState;

/// The routes of the forms. `pages` renders the pages that contain them.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route(pattern::SignIn, post(sign_in))
        .route(pattern::SignOut, post(sign_out))
        .route(pattern::SetUp, post(set_up))
        .route(pattern::ChangePassword, post(change_password))
        .route(pattern::SignOutEverywhere, post(sign_out_everywhere))
        .route(pattern::CreateToken, post(create_token))
        .route(pattern::RevokeToken, post(revoke_token))
        .route(pattern::Users, post(add_account))
        .route(pattern::SetRoles, post(set_roles))
        .route(pattern::SetDisabled, post(set_disabled))
        .route(pattern::RenewSetUp, post(renew_link))
}

/// The submitted fields of a form, with repeated ones.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn one(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    fn all<T>(&self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
        self.0
            .iter()
            .filter(|(known, _)| known == name)
            .filter_map(|(_, value)| parse(value))
            .collect()
    }
}

type Posted = Form<Vec<(String, String)>>;
pub(super) type Answer = std::result::Result<Response, Problem>;

/// Redirects to a page with values that it shows once.
pub(super) fn redirect_with_flash(
    state: &AppState,
    page: &Route,
    pairs: &[(&str, &str)],
) -> Answer {
    let too_large = || Problem(Error::Invalid("The text is too long. Shorten it.".into()));
    let cookie = pages::context::flash_cookie(page, pairs, SecureCookies(state.secure))
        .ok_or_else(too_large)?;
    let mut response = Redirect::to(&page.path()).into_response();
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// Redirects back to a page with a success message, or an error at a field.
fn answer(state: &AppState, page: &Route, field: &str, result: Result<String>) -> Answer {
    match result {
        Ok(done) => redirect_with_flash(state, page, &[("done", &done)]),
        Err(error @ (Error::Store(_) | Error::Unavailable(_) | Error::Internal { .. })) => {
            Err(Problem(error))
        }
        Err(error) => redirect_with_flash(
            state,
            page,
            &[("problem", &error.to_string()), ("field", field)],
        ),
    }
}

/// The client address for the throttle. An IPv6 address is reduced to its /64 network, which
/// belongs to one client.
fn origin(state: &AppState, headers: &HeaderMap, peer: SocketAddr) -> String {
    let forwarded = || {
        headers
            .get_all("x-forwarded-for")
            .iter()
            .next_back()?
            .to_str()
            .ok()?
            .rsplit(',')
            .next()?
            .trim()
            .parse::<IpAddr>()
            .ok()
    };
    let address = if state.behind_proxy {
        forwarded().unwrap_or_else(|| peer.ip())
    } else {
        peer.ip()
    };
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => address.segments()[..4]
            .iter()
            .map(|part| format!("{part:x}:"))
            .collect(),
    }
}

async fn sign_in(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    session: Session,
    headers: HeaderMap,
    Form(fields): Posted,
) -> Answer {
    let fields = Fields(fields);
    let (name, back) = (
        fields.one("name").trim(),
        query::local(fields.one("return")),
    );
    match state
        .tenure
        .sign_in(
            name,
            fields.one("password"),
            Some(&origin(&state, &headers, peer)),
        )
        .await
    {
        Ok(signed_in) => {
            auth::begin(&session, &signed_in.account_id).await?;
            Ok(Redirect::to(back).into_response())
        }
        Err(error @ (Error::SignIn(_) | Error::TooMany { .. })) => redirect_with_flash(
            &state,
            &Route::SignIn,
            &[
                ("problem", &error.to_string()),
                ("name", name),
                ("return", back),
            ],
        ),
        Err(error) => Err(Problem(error)),
    }
}

async fn sign_out(session: Session) -> Answer {
    auth::end(&session).await?;
    Ok(Redirect::to(&Route::SignIn.path()).into_response())
}

async fn set_up(
    State(state): State<AppState>,
    session: Session,
    Path(link): Path<String>,
    Form(fields): Posted,
) -> Answer {
    let fields = Fields(fields);
    let page = Route::SetUp { link: link.clone() };
    let result = match fields.one("password") == fields.one("again") {
        true => {
            state
                .tenure
                .set_up(&link, fields.one("name"), fields.one("password"))
                .await
        }
        false => Err(Error::Invalid(
            "The two passwords do not match. Enter the same password twice.".into(),
        )),
    };
    match result {
        Ok(name) => {
            auth::end(&session).await?;
            redirect_with_flash(
                &state,
                &Route::SignIn,
                &[
                    ("done", "Your password is set. You can now sign in."),
                    ("name", &name),
                ],
            )
        }
        Err(
            error @ (Error::NotFound(_)
            | Error::Store(_)
            | Error::Unavailable(_)
            | Error::NotLogged(_)
            | Error::Internal { .. }),
        ) => Err(Problem(error)),
        Err(error) => redirect_with_flash(
            &state,
            &page,
            &[
                ("problem", &error.to_string()),
                ("name", fields.one("name")),
            ],
        ),
    }
}

async fn change_password(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    session: Session,
    Form(fields): Posted,
) -> Answer {
    let fields = Fields(fields);
    let result = match fields.one("password") == fields.one("again") {
        true => {
            state
                .tenure
                .change_password(&actor, fields.one("old"), fields.one("password"))
                .await
        }
        false => Err(Error::Invalid(
            "The two new passwords do not match. Enter the same password twice.".into(),
        )),
    };
    if result.is_err() {
        return answer(
            &state,
            &Route::Account,
            "old",
            result.map(|()| String::new()),
        );
    }
    auth::end(&session).await?;
    redirect_with_flash(
        &state,
        &Route::SignIn,
        &[
            (
                "done",
                "Your password is changed. Sign in with the new password.",
            ),
            ("name", actor.name()),
        ],
    )
}

async fn sign_out_everywhere(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    session: Session,
) -> Answer {
    state.tenure.sign_out_everywhere(&actor).await?;
    auth::end(&session).await?;
    redirect_with_flash(
        &state,
        &Route::SignIn,
        &[
            (
                "done",
                "You are signed out everywhere, and your API tokens are revoked.",
            ),
            ("name", actor.name()),
        ],
    )
}

async fn create_token(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Form(fields): Posted,
) -> Answer {
    let fields = Fields(fields);
    let request = TokenRequest {
        owner: actor.name().to_string(),
        label: fields.one("label").to_owned(),
        scopes: fields.all("scope", |name| name.parse::<Scope>().ok()),
        days: fields.one("days").parse().unwrap_or(0),
        password: Some(fields.one("password").to_owned()),
    };
    match state.tenure.create_token(&actor, &request).await {
        Ok(made) => redirect_with_flash(
            &state,
            &Route::Account,
            &[("secret", &made.secret), ("until", &made.expires_at.long())],
        ),
        Err(error @ (Error::SignIn(_) | Error::TooMany { .. })) => {
            answer(&state, &Route::Account, "password-again", Err(error))
        }
        Err(error) => answer(&state, &Route::Account, "label", Err(error)),
    }
}

async fn revoke_token(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Form(fields): Posted,
) -> Answer {
    let result = state
        .tenure
        .revoke_token(&actor, Fields(fields).one("id"))
        .await;
    answer(
        &state,
        &Route::Account,
        "tokens",
        result.map(|()| "Token revoked.".into()),
    )
}

async fn add_account(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Form(fields): Posted,
) -> Answer {
    let fields = Fields(fields);
    let made = state
        .tenure
        .add_account(
            &actor.admin()?,
            fields.one("name"),
            &fields.all("role", |name| name.parse::<Role>().ok()),
        )
        .await;
    show_link(&state, made, fields.one("name"))
}

async fn renew_link(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Form(fields): Posted,
) -> Answer {
    let fields = Fields(fields);
    let made = state
        .tenure
        .renew_set_up(&actor.admin()?, fields.one("name"))
        .await;
    show_link(&state, made, fields.one("name"))
}

fn show_link(state: &AppState, made: Result<String>, name: &str) -> Answer {
    match made {
        Ok(secret) => {
            let link = format!("{}{}", state.public_url, Route::SetUp { link: secret });
            redirect_with_flash(
                state,
                &Route::Users,
                &[("link", &link), ("name", name.trim())],
            )
        }
        Err(error) => answer(state, &Route::Users, "name", Err(error)),
    }
}

async fn set_roles(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Form(fields): Posted,
) -> Answer {
    let fields = Fields(fields);
    let result = state
        .tenure
        .set_roles(
            &actor.admin()?,
            fields.one("name"),
            &fields.all("role", |name| name.parse::<Role>().ok()),
        )
        .await;
    answer(
        &state,
        &Route::Users,
        "accounts",
        result.map(|()| format!("Roles changed for {}.", fields.one("name"))),
    )
}

async fn set_disabled(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Form(fields): Posted,
) -> Answer {
    let fields = Fields(fields);
    let (name, disabled) = (fields.one("name"), fields.one("disabled") == "true");
    let result = state
        .tenure
        .set_disabled(&actor.admin()?, name, disabled)
        .await;
    let done = if disabled {
        "is disabled. All sessions are ended and all tokens revoked."
    } else {
        "can sign in again."
    };
    answer(
        &state,
        &Route::Users,
        "accounts",
        result.map(|()| format!("{name} {done}")),
    )
}

//! Accounts. Reading needs an administrator; adding and disabling needs one who signed in.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::Role;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workflow::accounts::AccountRow;
use workflow::{Scope, Tenure};

use super::input::{Body, Params, Path};
use super::openapi::Failures;
use super::paging::{Page, Paging, page};
use super::paths::OfUser;
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;
use crate::web::state::AppState;

/// Every account, by name. A token needs the scope `admin`.
#[utoipa::path(get, path = "/users", tag = "users", params(Paging), responses((status = 200, body = Page<AccountRow>), Failures))]
pub async fn list_users(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<AccountRow>>, Problem> {
    let all = tenure.accounts(&actor.admin_for(Scope::Admin)?).await?;
    Ok(Json(page(all, &paging, |own: &AccountRow| {
        own.name.clone()
    })?))
}

/// An account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    #[schema(min_length = 1, max_length = 64)]
    pub name: String,
    #[schema(min_items = 1)]
    pub roles: Vec<Role>,
}

/// An account that was added.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserAdded {
    pub name: String,
    /// Where a password is set, once, within three days.
    pub set_up: String,
}

/// Adds an account. Answers 403 to every token: one that leaks must not make an account that stays.
#[utoipa::path(post, path = "/users", tag = "users", request_body = NewUser, responses((status = 201, body = UserAdded), Failures))]
pub async fn add_user(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Body(new): Body<NewUser>,
) -> Result<(StatusCode, Json<UserAdded>), Problem> {
    let admin = actor.admin_for(Scope::Admin)?;
    let link = state
        .tenure
        .add_account(&admin, &new.name, &new.roles)
        .await?;
    let page = domain::Route::SetUp { link };
    let added = UserAdded {
        set_up: format!("{}{page}", state.public_url),
        name: new.name,
    };
    Ok((StatusCode::CREATED, Json(added)))
}

/// Disables an account: its sessions end and its tokens are revoked. Answers 403 to every token.
#[utoipa::path(post, path = "/users/{user}/disable", tag = "users", params(OfUser), responses((status = 204, description = "It is disabled."), Failures))]
pub async fn disable_user(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUser>,
) -> Result<StatusCode, Problem> {
    tenure
        .set_disabled(&actor.admin_for(Scope::Admin)?, &of.user, true)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

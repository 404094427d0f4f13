//! Tokens that are stolen from the store, expired, revoked, or meant for something else.

use axum::http::{StatusCode, header};
use workflow::Scope;

use super::House;

const RUNS: &str = "/fn/page?path=/use-case/attrition/runs";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_token_is_good_for_its_scope_until_it_is_not() {
    let house = House::new().await;
    let status = async |path: &str, body: Option<&str>, token: &str| house.ask(path, body, &[("authorization", token)]).await.status;
    let (id, predict) = house.token("analyst", &[Scope::Predict]).await;
    assert_eq!(status("/use-case/attrition/people.csv", None, &predict).await, StatusCode::CONFLICT, "let through: nobody was scored yet");
    assert_eq!(status("/users", None, &predict).await, StatusCode::FORBIDDEN);
    let (_, read) = house.token("analyst", &[Scope::Read]).await;
    let refused = house.ask("/use-case/attrition/people.csv", None, &[("authorization", &read)]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("the scope of this token does not allow it: it needs predict"), "{}", refused.body);
    assert_eq!(status(RUNS, None, &read).await, StatusCode::OK);

    // Nothing that a token, or the store, tells is a token.
    let stored: String = sqlx_text(&house, "select token_hash from api_token").await;
    for stolen in [
        format!("Bearer {stored}"),
        format!("Bearer tenure_{stored}"),
        format!("Bearer {id}"),
        "Bearer ' or 1=1 --".into(),
        "Bearer ".into(),
    ] {
        assert_eq!(status(RUNS, None, &stolen).await, StatusCode::UNAUTHORIZED, "{stolen}");
    }
    // A bad token is refused even beside a good session: nobody is taken for somebody else.
    let cookie = house.session("analyst").await;
    let both = house.ask(RUNS, None, &[("authorization", "Bearer x"), ("cookie", &cookie)]).await;
    assert_eq!((both.status, both.header(header::WWW_AUTHENTICATE)), (StatusCode::UNAUTHORIZED, "Bearer"));

    house.tenure.revoke_token(&workflow::Actor::local(), &id).await.unwrap();
    assert_eq!(status(RUNS, None, &predict).await, StatusCode::UNAUTHORIZED, "revoked");
    sqlx_run(&house, "update api_token set expires_at = 1 where revoked_at is null").await;
    assert_eq!(status(RUNS, None, &read).await, StatusCode::UNAUTHORIZED, "expired");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_token_keeps_no_accounts_and_makes_no_tokens() {
    let house = House::new().await;
    let (_, manage) = house.token("admin", &[Scope::Manage]).await;
    for (path, body) in [
        ("/users", "name=eve&role=admin"),
        ("/users/roles", "name=analyst&role=admin"),
        ("/users/link", "name=analyst"),
        ("/users/disabled", "name=analyst&disabled=true"),
        ("/account/tokens", "label=x&scope=manage&days=365"),
        ("/account/password", "old=x&password=y&again=y"),
    ] {
        let answer = house.ask(path, Some(body), &[("authorization", &manage)]).await;
        let told = answer.cookie("once").unwrap_or_default() + &answer.body;
        assert!(told.contains("sign%20in") || told.contains("signed%20in"), "{path}: {told}");
    }
    let admin = house.tenure.sign_in("admin", super::PASSWORD, None).await.unwrap().actor;
    let accounts = house.tenure.accounts(&admin.admin().unwrap()).await.unwrap();
    assert_eq!((accounts.len(), house.tenure.tokens(&admin, "admin").await.unwrap().len()), (3, 1));
    house.tenure.set_roles(&admin.admin().unwrap(), "analyst", &[workflow::Role::Admin]).await.unwrap();
    house.tenure.set_disabled(&admin.admin().unwrap(), "admin", true).await.unwrap();
    let disabled = house.ask("/fn/page?path=/account", None, &[("authorization", &manage)]).await;
    assert_eq!(disabled.status, StatusCode::UNAUTHORIZED, "the owner is disabled");
}

async fn sqlx_text(house: &House, query: &'static str) -> String {
    sqlx::query_scalar(query).fetch_one(house.tenure.store().pool()).await.unwrap()
}

async fn sqlx_run(house: &House, query: &'static str) {
    sqlx::query(query).execute(house.tenure.store().pool()).await.unwrap();
}

//! Tokens that are stolen from the store, expired, revoked, or outside their scope.

use axum::http::{StatusCode, header};
use workflow::Scope;

use super::TestServer;

const RUNS: &str = "/fn/page?path=/use-case/attrition/runs";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_token_is_good_for_its_scope_until_it_is_not() {
    let server = TestServer::new().await;
    let status = async |path: &str, body: Option<&str>, token: &str| {
        server
            .ask(path, body, &[("authorization", token)])
            .await
            .status
    };
    let (id, predict) = server.token("analyst", &[Scope::People]).await;
    assert_eq!(
        status("/use-case/attrition/people.csv", None, &predict).await,
        StatusCode::CONFLICT,
        "let through: nobody was scored yet"
    );
    assert_eq!(
        status("/users", None, &predict).await,
        StatusCode::FORBIDDEN
    );
    let (_, read) = server.token("analyst", &[Scope::Read]).await;
    let refused = server
        .ask(
            "/use-case/attrition/people.csv",
            None,
            &[("authorization", &read)],
        )
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(
        refused
            .body
            .contains("This requires a token with the scope people"),
        "{}",
        refused.body
    );
    assert_eq!(status(RUNS, None, &read).await, StatusCode::OK);

    // Neither the id of a token nor its stored hash can be used as a token.
    let stored: String = sqlx_text(&server, "select token_hash from api_token").await;
    for stolen in [
        format!("Bearer {stored}"),
        format!("Bearer tenure_{stored}"),
        format!("Bearer {id}"),
        "Bearer ' or 1=1 --".into(),
        "Bearer ".into(),
    ] {
        assert_eq!(
            status(RUNS, None, &stolen).await,
            StatusCode::UNAUTHORIZED,
            "{stolen}"
        );
    }
    // An invalid token is rejected even with a valid session.
    let cookie = server.session("analyst").await;
    let both = server
        .ask(
            RUNS,
            None,
            &[("authorization", "Bearer x"), ("cookie", &cookie)],
        )
        .await;
    assert_eq!(
        (both.status, both.header(header::WWW_AUTHENTICATE)),
        (StatusCode::UNAUTHORIZED, "Bearer")
    );

    server
        .tenure
        .revoke_token(&workflow::Actor::local(), &id)
        .await
        .unwrap();
    assert_eq!(
        status(RUNS, None, &predict).await,
        StatusCode::UNAUTHORIZED,
        "revoked"
    );
    sqlx_run(
        &server,
        "update api_token set expires_at = 1 where revoked_at is null",
    )
    .await;
    assert_eq!(
        status(RUNS, None, &read).await,
        StatusCode::UNAUTHORIZED,
        "expired"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_token_keeps_no_accounts_and_makes_no_tokens() {
    let server = TestServer::new().await;
    let (_, manage) = server.token("admin", &[Scope::Admin]).await;
    for (path, body) in [
        ("/users", "name=eve&role=admin"),
        ("/users/roles", "name=analyst&role=admin"),
        ("/users/link", "name=analyst"),
        ("/users/disabled", "name=analyst&disabled=true"),
        ("/account/tokens", "label=x&scope=admin&days=365"),
        ("/account/password", "old=x&password=y&again=y"),
    ] {
        let answer = server
            .ask(path, Some(body), &[("authorization", &manage)])
            .await;
        let told = answer.cookie("flash").unwrap_or_default() + &answer.body;
        assert!(
            told.contains("Sign+in.") || told.contains("signed+in"),
            "{path}: {told}"
        );
    }
    let admin = server
        .tenure
        .sign_in("admin", super::PASSWORD, None)
        .await
        .unwrap()
        .actor;
    let accounts = server
        .tenure
        .accounts(&admin.admin().unwrap())
        .await
        .unwrap();
    assert_eq!(
        (
            accounts.len(),
            server.tenure.tokens(&admin, "admin").await.unwrap().len()
        ),
        (3, 1)
    );
    server
        .tenure
        .set_roles(&admin.admin().unwrap(), "analyst", &[workflow::Role::Admin])
        .await
        .unwrap();
    server
        .tenure
        .set_disabled(&admin.admin().unwrap(), "admin", true)
        .await
        .unwrap();
    let disabled = server
        .ask(
            "/fn/page?path=/account",
            None,
            &[("authorization", &manage)],
        )
        .await;
    assert_eq!(
        disabled.status,
        StatusCode::UNAUTHORIZED,
        "the owner is disabled"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_new_password_or_a_way_out_ends_every_token() {
    let server = TestServer::new().await;
    let status = async |token: &str| {
        server
            .ask(RUNS, None, &[("authorization", token)])
            .await
            .status
    };
    let post = async |path: &str, form: &str| {
        let cookie = server.session("analyst").await;
        server
            .ask(
                path,
                Some(form),
                &[("cookie", &cookie), ("sec-fetch-site", "same-origin")],
            )
            .await
    };
    let phrase = domain::query::encode(super::PASSWORD);
    // Creating a token takes the password, so an open session is not enough.
    let without = post(
        "/account/tokens",
        "label=x&scope=read&days=1&password=not+that",
    )
    .await;
    assert!(
        without.cookie("flash").unwrap().contains("incorrect"),
        "{:?}",
        without.headers
    );
    let made = post(
        "/account/tokens",
        &format!("label=x&scope=read&days=1&password={phrase}"),
    )
    .await;
    assert!(
        made.cookie("flash").unwrap().contains("secret=tenure_"),
        "{:?}",
        made.headers
    );

    let (_, token) = server.token("analyst", &[Scope::Read]).await;
    assert_eq!(status(&token).await, StatusCode::OK);
    post("/account/sign-out-everywhere", "").await;
    assert_eq!(
        status(&token).await,
        StatusCode::UNAUTHORIZED,
        "signed out everywhere"
    );
    let (_, token) = server.token("analyst", &[Scope::Read]).await;
    post(
        "/account/password",
        &format!("old={phrase}&password={phrase}+2&again={phrase}+2"),
    )
    .await;
    assert_eq!(
        status(&token).await,
        StatusCode::UNAUTHORIZED,
        "the password was changed"
    );
    let (_, token) = server.token("analyst", &[Scope::Read]).await;
    let admin = server
        .tenure
        .sign_in("admin", super::PASSWORD, None)
        .await
        .unwrap()
        .actor;
    server
        .tenure
        .set_disabled(&admin.admin().unwrap(), "analyst", true)
        .await
        .unwrap();
    server
        .tenure
        .set_disabled(&admin.admin().unwrap(), "analyst", false)
        .await
        .unwrap();
    assert_eq!(
        status(&token).await,
        StatusCode::UNAUTHORIZED,
        "what was revoked stays so when the account is enabled again"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rows_of_people_are_for_analysts_and_reading_them_is_on_record() {
    use store::runs;
    let server = TestServer::new().await;
    let store = server.tenure.store();
    let hash = store
        .put_artifact(b"42,Female,0.31".to_vec())
        .await
        .unwrap();
    let file = |name: &str| runs::Artifact {
        name: name.into(),
        hash: hash.clone(),
        byte_count: 14,
        media_type: "text/csv".into(),
    };
    let run = runs::Run {
        run_id: store::new_id(),
        parent_id: None,
        use_case: "attrition".into(),
        name: "training".into(),
        status: domain::RunStatus::Finished,
        author: "test".into(),
        dataset_id: None,
        seed: 1,
        code_version: "test".into(),
        message: String::new(),
        started_at: store::now(),
        ended_at: Some(store::now()),
    };
    let rows = [
        "reference_data.parquet",
        "reference_predictions.csv",
        "baseline.json",
        "evidence.json",
    ];
    let artifacts = rows
        .iter()
        .copied()
        .chain(["metrics.json"])
        .map(file)
        .collect();
    let mut transaction = store.begin().await.unwrap();
    runs::insert(&mut transaction, &run).await.unwrap();
    runs::insert_details(
        &mut transaction,
        &run.run_id,
        &runs::Details {
            artifacts,
            ..Default::default()
        },
    )
    .await
    .unwrap();
    transaction.commit().await.unwrap();
    let ask = async |name: &str, who: &str| {
        let cookie = server.session(who).await;
        server
            .ask(
                &format!("/artifacts/{}/{name}", run.run_id),
                None,
                &[("cookie", &cookie)],
            )
            .await
    };
    for name in rows {
        for who in ["reviewer", "admin"] {
            let answer = ask(name, who).await;
            assert!(
                answer.status == StatusCode::FORBIDDEN && !answer.body.contains("Female"),
                "{name} {who}: {}",
                answer.body
            );
        }
        let answer = ask(name, "analyst").await;
        assert_eq!(
            (answer.status, answer.header(header::CACHE_CONTROL)),
            (StatusCode::OK, "no-store"),
            "{name}"
        );
    }
    assert_eq!(
        ask("metrics.json", "reviewer").await.status,
        StatusCode::OK,
        "figures are evidence"
    );
    let analyst = server
        .tenure
        .sign_in("analyst", super::PASSWORD, None)
        .await
        .unwrap()
        .actor;
    let query = workflow::AuditQuery {
        action: "people.export".into(),
        ..Default::default()
    };
    let record = server
        .tenure
        .audit_rows(&analyst.member().unwrap(), &query)
        .await
        .unwrap();
    assert_eq!(record.len(), 4);
    assert!(
        record
            .iter()
            .all(|row| row.who == "analyst" && row.subject.contains(run.run_id.as_str()))
    );
}

/// Reads the database file directly, as a thief of the file would.
async fn sqlx_text(server: &TestServer, query: &'static str) -> String {
    use sqlx::{Connection, Row};
    let url = format!(
        "sqlite://{}",
        server.folder.path().join("data/tenure.db").display()
    );
    let mut connection = sqlx::AnyConnection::connect(&url).await.unwrap();
    sqlx::query(query)
        .fetch_one(&mut connection)
        .await
        .unwrap()
        .get(0)
}

async fn sqlx_run(server: &TestServer, statement: &str) {
    let mut transaction = server.tenure.store().begin().await.unwrap();
    transaction.run(statement).await.unwrap();
    transaction.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_token_of_before_keeps_what_it_could_do() {
    let server = TestServer::new().await;
    let (_, token) = server.token("admin", &[Scope::Read]).await;
    sqlx_run(
        &server,
        "update api_token set scopes = 'read predict review manage'",
    )
    .await;
    // The words of before are those of no token any more.
    let migration = include_str!("../../../../migrations/0027_api.sql");
    for statement in migration
        .split(';')
        .filter(|own| own.contains("update api_token"))
    {
        sqlx_run(&server, statement).await;
    }
    let actor = server
        .tenure
        .actor_of_token(token.strip_prefix("Bearer ").unwrap())
        .await
        .unwrap();
    let expected = [
        Scope::Read,
        Scope::Predict,
        Scope::People,
        Scope::RequestReview,
        Scope::Data,
        Scope::Train,
        Scope::Monitor,
        Scope::Admin,
    ];
    assert_eq!(*actor.origin(), workflow::Origin::Token(expected.to_vec()));
}

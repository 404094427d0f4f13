//! A database that is temporarily locked: writes get 503 with a retry time, reads continue, and
//! nothing has to be restarted.

use std::time::{Duration, Instant};

use axum::http::{StatusCode, header};
use sqlx::{AnyConnection, Connection, Executor};

use super::{PASSWORD, TestServer};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_the_database_is_locked_who_writes_is_asked_to_come_back() {
    let server = TestServer::new().await;
    let cookie = server.session("analyst").await;
    let (_, token) = server.token("analyst", &[workflow::Scope::Read]).await;
    let form = format!("name=reviewer&password={}", domain::query::encode(PASSWORD));
    let sign_in = async || {
        server
            .ask(
                "/sign-in",
                Some(&form),
                &[("sec-fetch-site", "same-origin")],
            )
            .await
    };
    let url = format!(
        "sqlite://{}",
        server.folder.path().join("data/tenure.db").display()
    );
    let mut other = AnyConnection::connect(&url).await.unwrap();
    other.execute("begin immediate").await.unwrap();

    let asked = Instant::now();
    let (first, second) = tokio::join!(sign_in(), sign_in());
    assert!(
        asked.elapsed() < Duration::from_secs(8),
        "{:?}",
        asked.elapsed()
    );
    for answer in [first, second] {
        assert_eq!(
            (answer.status, answer.header(header::RETRY_AFTER)),
            (StatusCode::SERVICE_UNAVAILABLE, "5"),
            "{}",
            answer.body
        );
        assert!(
            !answer.body.contains("SQL") && !answer.body.contains("code: 5"),
            "no cause from inside: {}",
            answer.body
        );
    }
    // Signed-in users can still read; so can a program, although its token cannot be marked as
    // used.
    let asked = Instant::now();
    assert_eq!(
        server
            .ask("/account", None, &[("cookie", &cookie)])
            .await
            .status,
        StatusCode::OK
    );
    let alive = server.ask("/healthz", None, &[("cookie", &cookie)]).await;
    assert_eq!((alive.status, alive.body.as_str()), (StatusCode::OK, "ok"));
    assert!(
        asked.elapsed() < Duration::from_secs(2),
        "{:?}",
        asked.elapsed()
    );
    let program = server
        .ask(
            "/api/v1/drift/feature/latest?use_case=attrition",
            None,
            &[("authorization", &token)],
        )
        .await;
    assert_eq!(
        program.status,
        StatusCode::NOT_FOUND,
        "there is no check yet: {}",
        program.body
    );
    let health = server.ask("/health", None, &[]).await;
    assert_eq!(health.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        health.body.contains("\"writable\":false") && health.body.contains("\"database\":\"ok\""),
        "{}",
        health.body
    );

    other.execute("rollback").await.unwrap();
    assert_eq!(sign_in().await.status, StatusCode::SEE_OTHER);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let health = server.ask("/health", None, &[]).await;
    assert_eq!(health.status, StatusCode::OK, "{}", health.body);
    assert!(health.body.contains("\"writable\":true"), "{}", health.body);
}

//! The files of the site.

use axum::http::{HeaderName, HeaderValue, StatusCode};
use leptos::prelude::{Owner, provide_context};
use leptos_axum::ResponseOptions;
use workflow::Role;

use super::TestServer;

#[tokio::test]
async fn a_file_takes_nothing_from_a_page_that_its_thread_is_rendering() {
    let server = TestServer::new().await;
    std::fs::write(
        server.folder.path().join("site/robots.txt"),
        "User-agent: *\n",
    )
    .unwrap();
    // What a page that waits for the database leaves on its thread.
    let page = Owner::new_root(None);
    let options = ResponseOptions::default();
    options.set_status(StatusCode::FORBIDDEN);
    options.append_header(
        HeaderName::from_static("set-cookie"),
        HeaderValue::from_static("flash=link"),
    );
    page.with(|| provide_context(options.clone()));

    let file = server.ask("/robots.txt", None, &[]).await;

    assert_eq!((file.status, file.cookie("flash")), (StatusCode::OK, None));
    let kept = options.0.read().unwrap();
    assert_eq!(
        (kept.status, kept.headers.len()),
        (Some(StatusCode::FORBIDDEN), 1),
        "the page still has its own"
    );
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_a_page_that_says_so() {
    let server = TestServer::new().await;
    let cookie = server.session("admin").await;
    for (path, body) in [
        ("/no-such-page", None),
        ("/pkg/", None),
        ("/pkg/../../data/tenure.db", None),
        ("/no-such-page", Some("a=1")),
    ] {
        let answer = server
            .ask(
                path,
                body,
                &[
                    ("cookie", &cookie),
                    ("accept", "text/html"),
                    ("sec-fetch-site", "same-origin"),
                ],
            )
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.body.contains("<h1"), "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_use_case_without_data_shows_the_next_step_to_whom_it_concerns() {
    let server = TestServer::new().await;
    server.account("both", &[Role::Analyst, Role::Admin]).await;
    for (name, next) in [
        ("both", "href=\"/use-case/attrition/data\" class=\"button\""),
        ("analyst", "An administrator imports data."),
    ] {
        let cookie = server.session(name).await;
        for page in ["/use-case/attrition", "/use-case/attrition/what-if"] {
            let answer = server
                .ask(
                    page,
                    None,
                    &[
                        ("cookie", &cookie),
                        ("accept", "text/html"),
                        ("sec-fetch-site", "same-origin"),
                    ],
                )
                .await;
            assert_eq!(answer.status, StatusCode::OK, "{name} {page}");
            assert!(
                answer.body.contains("Next step: import data") && answer.body.contains(next),
                "{name} {page}: {}",
                answer.body
            );
        }
    }
}

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

#[tokio::test]
async fn files_under_their_hash_may_be_kept_and_old_hashes_still_lead_to_them() {
    let server = TestServer::hashed().await;
    let file = server.folder.path().join("site/pkg/tenure.css");
    let current = server.package();
    for (path, kept) in [
        (format!("/{current}/tenure.css"), true),
        ("/pkg/0123456789abcdef/tenure.css".to_owned(), false),
        ("/pkg/tenure.css".to_owned(), false),
    ] {
        let answer = server.ask(&path, None, &[]).await;
        assert_eq!(
            (answer.status, &*answer.body),
            (StatusCode::OK, "a{}"),
            "{path}"
        );
        let control = answer.header(axum::http::header::CACHE_CONTROL);
        assert_eq!(control.contains("immutable"), kept, "{path}: {control}");
    }
    std::fs::write(file, "b{}").unwrap();
    let folder = crate::web::site::package_folder(&server.folder.path().join("site")).unwrap();
    assert_ne!(folder, current, "other content, another address");
    for path in [
        format!("/{current}/../../data/tenure.db"),
        format!("/{current}/%2e%2e/%2e%2e/data/tenure.db"),
        "/pkg/0123456789abcdef/".to_owned(),
    ] {
        let answer = server.ask(&path, None, &[]).await;
        assert_ne!(answer.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn only_what_no_other_site_can_cause_is_compressed() {
    let server = TestServer::new().await;
    let cookie = server.session("admin").await;
    let (_, bearer) = server.token("admin", &[workflow::Scope::Read]).await;
    let gzip = ("accept-encoding", "gzip");
    let page = ("accept", "text/html");
    for (headers, compressed) in [
        (
            vec![
                gzip,
                page,
                ("cookie", &*cookie),
                ("sec-fetch-site", "same-origin"),
            ],
            true,
        ),
        (
            vec![gzip, page, ("cookie", &*cookie), ("sec-fetch-site", "none")],
            true,
        ),
        (vec![gzip, page, ("authorization", &*bearer)], true),
        (
            vec![
                gzip,
                page,
                ("cookie", &*cookie),
                ("sec-fetch-site", "cross-site"),
            ],
            false,
        ),
        (
            vec![
                gzip,
                page,
                ("cookie", &*cookie),
                ("sec-fetch-site", "same-site"),
            ],
            false,
        ),
        (vec![gzip, page, ("cookie", &*cookie)], false),
        (
            vec![
                page,
                ("cookie", &*cookie),
                ("sec-fetch-site", "same-origin"),
            ],
            false,
        ),
    ] {
        let answer = server.ask("/help/glossary", None, &headers).await;
        assert_eq!(answer.status, StatusCode::OK);
        let encoding = answer.header(axum::http::header::CONTENT_ENCODING);
        assert_eq!(encoding == "gzip", compressed, "{headers:?}");
    }
}

//! Files at web addresses and in buckets, from servers of this test: what is read, and what is not.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/cli.rs"]
mod cli;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use cli::CliHarness;
use data::sources::{Address, FoundFile, Hosts, Limits, SourceError, newest_file};
use serde::Deserialize;

const PEOPLE: &str = "id,pay\n1,2000\n2,3000\n";

/// Requests that each server got.
type Count = Arc<AtomicUsize>;

async fn serve(routes: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    address
}

/// A server of files: `/fails` twice, then gives one; `/always-fails`.
async fn files(count: Count) -> SocketAddr {
    let counted = |status: fn(usize) -> StatusCode| {
        move |State(count): State<Count>| async move {
            (status(count.fetch_add(1, Ordering::SeqCst)), PEOPLE)
        }
    };
    let fails_twice = |past| match past {
        0 | 1 => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::OK,
    };
    let signed_in = |headers: HeaderMap| async move {
        match headers.get(header::AUTHORIZATION) {
            Some(value) if value == "Bearer hunter2" => PEOPLE.into_response(),
            Some(_) => StatusCode::FORBIDDEN.into_response(),
            None => StatusCode::UNAUTHORIZED.into_response(),
        }
    };
    let to = |address: &'static str| get(move || async move { Redirect::temporary(address) });
    serve(
        Router::new()
            .route("/people.csv", get(|| async { PEOPLE }))
            .route("/empty.csv", get(|| async { "" }))
            .route(
                "/login",
                get(|| async { axum::response::Html("<form>Sign in</form>") }),
            )
            .route("/signed-in.csv", get(signed_in))
            .route("/fails.csv", get(counted(fails_twice)))
            .route(
                "/always-fails.csv",
                get(counted(|_| StatusCode::INTERNAL_SERVER_ERROR)),
            )
            .route(
                "/slow.csv",
                get(|| async {
                    tokio::time::sleep(Duration::from_secs(30)).await;
                    PEOPLE
                }),
            )
            .route("/large.csv", get(|| async { "x".repeat(1 << 20) }))
            .route("/moved.csv", to("/people.csv"))
            .route("/to-itself.csv", to("/to-itself.csv"))
            .route(
                "/to-metadata",
                to("http://169.254.169.254/latest/meta-data/"),
            )
            .route("/to-inside", to("http://10.0.0.1/people.csv"))
            .route("/to-localhost", to("http://localhost:1/people.csv"))
            .with_state(count),
    )
    .await
}

fn hosts(listed: &[&str]) -> Hosts {
    let listed: Vec<String> = listed.iter().map(|host| (*host).to_owned()).collect();
    Hosts::parse(&listed).unwrap()
}

fn few() -> Limits {
    Limits {
        bytes: 1 << 16,
        time: Duration::from_secs(20),
        ..Limits::default()
    }
}

async fn read(server: SocketAddr, path: &str) -> Result<FoundFile, SourceError> {
    let address = Address::parse(&format!("http://{server}/{path}")).unwrap();
    newest_file(&address, None, &hosts(&["127.0.0.1"]), &few()).await
}

#[tokio::test]
async fn a_file_is_read_and_named() {
    let server = files(Count::default()).await;
    for path in ["people.csv", "people.csv?month=2026-11", "moved.csv"] {
        let found = read(server, path).await.unwrap();
        assert_eq!(found.bytes, PEOPLE.as_bytes(), "{path}");
    }
    assert_eq!(
        read(server, "people.csv?a=b").await.unwrap().name,
        "people.csv"
    );
}

#[tokio::test]
async fn what_is_no_whole_file_is_refused() {
    let server = files(Count::default()).await;
    for path in ["nothing.csv", "empty.csv", "login"] {
        let answer = read(server, path).await;
        assert!(
            matches!(answer, Err(SourceError::File(_))),
            "{path}: {answer:?}"
        );
    }
    assert_eq!(
        read(server, "large.csv").await,
        Err(SourceError::TooLarge(0))
    );
    assert_eq!(
        read(server, "signed-in.csv").await,
        Err(SourceError::Denied)
    );
}

#[tokio::test]
async fn a_password_is_sent_and_not_shown() {
    let server = files(Count::default()).await;
    let address = Address::parse(&format!("http://{server}/signed-in.csv")).unwrap();
    let hosts = hosts(&["127.0.0.1"]);
    let with = async |password| newest_file(&address, Some(password), &hosts, &few()).await;
    assert!(with("hunter2").await.is_ok());
    let refused = with("hunter3").await.unwrap_err();
    assert_eq!(refused, SourceError::Denied);
    assert!(!format!("{refused} {refused:?}").contains("hunter3"));
}

#[tokio::test]
async fn a_server_that_fails_is_asked_again_and_not_for_ever() {
    let count = Count::default();
    let server = files(count.clone()).await;
    assert!(read(server, "fails.csv").await.is_ok());
    assert_eq!(count.load(Ordering::SeqCst), 3);
    count.store(0, Ordering::SeqCst);
    assert!(read(server, "always-fails.csv").await.is_err());
    assert_eq!(count.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_slow_server_is_given_up() {
    let server = files(Count::default()).await;
    let address = Address::parse(&format!("http://{server}/slow.csv")).unwrap();
    let limits = Limits {
        time: Duration::from_millis(300),
        ..few()
    };
    let answer = newest_file(&address, None, &hosts(&["127.0.0.1"]), &limits).await;
    assert_eq!(answer, Err(SourceError::Late(0)));
}

#[tokio::test]
async fn no_redirect_leads_to_another_host() {
    let server = files(Count::default()).await;
    for path in ["to-metadata", "to-inside", "to-localhost", "to-itself.csv"] {
        let answer = read(server, path).await;
        assert!(
            matches!(answer, Err(SourceError::Address(_))),
            "{path}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn private_addresses_are_read_only_when_they_are_listed() {
    let server = files(Count::default()).await;
    let port = server.port();
    for address in [
        format!("http://127.0.0.1:{port}/people.csv"),
        format!("https://127.0.0.1:{port}/people.csv"),
        format!("https://2130706433:{port}/people.csv"),
        format!("https://[::ffff:127.0.0.1]:{port}/people.csv"),
        format!("https://localhost:{port}/people.csv"),
        "https://169.254.169.254/latest/meta-data/".to_owned(),
        format!("s3://bucket/*.csv?newest=name&endpoint=https://127.0.0.1:{port}"),
    ] {
        let parsed = Address::parse(&address).unwrap();
        for listed in [&[][..], &["hr.example.com"]] {
            let limits = Limits {
                attempts: 1,
                ..few()
            };
            let answer = newest_file(&parsed, None, &hosts(listed), &limits).await;
            let says = "source_hosts";
            assert!(
                matches!(&answer, Err(SourceError::Address(why)) if why.contains(says)),
                "{address} {listed:?}: {answer:?}"
            );
        }
    }
    let named = Address::parse(&format!("http://localhost:{port}/people.csv")).unwrap();
    assert!(
        newest_file(&named, None, &hosts(&["localhost"]), &few())
            .await
            .is_ok()
    );
}

#[derive(Deserialize)]
struct List {
    prefix: Option<String>,
}

/// What a test needs of S3: the objects below a prefix, and one of them. Times go with the order.
async fn bucket(objects: &'static [(&'static str, &'static str)]) -> SocketAddr {
    let list = move |Query(asked): Query<List>| async move {
        let prefix = asked.prefix.unwrap_or_default();
        let below = |name: &str| {
            name.strip_prefix(prefix.as_str())
                .is_some_and(|rest| !rest.contains('/'))
        };
        let entry = |(index, (name, text)): (usize, &(&str, &str))| {
            format!(
                "<Contents><Key>{name}</Key><LastModified>2026-11-{:02}T00:00:00.000Z</LastModified><ETag>\"{}\"</ETag><Size>{}</Size></Contents>",
                28 - index,
                text.len(),
                text.len()
            )
        };
        let entries: String = objects
            .iter()
            .enumerate()
            .filter(|(_, (name, _))| below(name))
            .map(entry)
            .collect();
        format!("<ListBucketResult><IsTruncated>false</IsTruncated>{entries}</ListBucketResult>")
    };
    let object = move |Path(key): Path<String>, headers: HeaderMap| async move {
        let signed = headers
            .get(header::AUTHORIZATION)
            .is_none_or(|value| value.to_str().unwrap().contains("Credential=AKID/"));
        match objects.iter().find(|(name, _)| *name == key) {
            _ if !signed => StatusCode::FORBIDDEN.into_response(),
            Some((_, text)) => Response::builder()
                .header(header::ETAG, format!("\"{}\"", text.len()))
                .header(header::LAST_MODIFIED, "Sun, 01 Nov 2026 00:00:00 GMT")
                .body((*text).into())
                .unwrap(),
            None => StatusCode::NOT_FOUND.into_response(),
        }
    };
    serve(
        Router::new()
            .route("/hr-data", get(list))
            .route("/hr-data/{*key}", get(object)),
    )
    .await
}

const OBJECTS: &[(&str, &str)] = &[
    ("monthly/people-2026-09.csv", "id\n9\n"),
    ("monthly/people-2026-11.csv.part", "id\n99\n"),
    ("monthly/people-2026-10.csv", "id\n10\n"),
    ("monthly/other.csv", "id\n0\n"),
    ("monthly/old/people-2027-01.csv", "id\n27\n"),
];

#[tokio::test]
async fn the_newest_complete_object_of_a_prefix_is_read() {
    let server = bucket(OBJECTS).await;
    let read = async |options: &str, keys: Option<&str>| {
        let text = format!("s3://hr-data/monthly/{options}&endpoint=http://{server}");
        newest_file(
            &Address::parse(&text).unwrap(),
            keys,
            &hosts(&["127.0.0.1"]),
            &few(),
        )
        .await
    };
    let found = read("people-*.csv?newest=name", None).await.unwrap();
    assert_eq!(
        (found.name.as_str(), found.bytes.as_slice()),
        ("people-2026-10.csv", &b"id\n10\n"[..])
    );
    let keys = Some("AKID:hunter2");
    let found = read("people-*.csv?newest=time", keys).await.unwrap();
    assert_eq!(found.name, "people-2026-09.csv");
    let none = read("staff-*.csv?newest=name", None).await;
    assert!(matches!(none, Err(SourceError::File(_))), "{none:?}");
    let wrong = read("people-*.csv?newest=name", Some("OTHER:hunter2")).await;
    assert_eq!(wrong, Err(SourceError::Denied));
    let half = read("people-*.csv?newest=name", Some("hunter2")).await;
    assert!(
        matches!(&half, Err(SourceError::Secret(why)) if !why.contains("hunter2")),
        "{half:?}"
    );
}

#[test]
fn a_web_source_is_added_tested_and_imported() {
    let Some(people) = testing::shared_text("data/ibm_hr_attrition_1470.csv") else {
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(serve(
        Router::new().route("/people.csv", get(move || async move { people })),
    ));
    let cli = CliHarness::new();
    let address = format!("http://{server}/people.csv");
    let on_it = ["hr", "--use-case", "attrition"];
    cli.json(&[&["source", "add"], &on_it[..], &["--address", &address]].concat());
    let test = [&["source", "test"], &on_it[..]].concat();
    assert_eq!(
        cli.run(&test).status.code(),
        Some(2),
        "the host is not listed"
    );
    let listed = ["--source-hosts", "127.0.0.1"];
    assert!(cli.json(&[&test[..], &listed].concat())["rows"].as_u64() > Some(0));
    let query = cli.write("people.sql", "select 1");
    let query = ["--query", query.as_str()];
    assert_eq!(
        cli.run(
            &[
                &["source", "add", "other"],
                &on_it[1..],
                &["--address", &address],
                &query
            ]
            .concat()
        )
        .status
        .code(),
        Some(2)
    );
    cli.json(
        &[
            &["data", "import", "--source"],
            &on_it[..],
            &listed,
            &["--as-of", "2026-11-01", "--for", "scoring"],
        ]
        .concat(),
    );
}

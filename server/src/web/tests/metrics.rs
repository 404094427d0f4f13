//! `/metrics`.

use axum::http::StatusCode;
use domain::Scope;

use super::TestServer;

#[tokio::test]
async fn requests_are_counted_by_route_and_no_person_is_named() {
    let server = TestServer::new().await;
    let (_, bearer) = server.token("analyst", &[Scope::Read]).await;
    let headers = [("authorization", bearer.as_str())];
    server
        .ask("/use-case/attrition/person/ada-7", None, &headers)
        .await;
    server.ask("/nowhere/ada-7", None, &headers).await;

    let answer = server.ask("/metrics", None, &headers).await;

    assert_eq!(answer.status, StatusCode::OK);
    let text = &answer.body;
    assert!(text.ends_with("# EOF\n"), "{text}");
    assert!(!text.contains("ada-7"), "{text}");
    let line = |name: &str, label: &str| {
        text.lines()
            .any(|line| line.starts_with(name) && line.contains(label))
    };
    assert!(
        line("tenure_http_requests_total", "route=\"other\""),
        "{text}"
    );
    assert!(
        line("tenure_pending_reviews", "use_case=\"attrition\""),
        "{text}"
    );
    assert!(
        line(
            "tenure_http_request_duration_seconds_bucket",
            "le=\"0.005\""
        ),
        "{text}"
    );
}

//! What holds for every route of the API: the document, tokens, conventions.

use std::collections::BTreeSet;

use axum::http::{StatusCode, header};
use domain::RefusalCode;
use serde_json::Value;
use workflow::Scope;

use super::{GUIDES, TestServer, roles};
use crate::web::api::document as of_code;

const POLICY: &str = "/api/v1/monitoring-policy?use_case=attrition";

/// Method and path of everything in the document.
fn documented() -> BTreeSet<String> {
    let paths = of_code()["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().keys();
            methods.map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_route_is_documented_and_the_other_way_round() {
    let server = TestServer::new().await;
    let is_api = |route: &String| {
        let path = route.split(' ').nth(1).unwrap();
        path.starts_with("/api/v1/") || GUIDES.iter().any(|own| path.starts_with(own))
    };
    let routes: BTreeSet<String> = roles::routes(&server.router)
        .into_iter()
        .filter(is_api)
        .collect();
    assert!(routes.len() > 60, "routes are found: {routes:?}");
    assert_eq!(routes, documented());
}

#[test]
fn every_operation_has_an_id_a_topic_a_sentence_and_its_answers() {
    let document = of_code();
    assert_eq!(document["openapi"], "3.1.0");
    let tags: BTreeSet<&str> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|tag| tag["name"].as_str())
        .collect();
    let mut ids = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let place = format!("{method} {path}");
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{place}: {id} is used twice");
            let tag = operation["tags"][0].as_str().unwrap_or_default();
            assert!(tags.contains(tag), "{place}: the tag {tag} is not listed");
            assert!(operation["summary"].is_string(), "{place}");
            let answers = operation["responses"].as_object().unwrap();
            assert!(
                answers.keys().any(|status| status.starts_with('2')),
                "{place}"
            );
            assert!(
                answers.contains_key("401") && answers.contains_key("422"),
                "{place}"
            );
        }
    }
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    fn walk(value: &Value, document: &Value, missing: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(path)) = fields.get("$ref") {
                    let pointer = path.strip_prefix('#').unwrap();
                    if document.pointer(pointer).is_none() {
                        missing.push(path.clone());
                    }
                }
                fields.values().for_each(|own| walk(own, document, missing));
            }
            Value::Array(items) => items.iter().for_each(|own| walk(own, document, missing)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut missing = Vec::new();
    walk(of_code(), of_code(), &mut missing);
    assert!(missing.is_empty(), "{missing:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_documentation_page_loads_nothing_from_elsewhere() {
    let server = TestServer::new().await;
    let cookie = server.session("analyst").await;
    let page = server.ask("/api/docs", None, &[("cookie", &cookie)]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.header(header::CONTENT_TYPE).starts_with("text/html"));
    for foreign in ["<script", "http://", "https://", "src=\"//", "style="] {
        assert!(!page.body.contains(foreign), "{foreign}");
    }
    for route in documented() {
        let path = route.split(' ').nth(1).unwrap();
        assert!(page.body.contains(path), "{route} is not on the page");
    }
    let nobody = server
        .ask("/api/docs", None, &[("accept", "text/html")])
        .await;
    assert_eq!(nobody.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_token_requests_and_never_decides() {
    let server = TestServer::new().await;
    let (_, token) = server.token("reviewer", &[Scope::RequestReview]).await;
    let version = "/api/v1/use-cases/attrition/models/1";
    for (path, body) in [
        (
            format!("{version}/decision"),
            r#"{"decision":"approve","reason":"x","evidence_hash":"x","password":"x"}"#,
        ),
        (
            format!("{version}/decision"),
            r#"{"decision":"reject","reason":"x","evidence_hash":"x","password":"x"}"#,
        ),
        (
            format!("{version}/waivers"),
            r#"{"gate":"x","owner":"x","reason":"x","expires_on":"2099-01-01","password":"x"}"#,
        ),
        (
            "/api/v1/use-cases/attrition/rollback".to_owned(),
            r#"{"reason":"x","password":"x"}"#,
        ),
    ] {
        let answer = server
            .ask(&path, Some(body), &[("authorization", &token)])
            .await;
        assert_eq!(
            answer.status,
            StatusCode::FORBIDDEN,
            "{path}: {}",
            answer.body
        );
        let problem: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(
            problem["code"],
            RefusalCode::PersonRequired.as_str(),
            "{path}"
        );
    }
    let asked = server
        .ask(
            &format!("{version}/review"),
            Some("{}"),
            &[("authorization", &token)],
        )
        .await;
    assert_eq!(
        asked.status,
        StatusCode::NOT_FOUND,
        "let through: {}",
        asked.body
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn scopes_reach_as_far_as_they_say() {
    let server = TestServer::new().await;
    let people = "/api/v1/use-cases/attrition/people";
    let predict = r#"{"use_case":"attrition","record":{}}"#;
    for (owner, scope, path, body, allowed) in [
        (
            "analyst",
            Scope::Predict,
            "/api/v1/predict",
            Some(predict),
            true,
        ),
        ("analyst", Scope::Predict, people, None, false),
        ("analyst", Scope::People, people, None, true),
        (
            "analyst",
            Scope::People,
            "/api/v1/predict",
            Some(predict),
            false,
        ),
        (
            "admin",
            Scope::Data,
            "/api/v1/data/training-set",
            Some(r#"{"use_case":"attrition"}"#),
            true,
        ),
        (
            "admin",
            Scope::Data,
            "/api/v1/jobs/1/cancel",
            Some(""),
            false,
        ),
        (
            "admin",
            Scope::Train,
            "/api/v1/jobs/1/cancel",
            Some(""),
            true,
        ),
        ("admin", Scope::Train, "/api/v1/users", None, false),
        ("admin", Scope::Admin, "/api/v1/users", None, true),
        (
            "admin",
            Scope::Admin,
            "/api/v1/predict",
            Some(predict),
            false,
        ),
        (
            "analyst",
            Scope::Monitor,
            "/api/v1/use-cases/attrition/drift-checks",
            Some("{}"),
            true,
        ),
        (
            "analyst",
            Scope::Read,
            "/api/v1/use-cases/attrition/drift-checks",
            Some("{}"),
            false,
        ),
        (
            "analyst",
            Scope::Read,
            "/api/v1/use-cases/attrition/jobs",
            None,
            true,
        ),
    ] {
        let (_, token) = server.token(owner, &[scope]).await;
        let answer = server.ask(path, body, &[("authorization", &token)]).await;
        let forbidden = answer.status == StatusCode::FORBIDDEN;
        assert_eq!(!forbidden, allowed, "{scope} {path}: {}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_etag_saves_an_answer_and_changes_with_it() {
    let server = TestServer::new().await;
    let (_, token) = server.token("analyst", &[Scope::Read]).await;
    let path = "/api/v1/use-cases/attrition";
    let first = server.ask(path, None, &[("authorization", &token)]).await;
    let tag = first.header(header::ETAG).to_owned();
    assert!(tag.starts_with('"') && tag.len() > 40, "{tag}");
    let again = server
        .ask(
            path,
            None,
            &[("authorization", &token), ("if-none-match", &tag)],
        )
        .await;
    assert_eq!(
        (again.status, again.body.as_str()),
        (StatusCode::NOT_MODIFIED, "")
    );
    let other = server
        .ask(
            path,
            None,
            &[("authorization", &token), ("if-none-match", "\"x\"")],
        )
        .await;
    assert_eq!(other.status, StatusCode::OK);
    // A tag does not open what the token may not see.
    let nobody = server.ask(path, None, &[("if-none-match", &tag)]).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_key_is_answered_once() {
    let server = TestServer::new().await;
    let (_, token) = server.token("admin", &[Scope::Admin]).await;
    let (_, other) = server.token("analyst", &[Scope::RequestReview]).await;
    let text = server
        .ask(
            "/api/v1/use-cases/attrition/definition",
            None,
            &[("authorization", &token)],
        )
        .await
        .body
        .replace("id = \"attrition\"", "id = \"second\"");
    let body = serde_json::json!({ "toml": text }).to_string();
    let send = |token: String, key: &'static str, body: String| {
        let server = &server;
        async move {
            let headers = [("authorization", token.as_str()), ("idempotency-key", key)];
            server.ask("/api/v1/use-cases", Some(&body), &headers).await
        }
    };
    let first = send(token.clone(), "one", body.clone()).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
    let again = send(token.clone(), "one", body.clone()).await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(again.headers["idempotent-replayed"], "true");
    let anew = send(token.clone(), "two", body.clone()).await;
    assert!(
        anew.body.contains("\"new\":false"),
        "carried out: {}",
        anew.body
    );
    let changed = send(token.clone(), "one", "{\"toml\":\"\"}".into()).await;
    assert_eq!(changed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        changed.body.contains("idempotency_key_reused"),
        "{}",
        changed.body
    );
    // Somebody else's key is another key.
    let refused = send(other, "one", body).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_token_that_asks_too_often_waits() {
    let mut server = TestServer::new().await;
    server.limit(2);
    let (_, one) = server.token("analyst", &[Scope::Read]).await;
    let (_, two) = server.token("analyst", &[Scope::Read]).await;
    let mut last = None;
    for _ in 0..3 {
        last = Some(server.ask(POLICY, None, &[("authorization", &one)]).await);
    }
    let last = last.unwrap();
    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(last.header(header::RETRY_AFTER), "1");
    assert!(last.body.contains("\"rate_limited\""), "{}", last.body);
    let other = server.ask(POLICY, None, &[("authorization", &two)]).await;
    assert_eq!(other.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_wrong_is_told_by_code() {
    let server = TestServer::new().await;
    let (_, token) = server.token("analyst", &[Scope::Predict]).await;
    let json = ("content-type", "application/json");
    for (method, path, body, kind, status, code) in [
        (
            "POST",
            "/api/v1/predict",
            Some("{"),
            json,
            400,
            "invalid_request",
        ),
        (
            "POST",
            "/api/v1/predict",
            Some("{}"),
            json,
            422,
            "invalid_fields",
        ),
        (
            "POST",
            "/api/v1/predict",
            Some("{}"),
            ("content-type", "text/plain"),
            415,
            "unsupported_media_type",
        ),
        (
            "DELETE",
            "/api/v1/predict",
            None,
            json,
            405,
            "method_not_allowed",
        ),
        ("GET", "/api/v1/nothing", None, json, 404, "not_found"),
        (
            "GET",
            "/api/v1/use-cases/nothing",
            None,
            json,
            404,
            "not_found",
        ),
        (
            "GET",
            "/api/v1/use-cases/attrition/models/x",
            None,
            json,
            404,
            "not_found",
        ),
        ("GET", "/api/v1/model", None, json, 422, "invalid_fields"),
        (
            "GET",
            "/api/v1/alerts?limit=0",
            None,
            json,
            422,
            "invalid_fields",
        ),
        (
            "GET",
            "/api/v1/alerts?x=1",
            None,
            json,
            422,
            "invalid_fields",
        ),
        (
            "GET",
            "/api/v1/alerts?cursor=x",
            None,
            json,
            422,
            "invalid_fields",
        ),
        ("GET", "/api/v1/users", None, json, 403, "role_required"),
    ] {
        let answer = server
            .send(method, path, body, &[("authorization", &token), kind])
            .await;
        let problem: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        assert_eq!(
            (answer.status.as_u16(), problem["code"].as_str()),
            (status, Some(code)),
            "{method} {path}: {}",
            answer.body
        );
        assert_eq!(
            answer.header(header::CONTENT_TYPE),
            "application/problem+json"
        );
    }
}

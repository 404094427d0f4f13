//! Cross-site requests, cookies, and security headers.

use axum::http::{StatusCode, header};

use super::TestServer;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_form_of_another_site_changes_nothing() {
    let server = TestServer::new().await;
    let cookie = server.session("admin").await;
    let form = Some("name=eve&role=admin");
    let foreign: [&[(&str, &str)]; 5] = [
        &[
            ("origin", "http://evil.example"),
            ("sec-fetch-site", "cross-site"),
        ],
        &[("origin", "http://evil.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "same-site")],
        &[],
    ];
    for signs in foreign {
        let answer = server
            .ask(
                "/users",
                form,
                &[&[("cookie", cookie.as_str())], signs].concat(),
            )
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{signs:?}");
    }
    let admin = server
        .tenure
        .sign_in("admin", super::PASSWORD, None)
        .await
        .unwrap()
        .actor;
    assert_eq!(
        server
            .tenure
            .accounts(&admin.admin().unwrap())
            .await
            .unwrap()
            .len(),
        3
    );
    let answer = server
        .ask(
            "/users",
            form,
            &[("cookie", &cookie), ("origin", "http://tenure.test")],
        )
        .await;
    assert_eq!(
        (answer.status, answer.header(header::LOCATION)),
        (StatusCode::SEE_OTHER, "/users")
    );
    assert!(
        answer.cookie("flash").unwrap().contains("link="),
        "the new account's link is shown once"
    );
    // Another site cannot sign a user in as somebody else either.
    let answer = server
        .ask(
            "/sign-in",
            Some("name=admin&password=x"),
            &[("sec-fetch-site", "cross-site")],
        )
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cookies_are_kept_from_scripts_and_from_plain_http() {
    let form = format!(
        "name=admin&password={}",
        domain::query::encode(super::PASSWORD)
    );
    let plain = TestServer::new()
        .await
        .ask("/sign-in", Some(&form), &[])
        .await;
    let cookie = plain.cookie("session").unwrap();
    assert!(
        cookie.contains("HttpOnly")
            && cookie.contains("SameSite=Lax")
            && cookie.contains("Path=/")
            && !cookie.contains("Secure")
    );
    let secure = TestServer::at("https://tenure.test")
        .await
        .ask("/sign-in", Some(&form), &[])
        .await;
    let cookie = secure.cookie("__Host-session").unwrap();
    assert!(
        cookie.contains("Secure")
            && cookie.contains("HttpOnly")
            && cookie.contains("Path=/")
            && !cookie.contains("Domain")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_page_may_run_our_scripts_and_stand_in_no_frame() {
    let server = TestServer::new().await;
    let (first, second) = (
        server.ask("/sign-in", None, &[]).await,
        server.ask("/sign-in", None, &[]).await,
    );
    let policy = first.header(header::CONTENT_SECURITY_POLICY);
    let nonce = policy
        .split("'nonce-")
        .nth(1)
        .unwrap()
        .split('\'')
        .next()
        .unwrap();
    assert!(
        nonce.len() >= 22
            && !second
                .header(header::CONTENT_SECURITY_POLICY)
                .contains(nonce),
        "a new nonce each time"
    );
    assert!(
        policy.contains("frame-ancestors 'none'")
            && policy.contains("base-uri 'none'")
            && policy.contains("form-action 'self'")
    );
    assert!(!policy.contains("unsafe-eval'") || policy.contains("'wasm-unsafe-eval'"));
    assert!(!policy.contains("script-src 'unsafe-inline'"));
    for script in first.body.split("<script").skip(1) {
        let attributes = script.split('>').next().unwrap();
        assert!(
            attributes.contains(nonce)
                || attributes.contains("src=")
                || attributes.contains("application/json"),
            "{attributes}"
        );
    }
    assert!(
        server
            .ask("/healthz", None, &[])
            .await
            .header(header::CONTENT_SECURITY_POLICY)
            .starts_with("default-src 'none'")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_session_changes_at_sign_in_and_ends_everywhere() {
    let server = TestServer::new().await;
    let (first, second) = (
        server.session("analyst").await,
        server.session("analyst").await,
    );
    assert_ne!(first, second);
    let with = |cookie: &str| {
        vec![
            ("cookie", cookie.to_owned()),
            ("sec-fetch-site", "same-origin".to_owned()),
        ]
    };
    let ask = async |cookie: &str, path: &str, body: Option<&str>| {
        let headers = with(cookie);
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        server.ask(path, body, &headers).await.status
    };
    // Signing in again replaces the session, so a planted session id is useless.
    let form = format!(
        "name=analyst&password={}",
        domain::query::encode(super::PASSWORD)
    );
    let answer = server
        .ask(
            "/sign-in",
            Some(&form),
            &[("cookie", &first), ("sec-fetch-site", "same-origin")],
        )
        .await;
    let third = answer
        .cookie("session")
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    assert_ne!(first, third);
    assert_eq!(
        ask(&first, "/account", None).await,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(ask(&third, "/account", None).await, StatusCode::OK);
    assert_eq!(
        ask(&second, "/account/sign-out-everywhere", Some("")).await,
        StatusCode::SEE_OTHER
    );
    for ended in [&first, &second, &third] {
        assert_eq!(ask(ended, "/account", None).await, StatusCode::UNAUTHORIZED);
    }
    let fourth = server.session("analyst").await;
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
    assert_eq!(
        ask(&fourth, "/account", None).await,
        StatusCode::UNAUTHORIZED,
        "disabled"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_way_back_after_signing_in_stays_here() {
    let server = TestServer::new().await;
    let wanted = server
        .ask(
            "/use-case/attrition/runs?page=2",
            None,
            &[("accept", "text/html")],
        )
        .await;
    assert_eq!(
        wanted.header(header::LOCATION),
        "/sign-in?return=%2Fuse-case%2Fattrition%2Fruns%3Fpage%3D2"
    );
    for (back, to) in [
        ("/users", "/users"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
    ] {
        let form = format!(
            "name=admin&password={}&return={}",
            domain::query::encode(super::PASSWORD),
            domain::query::encode(back)
        );
        assert_eq!(
            server
                .ask("/sign-in", Some(&form), &[])
                .await
                .header(header::LOCATION),
            to
        );
    }
}

//! Tests of the router: permissions per route, and attacks.
#![expect(clippy::unwrap_used, reason = "tests")]

mod api;
mod brute_force;
mod disclosure;
mod events;
mod forgery;
mod markup;
mod metrics;
mod mlflow;
mod model;
mod roles;
mod site;
mod tokens;
mod unavailable;

use std::net::SocketAddr;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode, header};
use leptos::config::LeptosOptions;
use tower::ServiceExt;
use workflow::{Role, Scope, StoreSettings, Tenure, TokenRequest};

use crate::web::state::AppState;

/// Paths of other systems.
const GUIDES: [&str; 3] = ["/predict", "/drift/", "/model-info"];

const PASSWORD: &str = "a long phrase of the tests";

/// A store with one account for each role, behind the real router.
struct TestServer {
    tenure: Tenure,
    router: Router,
    folder: tempfile::TempDir,
}

/// The response to a request.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: header::HeaderName) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The value of a cookie in the response, with its attributes.
    fn cookie(&self, name: &str) -> Option<String> {
        let mut values = self
            .headers
            .get_all(header::SET_COOKIE)
            .iter()
            .map(|value| value.to_str().unwrap());
        values
            .rfind(|value| value.starts_with(&format!("{name}=")))
            .map(str::to_owned)
    }
}

fn state(
    tenure: Tenure,
    folder: &tempfile::TempDir,
    package: &str,
    public_url: &str,
    rate_limit: super::rate_limit::RateLimit,
) -> AppState {
    let site = folder.path().join("site");
    AppState {
        tenure,
        options: LeptosOptions::builder()
            .output_name("tenure")
            .site_root(site.to_string_lossy().into_owned())
            .site_pkg_dir(package)
            .build(),
        public_url: public_url.to_owned(),
        secure: public_url.starts_with("https://"),
        behind_proxy: false,
        metrics: super::http_metrics::HttpMetrics::default(),
        stopping: tokio::sync::watch::channel(false).1,
        traces: None,
        rate_limit,
    }
}

impl TestServer {
    async fn new() -> Self {
        Self::at("http://tenure.test").await
    }

    async fn at(public_url: &str) -> Self {
        Self::with_files(public_url, &[]).await
    }

    /// With files of use cases and policies.
    async fn with_files(public_url: &str, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::in_folder(public_url, files, folder, "pkg".to_owned()).await
    }

    /// With a style sheet under the hash of the site's files.
    async fn hashed() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        std::fs::create_dir_all(site.join("pkg")).unwrap();
        std::fs::write(site.join("pkg/tenure.css"), "a{}").unwrap();
        let package = super::site::package_folder(&site).unwrap();
        Self::in_folder("http://tenure.test", &[], folder, package).await
    }

    /// The folder of the site's files in addresses.
    fn package(&self) -> String {
        super::site::package_folder(&self.folder.path().join("site")).unwrap()
    }

    async fn in_folder(
        public_url: &str,
        files: &[(&str, &str)],
        folder: tempfile::TempDir,
        package: String,
    ) -> Self {
        std::fs::create_dir_all(folder.path().join("site/pkg")).unwrap();
        let cases = folder.path().join("cases");
        std::fs::create_dir_all(&cases).unwrap();
        for (name, text) in files {
            std::fs::create_dir_all(cases.join(name).parent().unwrap()).unwrap();
            std::fs::write(cases.join(name), text).unwrap();
        }
        let settings = StoreSettings {
            database: None,
            data_dir: folder.path().join("data"),
            artifacts: None,
        };
        let tenure = Tenure::open(&settings, Some(&cases), "test").await.unwrap();
        let link = tenure.first_set_up().await.unwrap().unwrap();
        tenure.set_up(&link, "admin", PASSWORD).await.unwrap();
        let admin = tenure.sign_in("admin", PASSWORD, None).await.unwrap().actor;
        for role in [Role::Analyst, Role::Reviewer] {
            tenure
                .add_account_with(&admin.admin().unwrap(), role.as_str(), &[role], PASSWORD)
                .await
                .unwrap();
        }
        let limit = super::rate_limit::RateLimit::new(super::rate_limit::USUAL);
        let state = state(tenure.clone(), &folder, &package, public_url, limit);
        Self {
            tenure,
            router: super::router(state),
            folder,
        }
    }

    /// The same store behind a router that lets each token ask so often in a second.
    fn limit(&mut self, rate: u32) {
        let limit = super::rate_limit::RateLimit::new(rate);
        let state = state(
            self.tenure.clone(),
            &self.folder,
            "pkg",
            "http://tenure.test",
            limit,
        );
        self.router = super::router(state);
    }

    /// Sends a request. A body makes it a POST of a form.
    async fn ask(&self, path: &str, body: Option<&str>, headers: &[(&str, &str)]) -> Answer {
        let method = if body.is_some() { "POST" } else { "GET" };
        self.send(method, path, body, headers).await
    }

    /// Sends a request.
    async fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&str>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder()
            .uri(path)
            .method(method)
            .header("host", "tenure.test");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let kind = match path {
            path if path.starts_with("/api/")
                && path.contains("/use-cases/")
                && (path.ends_with("/datasets") || path.ends_with("/outcomes")) =>
            {
                "multipart/form-data; boundary=x"
            }
            path if path.starts_with("/api/") || GUIDES.iter().any(|own| path.starts_with(own)) => {
                "application/json"
            }
            "/use-cases/new" => "multipart/form-data; boundary=x",
            path if path.ends_with("/import") && !path.contains("/sources/") => {
                "multipart/form-data; boundary=x"
            }
            _ => "application/x-www-form-urlencoded",
        };
        let given = headers.iter().any(|(name, _)| *name == "content-type");
        if body.is_some() && !given {
            request = request.header("content-type", kind);
        }
        let mut request = request
            .body(Body::from(body.unwrap_or_default().to_owned()))
            .unwrap();
        request
            .extensions_mut()
            .insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 4711))));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 24).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    /// The cookie of a new session.
    async fn session(&self, name: &str) -> String {
        let form = format!("name={name}&password={}", domain::query::encode(PASSWORD));
        let answer = self
            .ask(
                "/sign-in",
                Some(&form),
                &[("sec-fetch-site", "same-origin")],
            )
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let cookie = answer
            .cookie("session")
            .or_else(|| answer.cookie("__Host-session"))
            .unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// The `Authorization` header of a new token.
    async fn token(&self, name: &str, scopes: &[Scope]) -> (String, String) {
        let request = TokenRequest {
            owner: name.into(),
            scopes: scopes.to_vec(),
            days: 1,
            ..TokenRequest::default()
        };
        let made = self
            .tenure
            .create_token(&workflow::Actor::local(), &request)
            .await
            .unwrap();
        (made.token_id, format!("Bearer {}", made.secret))
    }
}

//! The table of permissions per route. A route or page that is not in it fails the test, and so
//! does a line without a route.

use std::collections::{BTreeMap, BTreeSet};

use domain::Route;
use workflow::Scope;

use super::TestServer;

/// The callers, in the order of the table. The program has an analyst's token with the scope
/// `predict`, the reader one with `read`.
const WHO: [&str; 6] = [
    "nobody", "analyst", "reviewer", "admin", "program", "reader",
];

/// Each line: method and route, the result for each of [`WHO`] (`y`: allowed, `n`: not allowed,
/// `s`: sign-in required), and, where the route alone is not enough, the rest of the address and a
/// form.
const TABLE: &str = include_str!("roles.txt");

/// Method and path of all routes. The router lists them only in its debug text; if that format
/// changes, nothing is found and the test fails.
pub fn routes(router: &axum::Router) -> BTreeSet<String> {
    let text = format!("{router:?}");
    let text = text.split("fallback_router").next().unwrap_or_default();
    let (handlers, paths) = text.split_once("node: Node").unwrap();
    let id = |part: &str| part.split(')').next().unwrap().to_owned();
    let paths: BTreeMap<String, String> = paths
        .split("RouteId(")
        .skip(1)
        .map(|part| (id(part), part.split('"').nth(1).unwrap().to_owned()))
        .collect();
    let mut found = BTreeSet::new();
    for part in handlers.split("RouteId(").skip(1) {
        let Some(path) = paths.get(&id(part)) else {
            continue;
        };
        for method in ["get", "post", "put", "patch", "delete"] {
            let handler = part.split(&format!("{method}: ")).nth(1).unwrap_or("None");
            if !handler.starts_with("None") {
                found.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    found
}

/// The pages that the router matches only by a wildcard.
fn pages(routes: &BTreeSet<String>) -> BTreeSet<String> {
    let is_route = |pattern: &str| {
        ["GET", "POST"]
            .iter()
            .any(|method| routes.contains(&format!("{method} {pattern}")))
    };
    Route::PATTERNS
        .iter()
        .filter(|pattern| !is_route(pattern))
        .map(|pattern| format!("PAGE {pattern}"))
        .collect()
}

/// An address of a route: the use case of the store for the first parameter, nonexistent ids for
/// the others.
fn address(route: &str) -> String {
    let fill = |part: &str| match part {
        "{use_case}" => "attrition".to_owned(),
        "{part}" => "figures".to_owned(),
        part if part.starts_with('{') => "1".to_owned(),
        part => part.to_owned(),
    };
    route.split('/').map(fill).collect::<Vec<_>>().join("/")
}

/// Whether a response means allowed, not allowed or sign-in required.
fn told(answer: &super::Answer, page: bool) -> char {
    let text = format!("{:?} {}", answer.headers, answer.body)
        .replace('+', " ")
        .to_lowercase();
    let asks_to_sign_in = answer.status == 401
        || (page
            && answer
                .header("location".parse().unwrap())
                .starts_with("/sign-in"));
    if asks_to_sign_in
        || text.contains("\"status\":401,\"title\":\"please sign in\"")
        || text.contains("\"kind\":\"signin\"")
    {
        's'
    } else if answer.status == 403
        || text.contains("\"status\":403,\"title\":\"access denied")
        || text.contains("\"kind\":\"forbidden\"")
        || text.contains("this requires the")
        || text.contains("this requires a token with the scope")
        || text.contains("a token cannot do this")
        || text.contains("only a person signed in")
    {
        'n'
    } else {
        'y'
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_route_lets_through_whom_the_table_says() {
    let server = TestServer::new().await;
    let lines: Vec<Vec<&str>> = TABLE
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_whitespace().collect())
        .collect();
    let named: BTreeSet<String> = lines
        .iter()
        .map(|line| format!("{} {}", line[0], line[1]))
        .collect();
    let routes = routes(&server.router);
    let known: BTreeSet<String> = pages(&routes).into_iter().chain(routes).collect();
    assert!(known.len() > 40, "routes and pages are found: {known:?}");
    let missing: Vec<&String> = known.difference(&named).collect();
    let gone: Vec<&String> = named.difference(&known).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "without a line in roles.txt: {missing:#?}\nnot there any more: {gone:#?}"
    );

    let mut wrong = Vec::new();
    for line in &lines {
        let (method, route, expected) = (line[0], line[1], line[2]);
        let path = address(route)
            + line
                .get(3)
                .map_or("", |rest| rest.strip_prefix('-').unwrap_or(rest));
        let method = if method == "PAGE" { "GET" } else { method };
        let body = (method != "GET").then(|| line.get(4).copied().unwrap_or_default());
        let mut got = String::new();
        for who in WHO {
            let credential = match who {
                "nobody" => None,
                // Anew each time: one of the routes revokes every token.
                "program" => Some((
                    "authorization",
                    server.token("analyst", &[Scope::Predict]).await.1,
                )),
                "reader" => Some((
                    "authorization",
                    server.token("analyst", &[Scope::Read]).await.1,
                )),
                name => Some(("cookie", server.session(name).await)),
            };
            let mut headers = vec![("sec-fetch-site", "same-origin")];
            headers.extend(
                credential
                    .as_ref()
                    .map(|(name, value)| (*name, value.as_str())),
            );
            if body.is_none() && !route.starts_with("/fn/") {
                headers.push(("accept", "text/html"));
            }
            got.push(told(
                &server.send(method, &path, body, &headers).await,
                body.is_none(),
            ));
        }
        if got != expected {
            wrong.push(format!("{method} {route}: {got} instead of {expected}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "in the order {WHO:?}:\n{}",
        wrong.join("\n")
    );
}

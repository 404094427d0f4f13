//! Password guessing, and input that tries to be SQL or script.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use workflow::Error;

use super::{PASSWORD, TestServer};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_wrong_passwords_open_nothing_and_hold_nobody_up() {
    let server = TestServer::new().await;
    let (mut wrong, mut too_many) = (0, 0);
    let began = Instant::now();
    for guess in 0..1000 {
        match server
            .tenure
            .sign_in(
                "analyst",
                &format!("guess number {guess}"),
                Some("198.51.100.7"),
            )
            .await
        {
            Err(Error::SignIn(_)) => wrong += 1,
            Err(Error::TooMany { seconds, .. }) => {
                assert!((1..=900).contains(&seconds));
                too_many += 1;
            }
            other => panic!("{other:?}"),
        }
        if guess % 100 == 0 {
            assert_eq!(server.ask("/healthz", None, &[]).await.body, "ok");
        }
    }
    eprintln!(
        "1000 wrong passwords: {wrong} looked at, {too_many} refused unseen, {:.1} s",
        began.elapsed().as_secs_f64()
    );
    assert!(wrong < 20, "{wrong} were looked at");
    // The right one has to wait too, from that address and from any other; somebody else does not.
    for address in ["198.51.100.7", "203.0.113.9"] {
        assert!(matches!(
            server
                .tenure
                .sign_in("analyst", PASSWORD, Some(address))
                .await,
            Err(Error::TooMany { .. })
        ));
    }
    assert!(
        server
            .tenure
            .sign_in("reviewer", PASSWORD, Some("203.0.113.9"))
            .await
            .is_ok()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_guesses_from_elsewhere_locks_nobody_out() {
    let server = TestServer::new().await;
    let (office, elsewhere) = (Some("203.0.113.9"), Some("198.51.100.7"));
    server
        .tenure
        .sign_in("reviewer", PASSWORD, office)
        .await
        .unwrap();
    let cookie = server.session("reviewer").await;
    for guess in 0..50 {
        server
            .tenure
            .sign_in("reviewer", &format!("guess number {guess}"), elsewhere)
            .await
            .unwrap_err();
    }
    assert!(matches!(
        server.tenure.sign_in("reviewer", PASSWORD, elsewhere).await,
        Err(Error::TooMany { .. })
    ));
    assert!(
        matches!(
            server
                .tenure
                .sign_in("reviewer", PASSWORD, Some("203.0.113.10"))
                .await,
            Err(Error::TooMany { .. })
        ),
        "a new place"
    );
    assert!(
        server
            .tenure
            .sign_in("reviewer", PASSWORD, office)
            .await
            .is_ok(),
        "from where the owner signed in before"
    );
    // Signing within a session is counted apart, and slowed down by itself.
    let tell = async |password: &str| {
        let form = format!(
            "use_case=attrition&version=1&doing=reject&reason=x&password={}",
            domain::query::encode(password)
        );
        let answer = server
            .ask(
                "/fn/review-decide",
                Some(&form),
                &[("cookie", &cookie), ("sec-fetch-site", "same-origin")],
            )
            .await;
        domain::query::decode(&answer.cookie("flash").unwrap().replace('+', " "))
    };
    assert!(
        tell(PASSWORD).await.contains("no version 1"),
        "the signature is taken"
    );
    let mut refused_unseen = 0;
    for guess in 0..200 {
        refused_unseen += u32::from(
            tell(&format!("guess number {guess}"))
                .await
                .contains("Too many wrong passwords"),
        );
    }
    assert!(refused_unseen > 180, "{refused_unseen} of 200");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_guesses_at_once_do_not_slip_through() {
    let server = TestServer::new().await;
    let guesses = (0..60).map(|guess| {
        let tenure = server.tenure.clone();
        tokio::spawn(async move {
            tenure
                .sign_in("analyst", &format!("guess {guess}"), Some("198.51.100.7"))
                .await
        })
    });
    let mut looked_at = 0;
    for guess in guesses.collect::<Vec<_>>() {
        looked_at += u32::from(matches!(guess.await.unwrap(), Err(Error::SignIn(_))));
    }
    assert!(looked_at <= 8, "{looked_at} were looked at");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn names_are_not_told_by_the_answer_or_its_time() {
    let server = TestServer::new().await;
    let tell = async |name: &str| {
        let mut times = Vec::new();
        for address in 0..4 {
            let began = Instant::now();
            let answer = server
                .tenure
                .sign_in(
                    name,
                    "some wrong password",
                    Some(&format!("198.51.100.{address}")),
                )
                .await;
            times.push(began.elapsed());
            assert_eq!(
                answer.unwrap_err().to_string(),
                "Incorrect name or password."
            );
        }
        times.into_iter().min().unwrap_or(Duration::ZERO)
    };
    let (known, unknown) = (tell("analyst").await, tell("nobody at all").await);
    eprintln!("a wrong password: {known:?} for a known name, {unknown:?} for an unknown one");
}

const NASTY: [&str; 6] = [
    "'; drop table account; --",
    "\" or \"\"=\"",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "{{7*7}}${7*7}",
    "\u{202e}\r\nSet-Cookie: session=evil",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn texts_stay_texts() {
    let server = TestServer::new().await;
    let admin = server
        .tenure
        .sign_in("admin", PASSWORD, None)
        .await
        .unwrap()
        .actor;
    let cookie = server.session("admin").await;
    let headers = [
        ("cookie", cookie.as_str()),
        ("sec-fetch-site", "same-origin"),
    ];
    for text in NASTY {
        let coded = domain::query::encode(text);
        for (path, body) in [
            (
                "/sign-in",
                format!("name={coded}&password={coded}&return={coded}"),
            ),
            ("/users", format!("name={coded}&role=admin")),
            ("/users/roles", format!("name={coded}&role={coded}")),
            ("/users/disabled", format!("name={coded}&disabled={coded}")),
            ("/users/link", format!("name={coded}")),
            (
                "/account/tokens",
                format!("label={coded}&scope=read&days=1"),
            ),
            ("/account/tokens/revoke", format!("id={coded}")),
            (
                "/account/password",
                format!("old={coded}&password={coded}&again={coded}"),
            ),
        ] {
            let answer = server.ask(path, Some(&body), &headers).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path} {text}");
            assert!(
                !answer
                    .cookie("session")
                    .is_some_and(|cookie| cookie.contains("evil"))
            );
            // What the next page shows of it is escaped.
            let page = answer.headers["location"].to_str().unwrap().to_owned();
            let flash = answer
                .cookie("flash")
                .unwrap()
                .split(';')
                .next()
                .unwrap()
                .to_owned();
            let shown = server
                .ask(
                    &page,
                    None,
                    &[
                        ("cookie", &format!("{cookie}; {flash}")),
                        ("accept", "text/html"),
                    ],
                )
                .await;
            assert!(
                !shown.body.contains("<script>alert") && !shown.body.contains("<img src=x"),
                "{page} {text}"
            );
        }
        let answer = server
            .ask(
                &format!("/set-up/{coded}"),
                Some("name=eve&password=a+long+phrase+of+eve&again=a+long+phrase+of+eve"),
                &headers,
            )
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        for path in [
            format!("/sign-in?return={coded}"),
            format!("/use-case/{coded}/runs"),
            format!("/use-case/attrition/runs?filter={coded}"),
        ] {
            let shown = server
                .ask(
                    &path,
                    None,
                    &[("cookie", cookie.as_str()), ("accept", "text/html")],
                )
                .await;
            assert!(
                !shown.body.contains("<script>alert") && !shown.body.contains("<img src=x"),
                "{path}"
            );
        }
    }
    let names: Vec<String> = server
        .tenure
        .accounts(&admin.admin().unwrap())
        .await
        .unwrap()
        .into_iter()
        .map(|account| account.name)
        .collect();
    assert_eq!(
        names,
        ["admin", "analyst", "reviewer"],
        "nothing was added and nothing is gone"
    );
    assert!(
        server
            .tenure
            .audit_verify(&admin.member().unwrap())
            .await
            .unwrap()
            .1
            .is_empty()
    );
}

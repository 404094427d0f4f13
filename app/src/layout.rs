//! What is on every screen: where one can go, which model is live, and how old what is shown is.

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use leptos_router::components::Outlet;
use leptos_router::hooks::use_location;
#[cfg(feature = "ssr")]
use workflow::Status;

use crate::boxed::Erase;
use crate::components::heading::FocusOnNavigation;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::format::capitalised;
use crate::server_page::{Written, written};
use crate::theme::ThemeSwitch;

/// The way and the strip of a path.
#[server(prefix = "/fn", endpoint = "frame", input = GetUrl)]
pub async fn load_frame(path: String) -> Result<Written, AppError> {
    // Where the page fails it says so itself; the frame stays bare.
    Ok(write(&path).await.unwrap_or_default())
}

/// Two parts: the way, and what is shown.
#[cfg(feature = "ssr")]
async fn write(path: &str) -> Result<Written, AppError> {
    let (tenure, actor) = crate::context::desk()?;
    let member = actor.member()?;
    let parts: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(domain::query::decode).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let use_case = match parts.as_slice() {
        ["use-case", id, ..] => Some((*id).to_owned()),
        ["jobs", id] => Some(tenure.job(&member, id).await?.job.use_case),
        ["runs", id, ..] if *id != "compare" => Some(tenure.use_case_of_run(&member, id).await?),
        _ => None,
    };
    let status = tenure.status(&member, use_case.as_deref()).await?;
    let way = view! { <Navigation status=status.clone() path=path.to_owned() /> };
    let frame = Written::parts("", vec![way.erase(), view! { <Strip status /> }.erase()]);
    Ok(if parts.first() == Some(&"jobs") { frame.left_whole() } else { frame })
}

/// The frame around every page.
#[component]
pub fn Frame() -> AnyView {
    provide_context(FocusOnNavigation::default());
    let path = use_location().pathname;
    let parts = move |part: usize| {
        written(move || [path.get(), String::new()], |[path, _]| Box::pin(load_frame(path)), move |frame| frame.part(part))
    };
    view! {
        <a class="skip-link" href="#main">"Skip to the content"</a>
        <div class="frame">
            <header class="side">
                <a class="brand" href="/" rel="external" aria-label="Tenure, start page">
                    <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M3 18.5c4.5 0 5-13 9.500-13s4 7.500 8.500 7.500" /><circle cx="21" cy="13" r="1.800" /></svg>
                    "Tenure"
                </a>
                {parts(0)}
                <ThemeSwitch />
            </header>
            <div class="stage">
                {parts(1)}
                <main id="main">
                    <Outlet />
                </main>
            </div>
        </div>
    }
    .erase()
}

/// The pages of a use case: address below it, name, and the roles of which one is needed (any, where none is named).
#[cfg(feature = "ssr")]
const PAGES: &[(&str, &str, &[&str])] = &[
    ("", "Dashboard", &["analyst"]),
    ("/what-if", "What if", &["analyst"]),
    ("/data", "Data", &[]),
    ("/runs", "Runs", &[]),
    ("/models", "Models", &[]),
    ("/drift", "Drift", &[]),
    ("/review", "Reviews", &[]),
];

/// Where somebody with these roles begins in a use case: with people, with versions, or with runs.
#[cfg(feature = "ssr")]
pub fn start(use_case: &str, roles: &[String]) -> String {
    let has = |role: &str| roles.iter().any(|own| own == role);
    let below = if has("analyst") {
        ""
    } else if has("reviewer") {
        "/review"
    } else {
        "/runs"
    };
    format!("/use-case/{use_case}{below}")
}

#[cfg(feature = "ssr")]
#[component]
fn Navigation(status: Status, path: String) -> AnyView {
    let base = format!("/use-case/{}", status.use_case);
    let roles = status.session.as_ref().map(|session| session.roles.clone()).unwrap_or_default();
    let may = |needed: &[&str]| needed.is_empty() || roles.iter().any(|role| needed.contains(&role.as_str()));
    let link = |(below, name, _): &(&'static str, &'static str, &[&str])| {
        let href = format!("{base}{below}");
        let current = is_current(&path, &base, &href).then_some("page");
        let waiting = status.pending_reviews;
        let count = (*below == "/review" && waiting > 0).then(|| {
            view! { " "<span class="count">{crate::format::count(waiting)}<span class="visually-hidden">" waiting"</span></span> }
        });
        view! { <li><a href=href aria-current=current>{*name}{count}</a></li> }.erase()
    };
    let links = PAGES.iter().filter(|(_, _, needed)| may(needed)).map(link).collect::<Vec<_>>();
    let several = status.use_cases.len() > 1;
    let here = status.use_case.clone();
    let switch = several.then(|| {
        let items = status.use_cases.iter().map(|(id, title)| {
            let current = (*id == here).then_some("true");
            view! { <li><a href=start(id, &roles) aria-current=current>{title.clone()}</a></li> }
        });
        view! { <nav class="use-cases" aria-label="Use cases"><ul>{items.collect_view()}</ul></nav> }
    });
    let session = status.session.map(|session| {
        let users = may(&["admin"]).then(|| view! { <li><a href="/users">"Accounts"</a></li> });
        view! {
            <div class="session">
                <p>"Signed in as " <b>{session.name}</b> <span>{session.roles.join(", ")}</span></p>
                <ul><li><a href="/account">"Your account"</a></li><li><a href="/audit">"Record"</a></li>{users}</ul>
                <form method="post" action="/sign-out"><button class="link">"Sign out"</button></form>
            </div>
        }
    });
    view! {
        {switch}
        <nav class="pages" aria-label="Pages"><ul>{links}</ul></nav>
        {session}
    }
    .erase()
}

/// Whether the page at `path` belongs to the entry `target`; a run or a comparison belongs to the runs, a person to the dashboard.
#[cfg(feature = "ssr")]
fn is_current(path: &str, base: &str, target: &str) -> bool {
    let below = target.strip_prefix(base).unwrap_or_default();
    match below {
        // The review of a version stands below the versions, but belongs to the reviews.
        "/models" => path.starts_with(target) && !path.ends_with("/review"),
        "/review" => path.ends_with("/review"),
        "" => path == base || path.starts_with(&format!("{base}/person/")),
        "/runs" => {
            let own = ["/runs/", "/jobs/"].iter().any(|start| path.starts_with(start));
            own || [target, &format!("{base}/train"), &format!("{base}/jobs")].iter().any(|start| path.starts_with(start))
        }
        _ => path.starts_with(target),
    }
}

#[cfg(feature = "ssr")]
#[component]
fn Strip(status: Status) -> AnyView {
    let simulated = status.simulated.then(|| {
        let text = format!("Simulated {}: a demo, nobody real.", status.words.many);
        view! { <p class="strip-note simulated"><span class="mark" aria-hidden="true">"◆"</span>{text}</p> }
    });
    let stale = status.stale.map(|text| {
        view! { <p class="strip-note stale" role="status"><span class="mark" aria-hidden="true">"!"</span><b>"Stale. "</b>{text}</p> }
    });
    let live = match status.live {
        Some(live) => view! {
            <dt>"Live model"</dt>
            <dd><a href=format!("/use-case/{}/models", status.use_case)>{format!("Version {}", live.version)}</a>{format!(", since {}", live.promoted_at)}</dd>
        }
        .erase(),
        None => {
            let text = status.out_of_service.map_or_else(|| "none yet".to_owned(), |since| format!("out of service since {since}"));
            view! { <dt>"Live model"</dt><dd>{text}</dd> }.erase()
        }
    };
    let scored = status.scored_at.unwrap_or_else(|| "not yet".to_owned());
    let as_of = status.data_as_of.unwrap_or_else(|| "no data yet".to_owned());
    view! {
        <aside class="strip" aria-label="What is shown">
            <dl>
                <div>{live}</div>
                <div><dt>"Scored"</dt><dd>{scored}</dd></div>
                <div><dt>{format!("{} as of", capitalised(&status.words.many))}</dt><dd>{as_of}</dd></div>
            </dl>
            {simulated}
            {stale}
        </aside>
    }
    .erase()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_page_below_an_entry_marks_the_entry() {
        let current = |path, target| is_current(path, "/use-case/a", target);
        assert!(current("/use-case/a/person/7", "/use-case/a"));
        assert!(!current("/use-case/a/runs", "/use-case/a"));
        for path in ["/runs/0190", "/jobs/0190", "/use-case/a/jobs", "/use-case/a/train"] {
            assert!(current(path, "/use-case/a/runs"), "{path}");
        }
    }
}

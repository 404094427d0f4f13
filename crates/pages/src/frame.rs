//! The parts of every screen that the server renders: the navigation, and the status strip with the
//! live model and the age of the data.

use app::server_page::ServerPage;
use domain::{CycleScope, Date, HealthLevel, Role, Route, Timestamp, UseCaseId};
use leptos::prelude::*;
use workflow::{LiveModel, ModelHealth, Status};

use crate::error::PageError;
use crate::navigation::Navigation;

/// Two parts: the navigation and the status strip.
pub async fn write(path: &str) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let member = actor.member()?;
    let route = Route::parse(path);
    let use_case = match &route {
        Some(Route::Job { job }) => Some(tenure.job(&member, job).await?.job.use_case),
        Some(Route::Run { run } | Route::RunPart { run, .. } | Route::RunFile { run, .. }) => {
            tenure.use_case_of_run(&member, run).await?
        }
        Some(other) => other.use_case().map(UseCaseId::into_string),
        None => None,
    };
    let status = tenure.status(&member, use_case.as_deref()).await?;
    let way = view! { <Navigation status=status.clone() route=route.clone() /> };
    let frame = ServerPage::parts(
        "",
        vec![way.into_any(), view! { <Strip status /> }.into_any()],
    );
    Ok(
        if matches!(route, Some(Route::Job { .. } | Route::Cycle { .. })) {
            frame.left_whole()
        } else {
            frame
        },
    )
}

#[component]
fn Strip(status: Status) -> AnyView {
    let simulated = status.simulated.then(|| {
        let text = format!("Demo data: simulated {}", status.words.many);
        view! { <p class="strip-note simulated"><span class="mark" aria-hidden="true">"◆"</span>{text}</p> }
    });
    let stale = status.stale.map(|text| {
        view! { <p class="strip-note stale" role="status"><span class="mark" aria-hidden="true">"!"</span><b>"Out of date. "</b>{text}</p> }
    });
    let health = status
        .live
        .as_ref()
        .map(|live| health(live, &status.use_case, status.open_alerts));
    let is_admin = status
        .session
        .as_ref()
        .is_some_and(|session| session.roles.contains(&Role::Admin));
    let rescore = (status.can_rescore && is_admin).then(|| {
        let use_case = UseCaseId::from(status.use_case.as_str());
        crate::cycles::run_button(
            &use_case,
            CycleScope::Scores,
            "Re-score now",
            "button quiet",
        )
    });
    let live = match status.live {
        Some(live) => view! {
            <dt>"Live model"</dt>
            <dd><a href=Route::Models { use_case: status.use_case.as_str().into() }.path()>{format!("Version {}", live.version)}</a>{format!(", since {}", live.promoted_at.long())}</dd>
        }
        .into_any(),
        None => {
            let text = status.out_of_service.map_or_else(|| "none yet".to_owned(), |since| format!("out of service since {}", since.long()));
            view! { <dt>"Live model"</dt><dd>{text}</dd> }.into_any()
        }
    };
    let scored = status
        .scored_at
        .map_or_else(|| "not yet".to_owned(), Timestamp::long);
    let as_of = status
        .data_as_of
        .map_or_else(|| "no data yet".to_owned(), Date::long);
    view! {
        <aside class="strip" aria-label="Model and data status">
            <dl>
                <div>{live}</div>
                <div><dt>"Scored"</dt><dd>{scored}</dd></div>
                <div><dt>"Snapshot date"</dt><dd>{as_of}</dd></div>
            </dl>
            {health}
            {simulated}
            {stale}
            {rescore}
        </aside>
    }
    .into_any()
}

/// How the live model is doing, with the reasons, and the check that says so.
fn health(live: &LiveModel, use_case: &str, open_alerts: u32) -> AnyView {
    let ModelHealth {
        level,
        reasons,
        check,
    } = &live.health;
    let page = match check {
        Some(check) => Route::DriftCheck {
            use_case: use_case.into(),
            check: check.clone(),
        },
        None => Route::DriftHistory {
            use_case: use_case.into(),
        },
    };
    let (class, mark, word) = match level {
        HealthLevel::Healthy => ("strip-note health", "✓", "Healthy"),
        HealthLevel::Warning => ("strip-note health warning", "!", "Warning"),
        HealthLevel::Critical => ("strip-note health critical", "!", "Critical"),
    };
    let reasons = reasons.join(" ");
    let alerts = (*level == HealthLevel::Critical && open_alerts > 0).then(|| {
        let page = Route::Alerts {
            use_case: use_case.into(),
        };
        view! { " "<a href=page.path()>"View alerts"</a> }
    });
    view! {
        <p class=class>
            <span class="mark" aria-hidden="true">{mark}</span>
            <b>"Model health: "<a href=page.path()>{word}</a></b>
            {(!reasons.is_empty()).then(|| view! { <span class="why">{format!(". {reasons}")}</span> })}
            {alerts}
        </p>
    }
    .into_any()
}

//! Parts of every screen: the navigation, the live model, and the age of the data.

use domain::Route;
#[cfg(feature = "ssr")]
use domain::UseCaseId;
#[cfg(feature = "ssr")]
use domain::{Date, Timestamp};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use leptos_router::components::Outlet;
use leptos_router::hooks::use_location;
#[cfg(feature = "ssr")]
use workflow::Status;

use crate::boxed::IntoBoxed;
use crate::components::heading::FocusOnNavigation;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::navigation::Navigation;
use crate::server_page::{ServerPage, ask, show_answer};
use crate::theme::ThemeSwitch;

/// Navigation and status strip of a path.
#[server(prefix = "/fn", endpoint = "frame", input = GetUrl)]
pub async fn load_frame(path: String) -> Result<ServerPage, AppError> {
    // Where the page fails, it shows the error itself; the layout stays empty.
    Ok(write(&path).await.unwrap_or_default())
}

/// Two parts: the navigation and the status strip.
#[cfg(feature = "ssr")]
async fn write(path: &str) -> Result<ServerPage, AppError> {
    let (tenure, actor) = crate::context::get()?;
    let member = actor.member()?;
    let route = Route::parse(path);
    let use_case = match &route {
        Some(Route::Job { job }) => Some(tenure.job(&member, job).await?.job.use_case),
        Some(Route::Run { run } | Route::RunPart { run, .. } | Route::RunFile { run, .. }) => {
            Some(tenure.use_case_of_run(&member, run).await?)
        }
        Some(other) => other.use_case().map(UseCaseId::into_string),
        None => None,
    };
    let status = tenure.status(&member, use_case.as_deref()).await?;
    let way = view! { <Navigation status=status.clone() route=route.clone() /> };
    let frame = ServerPage::parts("", vec![way.boxed(), view! { <Strip status /> }.boxed()]);
    Ok(if matches!(route, Some(Route::Job { .. })) {
        frame.left_whole()
    } else {
        frame
    })
}

/// The layout around every page.
#[component]
pub fn Frame() -> AnyView {
    provide_context(FocusOnNavigation::default());
    let path = use_location().pathname;
    let frame = ask(
        move || [path.get(), String::new()],
        |[path, _]| Box::pin(load_frame(path)),
    );
    let parts = move |part: usize| show_answer(frame, move |frame| frame.part(part));
    view! {
        <a class="skip-link" href="#main">"Skip to main content"</a>
        <div class="frame">
            <header class="side">
                <a class="brand" href=Route::Home.path() rel="external" aria-label="Tenure, home">
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
    .boxed()
}

#[cfg(feature = "ssr")]
#[component]
fn Strip(status: Status) -> AnyView {
    let simulated = status.simulated.then(|| {
        let text = format!("Demo data: simulated {}", status.words.many);
        view! { <p class="strip-note simulated"><span class="mark" aria-hidden="true">"◆"</span>{text}</p> }
    });
    let stale = status.stale.map(|text| {
        view! { <p class="strip-note stale" role="status"><span class="mark" aria-hidden="true">"!"</span><b>"Out of date. "</b>{text}</p> }
    });
    let live = match status.live {
        Some(live) => view! {
            <dt>"Live model"</dt>
            <dd><a href=Route::Models { use_case: status.use_case.as_str().into() }.path()>{format!("Version {}", live.version)}</a>{format!(", since {}", live.promoted_at.long())}</dd>
        }
        .boxed(),
        None => {
            let text = status.out_of_service.map_or_else(|| "none yet".to_owned(), |since| format!("out of service since {}", since.long()));
            view! { <dt>"Live model"</dt><dd>{text}</dd> }.boxed()
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
            {simulated}
            {stale}
        </aside>
    }
    .boxed()
}

//! Parts of every screen: the navigation, the live model, and the age of the data.

use domain::Route;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use leptos_router::components::Outlet;
use leptos_router::hooks::use_location;

use crate::boxed::IntoBoxed;
use crate::components::heading::FocusOnNavigation;
use crate::error::AppError;
use crate::server_page::{ServerPage, ask, show_answer};
use crate::theme::ThemeSwitch;

/// Navigation and status strip of a path.
#[server(prefix = "/fn", endpoint = "frame", input = GetUrl)]
pub async fn load_frame(path: String) -> Result<ServerPage, AppError> {
    crate::renderer::rendered(|renderer| renderer.frame, [path, String::new()]).await
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

//! The home page: redirects to the first page of the user's roles in the first use case.

use leptos::prelude::*;
use leptos_router::components::Redirect;

use crate::boxed::IntoBoxed;
use crate::error::AppError;
use crate::server_page::{ServerPage, server_page, show_page};

/// The address to redirect to, or a page with the next step.
#[server(prefix = "/fn", endpoint = "home", input = leptos::server_fn::codec::GetUrl)]
pub async fn load_home() -> Result<ServerPage, AppError> {
    crate::renderer::rendered(|renderer| renderer.home, Default::default()).await
}

#[component]
pub fn HomePage() -> AnyView {
    server_page(
        Default::default,
        |_| Box::pin(load_home()),
        |home| match home.open::<String>() {
            Some(path) => view! { <Redirect path /> }.boxed(),
            None => show_page(home),
        },
    )
}

//! The home page: redirects to the first page of the user's roles in the first use case.

use leptos::prelude::*;
use leptos_router::components::Redirect;

use crate::boxed::IntoBoxed;
use crate::error::AppError;
use crate::server_page::{ServerPage, server_page, show_page};

/// The address to redirect to, or a page with the next step.
#[server(prefix = "/fn", endpoint = "home", input = leptos::server_fn::codec::GetUrl)]
pub async fn load_home() -> Result<ServerPage, AppError> {
    Ok(write()
        .await
        .unwrap_or_else(crate::components::failure::failure))
}

#[cfg(feature = "ssr")]
async fn write() -> Result<ServerPage, AppError> {
    use crate::components::empty::Empty;
    use crate::components::heading::PageHeading;

    let (tenure, actor) = crate::context::get()?;
    let status = tenure.status(&actor.member()?, None).await?;
    if !status.use_cases.is_empty() {
        let roles = status
            .session
            .map(|session| session.roles)
            .unwrap_or_default();
        return ServerPage::default()
            .with_data(&crate::navigation::start(&status.use_case.as_str().into(), &roles).path());
    }
    Ok(ServerPage::page(
        "Home",
        view! {
            <PageHeading title="Tenure" />
            <Empty title="No use cases yet">
                <p>"A use case defines what is predicted and for whom. See " <code>"tenure use-case --help"</code> "."</p>
            </Empty>
        },
    ))
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

//! Where the home page leads: to the first page of the user's roles in the first use case.

use app::components::heading::PageHeading;
use app::server_page::ServerPage;
use leptos::prelude::*;

use crate::components::empty::Empty;
use crate::error::PageError;

pub async fn write() -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let status = tenure.status(&actor.member()?, None).await?;
    if !status.use_cases.is_empty() {
        let roles = status
            .session
            .map(|session| session.roles)
            .unwrap_or_default();
        return Ok(ServerPage::default().with_data(
            &crate::navigation::start(&status.use_case.as_str().into(), &roles).path(),
        )?);
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

//! Preview of a run's file: SVG as an image, text as text.

use domain::Route;
use domain::route::RunPart;
use leptos::prelude::*;
use workflow::{Member, Tenure};

use crate::error::PageError;
use app::components::heading::PageHeading;
use app::server_page::ServerPage;

/// Writes the page.
pub async fn write(
    tenure: &Tenure,
    member: &Member<'_>,
    id: &str,
    name: &str,
) -> Result<ServerPage, PageError> {
    let address = Route::Artifact {
        run: id.into(),
        name: name.to_owned(),
    }
    .path();
    let shown = if name.ends_with(".svg") {
        // Fails here if the file does not exist.
        tenure.run_artifact(member, id, name).await?;
        view! { <p><img class="preview" src=address.clone() alt=format!("Preview of {name}") width="1040" height="600" /></p> }.into_any()
    } else {
        match tenure.artifact_text(member, id, name).await? {
            Some((text, whole)) => {
                let rest = (!whole).then(|| view! { <p class="aside">"Preview truncated. Download the file to see all of it."</p> });
                view! { <pre class="preview" tabindex="0" role="region" aria-label="Content">{text}</pre>{rest} }.into_any()
            }
            None => {
                view! { <p class="note">"This file cannot be previewed. Download it instead."</p> }
                    .into_any()
            }
        }
    };
    let back = Route::RunPart {
        run: id.into(),
        part: RunPart::Made,
    };
    let title = name.to_owned();
    let page = view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=back.path()>"Settings and files"</a></nav>
        <PageHeading title=title.clone() />
        {shown}
        <p class="actions"><a class="button" href=address rel="external" download="">"Download"</a></p>
    };
    Ok(ServerPage::page(title, page))
}

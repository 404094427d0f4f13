//! The definition of a use case: its text and its versions.

use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table};
use app::server_page::ServerPage;
use domain::{DefinitionOrigin, Route};
use leptos::prelude::*;
use workflow::Role;

use crate::error::PageError;
use crate::query::Query;

pub(crate) async fn write(use_case: &str) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let member = actor.member()?;
    let definition = tenure.definition(use_case)?;
    let versions = tenure.use_case_versions(&member, use_case).await?;
    let file = Route::DefinitionToml {
        use_case: use_case.into(),
    };
    let compare = Route::DefinitionCompare {
        use_case: use_case.into(),
    };
    let editable = actor.is(Role::Admin)
        && tenure
            .editable_definition(&actor.admin()?, use_case)
            .is_ok();
    let edit = editable.then(|| {
        let page = Route::DefinitionEdit {
            use_case: use_case.into(),
        };
        view! { <a class="button" href=page.path()>"Edit"</a>" " }
    });
    let flash = Query(crate::context::take_flash(&Route::Definition {
        use_case: use_case.into(),
    }));
    let done = (!flash.one("done").is_empty())
        .then(|| view! { <p class="note" role="status">{flash.one("done").to_owned()}</p> });
    let place = match (&definition.file, definition.origin) {
        (Some(path), _) => format!(
            "Kept in the file {}. To keep it in the store instead, remove the file from the folder and import it with tenure use-case import.",
            path.display()
        ),
        (None, DefinitionOrigin::BuiltIn) => {
            "Built into Tenure. Export it, give it another id and import it to change it."
                .to_owned()
        }
        (None, DefinitionOrigin::File | DefinitionOrigin::Store) => "Kept in the store.".to_owned(),
    };
    let rows = versions.iter().enumerate().map(|(at, version)| {
        // Newest first: the one before it comes next.
        let changes = versions.get(at + 1).map_or_else(
            || Cell::aside("First version"),
            |before| {
                let pairs = [("old", before.version), ("new", version.version)];
                let pairs = pairs.map(|(name, number)| (name, number.to_string()));
                Cell::link(
                    compare.with_query(&pairs),
                    format!("Since version {}", before.version),
                )
            },
        );
        let number = version.version.to_string();
        Row::new(vec![
            Cell::link(
                file.with_query(&[("version", &number)]),
                format!("Version {number}"),
            ),
            Cell::text(version.origin.to_string()),
            Cell::with_aside(
                version.created_at.long(),
                format!("by {}", version.created_by),
            ),
            changes,
        ])
    });
    let rows: Vec<Row> = rows.collect();
    let headings = vec![
        Heading::text("Version"),
        Heading::text("From"),
        Heading::text("Stored"),
        Heading::text("Changes"),
    ];
    let list = (!rows.is_empty()).then(|| view! { <section><h2>"Versions"</h2><Table headings rows class="list" scroll="Versions" /></section> });
    let title = definition.use_case.title.clone();
    let features = Route::Features {
        use_case: use_case.into(),
    };
    let data = Route::Datasets {
        use_case: use_case.into(),
    };
    Ok(ServerPage::page(
        format!("Definition of {title}"),
        view! {
            <nav class="crumbs" aria-label="Breadcrumb"><a href=Route::UseCases.path()>"Use cases"</a></nav>
            <PageHeading title=format!("Definition of {title}")><p>{place}</p></PageHeading>
            {done}
            <p class="actions">{edit}<a class="button quiet" href=file.path() rel="external" download=true>"Export as TOML"</a>" "<a href=features.path()>"Feature catalog"</a>" "<a href=data.path()>"Import data"</a></p>
            {list}
            <section><h2>"Text"</h2><pre class="source-text"><code>{definition.text.clone()}</code></pre></section>
        },
    ))
}

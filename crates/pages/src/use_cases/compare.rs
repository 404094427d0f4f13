//! What changed between two texts of a definition.

use app::components::heading::PageHeading;
use app::server_page::ServerPage;
use domain::Route;
use leptos::prelude::*;
use workflow::{DiffLine, Error, LineChange, with_context};

use crate::error::PageError;
use crate::query::Query;

/// Lines shown around a change.
const CONTEXT: usize = 3;

pub(crate) async fn write(use_case: &str, query: &Query) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let member = actor.member()?;
    let number = |name: &str| {
        query
            .one(name)
            .parse::<u32>()
            .map_err(|_| Error::Invalid("Choose two versions of the definition to compare.".into()))
    };
    let [old, new] = [number("old")?, number("new")?];
    let lines = tenure
        .definition_changes(&member, use_case, [old, new])
        .await?;
    let definition = Route::Definition {
        use_case: use_case.into(),
    };
    let title = format!("Definition: version {old} to {new}");
    Ok(ServerPage::page(
        title.clone(),
        view! {
            <nav class="crumbs" aria-label="Breadcrumb"><a href=definition.path()>"Definition"</a></nav>
            <PageHeading title><p>"Lines that were removed (−) and added (+)."</p></PageHeading>
            {changes(&lines)}
        },
    ))
}

/// The lines that differ.
pub(super) fn changes(lines: &[DiffLine]) -> AnyView {
    let shown = with_context(lines, CONTEXT);
    if shown.is_empty() {
        return view! { <p>"The texts do not differ."</p> }.into_any();
    }
    let line = |line: &Option<&DiffLine>| match line {
        None => view! { <span class="aside">"…\n"</span> }.into_any(),
        Some(line) => {
            let written = |sign: char| format!("{:>4} {sign} {}\n", line.number, line.text);
            match line.change {
                LineChange::Same => view! { <span>{written(' ')}</span> }.into_any(),
                LineChange::Removed => view! { <del>{written('−')}</del> }.into_any(),
                LineChange::Added => view! { <ins>{written('+')}</ins> }.into_any(),
            }
        }
    };
    let shown: Vec<AnyView> = shown.iter().map(line).collect();
    view! { <pre class="source-text changes" tabindex="0" aria-label="Changes"><code>{shown}</code></pre> }.into_any()
}

//! Pages of a table, by links.

use leptos::prelude::*;

use domain::format::count;

/// Links to the previous and next page; nothing when there is only one page. `more`: there may be
/// pages after the last one that was counted. `href` gives the address of a page.
pub fn pagination(
    page: u32,
    pages: u32,
    more: bool,
    label: &'static str,
    href: &dyn Fn(u32) -> String,
) -> AnyView {
    let link = |to: u32, text: &'static str, rel: &'static str| {
        if (1..=pages).contains(&to) && to != page {
            view! { <a href=href(to) rel=rel>{text}</a> }.into_any()
        } else {
            ().into_any()
        }
    };
    let (previous, next) = (
        link(page.saturating_sub(1), "← Previous", "prev"),
        link(page + 1, "Next →", "next"),
    );
    (pages > 1)
        .then(|| {
            view! {
                <nav class="pagination" aria-label=label>
                    {previous}
                    <span>{format!("Page {} of {}{}", count(page), count(pages), if more { " or more" } else { "" })}</span>
                    {next}
                </nav>
            }
        })
        .into_any()
}

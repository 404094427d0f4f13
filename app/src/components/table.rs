//! Tables that may be wider than the screen, and headings that sort.

use crate::erase::Erase;
use leptos::prelude::*;

/// Holds a wide table: scrolls by itself (by keyboard too), so that the page does not.
#[component]
pub fn TableScroll(#[prop(into)] label: String, children: Children) -> AnyView {
    view! { <div class="table-scroll" role="region" aria-label=label tabindex="0">{children()}</div> }.erase()
}

/// A heading that sorts by a link. `order` is `Some(ascending)` when the table is sorted by this column.
#[component]
pub fn SortHeading(#[prop(into)] label: String, href: String, order: Option<bool>, #[prop(optional)] numeric: bool) -> AnyView {
    let (aria, arrow) = match order {
        Some(true) => (Some("ascending"), "↑"),
        Some(false) => (Some("descending"), "↓"),
        None => (None, ""),
    };
    view! {
        <th scope="col" aria-sort=aria class=numeric.then_some("number")>
            <a href=href>{label}<span class="arrow" aria-hidden="true">{arrow}</span></a>
        </th>
    }
    .erase()
}

//! The empty state: why there is nothing to show, and the next step.

use leptos::prelude::*;

/// An empty state. The children describe the next step.
#[component]
pub fn Empty(#[prop(into)] title: String, children: Children) -> AnyView {
    view! { <div class="empty"><h2>{title}</h2>{children()}</div> }.into_any()
}

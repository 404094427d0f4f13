//! Nothing to show yet: says why, and what to do next.

use crate::boxed::Erase;
use leptos::prelude::*;

/// An empty state. The children say the next step.
#[component]
pub fn Empty(#[prop(into)] title: String, children: Children) -> AnyView {
    view! { <div class="empty"><h2>{title}</h2>{children()}</div> }.erase()
}

//! The one `<h1>` of a page, its title in the tab, and the focus after a change of page.

use crate::erase::Erase;
use leptos::html::H1;
use leptos::prelude::*;
use leptos_meta::Title;

/// The path whose heading was shown last: the first page keeps the browser's own focus, a new path gives it to its heading.
#[derive(Clone, Copy)]
pub struct FocusOnNavigation(StoredValue<Option<String>>);

impl Default for FocusOnNavigation {
    fn default() -> Self {
        Self(StoredValue::new(None))
    }
}

/// Heading of a page. `title` is also the tab's title; the children stand below it as an introduction.
#[component]
pub fn PageHeading(#[prop(into)] title: String, #[prop(optional)] children: Option<Children>) -> AnyView {
    let node = NodeRef::<H1>::new();
    let focus = use_context::<FocusOnNavigation>();
    Effect::new(move |_| {
        if let (Some(heading), Some(FocusOnNavigation(last))) = (node.get(), focus) {
            // The router changes the address after it has shown the page.
            request_animation_frame(move || {
                let here = window().location().pathname().ok();
                let before = last.get_value();
                if before.is_some() && before != here {
                    // An element that is on the page and has a tabindex takes the focus.
                    let _ = heading.focus();
                }
                last.set_value(here);
            });
        }
    });
    view! {
        <Title text=title.clone() />
        <header class="page-heading">
            <h1 node_ref=node tabindex="-1">{title}</h1>
            {children.map(|children| view! { <div class="lead">{children()}</div> })}
        </header>
    }
    .erase()
}

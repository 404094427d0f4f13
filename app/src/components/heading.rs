//! The one `<h1>` of a page, and the focus after a change of page.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys;

use crate::boxed::IntoBoxed;

/// The path of the last heading: the first page keeps the focus of the browser; on a new path the
/// heading is focused.
#[derive(Clone, Copy)]
pub struct FocusOnNavigation(StoredValue<Option<String>>);

impl Default for FocusOnNavigation {
    fn default() -> Self {
        Self(StoredValue::new(None))
    }
}

/// Focuses the heading when the path has changed.
pub fn focus_heading() {
    let Some(FocusOnNavigation(last)) = use_context::<FocusOnNavigation>() else {
        return;
    };
    Effect::new(move |_| {
        // The router changes the address after it has rendered the page.
        request_animation_frame(move || {
            let here = window().location().pathname().ok();
            let Some(before) = last.try_get_value() else {
                return;
            };
            if before.is_some() && before != here {
                let heading = document().query_selector("#main h1").ok().flatten();
                if let Some(heading) =
                    heading.and_then(|heading| heading.dyn_into::<web_sys::HtmlElement>().ok())
                {
                    // An element that is on the page and has a tabindex takes the focus.
                    _ = heading.focus();
                }
            }
            last.set_value(here);
        });
    });
}

/// Heading of a page. The children are the introduction below it.
#[component]
pub fn PageHeading(
    #[prop(into)] title: String,
    #[prop(optional)] children: Option<Children>,
) -> AnyView {
    let lead = children.map_or_else(
        || ().boxed(),
        |children| view! { <div class="lead">{children()}</div> }.boxed(),
    );
    view! { <header class="page-heading"><h1 tabindex="-1">{title}</h1>{lead}</header> }.boxed()
}

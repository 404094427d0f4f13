//! Form fields with label, help and error, and the error summary (as in the GOV.UK design system).

use crate::boxed::IntoBoxed;
use leptos::html::Div;
use leptos::prelude::*;

/// The error of one field: the field's id and the message.
pub type FieldError = (String, String);

/// Label, help and error around a control whose `id` is `id`. The control names `{id}-help` and
/// `{id}-error` in `aria-describedby`.
#[component]
pub fn Field(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(into, optional)] help: String,
    #[prop(into, optional)] error: String,
    children: Children,
) -> AnyView {
    let class = if error.is_empty() {
        "field"
    } else {
        "field invalid"
    };
    let help =
        (!help.is_empty()).then(|| view! { <p class="help" id=format!("{id}-help")>{help}</p> });
    let error = (!error.is_empty())
        .then(|| view! { <p class="error" id=format!("{id}-error")><span class="visually-hidden">"Error: "</span>{error}</p> });
    view! {
        <div class=class>
            <label for=id.clone()>{label}</label>
            {help}
            {error}
            {children()}
        </div>
    }
    .boxed()
}

/// "There is a problem": takes the focus when it appears, and links to each field.
#[component]
pub fn ErrorSummary(errors: Vec<FieldError>) -> AnyView {
    let node = NodeRef::<Div>::new();
    Effect::new(move |_| {
        if let Some(summary) = node.get() {
            // An element that is on the page and has a tabindex takes the focus.
            let _ = summary.focus();
        }
    });
    (!errors.is_empty())
        .then(|| {
            let items = errors
                .into_iter()
                .map(|(id, sentence)| view! { <li><a href=format!("#{id}")>{sentence}</a></li> });
            view! {
                <div class="error-summary" role="alert" tabindex="-1" autofocus=true node_ref=node>
                    <h2>"There is a problem"</h2>
                    <ul>{items.collect_view()}</ul>
                </div>
            }
        })
        .boxed()
}

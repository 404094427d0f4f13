//! The prediction log of a use case: its list, one entry explained again, and what it keeps.

mod entry;
mod list;
mod policy;

pub(super) use entry::write as write_entry;
pub(super) use list::write as write_list;
pub(super) use policy::write as write_policy;

use crate::query::Query;
use app::components::form::ErrorSummary;
use domain::format;
use leptos::prelude::*;

/// What became of a form: `fields` are the ids of the controls that a problem can be of.
fn said(flash: &Query, fields: &[&'static str]) -> AnyView {
    let errors = fields
        .iter()
        .map(|field| ((*field).to_owned(), flash.one(&format!("problem-{field}"))))
        .chain([("main".to_owned(), flash.one("problem"))])
        .filter(|(_, problem)| !problem.is_empty())
        .map(|(field, problem)| (field, format::sentence(problem)))
        .collect();
    let done = flash.one("done").to_owned();
    let done = (!done.is_empty()).then(|| view! { <p class="note" role="status">{done}</p> });
    view! { <ErrorSummary errors />{done} }.into_any()
}

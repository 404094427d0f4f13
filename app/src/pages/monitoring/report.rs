//! One check as one file that needs nothing but itself.

use leptos::prelude::*;
use workflow::CheckPage;

use super::check;
use crate::boxed::Erase;
use crate::components::heading::PageHeading;
use crate::components::table::TextList;

/// The page of a check as a self-contained HTML document.
pub fn html(page: &CheckPage) -> String {
    let title = format!("{}: drift check of {}", page.use_case.title, page.check.as_of);
    let source = format!("Made by Tenure from check {} of {}.", page.check.check_id, page.use_case.id);
    crate::standalone::document(&title.clone(), &source, || {
        let notes = page.notes.iter().map(|note| format!("{} ({}, {})", note.note, note.created_by, note.created_at.long()));
        let notes: Vec<String> = notes.collect();
        let notes = (!notes.is_empty()).then(|| view! { <section><h2>"Acknowledged"</h2><TextList texts=notes /></section> });
        let (lead, body) = (check::lead(page), check::body(page, |_| None));
        view! { <PageHeading title><p>{lead}</p></PageHeading>{body}{notes} }.erase()
    })
}

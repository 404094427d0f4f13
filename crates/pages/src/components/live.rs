//! A page of work that goes on stays up to date: the browser's script follows the events of the server and takes over the elements with
//! `data-part`; without JavaScript the page loads itself again. An address turns both off.

use domain::Route;
use leptos::prelude::*;

/// Without JavaScript the page loads itself again after so many seconds.
const RELOAD_SECONDS: u32 = 3;

/// Whether the address of the page leaves updates on.
pub fn is_on(query: &crate::query::Query) -> bool {
    query.one("refresh") != "off"
}

/// The sentence that says whether the page `own` updates itself from `events`, with the link that changes it.
#[component]
pub fn Updates(own: Route, events: Route, on: bool) -> AnyView {
    let (sentence, href, word) = if on {
        (
            "This page updates itself. ",
            own.with_query(&[("refresh", "off")]),
            "Turn off automatic updates",
        )
    } else {
        (
            "Automatic updates are off. ",
            own.path(),
            "Turn on automatic updates",
        )
    };
    let follow = on.then(|| {
        view! {
            <span data-live=events.path()></span>
            <script src="/live.js" defer></script>
            <noscript><meta http-equiv="refresh" content=RELOAD_SECONDS /></noscript>
        }
    });
    view! { <p class="aside">{sentence}<a href=href>{word}</a></p>{follow} }.into_any()
}

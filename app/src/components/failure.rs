//! A page's data: while it is on its way, when it is there, and when it is not to be had.

use std::sync::Arc;

use leptos::prelude::*;
use serde::de::DeserializeOwned;

use super::heading::PageHeading;
use crate::answer::{Answer, Packed};
use crate::erase::Erase;
use crate::error::{AppError, Kind};

/// Shows `view` of the answer, an error in its place, and while the first answer is on its way a skeleton that keeps the height. What is
/// shown stays until the next answer is there.
pub fn loaded<T: DeserializeOwned, V: IntoView + 'static>(
    answer: Resource<Answer>,
    view: impl Fn(T) -> V + Send + Sync + 'static,
) -> AnyView {
    let show = move |packed: Packed| packed.open().map_or_else(failure, |value| view(value).erase());
    suspended(answer, Arc::new(show), failure, || view! { <Skeleton /> }.erase())
}

/// The same for a part of the frame: says nothing of errors, since the page does.
pub fn loaded_quietly<T: DeserializeOwned, V: IntoView + 'static>(
    answer: Resource<Answer>,
    view: impl Fn(T) -> V + Send + Sync + 'static,
) -> AnyView {
    let show = move |packed: Packed| packed.open().map_or_else(|_| ().erase(), |value| view(value).erase());
    suspended(answer, Arc::new(show), |_| ().erase(), || ().erase())
}

fn failure(error: AppError) -> AnyView {
    view! { <Failure error /> }.erase()
}

type Show = Arc<dyn Fn(Packed) -> AnyView + Send + Sync>;

fn suspended(answer: Resource<Answer>, show: Show, failed: fn(AppError) -> AnyView, waiting: fn() -> AnyView) -> AnyView {
    let content = move || {
        let show = Arc::clone(&show);
        Suspend::new(async move { answer.await.map_or_else(failed, |packed| show(packed)) })
    };
    view! { <Transition fallback=waiting>{content}</Transition> }.erase()
}

/// An error as a page of its own.
#[component]
pub fn Failure(error: AppError) -> AnyView {
    let again = matches!(error.kind, Kind::Internal | Kind::Offline | Kind::Conflict);
    let (heading, advice) = (error.heading(), error.advice());
    view! {
        <PageHeading title=heading>
            <p>{error.message}</p>
        </PageHeading>
        <p>{advice}</p>
        <p class="actions">
            <a class="button" href="/">"To the dashboard"</a>
            {again.then(|| view! { <a class="button quiet" href="" rel="external">"Try again"</a> })}
        </p>
    }
    .erase()
}

#[component]
fn Skeleton() -> AnyView {
    view! { <div class="skeleton" aria-busy="true"><p class="visually-hidden">"Loading…"</p></div> }.erase()
}

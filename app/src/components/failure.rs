//! A page's data: while it is on its way, when it is there, and when it is not to be had.

use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::heading::PageHeading;
use crate::error::{AppError, Kind};

/// Shows `view` of the resource's value, an error in its place, and while the first answer is on its way a skeleton that keeps the height.
/// What is shown stays until the next answer is there. A `quiet` part says nothing of errors: the page says it.
#[component]
pub fn Loaded<T, F, V>(resource: Resource<Result<T, AppError>>, view: F, #[prop(optional)] quiet: bool) -> impl IntoView
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Fn(T) -> V + Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let content = move || {
        let view = view.clone();
        Suspend::new(async move {
            match resource.await {
                Ok(value) => view(value).into_any(),
                Err(_) if quiet => ().into_any(),
                Err(error) => view! { <Failure error /> }.into_any(),
            }
        })
    };
    view! { <Transition fallback=move || (!quiet).then(Skeleton)>{content}</Transition> }
}

/// An error as a page of its own.
#[component]
pub fn Failure(error: AppError) -> impl IntoView {
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
}

#[component]
fn Skeleton() -> impl IntoView {
    view! { <div class="skeleton" aria-busy="true"><p class="visually-hidden">"Loading…"</p></div> }
}

//! What a person can do: plain forms, answered by a redirect.

use domain::query::encode;
use leptos::prelude::*;

use crate::boxed::Erase;
use crate::error::AppError;

/// Checks the newest people, and goes to that check.
#[server(prefix = "/fn", endpoint = "drift-check")]
pub async fn run_check(use_case: String) -> Result<(), AppError> {
    let (tenure, actor) = crate::context::desk()?;
    let base = format!("/use-case/{}/drift", encode(&use_case));
    match tenure.check_drift(&actor.contributor()?, &use_case, None).await.map_err(AppError::from) {
        Ok((check, _)) => leptos_axum::redirect(&format!("{base}/{}", check.check_id)),
        Err(error) => crate::context::go_to(&base, "", &[("problem", &error.message)]),
    }
    Ok(())
}

/// Writes a note to a check, and goes back to it.
#[server(prefix = "/fn", endpoint = "drift-acknowledge")]
pub async fn acknowledge(use_case: String, check: String, #[server(default)] note: String) -> Result<(), AppError> {
    let (tenure, actor) = crate::context::desk()?;
    let base = format!("/use-case/{}/drift/{}", encode(&use_case), encode(&check));
    match tenure.acknowledge(&actor.contributor()?, &use_case, &check.as_str().into(), &note).await.map_err(AppError::from) {
        Ok(_) => leptos_axum::redirect(&format!("{base}#notes")),
        Err(error) => crate::context::go_to(&base, "#notes", &[("problem", &error.message), ("note", &note)]),
    }
    Ok(())
}

/// Run now, and the ways to the other pages.
pub fn bar(use_case: &str) -> AnyView {
    let base = format!("/use-case/{use_case}");
    let id = use_case.to_owned();
    view! {
        <div class="actions">
            <form method="post" action="/fn/drift-check">
                <input type="hidden" name="use_case" value=id />
                <button class="button">"Check the newest people now"</button>
            </form>
            <a class="button quiet" href=format!("{base}/drift/simulate")>"Simulate drift"</a>
            <a class="button quiet" href=format!("{base}/outcomes")>"Outcomes"</a>
        </div>
    }
    .erase()
}

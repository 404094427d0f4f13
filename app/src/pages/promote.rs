//! The first version goes live: sent by a plain form, answered by a redirect.

use leptos::prelude::*;

use crate::error::AppError;

#[server(prefix = "/fn", endpoint = "promote-first")]
pub async fn promote_first(use_case: String, version: u32) -> Result<(), AppError> {
    let (tenure, actor) = crate::desk::desk()?;
    let id = views::address::encode(&use_case);
    let promoted = async { tenure.promote_first(&actor.admin()?, &use_case, version).await }.await;
    match promoted.map_err(AppError::from) {
        Ok(()) => leptos_axum::redirect(&format!("/use-case/{id}")),
        Err(error) => leptos_axum::redirect(&format!("/use-case/{id}/models?problem={}", views::address::encode(&error.message))),
    }
    Ok(())
}

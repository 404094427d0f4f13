//! Where server functions meet `workflow`: who asks, and how its errors are answered.

use std::sync::{Arc, Mutex, PoisonError};

use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use model::{Model, ModelExplainer};
use workflow::{Actor, Tenure};

use crate::error::{AppError, Kind};

/// Live models that are kept ready: one for each use case, and one that was live a moment ago.
const KEPT: usize = 8;

/// The use cases and the signed-in person, both put into context by the server.
pub fn desk() -> Result<(Tenure, Actor), AppError> {
    let tenure = use_context::<Tenure>().ok_or_else(|| answer(AppError::new(Kind::Internal, "The server is not ready.")))?;
    let actor = use_context::<Actor>().ok_or_else(|| answer(AppError::new(Kind::SignIn, "Nobody is signed in.")))?;
    Ok((tenure, actor))
}

/// Gives the response (of the server function, or of the page that calls it) the status of the error.
pub fn answer(error: AppError) -> AppError {
    if let (Some(response), Ok(status)) = (use_context::<ResponseOptions>(), axum::http::StatusCode::from_u16(error.status())) {
        response.set_status(status);
    }
    error
}

/// A page number of an address: nothing is the first page.
pub fn page_number(text: &str) -> Result<u32, AppError> {
    let number = if text.is_empty() { Some(1) } else { text.parse().ok().filter(|page| *page >= 1) };
    number.ok_or_else(|| answer(AppError::new(Kind::BadRequest, format!("There is no page \"{text}\"."))))
}

/// An error of `workflow` as the person reads it.
pub fn refuse(error: workflow::Error) -> AppError {
    let (kind, message) = match error {
        workflow::Error::NotFound(message) => (Kind::NotFound, message),
        workflow::Error::Invalid(message) => (Kind::BadRequest, message),
        workflow::Error::Forbidden(message) => (Kind::Forbidden, message),
        workflow::Error::Conflict(message) => (Kind::Conflict, message),
        error => {
            tracing::error!(%error, "a use case failed");
            (Kind::Internal, "The server could not do this.".to_owned())
        }
    };
    answer(AppError::new(kind, message))
}

/// A task of the server that did not come to its end.
pub fn broken(error: tokio::task::JoinError) -> AppError {
    tracing::error!(%error, "a task broke off");
    answer(AppError::new(Kind::Internal, "The server could not do this."))
}

/// The live model, ready to explain, and its hash. Prepared once: it is asked for at every form that is sent.
pub async fn live_explainer(tenure: &Tenure, actor: &Actor, use_case: &str) -> Result<(Arc<ModelExplainer>, String), AppError> {
    static PREPARED: Mutex<Vec<(String, Arc<ModelExplainer>)>> = Mutex::new(Vec::new());
    let bytes = tenure.model_bytes(actor, use_case).await.map_err(refuse)?;
    // The file's own hash stands in its head: see `model::file`.
    let hash: String = bytes.iter().skip(12).take(16).map(|byte| format!("{byte:02x}")).collect();
    let lock = || PREPARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, explainer)) = lock().iter().find(|(known, _)| *known == hash) {
        return Ok((Arc::clone(explainer), hash));
    }
    let prepare = move || Model::from_bytes(&bytes).ok().and_then(|model| ModelExplainer::new(Arc::new(model)).ok());
    let explainer = tokio::task::spawn_blocking(prepare).await.map_err(broken)?;
    let explainer = Arc::new(explainer.ok_or_else(|| answer(AppError::new(Kind::Internal, "The live model's file cannot be used.")))?);
    let mut prepared = lock();
    prepared.truncate(KEPT - 1);
    prepared.insert(0, (hash.clone(), Arc::clone(&explainer)));
    Ok((explainer, hash))
}

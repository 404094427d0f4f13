//! Models out and in: a version as an ONNX file, a model of another system as a version, and a
//! candidate of a run as a version.

use axum::extract::{DefaultBodyLimit, Form, Multipart, Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, post};
use domain::{Route, VersionNumber};
use serde::Deserialize;
use workflow::{Error, MOST_MODEL_BYTES, ModelFormat, ModelImport, Tenure};

use crate::web::accounts::{Answer, redirect_with_flash};
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;
use crate::web::state::AppState;

/// The final model of a version as an ONNX file.
pub async fn onnx(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path((use_case, version)): Path<(String, VersionNumber)>,
) -> Result<Response, Problem> {
    let (name, bytes) = tenure.onnx(&actor.member()?, &use_case, version).await?;
    let name = format!("attachment; filename=\"{name}\"");
    Ok((
        [
            (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        bytes,
    )
        .into_response())
}

/// The route for a model file from the page.
pub fn import_route() -> MethodRouter<AppState> {
    // The mapping and the names come on top of the file.
    post(import).layer(DefaultBodyLimit::max(MOST_MODEL_BYTES + (1 << 20)))
}

/// Imports the model and redirects to its version, or back with the problem.
async fn import(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path(use_case): Path<String>,
    form: Multipart,
) -> Answer {
    let admin = actor.admin()?;
    let page = Route::Models {
        use_case: (&use_case).into(),
    };
    let import = match import_of(use_case, form).await {
        Ok(import) => import,
        Err(problem) => return redirect_with_flash(&state, &page, &[("problem", &problem)]),
    };
    match state.tenure.import_model(&admin, import).await {
        Ok(imported) => {
            let version = Route::Model {
                use_case: imported.version.use_case,
                version: imported.version.version,
            };
            Ok(Redirect::to(&version.path()).into_response())
        }
        Err(error @ (Error::Invalid(_) | Error::NotFound(_) | Error::Conflict { .. })) => {
            redirect_with_flash(&state, &page, &[("problem", &error.to_string())])
        }
        Err(error) => Err(Problem(error)),
    }
}

/// The form's import, or a sentence about what is wrong with the form.
async fn import_of(use_case: String, mut form: Multipart) -> Result<ModelImport, String> {
    let incomplete = |error: axum::extract::multipart::MultipartError| error.body_text();
    let mut format = None;
    let mut import = ModelImport {
        use_case,
        format: ModelFormat::Xgboost,
        file: String::new(),
        bytes: Vec::new(),
        mapping: None,
        dataset: None,
        trained_on: None,
        name: String::new(),
    };
    while let Some(field) = form.next_field().await.map_err(incomplete)? {
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "file" => {
                import.file = field.file_name().unwrap_or_default().to_owned();
                import.bytes = field.bytes().await.map_err(incomplete)?.to_vec();
            }
            // A browser sends an empty part when no file was chosen.
            "mapping" => {
                let bytes = field.bytes().await.map_err(incomplete)?;
                import.mapping = (!bytes.is_empty()).then(|| bytes.to_vec());
            }
            _ => {
                let text = field.text().await.map_err(incomplete)?;
                let given = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
                match name.as_str() {
                    "format" => format = ModelFormat::from_name(text.trim()),
                    "data" => import.dataset = given,
                    "trained_on" => import.trained_on = given,
                    "name" => import.name = text,
                    other => return Err(format!("The form has no field “{other}”.")),
                }
            }
        }
    }
    if import.file.is_empty() {
        return Err("Choose a model file to import.".to_owned());
    }
    import.format = format.ok_or("Choose the format of the file: xgboost, lightgbm or onnx.")?;
    Ok(import)
}

/// Which candidate.
#[derive(Debug, Deserialize)]
pub struct Register {
    #[serde(default)]
    candidate: String,
}

/// Starts to make a version of a candidate, and shows the job.
pub async fn register(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path(run): Path<String>,
    Form(Register { candidate }): Form<Register>,
) -> Answer {
    let job = state
        .tenure
        .start_registration(&actor.admin()?, &run, &candidate)
        .await?;
    let job = Route::Job { job };
    Ok(Redirect::to(&job.path()).into_response())
}

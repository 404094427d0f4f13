//! Files up and down, through this server.

use axum::Json;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use workflow::tracking::{ArtifactPath, FileEntry};
use workflow::{Error, Tenure};

use super::error::MlflowError;
use super::input::{Asked, text};
use crate::web::auth::AuthUser;

/// Largest file, in bytes: it is held in memory while its hash is made.
pub const LARGEST_FILE: usize = 512 << 20;
/// The reason for access, for files with people of our own runs.
const PURPOSE: &str = "tenure-purpose";

#[derive(Deserialize)]
pub struct Listing {
    #[serde(default)]
    path: String,
}

/// Files and folders at a place.
pub async fn list(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Query(listing): Query<Listing>,
) -> Result<Json<Value>, MlflowError> {
    let member = actor.member()?;
    let found = tenure
        .list_tracked_files(&member, &ArtifactPath::parse(&listing.path)?)
        .await?;
    Ok(Json(json!({ "files": entries(&found, "") })))
}

/// Entries as MLflow writes them, each below `folder`.
pub fn entries(found: &[FileEntry], folder: &str) -> Vec<Value> {
    let write = |entry: &FileEntry| {
        let path = if folder.is_empty() {
            entry.name.clone()
        } else {
            format!("{folder}/{}", entry.name)
        };
        match entry.bytes {
            Some(bytes) => json!({ "path": path, "is_dir": false, "file_size": bytes }),
            None => json!({ "path": path, "is_dir": true }),
        }
    };
    found.iter().map(write).collect()
}

#[derive(Deserialize)]
pub struct OfRun {
    run_id: Option<String>,
    run_uuid: Option<String>,
    path: Option<String>,
}

/// Files and folders of a run.
pub async fn list_of_run(
    State(tenure): State<Tenure>,
    asked: Asked<OfRun>,
) -> Result<Json<Value>, MlflowError> {
    let (member, input) = (asked.member()?, &asked.input);
    let id = text(
        "run_id",
        input.run_id.clone().or_else(|| input.run_uuid.clone()),
    )?;
    let run = tenure.tracked_run(&member, &id).await?;
    let folder = input.path.clone().unwrap_or_default();
    let (root, place) = (run.artifact_uri(), format!("0/{id}/artifacts/{folder}"));
    let found = tenure
        .list_tracked_files(&member, &ArtifactPath::parse(&place)?)
        .await?;
    Ok(Json(
        json!({ "root_uri": root, "files": entries(&found, folder.trim_matches('/')) }),
    ))
}

/// A file.
pub async fn download(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Result<Response, MlflowError> {
    let why = headers
        .get(PURPOSE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let (bytes, _) = tenure
        .tracked_file(&actor.member()?, &ArtifactPath::parse(&path)?, why)
        .await?;
    // Never as a page of this site, whatever a client called it.
    Ok((
        [
            (header::CONTENT_TYPE, "application/octet-stream"),
            (header::CONTENT_DISPOSITION, "attachment"),
        ],
        bytes,
    )
        .into_response())
}

/// Stores a file.
pub async fn upload(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(path): Path<String>,
    request: Request,
) -> Result<Json<Value>, MlflowError> {
    // Before the body is read.
    let tracker = actor.tracker()?;
    let place = ArtifactPath::parse(&path)?;
    let declared = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let too_large = || {
        MlflowError(Error::Invalid(format!(
            "A file can have up to {} MB.",
            LARGEST_FILE >> 20
        )))
    };
    if declared.is_some_and(|length| length > LARGEST_FILE) {
        return Err(too_large());
    }
    let bytes: Bytes = to_bytes(request.into_body(), LARGEST_FILE)
        .await
        .map_err(|_| too_large())?;
    tenure
        .put_tracked_file(&tracker, &place, bytes.to_vec())
        .await?;
    Ok(Json(json!({})))
}

/// Removes a file or folder.
pub async fn delete(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(path): Path<String>,
) -> Result<Json<Value>, MlflowError> {
    let tracker = actor.tracker()?;
    let place = ArtifactPath::parse(&path)?;
    tenure.remove_tracked_files(&tracker, &place).await?;
    Ok(Json(json!({})))
}

/// Uploads in parts go to an object store with addresses of its own, which we do not give out: the
/// client reads this sentence and sends the file whole.
pub async fn no_multipart() -> MlflowError {
    MlflowError(Error::conflict(
        domain::RefusalCode::NotSupported,
        "Multipart upload is not supported for the current artifact repository",
    ))
}

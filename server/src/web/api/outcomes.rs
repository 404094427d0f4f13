//! Who left and when.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use data::MatchRule;
use domain::ProblemCode;
use utoipa::ToSchema;
use workflow::{Error, OutcomesFile, OutcomesImport, OutcomesImported, Scope, Tenure};

use super::datasets::Withdraw;
use super::input::{Body, Params, Path, Upload, of_part};
use super::openapi::Failures;
use super::paging::{Page, Paging, page};
use super::paths::{OfOutcomes, OfUseCase};
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;

/// The files of outcomes of a use case, newest first.
#[utoipa::path(get, path = "/use-cases/{use_case}/outcomes", tag = "outcomes", params(OfUseCase, Paging), responses((status = 200, body = Page<OutcomesFile>), Failures))]
pub async fn list_outcomes(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<OutcomesFile>>, Problem> {
    let coverage = tenure
        .outcomes_coverage(&actor.member()?, &of.use_case)
        .await?;
    let key = |own: &OutcomesFile| own.import_id.clone();
    Ok(Json(page(coverage.imports, &paging, key)?))
}

/// A file of outcomes, with how it is to be read.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the parts of a form")]
pub struct OutcomesUpload {
    /// CSV, Excel, Parquet, Arrow or NDJSON.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// Column with the number of the person.
    person: Option<String>,
    /// Column with the date.
    date: Option<String>,
    /// Column with the outcome.
    outcome: Option<String>,
    /// Column with the reason for leaving.
    reason: Option<String>,
    /// `true`: the file names leavers only.
    leavers_only: Option<String>,
    /// The file names everybody who left up to this day, YYYY-MM-DD.
    complete_until: Option<String>,
    /// How numbers of people are compared.
    r#match: Option<String>,
    /// `true`: leavers who match nobody are accepted.
    allow_unmatched: Option<String>,
}

/// Imports a file of outcomes. The same file is one import: `new` is then false. A token needs the
/// scope `data`.
#[utoipa::path(post, path = "/use-cases/{use_case}/outcomes", tag = "outcomes", params(OfUseCase), request_body(content = OutcomesUpload, content_type = "multipart/form-data"), responses((status = 201, body = OutcomesImported), (status = 200, description = "It was there already.", body = OutcomesImported), Failures))]
pub async fn import_outcomes(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
    Upload(mut parts): Upload,
) -> Result<Response, Response> {
    let failed = |error: Error| Problem(error).into_response();
    let admin = actor.admin_for(Scope::Data).map_err(failed)?;
    let mut import = OutcomesImport {
        use_case: of.use_case,
        ..OutcomesImport::default()
    };
    while let Some(part) = parts.next_field().await.map_err(|error| of_part(&error))? {
        let name = part.name().unwrap_or_default().to_owned();
        if name == "file" {
            import.name = part.file_name().unwrap_or_default().to_owned();
            import.bytes = part
                .bytes()
                .await
                .map_err(|error| of_part(&error))?
                .to_vec();
            continue;
        }
        let text = part.text().await.map_err(|error| of_part(&error))?;
        set(&mut import, &name, &text).map_err(failed)?;
    }
    if import.name.is_empty() {
        let sentence = "Send a file with a name, as a part called “file”.";
        return Err(failed(Error::field(
            "file",
            ProblemCode::Required,
            sentence,
        )));
    }
    let imported = tenure
        .import_outcomes(&admin, import)
        .await
        .map_err(failed)?;
    let status = if imported.new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(imported)).into_response())
}

fn set(import: &mut OutcomesImport, name: &str, text: &str) -> Result<(), Error> {
    let given = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    match name {
        "person" => import.columns.person = given,
        "date" => import.columns.date = given,
        "outcome" => import.columns.outcome = given,
        "reason" => import.columns.reason = given,
        "leavers_only" => import.columns.leavers_only = text == "true",
        "complete_until" => import.complete_until = given,
        "match" => {
            let rule = given.as_deref().map(|name| {
                MatchRule::parse(name).ok_or_else(|| {
                    let sentence = format!("“{name}” is not a rule by which people are matched.");
                    Error::field("match", ProblemCode::UnknownValue, sentence)
                })
            });
            import.matching.rule = rule.transpose()?;
        }
        "allow_unmatched" => import.matching.allow_unmatched = text == "true",
        option => {
            import
                .options
                .set(option, text)
                .map_err(|error| Error::Invalid(domain::format::sentence(&error.to_string())))?;
        }
    }
    Ok(())
}

/// Takes a file of outcomes out of use. A token needs the scope `data`.
#[utoipa::path(post, path = "/use-cases/{use_case}/outcomes/{import}/withdraw", tag = "outcomes", params(OfOutcomes), request_body = Withdraw, responses((status = 200, body = OutcomesFile), Failures))]
pub async fn withdraw_outcomes(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfOutcomes>,
    Body(withdraw): Body<Withdraw>,
) -> Result<Json<OutcomesFile>, Problem> {
    Ok(Json(
        tenure
            .withdraw_outcomes(
                &actor.admin_for(Scope::Data)?,
                Some(&of.use_case),
                &of.import,
                &withdraw.reason,
            )
            .await?,
    ))
}

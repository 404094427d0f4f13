//! The page of each address.

use app::renderer::{Rendered, Renderer};
use app::server_page::ServerPage;
use domain::Route;
use domain::query::pairs;

use crate::components::failure::failure;
use crate::error::{Kind, PageError};
use crate::query::Query;
use crate::{
    accounts, alerts, audit, card, cycles, datasets, fairness, frame, glossary, home, jobs,
    monitoring, operations, predictions, registry, review, runs, scoring, training, use_cases,
};

/// What the server renders for the server functions of `app`.
pub const RENDERER: Renderer = Renderer {
    // Where the page fails, it shows the error itself; the layout stays empty.
    frame: |[path, _]| Box::pin(async move { frame::write(&path).await.unwrap_or_default() }),
    home: |_| page(home::write()),
    page: |[path, query]| page(async move { write(&path, &query).await }),
    dashboard: |[path, query]| {
        page(async move { scoring::dashboard::write::dashboard(&path, &query).await })
    },
    people: |[path, query]| {
        page(async move { scoring::dashboard::write::people(&path, &query).await })
    },
    what_if: |[path, query]| page(async move { scoring::what_if::write(&path, &query).await }),
};

/// A page, or the page of its error.
fn page(written: impl Future<Output = Result<ServerPage, PageError>> + Send + 'static) -> Rendered {
    Box::pin(async move { written.await.unwrap_or_else(failure) })
}

/// Renders the page at a path.
async fn write(path: &str, query: &str) -> Result<ServerPage, PageError> {
    let query = Query(pairs(query));
    let route = Route::parse(path).ok_or_else(no_page)?;
    match route {
        Route::Person { use_case, person } => {
            scoring::person::write(&use_case, &person, &query).await
        }
        Route::Runs { use_case } => runs::list::write(&use_case, &query).await,
        Route::Models { use_case } => registry::list::write(&use_case).await,
        Route::Model { use_case, version } => registry::version::write(&use_case, version).await,
        Route::Timeline { use_case } => registry::timeline::write(&use_case, &query).await,
        Route::ModelReview { use_case, version } => review::write(&use_case, version, &query).await,
        Route::ModelCard { use_case, version } => card::write(&use_case, version).await,
        Route::ModelFairness { use_case, version } => {
            fairness::write(&use_case, version, &query).await
        }
        Route::Reviews { use_case } => review::queue::write(&use_case, &query).await,
        Route::AuditLog => audit::write(&query).await,
        Route::Glossary => glossary::write(),
        Route::Operations => operations::write().await,
        Route::Predictions { use_case } => predictions::write_list(&use_case, &query).await,
        Route::PredictionPolicy { use_case } => predictions::write_policy(&use_case).await,
        Route::Prediction {
            use_case,
            prediction,
        } => predictions::write_entry(&use_case, &prediction, &query).await,
        Route::Train { use_case } => training::write(&use_case, &query).await,
        Route::Alerts { use_case } => alerts::write_list(&use_case, &query).await,
        Route::Alert { use_case, alert } => alerts::write_alert(&use_case, &alert).await,
        Route::Cycles { use_case } => cycles::write_list(&use_case).await,
        Route::CyclePlan { use_case } => cycles::write_plan(&use_case, &query).await,
        Route::Cycle { use_case, cycle } => cycles::write_cycle(&use_case, &cycle, &query).await,
        Route::Jobs { use_case } => jobs::list::write(&use_case).await,
        Route::Job { job } => jobs::job::write(&job, &query).await,
        Route::Datasets { use_case } => datasets::write_list(&use_case, &query).await,
        Route::DatasetCompare { use_case } => datasets::write_compare(&use_case, &query).await,
        Route::Dataset { use_case, dataset } => datasets::write_dataset(&use_case, &dataset).await,
        Route::ImportPreview { use_case } => datasets::write_preview(&use_case).await,
        Route::Sources { use_case } => datasets::write_sources(&use_case).await,
        Route::SignIn => Ok(accounts::sign_in::write(&query)),
        Route::SetUp { link } => accounts::sign_in::write_set_up(&link).await,
        Route::Account => accounts::account::write().await,
        Route::UseCases => use_cases::write_list().await,
        Route::NewUseCase => use_cases::write_new().await,
        Route::UseCaseDraft => use_cases::write_draft().await,
        Route::Definition { use_case } => use_cases::write_definition(&use_case).await,
        Route::DefinitionEdit { use_case } => use_cases::write_edit(&use_case).await,
        Route::DefinitionCompare { use_case } => use_cases::write_compare(&use_case, &query).await,
        Route::Features { use_case } => use_cases::write_features(&use_case).await,
        Route::Users => accounts::users::write().await,
        Route::DriftHistory { use_case } => monitoring::write(&use_case, &query).await,
        Route::DriftCompare { use_case } => monitoring::write_compare(&use_case, &query).await,
        Route::DriftSimulate { use_case } => monitoring::write_simulate(&use_case, &query).await,
        Route::DriftCheck { use_case, check } => {
            monitoring::write_check(&use_case, &check, &query).await
        }
        Route::FairnessInUse { use_case } => fairness::write_in_use(&use_case).await,
        Route::MonitoringPolicy { use_case } => monitoring::write_policy(&use_case, &query).await,
        Route::Outcomes { use_case } => monitoring::write_outcomes(&use_case, &query).await,
        Route::Experiments => runs::experiments::write().await,
        Route::Experiment { experiment } => runs::list::write_experiment(&experiment, &query).await,
        Route::RunCompare => runs::compare::write(&query).await,
        Route::Run { run } => runs::run::write(&run, None).await,
        Route::RunPart { run, part } => runs::run::write(&run, Some(part)).await,
        Route::RunFile { run, name } => runs::run::write_file(&run, &name).await,
        // Pages with parts in the browser, forms and files: the router does not send them here.
        Route::Home
        | Route::Dashboard { .. }
        | Route::WhatIf { .. }
        | Route::SignOut
        | Route::ChangePassword
        | Route::SignOutEverywhere
        | Route::CreateToken
        | Route::RevokeToken
        | Route::SetRoles
        | Route::SetDisabled
        | Route::RenewSetUp
        | Route::AuditExport
        | Route::AuditCsv
        | Route::DefinitionToml { .. }
        | Route::PerformanceCsv { .. }
        | Route::DefinitionSave { .. }
        | Route::PeopleCsv { .. }
        | Route::PeopleExcel { .. }
        | Route::PeopleParquet { .. }
        | Route::AlertAcknowledge { .. }
        | Route::AlertSnooze { .. }
        | Route::AlertAssign { .. }
        | Route::ChannelTest { .. }
        | Route::ChannelSwitch { .. }
        | Route::CycleRun { .. }
        | Route::ScheduleSet { .. }
        | Route::FairnessInUseCsv { .. }
        | Route::MonitoringPolicySave { .. }
        | Route::ScheduleRemove { .. }
        | Route::CycleEvents { .. }
        | Route::JobEvents { .. }
        | Route::CycleRetry { .. }
        | Route::CycleCancel { .. }
        | Route::CycleFile { .. }
        | Route::SourceAdd { .. }
        | Route::SourceTest { .. }
        | Route::SourceImport { .. }
        | Route::SourceRemove { .. }
        | Route::LiveModel { .. }
        | Route::WhatIfSave { .. }
        | Route::PredictionExport { .. }
        | Route::PredictionPolicySave { .. }
        | Route::PredictionHold { .. }
        | Route::PredictionRelease { .. }
        | Route::PredictionPurge { .. }
        | Route::DatasetImport { .. }
        | Route::ImportPreviewAnswer { .. }
        | Route::TrainingSet { .. }
        | Route::DatasetWithdraw { .. }
        | Route::OutcomesImport { .. }
        | Route::OutcomesWithdraw { .. }
        | Route::DatasetProfileHtml { .. }
        | Route::DatasetProfileJson { .. }
        | Route::RunCompareHtml
        | Route::Artifact { .. }
        | Route::ModelCardHtml { .. }
        | Route::ModelCardMarkdown { .. }
        | Route::ModelOnnx { .. }
        | Route::ModelImport { .. }
        | Route::RunRegister { .. }
        | Route::ModelFairnessHtml { .. }
        | Route::DriftExport { .. } => Err(no_page()),
    }
}

fn no_page() -> PageError {
    PageError::new(Kind::NotFound, "This page does not exist.")
}

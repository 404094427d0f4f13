//! `tenure model import`.

use serde_json::json;
use workflow::{Error, ModelImport, Result, Tenure};

use crate::cli::accounts::identity::Identity;
use crate::cli::input::read_input;
use crate::cli::outcome::Outcome;
use crate::cli::output;
use crate::cli::use_case_arg::UseCaseArg;

#[derive(Debug, clap::Args)]
pub struct Import {
    /// Model file of the other system
    file: String,
    /// Format of the file
    #[arg(long, value_enum)]
    format: ForeignFormat,
    #[command(flatten)]
    use_case: UseCaseArg,
    /// JSON file that names the field of each input whose name does not tell
    #[arg(long, value_name = "FILE")]
    mapping: Option<String>,
    /// Id of the labeled dataset that judges it [default: the newest one for training]
    #[arg(long, value_name = "ID")]
    data: Option<String>,
    /// Id of the dataset that it was trained on: its people are in sample, and do not judge it
    #[arg(long, value_name = "ID")]
    trained_on: Option<String>,
    /// Name of the run
    #[arg(long, default_value = "", hide_default_value = true)]
    name: String,
    #[command(flatten)]
    identity: Identity,
}

/// Format of a model file of another system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum ForeignFormat {
    /// XGBoost's JSON: booster.save_model("model.json")
    Xgboost,
    /// LightGBM's text: booster.save_model("model.txt")
    Lightgbm,
    /// ONNX with one tree ensemble or linear classifier
    Onnx,
}

impl From<ForeignFormat> for workflow::ModelFormat {
    fn from(format: ForeignFormat) -> Self {
        match format {
            ForeignFormat::Xgboost => Self::Xgboost,
            ForeignFormat::Lightgbm => Self::Lightgbm,
            ForeignFormat::Onnx => Self::Onnx,
        }
    }
}

pub async fn run(tenure: &Tenure, command: Import, as_json: bool) -> Result<Outcome> {
    let actor = command.identity.actor(tenure).await?;
    let use_case = command.use_case.resolve(tenure).await?;
    let file = std::path::Path::new(&command.file).file_name().map_or_else(
        || command.file.clone(),
        |name| name.to_string_lossy().into_owned(),
    );
    let imported = tenure
        .import_model(
            &actor.admin()?,
            ModelImport {
                use_case: use_case.clone(),
                format: command.format.into(),
                bytes: read_input(&command.file)?,
                file,
                mapping: command.mapping.as_deref().map(read_input).transpose()?,
                dataset: command.data,
                trained_on: command.trained_on,
                name: command.name,
            },
        )
        .await?;
    let from = imported
        .evidence
        .imported
        .as_ref()
        .ok_or_else(|| Error::internal("an import without its origin"))?;
    let version = &imported.version;
    let metric = |metric: stats::Metric| {
        imported
            .evidence
            .holdout
            .report
            .metrics
            .get(&metric)
            .map(output::figure)
            .unwrap_or_default()
    };
    if as_json {
        output::json(&json!({
            "version": version.version,
            "stage": version.stage,
            "run": imported.run_id,
            "data": imported.dataset.dataset_id,
            "in_sample": from.in_sample,
            "rows": imported.evidence.holdout_rows.len(),
            "metrics": imported.evidence.holdout.report.metrics,
            "gates": imported.evidence.gates,
            "inputs": from.inputs.iter().map(|(input, field)| json!({ "input": input, "field": field })).collect::<Vec<_>>(),
            "unused": from.unused,
        }))?;
        return Ok(Outcome::Done);
    }
    output::line(&format!(
        "Version {} of {use_case}: {}, imported from {}. Stage: {}.",
        version.version, from.format, from.file, version.stage
    ));
    output::line(&format!(
        "Matched {} inputs; {} are not used by the model.",
        from.inputs.len(),
        from.unused.len()
    ));
    let rows = imported.evidence.holdout_rows.len();
    output::line(&if from.in_sample {
        format!(
            "Judged by {rows} rows of {}, in sample: the model may have learned from them.",
            imported.dataset.name
        )
    } else {
        format!(
            "Judged by {rows} rows of {} whose people it was not trained on.",
            imported.dataset.name
        )
    });
    output::line(&format!(
        "ROC AUC {}, average precision {}, Brier score {}.",
        metric(stats::Metric::RocAuc),
        metric(stats::Metric::AveragePrecision),
        metric(stats::Metric::Brier)
    ));
    if !version.note.is_empty() {
        output::line(&version.note);
    }
    Ok(Outcome::Done)
}

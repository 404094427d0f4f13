//! Names with a value that hang on experiments, runs, logged and registered models.

use domain::RunId;

use crate::sql::{Value as _, sql};
use crate::{Result, Writer};

/// What a label hangs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Labels<'a> {
    /// Tags of an experiment.
    Experiment(&'a str),
    /// Tags of a run.
    Run(&'a RunId),
    /// Tags of a logged model.
    LoggedModelTags(&'a str),
    /// Parameters of a logged model.
    LoggedModelParameters(&'a str),
    /// Tags of a registered model.
    RegisteredModel(&'a str),
    /// Tags of a version of a registered model.
    RegisteredVersion(&'a str, i64),
}

impl Labels<'_> {
    fn table(&self) -> &'static str {
        match self {
            Self::Experiment(_) => "tracking_experiment_tag",
            Self::Run(_) => "run_tag",
            Self::LoggedModelTags(_) | Self::LoggedModelParameters(_) => "logged_model_label",
            Self::RegisteredModel(_) | Self::RegisteredVersion(..) => "registered_tag",
        }
    }

    /// Columns that say what it hangs on, with their values.
    fn key(&self) -> Vec<(&'static str, crate::sql::Cell)> {
        match self {
            Self::Experiment(id) => vec![("experiment_id", id.cell())],
            Self::Run(id) => vec![("run_id", id.cell())],
            Self::LoggedModelTags(id) => vec![("model_id", id.cell()), ("kind", "tag".cell())],
            Self::LoggedModelParameters(id) => {
                vec![("model_id", id.cell()), ("kind", "parameter".cell())]
            }
            Self::RegisteredModel(name) => {
                vec![("model", name.cell()), ("version", 0_i64.cell())]
            }
            Self::RegisteredVersion(name, version) => {
                vec![("model", name.cell()), ("version", version.cell())]
            }
        }
    }
}

/// Sets a label, in place of one of that name.
///
/// # Errors
/// When the database fails.
pub async fn set_label(
    writer: &mut Writer,
    labels: &Labels<'_>,
    name: &str,
    value: &str,
) -> Result<()> {
    let key = labels.key();
    let columns: Vec<&str> = key.iter().map(|(column, _)| *column).collect();
    let columns = columns.join(", ");
    let text = format!(
        "insert into {} ({columns}, name, value) values ({}) on conflict ({columns}, name) do update set value = excluded.value",
        labels.table(),
        crate::sql::places(0, key.len() + 2),
    );
    sql(text)
        .bind_all(key.into_iter().map(|(_, value)| value))
        .bind(name)
        .bind(value)
        .execute(writer)
        .await?;
    Ok(())
}

/// Removes a label; true when there was one.
///
/// # Errors
/// When the database fails.
pub async fn remove_label(writer: &mut Writer, labels: &Labels<'_>, name: &str) -> Result<bool> {
    let key = labels.key();
    let clauses: Vec<String> = (1..)
        .zip(&key)
        .map(|(place, (column, _))| format!("{column} = ${place}"))
        .collect();
    let text = format!(
        "delete from {} where {} and name = ${}",
        labels.table(),
        clauses.join(" and "),
        key.len() + 1
    );
    let removed = sql(text)
        .bind_all(key.into_iter().map(|(_, value)| value))
        .bind(name)
        .execute(writer)
        .await?;
    Ok(removed > 0)
}

//! Searches over registered models and their versions.

use store::tracking;

use super::filter::{self, Clause, Held};
use super::paging;
use super::registry::{ModelView, VersionView, model_view};
use crate::{Error, Member, Result, Tenure};

const USUAL_MODELS: usize = 100;
const MOST_MODELS: usize = 1000;
const USUAL_VERSIONS: usize = 10_000;
const MOST_VERSIONS: usize = 200_000;
/// MLflow keeps prompts as registered models with this tag; a model without it is none.
const IS_PROMPT: &str = "mlflow.prompt.is_prompt";

impl Tenure {
    async fn all_registered(&self) -> Result<Vec<ModelView>> {
        let mut reader = self.store.read().await?;
        let mut all = Vec::new();
        for use_case in self.use_cases() {
            all.push(self.use_case_model(&mut reader, &use_case.id).await?);
        }
        for model in tracking::registered_models(&mut reader).await? {
            all.push(model_view(&mut reader, model).await?);
        }
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(all)
    }

    /// Registered models that match a filter, and the token of the next page.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a filter, order or token that is not understood.
    pub async fn search_registered_models(
        &self,
        _: &Member<'_>,
        text: &str,
        order_by: &[String],
        limit: Option<i64>,
        token: &str,
    ) -> Result<(Vec<ModelView>, String)> {
        let limit = paging::limit(limit, USUAL_MODELS, MOST_MODELS)?;
        let clauses = filter::clauses(text)?;
        let mut found = Vec::new();
        for model in self.all_registered().await? {
            if model_meets(&model, &clauses)? {
                found.push(model);
            }
        }
        for text in order_by.iter().rev() {
            let by = filter::order(text)?;
            match by.key.as_str() {
                "name" => found.sort_by(|a, b| a.name.cmp(&b.name)),
                "creation_timestamp" | "creation_time" => {
                    found.sort_by_key(|model| model.created_at);
                }
                "timestamp" | "last_updated_timestamp" => {
                    found.sort_by_key(|model| model.updated_at);
                }
                other => return Err(unknown(other)),
            }
            if by.descending {
                found.reverse();
            }
        }
        paging::page(found, token, limit)
    }

    /// Versions that match a filter, and the token of the next page: the latest change first.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a filter, order or token that is not understood.
    pub async fn search_registered_versions(
        &self,
        _: &Member<'_>,
        text: &str,
        order_by: &[String],
        limit: Option<i64>,
        token: &str,
    ) -> Result<(Vec<VersionView>, String)> {
        let limit = paging::limit(limit, USUAL_VERSIONS, MOST_VERSIONS)?;
        let clauses = filter::clauses(text)?;
        let mut found = Vec::new();
        for model in self.all_registered().await? {
            for version in model.versions {
                if version_meets(&version, &clauses)? {
                    found.push(version);
                }
            }
        }
        found.sort_by(|a, b| {
            (b.updated_at, &a.name, b.version).cmp(&(a.updated_at, &b.name, a.version))
        });
        for text in order_by.iter().rev() {
            let by = filter::order(text)?;
            match by.key.as_str() {
                "name" => found.sort_by(|a, b| a.name.cmp(&b.name)),
                "version_number" | "version" => found.sort_by_key(|version| version.version),
                "creation_timestamp" => found.sort_by_key(|version| version.created_at),
                "last_updated_timestamp" => found.sort_by_key(|version| version.updated_at),
                other => return Err(unknown(other)),
            }
            if by.descending {
                found.reverse();
            }
        }
        paging::page(found, token, limit)
    }
}

fn unknown(key: &str) -> Error {
    Error::Invalid(format!(
        "Invalid key '{key}' of a search over registered models."
    ))
}

fn tag<'a>(tags: &'a [(String, String)], key: &str) -> Held<'a> {
    match tags.iter().find(|(name, _)| name == key) {
        Some((_, value)) => Held::Text(value),
        None if key == IS_PROMPT => Held::Text("false"),
        None => Held::Missing,
    }
}

fn model_meets(model: &ModelView, clauses: &[Clause]) -> Result<bool> {
    for clause in clauses {
        let held = match (clause.entity.as_str(), clause.key.as_str()) {
            ("tag" | "tags", key) => tag(&model.tags, key),
            ("" | "attribute" | "attributes", "name") => Held::Text(&model.name),
            (_, key) => return Err(unknown(key)),
        };
        if !clause.holds(held)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn version_meets(version: &VersionView, clauses: &[Clause]) -> Result<bool> {
    for clause in clauses {
        let held = match (clause.entity.as_str(), clause.key.as_str()) {
            ("tag" | "tags", key) => tag(&version.tags, key),
            ("" | "attribute" | "attributes", "name") => Held::Text(&version.name),
            ("" | "attribute" | "attributes", "run_id") => Held::Text(&version.run),
            ("" | "attribute" | "attributes", "source_path" | "source") => {
                Held::Text(&version.source)
            }
            ("" | "attribute" | "attributes", "version_number" | "version") => {
                Held::Number(version.version as f64)
            }
            ("" | "attribute" | "attributes", "current_stage" | "stage") => {
                Held::Text(&version.stage)
            }
            (_, key) => return Err(unknown(key)),
        };
        if !clause.holds(held)? {
            return Ok(false);
        }
    }
    Ok(true)
}

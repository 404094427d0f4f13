//! The REST API of a tracking server.

use reqwest::{Client, Method, Url};
use serde_json::{Value, json};

use super::foreign::{
    ForeignExperiment, ForeignFile, ForeignModel, ForeignPoint, ForeignRun, ForeignVersion,
    LARGEST_FILE, MlflowAddress, PAGE, broken,
};
use crate::sources::SourceError;
use crate::sources::client::client;
use crate::sources::web;

#[derive(Debug)]
pub(super) struct Server {
    client: Client,
    /// Without a slash at its end.
    base: String,
}

/// Values of a metric in one answer.
const POINTS: usize = 25_000;
/// Pages of one list: beyond that the server repeats itself.
const MOST_PAGES: usize = 100_000;

impl Server {
    pub(super) fn open(address: &MlflowAddress) -> Result<Self, SourceError> {
        let mut url = web::parse(&address.uri)?;
        address
            .hosts
            .check(url.host_str().unwrap_or_default(), url.scheme() == "http")?;
        let headers = web::headers(url.username(), address.password.as_deref())?;
        // Fails only for URLs without a host, which parse refuses.
        let _ = url.set_username("");
        url.set_query(None);
        url.set_fragment(None);
        let client = client(&address.hosts, true, headers)
            .map_err(|error| SourceError::Away(error.to_string()))?;
        Ok(Self {
            client,
            base: url.as_str().trim_end_matches('/').to_owned(),
        })
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<Value>,
    ) -> Result<Vec<u8>, SourceError> {
        let url = Url::parse_with_params(&format!("{}{path}", self.base), query)
            .map_err(|error| broken(path, error))?;
        let mut request = self.client.request(method, url);
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let answer = request
            .send()
            .await
            .map_err(|error| SourceError::Away(error.without_url().to_string()))?;
        let status = answer.status();
        if matches!(status.as_u16(), 401 | 403) {
            return Err(SourceError::Denied);
        }
        if answer
            .content_length()
            .is_some_and(|length| length > LARGEST_FILE)
        {
            return Err(SourceError::TooLarge((LARGEST_FILE >> 20) as usize));
        }
        let mut answer = answer;
        let mut bytes = Vec::new();
        while let Some(part) = answer
            .chunk()
            .await
            .map_err(|error| SourceError::Away(error.without_url().to_string()))?
        {
            bytes.extend_from_slice(&part);
            if bytes.len() as u64 > LARGEST_FILE {
                return Err(SourceError::TooLarge((LARGEST_FILE >> 20) as usize));
            }
        }
        if !status.is_success() {
            return Err(broken(path, format!("the server answers {status}")));
        }
        Ok(bytes)
    }

    async fn json(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<Value>,
    ) -> Result<Value, SourceError> {
        let path = format!("/api/2.0/mlflow/{path}");
        let bytes = self.send(method, &path, query, body).await?;
        serde_json::from_slice(&bytes).map_err(|error| broken(&path, error))
    }

    pub(super) async fn experiments(&self) -> Result<Vec<ForeignExperiment>, SourceError> {
        let mut found = Vec::new();
        let mut token = String::new();
        for _ in 0..MOST_PAGES {
            let body = json!({ "view_type": "ALL", "max_results": 1000, "page_token": token, "order_by": ["creation_time ASC"] });
            let page = self
                .json(Method::POST, "experiments/search", &[], Some(body))
                .await?;
            for own in list(&page, "experiments") {
                found.push(ForeignExperiment {
                    id: text(own, "experiment_id"),
                    name: text(own, "name"),
                    archived: text(own, "lifecycle_stage") == "deleted",
                    tags: pairs(own, "tags"),
                });
            }
            token = text(&page, "next_page_token");
            if token.is_empty() {
                break;
            }
        }
        Ok(found)
    }

    pub(super) async fn runs(
        &self,
        experiment: &str,
        token: Option<String>,
    ) -> Result<(Vec<ForeignRun>, Option<String>), SourceError> {
        let body = json!({
            "experiment_ids": [experiment],
            "run_view_type": "ALL",
            "max_results": PAGE,
            "order_by": ["attributes.start_time ASC"],
            "page_token": token.unwrap_or_default(),
        });
        let page = self
            .json(Method::POST, "runs/search", &[], Some(body))
            .await?;
        let run = |own: &Value| {
            let (info, data) = (&own["info"], &own["data"]);
            ForeignRun {
                id: text(info, "run_id"),
                name: text(info, "run_name"),
                status: text(info, "status"),
                user: text(info, "user_id"),
                started_at: number(&info["start_time"]).unwrap_or(0),
                ended_at: number(&info["end_time"]),
                archived: text(info, "lifecycle_stage") == "deleted",
                parameters: pairs(data, "params"),
                tags: pairs(data, "tags"),
                metrics: list(data, "metrics")
                    .map(|metric| text(metric, "key"))
                    .collect(),
                artifact_uri: text(info, "artifact_uri"),
            }
        };
        let found = list(&page, "runs").map(run).collect();
        let next = Some(text(&page, "next_page_token")).filter(|token| !token.is_empty());
        Ok((found, next))
    }

    pub(super) async fn points(&self, run: &ForeignRun) -> Result<Vec<ForeignPoint>, SourceError> {
        let mut found = Vec::new();
        for name in &run.metrics {
            let mut token = String::new();
            for _ in 0..MOST_PAGES {
                let most = POINTS.to_string();
                let mut query = vec![
                    ("run_id", run.id.as_str()),
                    ("metric_key", name.as_str()),
                    ("max_results", most.as_str()),
                ];
                if !token.is_empty() {
                    query.push(("page_token", token.as_str()));
                }
                let page = self
                    .json(Method::GET, "metrics/get-history", &query, None)
                    .await?;
                for own in list(&page, "metrics") {
                    found.push(ForeignPoint {
                        name: name.clone(),
                        value: real(&own["value"]).ok_or_else(|| {
                            broken("metrics/get-history", "a value is not a number")
                        })?,
                        step: number(&own["step"]).unwrap_or(0),
                        recorded_at: number(&own["timestamp"]).unwrap_or(0),
                    });
                }
                token = text(&page, "next_page_token");
                if token.is_empty() {
                    break;
                }
            }
        }
        Ok(found)
    }

    /// `None` where the server does not hand the files out itself.
    pub(super) async fn files(
        &self,
        run: &ForeignRun,
    ) -> Result<Option<Vec<ForeignFile>>, SourceError> {
        if !run.artifact_uri.starts_with("mlflow-artifacts:") {
            return Ok(None);
        }
        let mut found = Vec::new();
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            let query = [("run_id", run.id.as_str()), ("path", folder.as_str())];
            let query = if folder.is_empty() {
                &query[..1]
            } else {
                &query[..]
            };
            let page = self
                .json(Method::GET, "artifacts/list", query, None)
                .await?;
            for own in list(&page, "files") {
                let path = text(own, "path");
                if own["is_dir"].as_bool() == Some(true) {
                    folders.push(path);
                } else {
                    found.push(ForeignFile {
                        path,
                        bytes: number(&own["file_size"]).unwrap_or(0),
                    });
                }
            }
        }
        found.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Some(found))
    }

    pub(super) async fn file(&self, run: &ForeignRun, path: &str) -> Result<Vec<u8>, SourceError> {
        let root = run
            .artifact_uri
            .strip_prefix("mlflow-artifacts:")
            .unwrap_or_default()
            .trim_start_matches('/');
        // Each part is encoded on its own.
        let mut url = Url::parse(&self.base).map_err(|error| broken(path, error))?;
        let prefix = url.path().trim_end_matches('/').len();
        url.path_segments_mut()
            .map_err(|()| broken(path, "the address cannot have a path"))?
            .pop_if_empty()
            .extend(["api", "2.0", "mlflow-artifacts", "artifacts"])
            .extend(
                root.split('/')
                    .chain(path.split('/'))
                    .filter(|part| !part.is_empty()),
            );
        let own = url.path().get(prefix..).unwrap_or_default();
        self.send(Method::GET, own, &[], None).await
    }

    pub(super) async fn models(&self) -> Result<Vec<ForeignModel>, SourceError> {
        let mut found: Vec<ForeignModel> = Vec::new();
        let mut token = String::new();
        for _ in 0..MOST_PAGES {
            let mut query = vec![("max_results", "200")];
            if !token.is_empty() {
                query.push(("page_token", token.as_str()));
            }
            let page = self
                .json(Method::GET, "registered-models/search", &query, None)
                .await?;
            for own in list(&page, "registered_models") {
                let alias = |own: &Value| Some((text(own, "alias"), number(&own["version"])?));
                found.push(ForeignModel {
                    name: text(own, "name"),
                    description: text(own, "description"),
                    tags: pairs(own, "tags"),
                    aliases: list(own, "aliases").filter_map(alias).collect(),
                    versions: Vec::new(),
                });
            }
            token = text(&page, "next_page_token");
            if token.is_empty() {
                break;
            }
        }
        for model in &mut found {
            let filter = format!("name='{}'", model.name);
            let mut token = String::new();
            for _ in 0..MOST_PAGES {
                let mut query = vec![("filter", filter.as_str()), ("max_results", "1000")];
                if !token.is_empty() {
                    query.push(("page_token", token.as_str()));
                }
                let page = self
                    .json(Method::GET, "model-versions/search", &query, None)
                    .await?;
                for own in list(&page, "model_versions") {
                    model.versions.push(ForeignVersion {
                        version: number(&own["version"]).ok_or_else(|| {
                            broken("model-versions/search", "a version is not a number")
                        })?,
                        stage: text(own, "current_stage"),
                        source: text(own, "source"),
                        run: text(own, "run_id"),
                        description: text(own, "description"),
                        tags: pairs(own, "tags"),
                    });
                }
                token = text(&page, "next_page_token");
                if token.is_empty() {
                    break;
                }
            }
            model.versions.sort_by_key(|version| version.version);
        }
        Ok(found)
    }
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

/// A whole number, also as text.
fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// A number; infinity and "not a number" are texts.
fn real(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value[name].as_array().into_iter().flatten()
}

fn pairs(value: &Value, name: &str) -> Vec<(String, String)> {
    list(value, name)
        .map(|own| (text(own, "key"), text(own, "value")))
        .collect()
}

//! The tracking API as MLflow's client speaks it: requests and answers as it sends and reads them.

use axum::http::StatusCode;
use serde_json::{Value, json};
use workflow::Scope;

use super::{Answer, TestServer};

/// A client with the token of one account.
struct Client {
    server: TestServer,
    token: String,
}

impl Client {
    async fn new() -> Self {
        let server = TestServer::new().await;
        let (_, token) = server.token("admin", &[Scope::Tracking]).await;
        Self { server, token }
    }

    async fn raw(&self, method: &str, path: &str, body: Option<&str>) -> Answer {
        let headers = [("authorization", self.token.as_str())];
        self.server.send(method, path, body, &headers).await
    }

    async fn send(&self, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
        let path = format!("/api/2.0/mlflow/{path}");
        let text = body.to_string();
        let body = (!body.is_null()).then_some(text.as_str());
        let answer = self.raw(method, &path, body).await;
        let read = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
        (answer.status, read)
    }

    /// A request that must work.
    async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.send("POST", path, body).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
        answer
    }

    async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.send("GET", path, Value::Null).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
        answer
    }

    /// A request that must be refused with this status and code.
    async fn refused(&self, method: &str, path: &str, body: Value, status: u16, code: &str) {
        let (got, answer) = self.send(method, path, body).await;
        assert_eq!(
            (got.as_u16(), answer["error_code"].as_str()),
            (status, Some(code)),
            "{path}: {answer}"
        );
        assert!(
            answer["message"]
                .as_str()
                .is_some_and(|text| !text.is_empty())
        );
    }

    async fn experiment(&self, name: &str) -> String {
        let made = self
            .post("experiments/create", json!({ "name": name }))
            .await;
        made["experiment_id"].as_str().unwrap().to_owned()
    }

    async fn run(&self, experiment: &str) -> String {
        let body = json!({ "experiment_id": experiment, "start_time": 1000, "tags": [] });
        let made = self.post("runs/create", body).await;
        made["run"]["info"]["run_id"].as_str().unwrap().to_owned()
    }

    /// Names of the runs that a search finds.
    async fn found(&self, search: Value) -> Vec<String> {
        let answer = self.post("runs/search", search).await;
        let name = |run: &Value| run["info"]["run_name"].as_str().unwrap().to_owned();
        answer["runs"]
            .as_array()
            .map_or_else(Vec::new, |runs| runs.iter().map(name).collect())
    }
}

#[tokio::test]
async fn a_run_is_logged_read_and_found() {
    let client = Client::new().await;
    let experiment = client.experiment("first").await;
    let body = json!({ "experiment_id": experiment, "run_name": "one", "start_time": "1700000000000", "user_id": "ann",
        "tags": [{ "key": "mlflow.source.name", "value": "train.py" }] });
    let made = client.post("runs/create", body).await;
    let info = &made["run"]["info"];
    let id = info["run_id"].as_str().unwrap().to_owned();
    assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(info["start_time"], 1_700_000_000_000_i64);
    assert_eq!(
        info["artifact_uri"],
        format!("mlflow-artifacts:/{experiment}/{id}/artifacts")
    );
    let batch = json!({ "run_id": id,
        "metrics": [
            { "key": "loss", "value": 0.5, "timestamp": 1, "step": 0 },
            { "key": "loss", "value": 0.25, "timestamp": 2, "step": 1 },
            { "key": "odd", "value": "NaN", "timestamp": "3", "step": "0" },
            { "key": "big", "value": "Infinity", "timestamp": 3 },
        ],
        "params": [{ "key": "depth", "value": "3" }], "tags": [{ "key": "k", "value": "v" }] });
    client.post("runs/log-batch", batch).await;
    let read = client.get(&format!("runs/get?run_id={id}")).await;
    let data = &read["run"]["data"];
    let metric = |name: &str| {
        let metrics = data["metrics"].as_array().unwrap();
        metrics
            .iter()
            .find(|own| own["key"] == name)
            .unwrap()
            .clone()
    };
    assert_eq!(
        metric("loss"),
        json!({ "key": "loss", "value": 0.25, "timestamp": 2, "step": 1 })
    );
    assert_eq!(
        (&metric("odd")["value"], &metric("big")["value"]),
        (&json!("NaN"), &json!("Infinity"))
    );
    assert_eq!(data["params"], json!([{ "key": "depth", "value": "3" }]));
    let history = client
        .get(&format!("metrics/get-history?run_id={id}&metric_key=loss"))
        .await;
    assert_eq!(history["metrics"].as_array().unwrap().len(), 2);
    let search = |filter: &str| json!({ "experiment_ids": [experiment], "filter": filter });
    for (filter, hits) in [
        ("metrics.loss < 0.3 and params.depth = '3'", 1),
        ("metrics.loss > 0.3", 0),
        ("tags.k LIKE 'V%'", 0),
        ("tags.k ILIKE 'V%'", 1),
        ("attributes.status = 'RUNNING'", 1),
    ] {
        assert_eq!(client.found(search(filter)).await.len(), hits, "{filter}");
    }
    let end = json!({ "run_id": id, "status": "FINISHED", "end_time": 1_700_000_001_000_i64 });
    let ended = client.post("runs/update", end).await;
    assert_eq!(ended["run_info"]["status"], "FINISHED");
    assert_eq!(
        client.found(search("status = 'FINISHED'")).await,
        ["one"],
        "what was kept of the run is not shown any more"
    );
}

#[tokio::test]
async fn errors_have_the_shape_and_codes_of_mlflow() {
    let client = Client::new().await;
    let id = client.run("0").await;
    client.experiment("taken").await;
    for (path, body, status, code) in [
        (
            "experiments/create",
            json!({ "name": "taken" }),
            400,
            "RESOURCE_ALREADY_EXISTS",
        ),
        (
            "experiments/create",
            json!({ "name": 3 }),
            400,
            "INVALID_PARAMETER_VALUE",
        ),
        (
            "runs/create",
            json!({ "experiment_id": "77" }),
            404,
            "RESOURCE_DOES_NOT_EXIST",
        ),
        (
            "runs/log-metric",
            json!({ "run_id": id, "key": "m", "timestamp": 1 }),
            400,
            "INVALID_PARAMETER_VALUE",
        ),
        (
            "runs/log-metric",
            json!({ "run_id": "x", "key": "m", "value": 1, "timestamp": 1 }),
            404,
            "RESOURCE_DOES_NOT_EXIST",
        ),
        (
            "runs/search",
            json!({ "experiment_ids": ["0"], "filter": "a or b" }),
            400,
            "INVALID_PARAMETER_VALUE",
        ),
        (
            "runs/search",
            json!({ "experiment_ids": ["0"], "page_token": "x" }),
            400,
            "INVALID_PARAMETER_VALUE",
        ),
        ("traces/search", json!({}), 501, "NOT_IMPLEMENTED"),
    ] {
        client.refused("POST", path, body, status, code).await;
    }
    let answer = client
        .raw("POST", "/api/2.0/mlflow/runs/create", Some("{broken"))
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let nobody = client
        .server
        .ask("/api/2.0/mlflow/experiments/get?experiment_id=0", None, &[])
        .await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    let body: Value = serde_json::from_str(&nobody.body).unwrap();
    assert_eq!(body["error_code"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_parameter_never_changes_and_a_refused_batch_leaves_nothing() {
    let client = Client::new().await;
    let id = client.run("0").await;
    let parameter = |value: &str| json!({ "run_id": id, "key": "p", "value": value });
    client.post("runs/log-parameter", parameter("1")).await;
    client.post("runs/log-parameter", parameter("1")).await;
    let batch = json!({ "run_id": id, "metrics": [{ "key": "m", "value": 1, "timestamp": 1 }],
        "params": [{ "key": "q", "value": "1" }, { "key": "p", "value": "2" }] });
    client
        .refused(
            "POST",
            "runs/log-batch",
            batch,
            400,
            "INVALID_PARAMETER_VALUE",
        )
        .await;
    let read = client.get(&format!("runs/get?run_id={id}")).await;
    assert_eq!(
        read["run"]["data"]["params"],
        json!([{ "key": "p", "value": "1" }])
    );
    assert!(read["run"]["data"].get("metrics").is_none());
}

#[tokio::test]
async fn pages_of_a_search_meet_every_run_once() {
    let client = Client::new().await;
    let experiment = client.experiment("pages").await;
    for _ in 0..7 {
        client.run(&experiment).await;
    }
    let (mut token, mut seen) = (String::new(), Vec::new());
    loop {
        let body = json!({ "experiment_ids": [experiment], "max_results": 3, "page_token": token, "order_by": ["metrics.none DESC"] });
        let page = client.post("runs/search", body).await;
        for run in page["runs"].as_array().unwrap() {
            seen.push(run["info"]["run_id"].as_str().unwrap().to_owned());
        }
        match page["next_page_token"].as_str() {
            Some(next) => next.clone_into(&mut token),
            None => break,
        }
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 7);
}

#[tokio::test]
async fn files_go_up_and_down_and_stay_in_their_folder() {
    let client = Client::new().await;
    let id = client.run("0").await;
    let place = |path: &str| format!("/api/2.0/mlflow-artifacts/artifacts/0/{id}/artifacts/{path}");
    let put = client
        .raw("PUT", &place("model/MLmodel"), Some("flavors: {}"))
        .await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.body);
    let got = client.raw("GET", &place("model/MLmodel"), None).await;
    assert_eq!(
        (got.status, got.body.as_str()),
        (StatusCode::OK, "flavors: {}")
    );
    let listed = client
        .raw(
            "GET",
            &format!("/api/2.0/mlflow-artifacts/artifacts?path=0/{id}/artifacts"),
            None,
        )
        .await;
    let listed: Value = serde_json::from_str(&listed.body).unwrap();
    assert_eq!(
        listed["files"],
        json!([{ "path": "model", "is_dir": true }])
    );
    for path in ["../x", "a/../../x", "%2e%2e/x", "a%5cb"] {
        let answer = client.raw("PUT", &place(path), Some("x")).await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
    }
    let other = "/api/2.0/mlflow-artifacts/mpu/create/0/x";
    assert_eq!(
        client.raw("POST", other, Some("{}")).await.status,
        StatusCode::NOT_IMPLEMENTED
    );
    let gone = client.raw("DELETE", &place("model"), None).await;
    assert_eq!(gone.status, StatusCode::OK);
    assert_eq!(
        client
            .raw("GET", &place("model/MLmodel"), None)
            .await
            .status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn what_only_a_review_decides_is_forbidden() {
    let client = Client::new().await;
    let denied = "PERMISSION_DENIED";
    client
        .post("registered-models/create", json!({ "name": "mine" }))
        .await;
    let id = client.run("0").await;
    let version = json!({ "name": "mine", "source": format!("mlflow-artifacts:/0/{id}/artifacts/model"), "run_id": id });
    let made = client.post("model-versions/create", version).await;
    assert_eq!(made["model_version"]["version"], "1");
    for alias in ["champion", "PRODUCTION", "in-service"] {
        let body = json!({ "name": "mine", "alias": alias, "version": "1" });
        client
            .refused("POST", "registered-models/alias", body, 403, denied)
            .await;
    }
    let stage = json!({ "name": "mine", "version": "1", "stage": "Production" });
    client
        .refused(
            "POST",
            "model-versions/transition-stage",
            stage,
            403,
            denied,
        )
        .await;
    let of_use_case = json!({ "name": "attrition", "source": "s3://b/m", "run_id": id });
    client
        .refused("POST", "model-versions/create", of_use_case, 403, denied)
        .await;
    for (method, path, body) in [
        (
            "POST",
            "registered-models/create",
            json!({ "name": "attrition" }),
        ),
        (
            "DELETE",
            "registered-models/delete",
            json!({ "name": "attrition" }),
        ),
        (
            "POST",
            "experiments/delete",
            json!({ "experiment_id": "attrition" }),
        ),
    ] {
        client.refused(method, path, body, 403, denied).await;
    }
    client
        .post(
            "registered-models/alias",
            json!({ "name": "mine", "alias": "challenger", "version": "1" }),
        )
        .await;
    let read = client
        .get("registered-models/alias?name=mine&alias=challenger")
        .await;
    assert_eq!(read["model_version"]["aliases"], json!(["challenger"]));
    assert_eq!(read["model_version"]["current_stage"], "None");
}

#[tokio::test]
async fn a_logged_model_has_files_labels_and_metrics() {
    let client = Client::new().await;
    let run = client.run("0").await;
    let body = json!({ "experiment_id": "0", "name": "m", "source_run_id": run, "params": [{ "key": "d", "value": "3" }] });
    let made = client.post("logged-models", body).await;
    let id = made["model"]["info"]["model_id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(made["model"]["info"]["status"], "LOGGED_MODEL_PENDING");
    let path = format!("/api/2.0/mlflow-artifacts/artifacts/0/models/{id}/artifacts/MLmodel");
    assert_eq!(
        client.raw("PUT", &path, Some("x")).await.status,
        StatusCode::OK
    );
    let metric =
        json!({ "run_id": run, "key": "auc", "value": 0.9, "timestamp": 5, "model_id": id });
    client.post("runs/log-metric", metric).await;
    let (status, ended) = client
        .send(
            "PATCH",
            &format!("logged-models/{id}"),
            json!({ "status": "LOGGED_MODEL_READY" }),
        )
        .await;
    assert_eq!(
        (status, &ended["model"]["info"]["status"]),
        (StatusCode::OK, &json!("LOGGED_MODEL_READY"))
    );
    let files = client
        .get(&format!("logged-models/{id}/artifacts/directories"))
        .await;
    assert_eq!(
        files["files"],
        json!([{ "path": "MLmodel", "is_dir": false, "file_size": 1 }])
    );
    let found = client
        .post(
            "logged-models/search",
            json!({ "experiment_ids": ["0"], "filter": "metrics.auc > 0.5" }),
        )
        .await;
    assert_eq!(
        found["models"][0]["data"]["metrics"][0]["run_id"],
        run.as_str()
    );
}

#[tokio::test]
async fn runs_of_clients_are_on_our_pages_and_archived_ones_are_not() {
    let client = Client::new().await;
    let experiment = client.experiment("On pages").await;
    let body = json!({ "experiment_id": "attrition", "run_name": "from a notebook" });
    let made = client.post("runs/create", body).await;
    let own = made["run"]["info"]["run_id"].as_str().unwrap().to_owned();
    let other = client.run(&experiment).await;
    let session = client.server.session("reviewer").await;
    let page = async |path: String| {
        let headers = [("cookie", session.as_str()), ("accept", "text/html")];
        client.server.ask(&path, None, &headers).await
    };
    assert!(
        page("/use-case/attrition/runs".into())
            .await
            .body
            .contains("from a notebook")
    );
    for path in [
        format!("/runs/{own}"),
        format!("/runs/{other}"),
        "/runs/experiments".into(),
        format!("/runs/experiments/{experiment}"),
    ] {
        let answer = page(path.clone()).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
    client.post("runs/delete", json!({ "run_id": own })).await;
    assert!(
        !page("/use-case/attrition/runs".into())
            .await
            .body
            .contains("from a notebook")
    );
    assert_eq!(
        client
            .found(json!({ "experiment_ids": ["attrition"] }))
            .await
            .len(),
        0
    );
    client.post("runs/restore", json!({ "run_id": own })).await;
    assert_eq!(
        client
            .found(json!({ "experiment_ids": ["attrition"] }))
            .await,
        ["from a notebook"]
    );
}

#[tokio::test]
async fn what_a_client_calls_evidence_is_none() {
    let client = Client::new().await;
    let body = json!({ "experiment_id": "attrition", "run_name": "forged" });
    let made = client.post("runs/create", body).await;
    let id = made["run"]["info"]["run_id"].as_str().unwrap().to_owned();
    let place =
        format!("/api/2.0/mlflow-artifacts/artifacts/attrition/{id}/artifacts/evidence.json");
    let put = client
        .raw("PUT", &place, Some("{\"gates\":{\"passes\":true}}"))
        .await;
    assert_eq!(put.status, StatusCode::OK);
    let session = client.server.session("reviewer").await;
    let headers = [("cookie", session.as_str()), ("accept", "text/html")];
    let page = client
        .server
        .ask(&format!("/runs/{id}"), None, &headers)
        .await;
    assert_eq!(page.status, StatusCode::OK);
    // Nor does a reviewer get the file: nobody knows what is in it.
    let file = client
        .server
        .ask(&format!("/artifacts/{id}/evidence.json"), None, &headers)
        .await;
    assert_eq!(file.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn who_may_not_train_reads_and_does_not_log() {
    let client = Client::new().await;
    let id = client.run("0").await;
    let (_, reviewer) = client.server.token("reviewer", &[Scope::Read]).await;
    let other = Client {
        server: client.server,
        token: reviewer,
    };
    assert_eq!(
        other.found(json!({ "experiment_ids": ["0"] })).await.len(),
        1
    );
    for (path, body) in [
        ("runs/create", json!({ "experiment_id": "0" })),
        (
            "runs/log-metric",
            json!({ "run_id": id, "key": "m", "value": 1, "timestamp": 1 }),
        ),
        ("runs/delete", json!({ "run_id": id })),
        ("experiments/create", json!({ "name": "x" })),
        ("registered-models/create", json!({ "name": "x" })),
    ] {
        other
            .refused("POST", path, body, 403, "PERMISSION_DENIED")
            .await;
    }
    let place = format!("/api/2.0/mlflow-artifacts/artifacts/0/{id}/artifacts/a.txt");
    assert_eq!(
        other.raw("PUT", &place, Some("x")).await.status,
        StatusCode::FORBIDDEN
    );
}

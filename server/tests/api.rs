//! The interface for programs, and model files on the command line: what is answered, and what each refusal says.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

fn tenure(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenure"));
    command.current_dir(folder).env("TENURE_DATA_DIR", folder.join("data")).env_remove("TENURE_DATABASE");
    command
}

fn run(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = tenure(folder).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A demo that serves, without its pages.
struct Demo {
    folder: tempfile::TempDir,
    server: Child,
    address: String,
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended by itself.
        _ = self.server.kill();
        _ = self.server.wait();
    }
}

impl Demo {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("site/pkg")).unwrap();
        let mut server = tenure(folder.path())
            .args(["demo", "--addr", "127.0.0.1:0"])
            .env("TENURE_SITE", folder.path().join("site"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(server.stdout.take().unwrap()).lines();
        let said = lines.map(Result::unwrap).find(|line| line.contains("http://127")).unwrap();
        let address = said.split("http://").nth(1).unwrap().split(['/', ' ']).next().unwrap().to_owned();
        Self { folder, server, address }
    }

    fn token(&self, name: &str, role: &str, scope: &str) -> String {
        let user = |arguments: &[&str], input: &str| {
            let output = run(self.folder.path(), &[&["user"], arguments, &["--json"]].concat(), input);
            serde_json::from_slice::<Value>(&output.stdout).unwrap_or_default()
        };
        user(&["add", name, "--role", role, "--password-stdin"], "a very private phrase\n");
        user(&["token", "create", name, "--scope", scope], "")["token"].as_str().unwrap().to_owned()
    }

    /// Status and body of a request. An empty `body` is a GET.
    fn ask(&self, path: &str, token: &str, body: &str) -> (u16, Value) {
        let method = if body.is_empty() { "GET" } else { "POST" };
        let authorization = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\n{authorization}Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = text(&answer);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let json: Value = serde_json::from_str(body).unwrap_or_else(|_| panic!("{path}: {answer}"));
        if status >= 400 {
            assert!(head.to_ascii_lowercase().contains("content-type: application/problem+json"), "{head}");
            let id = json["request_id"].as_str().unwrap();
            assert!(!id.is_empty() && head.contains(id), "the header names the request too: {head}");
            assert_eq!(json["status"], status);
        }
        (status, json)
    }
}

/// A record that a field list allows: lowest numbers and first levels.
fn record(fields: &Value) -> Value {
    let value = |field: &Value| match field["levels"].as_array().unwrap().first() {
        Some(level) => level.clone(),
        None => field["range"][0].clone(),
    };
    let pairs = fields.as_array().unwrap().iter().map(|field| (field["name"].as_str().unwrap().to_owned(), value(field)));
    Value::Object(pairs.collect())
}

fn with(record: &Value, field: &str, value: Value) -> Value {
    let mut changed = record.clone();
    changed[field] = value;
    changed
}

#[test]
fn programs_are_answered_or_told_what_is_wrong() {
    let demo = Demo::start();
    let (analyst, reader) = (demo.token("prog", "analyst", "predict"), demo.token("looker", "analyst", "read"));

    let (status, live) = demo.ask("/api/v1/model?use_case=attrition", &reader, "");
    assert_eq!((status, live["version"].as_i64()), (200, Some(1)), "{live}");
    assert!(live["metrics"]["roc_auc"]["interval"].is_array());
    let record = record(&live["fields"]);
    let predict = |record: &Value| {
        let body = json!({ "use_case": "attrition", "record": record, "reasons": 2 }).to_string();
        demo.ask("/api/v1/predict", &analyst, &body)
    };
    let (status, score) = predict(&record);
    assert_eq!((status, score["model_version"].as_i64()), (200, Some(1)), "{score}");
    assert_eq!(score["reasons"].as_array().unwrap().len(), 2);
    assert!((0.0..=1.0).contains(&score["probability"].as_f64().unwrap()));

    // Each wrong field by its name, all of them at once.
    let wrong = |field: &str, value: Value, says: &str| {
        let (status, problem) = predict(&with(&record, field, value));
        assert_eq!(status, 422, "{problem}");
        let error = &problem["errors"][0];
        assert_eq!(error["column"], field, "{problem}");
        assert!(error["rule"].as_str().unwrap().contains(says), "{problem}");
    };
    wrong("BusinessTravel", json!("Sometimes"), "must be one of");
    wrong("MonthlyIncome", json!(-5), "must be");
    wrong("MonthlyIncome", json!("many"), "must be a");
    wrong("MonthlyIncome", json!([1]), "must be a");
    wrong("Overtyme", json!("Yes"), "is no field of the use case");
    let (status, problem) = predict(&with(&with(&record, "BusinessTravel", json!("x")), "MonthlyIncome", json!(-1)));
    assert_eq!((status, problem["errors"].as_array().unwrap().len()), (422, 2), "{problem}");
    // A missing value is a value where the use case allows it.
    assert_eq!(predict(&with(&record, "MonthlyIncome", Value::Null)).0, 200);

    // Many at once give the same as one by one, and errors name the record.
    let batch = |records: Value| {
        let body = json!({ "use_case": "attrition", "records": records, "reasons": 2 }).to_string();
        demo.ask("/api/v1/predict/batch", &analyst, &body)
    };
    let other = with(&record, "MonthlyIncome", json!(9000));
    let (status, many) = batch(json!([record, other]));
    assert_eq!((status, &many["predictions"][0]["probability"]), (200, &score["probability"]));
    assert_eq!(many["predictions"][1]["probability"], predict(&other).1["probability"]);
    let (status, problem) = batch(json!([record, with(&record, "MonthlyIncome", json!(-1))]));
    assert_eq!((status, problem["errors"][0]["row"].as_i64()), (422, Some(2)), "{problem}");
    assert_eq!(batch(json!([])).0, 400);

    // Who, and what.
    let body = json!({ "use_case": "attrition", "record": record }).to_string();
    assert_eq!(demo.ask("/api/v1/predict", "", &body).0, 401);
    assert_eq!(demo.ask("/api/v1/predict", "wrong", &body).0, 401);
    assert_eq!(demo.ask("/api/v1/predict", &reader, &body).0, 403);
    assert_eq!(demo.ask("/api/v1/predict", &analyst, "{\"use_case\": ").0, 400);
    assert_eq!(demo.ask("/api/v1/predict", &analyst, "{\"use_case\": \"attrition\"}").0, 400);
    assert_eq!(demo.ask("/api/v1/predict", &analyst, &body.replace("attrition", "nobody")).0, 404);
    assert_eq!(demo.ask("/api/v1/predict", &analyst, &body.replace("attrition", "churn")).0, 409);
    assert_eq!(demo.ask("/api/v1/nothing", &analyst, "").0, 404);
    assert_eq!(demo.ask("/api/v1/model", &analyst, "").0, 400);

    drift(&demo, &analyst, &reader, &record);
    model_files(demo.folder.path(), &record, &score);
}

/// Rows against the baseline, and the newest check. What cannot be compared says so and is never "stable".
fn drift(demo: &Demo, analyst: &str, reader: &str, record: &Value) {
    let ask = |path: &str, token: &str, body: Value| demo.ask(&format!("/api/v1/drift/{path}"), token, &body.to_string());
    let rows = |rows: &[Value]| json!({ "use_case": "attrition", "rows": rows });
    let (status, answer) = ask("feature", reader, rows(&vec![record.clone(); 60]));
    assert_eq!((status, answer["features"]["verdict"].as_str()), (200, Some("drifted")), "sixty times the same person: {answer}");
    let verdict = |sent: Value| {
        let (status, answer) = ask("feature", reader, sent);
        assert_eq!(status, 200, "{answer}");
        let columns = answer["features"]["columns"].as_array().unwrap().clone();
        let income = columns.into_iter().find(|column| column["name"] == "MonthlyIncome").unwrap();
        (answer["features"]["verdict"].clone(), income["verdict"].clone(), income["why"].as_str().unwrap_or_default().to_owned())
    };
    let could_not = json!("could_not_compute");
    assert_eq!(verdict(rows(&[])).0, could_not);
    assert_eq!(verdict(rows(std::slice::from_ref(record))).0, json!("too_few_rows"));
    let without: Value = record
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| *name != "MonthlyIncome")
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let (_, income, why) = verdict(rows(&vec![without.clone(); 60]));
    assert_eq!((income, why.as_str()), (could_not.clone(), "the current data has no such column"));
    assert_eq!(verdict(rows(&vec![with(record, "MonthlyIncome", json!("plenty")); 60])).1, could_not);
    let (_, income, why) = verdict(rows(&vec![with(record, "MonthlyIncome", Value::Null); 60]));
    assert_eq!((income, why.contains("every row is missing")), (could_not.clone(), true), "{why}");

    let scores = |scores: Value| ask("prediction", analyst, json!({ "use_case": "attrition", "scores": scores }));
    assert_eq!(scores(json!([0.1, 2.0])).0, 400);
    assert_eq!(scores(json!([])).1["prediction"]["verdict"], could_not);
    assert_eq!(ask("prediction", analyst, rows(&vec![without; 60])).1["prediction"]["verdict"], could_not, "nothing to score");
    assert_eq!(ask("prediction", analyst, rows(&vec![record.clone(); 60])).1["prediction"]["verdict"], "drifted");
    assert_eq!(ask("prediction", reader, rows(&[])).0, 403);

    let (status, latest) = demo.ask("/api/v1/drift/feature/latest?use_case=attrition", reader, "");
    assert_eq!((status, latest["features"]["verdict"].as_str()), (200, Some("drifted")), "{latest}");
    let (status, latest) = demo.ask("/api/v1/drift/prediction/latest?use_case=attrition", reader, "");
    assert_eq!(status, 200, "{latest}");
    assert!(latest["realised"]["roc_auc"]["interval"].is_array() && latest["estimated"]["limits"].is_string());
    let (status, problem) = demo.ask("/api/v1/drift/feature/latest?use_case=churn", reader, "");
    assert_eq!((status, problem["title"].as_str()), (404, Some("Not found")));
    assert_eq!(demo.ask("/api/v1/drift/feature/latest?use_case=attrition", "", "").0, 401);
}

/// The exported file gives the same numbers; one that is cut short or of another use case says so.
fn model_files(folder: &Path, record: &Value, score: &Value) {
    let refused = |arguments: &[&str], says: &str| {
        let output = run(folder, arguments, "");
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        assert!(message.contains(says), "{arguments:?}: {message}");
    };
    let exported = run(folder, &["model", "export", "1", "--use-case", "attrition", "--format", "tenure", "live.tenure"], "");
    assert!(exported.status.success(), "{}", text(&exported.stderr));
    let fields = record.as_object().unwrap();
    let cell = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let csv = |change: &dyn Fn(&str, String) -> String| {
        let names: Vec<&str> = fields.keys().map(String::as_str).collect();
        let values: Vec<String> = fields.iter().map(|(name, value)| change(name, cell(value))).collect();
        format!("EmployeeNumber,{}\n1,{}\n", names.join(","), values.join(","))
    };
    std::fs::write(folder.join("one.csv"), csv(&|_, value| value)).unwrap();
    let predict = ["predict", "one.csv", "--use-case", "attrition", "--model", "live.tenure", "--explain", "--top", "2", "--json"];
    let output = run(folder, &predict, "");
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&line["probability"], &line["reasons"]), (&score["probability"], &score["reasons"]), "{line}");
    let output = run(folder, &["tool", "shap", "--model", "live.tenure", "--rows", "one.csv", "--json"], "");
    let shap: Value = serde_json::from_slice(&output.stdout).unwrap();
    let numbers = |value: &Value| -> Vec<f64> { value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect() };
    let sum: f64 = shap["expected_value"].as_f64().unwrap() + numbers(&shap["values"][0]).iter().sum::<f64>();
    assert!((sum - numbers(&shap["output"])[0]).abs() < 1e-9);

    std::fs::write(folder.join("level.csv"), csv(&|name, value| if name == "OverTime" { "Perhaps".into() } else { value })).unwrap();
    std::fs::write(folder.join("range.csv"), csv(&|name, value| if name == "MonthlyIncome" { "-1".into() } else { value })).unwrap();
    let bytes = std::fs::read(folder.join("live.tenure")).unwrap();
    std::fs::write(folder.join("cut.tenure"), &bytes[..bytes.len() / 2]).unwrap();
    refused(&["predict", "level.csv", "--use-case", "attrition", "--model", "live.tenure"], "must be one of");
    refused(&["predict", "range.csv", "--use-case", "attrition", "--model", "live.tenure"], "must be");
    refused(&["predict", "one.csv", "--use-case", "attrition", "--model", "cut.tenure"], "damaged or cut short");
    refused(&["predict", "one.csv", "--use-case", "churn", "--model", "live.tenure"], "is for the use case attrition, not churn");
    refused(&["predict", "one.csv", "--use-case", "attrition", "--model", "one.csv"], "not a Tenure model file");
    refused(&["tool", "shap", "--model", "cut.tenure", "--rows", "one.csv"], "damaged or cut short");
    refused(&["tool", "shap", "--model", "live.tenure", "--rows", "range.csv"], "problem");
}

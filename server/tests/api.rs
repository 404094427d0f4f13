//! The REST API, and model files on the command line: responses and errors.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::path::Path;

use common::{Demo, run, text};
use serde_json::{Value, json};

/// A valid record for a list of fields: lowest numbers and first levels.
fn record(fields: &Value) -> Value {
    let value = |field: &Value| match field["levels"].as_array().unwrap().first() {
        Some(level) => level.clone(),
        None => field["range"][0].clone(),
    };
    let pairs = fields
        .as_array()
        .unwrap()
        .iter()
        .map(|field| (field["name"].as_str().unwrap().to_owned(), value(field)));
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
    let (analyst, reader) = (
        demo.token("prog", "analyst", "predict"),
        demo.token("looker", "analyst", "read"),
    );

    let (status, live) = demo.ask("/api/v1/model?use_case=attrition", &reader, "");
    assert_eq!((status, live["version"].as_i64()), (200, Some(1)), "{live}");
    assert!(live["metrics"]["roc_auc"]["interval"].is_array());
    let record = record(&live["fields"]);
    let predict = |record: &Value| {
        let body = json!({ "use_case": "attrition", "record": record, "reasons": 2 }).to_string();
        demo.ask("/api/v1/predict", &analyst, &body)
    };
    let (status, score) = predict(&record);
    assert_eq!(
        (status, score["model_version"].as_i64()),
        (200, Some(1)),
        "{score}"
    );
    assert_eq!(score["reasons"].as_array().unwrap().len(), 2);
    assert!((0.0..=1.0).contains(&score["probability"].as_f64().unwrap()));
    assert_eq!(
        (
            score["horizon_days"].as_i64(),
            live["horizon_days"].as_i64()
        ),
        (Some(365), Some(365))
    );

    // Every invalid field is named, all of them at once.
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
    wrong("Overtyme", json!("Yes"), "is not a field of the use case");
    let (status, problem) = predict(&with(
        &with(&record, "BusinessTravel", json!("x")),
        "MonthlyIncome",
        json!(-1),
    ));
    assert_eq!(
        (status, problem["errors"].as_array().unwrap().len()),
        (422, 2),
        "{problem}"
    );
    // Nothing is filled in silently: each input is stated, and most have a value.
    let mut partial = record.clone();
    partial.as_object_mut().unwrap().remove("MonthlyIncome");
    let (status, problem) = predict(&partial);
    assert_eq!(
        (status, problem["errors"][0]["column"].as_str()),
        (422, Some("MonthlyIncome")),
        "{problem}"
    );
    assert_eq!(predict(&json!({})).0, 422);
    let unknown = record.as_object().unwrap().keys();
    let unknown: Value = unknown.map(|name| (name.clone(), Value::Null)).collect();
    let (status, problem) = predict(&unknown);
    assert_eq!(
        (status, problem["errors"][0]["column"].as_str()),
        (422, Some("record")),
        "{problem}"
    );
    assert!(!problem.to_string().contains("stored"), "{problem}");
    // A missing value is valid where the use case allows it.
    assert_eq!(predict(&with(&record, "MonthlyIncome", Value::Null)).0, 200);

    // A batch gives the same scores as single requests, and errors name the record.
    let batch = |records: Value| {
        let body = json!({ "use_case": "attrition", "records": records, "reasons": 2 }).to_string();
        demo.ask("/api/v1/predict/batch", &analyst, &body)
    };
    let other = with(&record, "MonthlyIncome", json!(9000));
    let (status, many) = batch(json!([record, other]));
    assert_eq!(
        (status, &many["predictions"][0]["probability"]),
        (200, &score["probability"])
    );
    assert_eq!(
        many["predictions"][1]["probability"],
        predict(&other).1["probability"]
    );
    let (status, problem) = batch(json!([record, with(&record, "MonthlyIncome", json!(-1))]));
    assert_eq!(
        (status, problem["errors"][0]["row"].as_i64()),
        (422, Some(2)),
        "{problem}"
    );
    assert_eq!(batch(json!([])).0, 400);

    // Permissions and invalid requests.
    let body = json!({ "use_case": "attrition", "record": record }).to_string();
    assert_eq!(demo.ask("/api/v1/predict", "", &body).0, 401);
    assert_eq!(demo.ask("/api/v1/predict", "wrong", &body).0, 401);
    assert_eq!(demo.ask("/api/v1/predict", &reader, &body).0, 403);
    assert_eq!(
        demo.ask("/api/v1/predict", &analyst, "{\"use_case\": ").0,
        400
    );
    assert_eq!(
        demo.ask("/api/v1/predict", &analyst, "{\"use_case\": \"attrition\"}")
            .0,
        422
    );
    assert_eq!(
        demo.ask(
            "/api/v1/predict",
            &analyst,
            &body.replace("attrition", "nobody")
        )
        .0,
        404
    );
    // The fields of another use case.
    assert_eq!(
        demo.ask(
            "/api/v1/predict",
            &analyst,
            &body.replace("attrition", "churn")
        )
        .0,
        422
    );
    assert_eq!(demo.ask("/api/v1/nothing", &analyst, "").0, 404);
    assert_eq!(demo.ask("/api/v1/model", &analyst, "").0, 422);

    versions(&demo, &analyst, &record);
    training_set(&demo, &analyst);
    drift(&demo, &analyst, &reader, &record);
    model_files(demo.folder.path(), &record, &score);
}

/// The history of live versions, and which versions may score: no unapproved one, and none while
/// the use case is out of service.
fn versions(demo: &Demo, analyst: &str, record: &Value) {
    let command = |arguments: &[&str]| {
        let output = run(
            demo.folder.path(),
            &[arguments, &["--use-case", "attrition"]].concat(),
            "",
        );
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            text(&output.stderr)
        );
    };
    command(&[
        "train",
        "--trials",
        "1",
        "--candidates",
        "logistic_regression_l2",
    ]);
    command(&["model", "alias", "1", "first"]);
    let predict = |version: Value| {
        let body = json!({ "use_case": "attrition", "record": record, "model_version": version })
            .to_string();
        demo.ask("/api/v1/predict", analyst, &body)
    };
    assert_eq!(predict(json!("first")).1["model_version"], 1);
    assert_eq!(predict(json!("second")).0, 404);
    assert_eq!(predict(json!(7)).0, 404);
    let (status, problem) = predict(json!(2));
    assert!(
        status == 403
            && problem["detail"]
                .as_str()
                .unwrap()
                .contains("Version 2 was never approved"),
        "{problem}"
    );
    let live = |moment: &str| {
        demo.ask(
            &format!("/api/v1/model?use_case=attrition&as_of={moment}"),
            analyst,
            "",
        )
        .1
    };
    assert_eq!(live("2001-01-01")["version"], Value::Null);
    assert_eq!(
        (
            live("2099-01-01T00:00")["version"].as_i64(),
            live("2099-01-01")["change"]["changed_by"].as_str()
        ),
        (Some(1), Some("reviewer"))
    );
    assert_eq!(
        demo.ask("/api/v1/model?use_case=attrition&as_of=now", analyst, "")
            .0,
        400
    );

    command(&[
        "model",
        "undeploy",
        "--reason",
        "wrong data was imported by ann",
    ]);
    let (status, problem) = predict(json!(1));
    assert!(
        status == 403
            && problem["detail"]
                .as_str()
                .unwrap()
                .contains("was undeployed"),
        "{problem}"
    );
    assert_eq!(predict(Value::Null).0, 409);
    // Public responses contain no names and no reasons.
    let health = demo.send("/health", "", "", "*/*").2;
    assert!(
        health.contains("undeployed on") && !health.contains("wrong data"),
        "{health}"
    );
    let (_, page) = demo.page("/use-case/attrition", analyst);
    assert!(
        page.contains("out of service since") && page.contains("which is no longer live"),
        "{page}"
    );
    let accounts: Vec<Value> = serde_json::from_str(
        &std::fs::read_to_string(demo.folder.path().join("data/demo-accounts.json")).unwrap(),
    )
    .unwrap();
    let password = accounts
        .iter()
        .find(|account| account["name"] == "reviewer")
        .unwrap()["password"]
        .as_str()
        .unwrap();
    let mut rollback = common::tenure(demo.folder.path());
    rollback
        .args([
            "model",
            "rollback",
            "--use-case",
            "attrition",
            "--as",
            "reviewer",
            "--reason",
            "mended",
        ])
        .env("TENURE_PASSWORD", password);
    assert!(rollback.status().unwrap().success());

    // An error page shows the request id, as does the log.
    let (status, page) = demo.page("/use-case/attrition/models/99", analyst);
    assert!(status == 404 && page.contains("Request <code>"), "{page}");
}

/// Rows against the baseline, and the newest check. What cannot be compared is reported and is
/// never "stable".
/// Training data from the history of the demo.
fn training_set(demo: &Demo, analyst: &str) {
    let manager = demo.token("planner", "admin", "data");
    let ask =
        |token: &str, body: Value| demo.ask("/api/v1/data/training-set", token, &body.to_string());
    let count = json!({ "use_case": "attrition", "dry_run": true });
    let (status, counted) = ask(&manager, count.clone());
    assert_eq!(status, 200, "{counted}");
    assert!(counted["plan"]["rows"].is_u64() && counted["dataset"].is_null());
    assert_eq!(ask(analyst, count).0, 403);
    let wrong = json!({ "use_case": "attrition", "dryrun": true });
    assert_eq!(ask(&manager, wrong).0, 422);
    let future = json!({ "use_case": "attrition", "until": "2099-01-01" });
    assert_eq!(ask(&manager, future).0, 400);
}

fn drift(demo: &Demo, analyst: &str, reader: &str, record: &Value) {
    let ask = |path: &str, token: &str, body: Value| {
        demo.ask(&format!("/api/v1/drift/{path}"), token, &body.to_string())
    };
    let rows = |rows: &[Value]| json!({ "use_case": "attrition", "rows": rows });
    let (status, answer) = ask("feature", reader, rows(&vec![record.clone(); 60]));
    assert_eq!(
        (status, answer["features"]["verdict"].as_str()),
        (200, Some("drifted")),
        "sixty times the same person: {answer}"
    );
    let verdict = |sent: Value| {
        let (status, answer) = ask("feature", reader, sent);
        assert_eq!(status, 200, "{answer}");
        let columns = answer["features"]["columns"].as_array().unwrap().clone();
        let income = columns
            .into_iter()
            .find(|column| column["name"] == "MonthlyIncome")
            .unwrap();
        (
            answer["features"]["verdict"].clone(),
            income["verdict"].clone(),
            income["why"]["code"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        )
    };
    let could_not = json!("could_not_compute");
    assert_eq!(verdict(rows(&[])).0, could_not);
    assert_eq!(
        verdict(rows(std::slice::from_ref(record))).0,
        json!("too_few_rows")
    );
    let without: Value = record
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| *name != "MonthlyIncome")
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let (_, income, why) = verdict(rows(&vec![without.clone(); 60]));
    assert_eq!(
        (income, why.as_str()),
        (could_not.clone(), "missing_column")
    );
    assert_eq!(
        verdict(rows(&vec![
            with(record, "MonthlyIncome", json!("plenty"));
            60
        ]))
        .1,
        could_not
    );
    let (_, income, why) = verdict(rows(&vec![with(record, "MonthlyIncome", Value::Null); 60]));
    assert_eq!((income, why.as_str()), (could_not.clone(), "all_missing"));

    let scores = |scores: Value| {
        ask(
            "prediction",
            analyst,
            json!({ "use_case": "attrition", "scores": scores }),
        )
    };
    assert_eq!(scores(json!([0.1, 2.0])).0, 400);
    assert_eq!(scores(json!([])).1["prediction"]["verdict"], could_not);
    assert_eq!(
        ask("prediction", analyst, rows(&vec![without; 60])).1["prediction"]["verdict"],
        could_not,
        "nothing to score"
    );
    assert_eq!(
        ask("prediction", analyst, rows(&vec![record.clone(); 60])).1["prediction"]["verdict"],
        "drifted"
    );
    assert_eq!(ask("prediction", reader, rows(&[])).0, 403);

    let (status, latest) = demo.ask(
        "/api/v1/drift/feature/latest?use_case=attrition",
        reader,
        "",
    );
    assert_eq!(
        (status, latest["features"]["verdict"].as_str()),
        (200, Some("drifted")),
        "{latest}"
    );
    let (status, latest) = demo.ask(
        "/api/v1/drift/prediction/latest?use_case=attrition",
        reader,
        "",
    );
    assert_eq!(status, 200, "{latest}");
    assert!(
        latest["realized"]["roc_auc"]["interval"].is_array()
            && latest["estimated"]["limits"].is_string()
    );
    let (status, problem) = demo.ask("/api/v1/drift/feature/latest?use_case=nobody", reader, "");
    assert_eq!(
        (status, problem["title"].as_str()),
        (404, Some("Not found"))
    );
    assert_eq!(
        demo.ask("/api/v1/drift/feature/latest?use_case=attrition", "", "")
            .0,
        401
    );
}

/// The exported file gives the same numbers; one that is truncated or for another use case is
/// rejected.
fn model_files(folder: &Path, record: &Value, score: &Value) {
    let refused = |arguments: &[&str], says: &str| {
        let output = run(folder, arguments, "");
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        assert!(message.contains(says), "{arguments:?}: {message}");
    };
    let exported = run(
        folder,
        &[
            "model",
            "export",
            "1",
            "--use-case",
            "attrition",
            "--format",
            "tenure",
            "live.tenure",
        ],
        "",
    );
    assert!(exported.status.success(), "{}", text(&exported.stderr));
    let fields = record.as_object().unwrap();
    let cell = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let csv = |change: &dyn Fn(&str, String) -> String| {
        let names: Vec<&str> = fields.keys().map(String::as_str).collect();
        let values: Vec<String> = fields
            .iter()
            .map(|(name, value)| change(name, cell(value)))
            .collect();
        format!(
            "EmployeeNumber,{}\n1,{}\n",
            names.join(","),
            values.join(",")
        )
    };
    std::fs::write(folder.join("one.csv"), csv(&|_, value| value)).unwrap();
    let predict = [
        "predict",
        "one.csv",
        "--use-case",
        "attrition",
        "--model",
        "live.tenure",
        "--explain",
        "--top",
        "2",
        "--json",
    ];
    let output = run(folder, &predict, "");
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&line["probability"], &line["reasons"]),
        (&score["probability"], &score["reasons"]),
        "{line}"
    );
    let output = run(
        folder,
        &[
            "tool",
            "shap",
            "--model",
            "live.tenure",
            "--rows",
            "one.csv",
            "--json",
        ],
        "",
    );
    let shap: Value = serde_json::from_slice(&output.stdout).unwrap();
    let numbers = |value: &Value| -> Vec<f64> {
        value
            .as_array()
            .unwrap()
            .iter()
            .map(|number| number.as_f64().unwrap())
            .collect()
    };
    let sum: f64 =
        shap["expected_value"].as_f64().unwrap() + numbers(&shap["values"][0]).iter().sum::<f64>();
    assert!((sum - numbers(&shap["output"])[0]).abs() < 1e-9);

    std::fs::write(
        folder.join("level.csv"),
        csv(&|name, value| {
            if name == "OverTime" {
                "Perhaps".into()
            } else {
                value
            }
        }),
    )
    .unwrap();
    std::fs::write(
        folder.join("range.csv"),
        csv(&|name, value| {
            if name == "MonthlyIncome" {
                "-1".into()
            } else {
                value
            }
        }),
    )
    .unwrap();
    let bytes = std::fs::read(folder.join("live.tenure")).unwrap();
    std::fs::write(folder.join("cut.tenure"), &bytes[..bytes.len() / 2]).unwrap();
    refused(
        &[
            "predict",
            "level.csv",
            "--use-case",
            "attrition",
            "--model",
            "live.tenure",
        ],
        "must be one of",
    );
    refused(
        &[
            "predict",
            "range.csv",
            "--use-case",
            "attrition",
            "--model",
            "live.tenure",
        ],
        "must be",
    );
    refused(
        &[
            "predict",
            "one.csv",
            "--use-case",
            "attrition",
            "--model",
            "cut.tenure",
        ],
        "damaged or truncated",
    );
    refused(
        &[
            "predict",
            "one.csv",
            "--use-case",
            "churn",
            "--model",
            "live.tenure",
        ],
        "is for the use case attrition, not churn",
    );
    refused(
        &[
            "predict",
            "one.csv",
            "--use-case",
            "attrition",
            "--model",
            "one.csv",
        ],
        "not a Tenure model file",
    );
    refused(
        &["tool", "shap", "--model", "cut.tenure", "--rows", "one.csv"],
        "damaged or truncated",
    );
    refused(
        &[
            "tool",
            "shap",
            "--model",
            "live.tenure",
            "--rows",
            "range.csv",
        ],
        "problem",
    );
}

//! What a reviewer, a `read` token and an analyst see of people, through the routes.

use axum::http::StatusCode;
use serde_json::Value;
use workflow::Scope;

use super::TestServer;
use super::model::{Written, first, people};

/// 299 people, then one more; a version in service, trained on all.
struct Shown {
    server: TestServer,
    datasets: [String; 2],
    run: String,
    cookies: [String; 2],
    reader: String,
}

impl Shown {
    async fn new() -> Self {
        let server = TestServer::new().await;
        let table = people(300);
        let old = server
            .import(&first(&table, 299), "january.csv", "2024-01-01")
            .await;
        let new = server.import(&table, "february.csv", "2024-02-01").await;
        server
            .promote(
                &new,
                &Written {
                    text: "a quick model",
                    file: "",
                },
            )
            .await;
        let admin = server.actor("admin").await;
        server
            .tenure
            .check_drift(&admin.contributor().unwrap(), "attrition", None)
            .await
            .unwrap();
        let run = server
            .tenure
            .versions(&admin.member().unwrap(), "attrition")
            .await
            .unwrap()[0]
            .run
            .clone();
        let cookies = [
            server.session("analyst").await,
            server.session("reviewer").await,
        ];
        let reader = server.token("analyst", &[Scope::Read]).await.1;
        Self {
            server,
            datasets: [old, new],
            run,
            cookies,
            reader,
        }
    }

    async fn analyst(&self, path: &str) -> String {
        self.by(("cookie", &self.cookies[0]), path).await
    }

    /// The response to the reviewer and to the token, which is the same.
    async fn others(&self, path: &str) -> String {
        let reviewer = self.by(("cookie", &self.cookies[1]), path).await;
        let reader = self.by(("authorization", &self.reader), path).await;
        if !path.contains("html") && path.contains('.') {
            assert_eq!(reviewer, reader, "{path}");
        }
        reviewer
    }

    async fn by(&self, credential: (&str, &str), path: &str) -> String {
        let answer = self
            .server
            .ask(
                path,
                None,
                &[
                    credential,
                    ("accept", "text/html"),
                    ("sec-fetch-site", "same-origin"),
                ],
            )
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        answer.body
    }

    async fn status(&self, path: &str) -> [StatusCode; 3] {
        let [analyst, reviewer] = &self.cookies;
        let mut found = [StatusCode::OK; 3];
        for (status, credential) in found.iter_mut().zip([
            ("cookie", analyst.as_str()),
            ("cookie", reviewer.as_str()),
            ("authorization", self.reader.as_str()),
        ]) {
            *status = self
                .server
                .ask(path, None, &[credential, ("sec-fetch-site", "same-origin")])
                .await
                .status;
        }
        found
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Every number under a key, at any depth.
fn numbers<'a>(value: &'a Value, key: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            if name == key {
                found.push(value);
            }
            numbers(value, key, found);
        }),
        Value::Array(values) => values.iter().for_each(|value| numbers(value, key, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn figures_are_released_to_who_does_not_see_people() {
    let shown = Shown::new().await;
    let base = "/use-case/attrition";
    let [old, new] = &shown.datasets;

    // P3 and P4: the profiles of two versions with one newcomer are the same but for the number of
    // rows.
    let profile = |dataset: &str| format!("{base}/data/{dataset}/profile.json");
    let [exact_old, exact_new] = [
        json(&shown.analyst(&profile(old)).await),
        json(&shown.analyst(&profile(new)).await),
    ];
    assert_ne!(
        exact_old["columns"], exact_new["columns"],
        "the analyst sees both as they are"
    );
    let [before, after] = [
        json(&shown.others(&profile(old)).await),
        json(&shown.others(&profile(new)).await),
    ];
    for part in [
        "columns",
        "correlations",
        "duplicate_rows",
        "warnings",
        "gates",
    ] {
        assert_eq!(before[part], after[part], "{part}");
    }
    assert!(
        after["released"]["notes"]
            .to_string()
            .contains("january.csv"),
        "{}",
        after["released"]
    );
    let mut counts = Vec::new();
    for key in ["counts", "n", "other", "missing"] {
        numbers(&after["columns"], key, &mut counts);
    }
    let flat: Vec<u64> = counts
        .iter()
        .flat_map(|own| {
            own.as_array()
                .cloned()
                .unwrap_or_else(|| vec![(*own).clone()])
        })
        .filter_map(|own| own.as_u64())
        .collect();
    assert!(
        flat.len() > 100 && flat.iter().all(|count| count % 10 == 0),
        "{flat:?}"
    );
    for key in ["min", "max"] {
        let mut ends = Vec::new();
        numbers(&after["columns"], key, &mut ends);
        assert!(
            !ends.is_empty() && ends.iter().all(|end| end.is_null()),
            "{key}: {ends:?}"
        );
    }
    let compared = shown
        .others(&format!("{base}/data/compare?old={old}&new={new}"))
        .await;
    assert!(
        compared.contains("Rounded to protect privacy"),
        "{compared}"
    );
    assert!(
        !compared.contains("standard deviations)"),
        "no mean has moved: {compared}"
    );
    let list = shown.others(&format!("{base}/data")).await;
    assert!(!list.contains("mean "), "{list}");

    // P2: no point of an explanation is a person.
    let file = |name: &str| format!("/artifacts/{}/{name}", shown.run);
    let points = |text: &str| json(text)["swarms"][0]["points"].as_array().unwrap().len();
    let (all, groups) = (
        points(&shown.analyst(&file("explanation.json")).await),
        points(&shown.others(&file("explanation.json")).await),
    );
    assert!(
        all >= 50 && groups * 10 <= all && groups > 0,
        "{all} people in {groups} groups"
    );
    let page = shown.others(&format!("{base}/models/1")).await;
    assert!(page.contains("Each dot is a group of 10 or more"), "{page}");
    assert!(
        shown
            .analyst(&format!("{base}/models/1"))
            .await
            .contains("Each dot is one of")
    );
    assert!(
        shown
            .others(&format!("{base}/models/1/review"))
            .await
            .contains("Each dot is a group of 10 or more")
    );
    let own_profile = json(&shown.others(&file("data_profile.json")).await);
    assert_eq!(
        own_profile["columns"], after["columns"],
        "the run's file is the released profile"
    );

    // Rows of people, their scores and the model with its statistics stay inside.
    for name in [
        "evidence.json",
        "baseline.json",
        "reference_data.parquet",
        "reference_predictions.csv",
        "model.tenure",
    ] {
        assert_eq!(
            shown.status(&file(name)).await,
            [StatusCode::OK, StatusCode::FORBIDDEN, StatusCode::FORBIDDEN],
            "{name}"
        );
    }
    for name in [
        "settings.json",
        "metrics.json",
        "model_card.md",
        "roc.svg",
        "scores.svg",
    ] {
        assert_eq!(
            shown.status(&file(name)).await,
            [StatusCode::OK; 3],
            "{name}"
        );
    }

    // P5: one cutoff, and crossings that do not follow from their margins.
    let fairness = |cutoff: &str| format!("{base}/models/1/fairness.html{cutoff}");
    let own = shown.others(&fairness("")).await;
    assert!(own.contains("counts are multiples of 10"), "{own}");
    assert_eq!(
        own,
        shown.others(&fairness("?cutoff=0.4")).await,
        "a sweep shows the same again"
    );
    assert_ne!(
        shown.analyst(&fairness("")).await,
        shown.analyst(&fairness("?cutoff=0.4")).await
    );
    assert!(
        shown
            .others(&format!("{base}/models/1/fairness"))
            .await
            .contains("require the analyst role")
    );

    // Drift: levels, histograms, data quality.
    let drift = "/api/v1/drift/feature/latest?use_case=attrition";
    let exact = json(&shown.analyst(drift).await);
    let released = json(&shown.by(("authorization", &shown.reader), drift).await);
    let mut ranges = Vec::new();
    numbers(&released, "range", &mut ranges);
    assert!(ranges.iter().all(|range| range.is_null()), "{ranges:?}");
    let mut known = Vec::new();
    numbers(&exact, "range", &mut known);
    assert!(
        known.iter().any(|range| range.is_array()),
        "the analyst sees the range of the baseline"
    );
    assert_ne!(exact, released);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_access_policy_asks_for_more_people() {
    let policy = "use_case = \"attrition\"\nleast_people = 50\n";
    let server =
        TestServer::with_files("http://tenure.test", &[("access/people.toml", policy)]).await;
    let dataset = server
        .import(&people(300), "people.csv", "2024-01-01")
        .await;
    let cookie = server.session("reviewer").await;
    let path = format!("/use-case/attrition/data/{dataset}/profile.json");
    let answer = server.ask(&path, None, &[("cookie", &cookie)]).await;
    let profile = json(&answer.body);
    assert_eq!(profile["released"]["least_people"], 50);
    let mut counts = Vec::new();
    numbers(&profile["columns"], "counts", &mut counts);
    let flat: Vec<u64> = counts
        .iter()
        .flat_map(|own| own.as_array().unwrap())
        .filter_map(Value::as_u64)
        .collect();
    assert!(
        !flat.is_empty() && flat.iter().all(|count| count % 50 == 0),
        "{flat:?}"
    );
}

//! What clients log, on SQLite and (when TENURE_TEST_POSTGRES names the maintenance database of a
//! server) on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "tests")]

use domain::RunId;
use store::tracking::{self, Compared, Direction, Point, RunOrder, RunTerm, Shown, TermKind};
use store::{Reader, Store};

mod common;
use common::{run, stores};

fn point(name: &str, value: f64, step: i64, recorded_at: i64) -> Point {
    Point {
        name: name.into(),
        recorded_at,
        step,
        bits: value.to_bits() as i64,
        model_id: String::new(),
        dataset_name: String::new(),
        dataset_digest: String::new(),
    }
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// Three runs of the experiment 0: `a`, `b` and `c`, begun in this order.
async fn three_runs(store: &Store) {
    let mut writer = store.begin().await.unwrap();
    for (at, (id, auc, kind)) in
        (1..).zip([("a", 0.5, "Tree"), ("b", 0.9, "tree"), ("c", 0.7, "Line_1")])
    {
        let run = store::runs::Run {
            run_id: id.into(),
            use_case: "0".into(),
            started_at: common::at(at * 1_000_000),
            ..run(id, None)
        };
        tracking::insert_client_run(&mut writer, &run, "RUNNING")
            .await
            .unwrap();
        let id = RunId::from(id);
        tracking::add_points(&mut writer, &id, &[point("auc", auc, 0, 1)])
            .await
            .unwrap();
        let long = "x".repeat(7000);
        let parameters = pairs(&[("kind", kind), ("long", &long)]);
        let other = tracking::set_parameters(&mut writer, &id, &parameters)
            .await
            .unwrap();
        assert_eq!(other, []);
        tracking::set_run_tags(&mut writer, &id, &pairs(&[("kind", kind)]))
            .await
            .unwrap();
    }
    writer.commit().await.unwrap();
}

async fn found(reader: &mut Reader, terms: &[RunTerm], order: &[RunOrder]) -> String {
    let experiments = ["0".to_owned()];
    let runs = tracking::search_runs(reader, &experiments, terms, order, Shown::Active, 0, 10)
        .await
        .unwrap();
    runs.iter().map(|run| run.run_id.as_str()).collect()
}

#[tokio::test]
async fn runs_are_found_by_what_was_logged() {
    for (store, _folder) in stores("tracking_search").await {
        three_runs(&store).await;
        let mut reader = store.read().await.unwrap();
        let metric = TermKind::Metric("auc".into());
        let parameter = TermKind::Parameter("kind".into());
        let text = |text: &str| text.to_owned();
        let like = |pattern: &str, exact_case| Compared::Like {
            pattern: pattern.to_owned(),
            exact_case,
        };
        for (kind, compared, expected) in [
            (metric.clone(), Compared::Number(">", 0.6), "cb"),
            (metric.clone(), Compared::Number("!=", 0.9), "ca"),
            (parameter.clone(), Compared::Text("=", text("Tree")), "a"),
            (parameter.clone(), Compared::Text("!=", text("Tree")), "cb"),
            (parameter.clone(), like("T%", true), "a"),
            (parameter.clone(), like("T%", false), "ba"),
            (parameter.clone(), like("%e_1", true), "c"),
            (parameter.clone(), like("*", true), ""),
            (
                parameter.clone(),
                Compared::OneOf(vec![text("Tree"), text("tree")], true),
                "ba",
            ),
            (
                parameter.clone(),
                Compared::OneOf(vec![text("Tree")], false),
                "cb",
            ),
            (TermKind::Tag("none".into()), Compared::Missing(true), "cba"),
            (
                TermKind::Tag("kind".into()),
                Compared::Missing(false),
                "cba",
            ),
            (
                TermKind::Status,
                Compared::Text("=", text("RUNNING")),
                "cba",
            ),
            (
                TermKind::RunId,
                Compared::OneOf(vec![text("a"), text("c")], true),
                "ca",
            ),
            (TermKind::End, Compared::Number(">", 0.0), ""),
            (
                TermKind::Parameter("long".into()),
                Compared::Text("=", "x".repeat(7000)),
                "cba",
            ),
        ] {
            let term = RunTerm { kind, compared };
            let got = found(&mut reader, std::slice::from_ref(&term), &[]).await;
            assert_eq!(got, expected, "{term:?}");
        }
        for (kind, direction, expected) in [
            (metric, Direction::Descending, "bca"),
            (parameter, Direction::Ascending, "cab"),
            (TermKind::Start, Direction::Ascending, "abc"),
            (TermKind::Metric("none".into()), Direction::Ascending, "cba"),
        ] {
            let order = RunOrder { kind, direction };
            let got = found(&mut reader, &[], std::slice::from_ref(&order)).await;
            // The order of letters in texts is that of the database.
            let same = got == expected || (expected == "cab" && got == "cba");
            assert!(same, "{order:?}: {got}");
        }
    }
}

#[tokio::test]
async fn every_value_is_kept_once_and_the_latest_is_shown() {
    for (store, _folder) in stores("tracking_values").await {
        three_runs(&store).await;
        let id = RunId::from("a");
        let mut writer = store.begin().await.unwrap();
        let logged = [
            point("m", 1.0, 0, 10),
            point("m", f64::INFINITY, 3, 30),
            point("m", 2.0, 3, 20),
            point("m", f64::NAN, 1, 99),
        ];
        for _ in 0..2 {
            tracking::add_points(&mut writer, &id, &logged)
                .await
                .unwrap();
        }
        tracking::add_points(&mut writer, &id, &[point("m", 7.0, 2, 999)])
            .await
            .unwrap();
        let other = tracking::set_parameters(&mut writer, &id, &pairs(&[("kind", "x")]))
            .await
            .unwrap();
        assert_eq!(other, pairs(&[("kind", "Tree")]));
        writer.commit().await.unwrap();
        let mut reader = store.read().await.unwrap();
        let history = tracking::history(&mut reader, &id, "m", 0, 10)
            .await
            .unwrap();
        assert_eq!(history.len(), 5);
        assert!(history.iter().any(|point| point.value().is_nan()));
        let contents = tracking::contents(&mut reader, std::slice::from_ref(&id))
            .await
            .unwrap();
        let latest = contents[&id]
            .metrics
            .iter()
            .find(|own| own.name == "m")
            .unwrap();
        assert_eq!(
            (latest.value, latest.step, latest.recorded_at),
            (f64::INFINITY, 3, Some(30))
        );
    }
}

#[tokio::test]
async fn a_registered_version_is_never_in_production() {
    for (store, _folder) in stores("tracking_registry").await {
        let mut writer = store.begin().await.unwrap();
        let model = tracking::RegisteredModel {
            name: "m".into(),
            description: String::new(),
            newest: 0,
            author: "ann".into(),
            created_at: store::now(),
            updated_at: store::now(),
        };
        tracking::insert_registered_model(&mut writer, &model)
            .await
            .unwrap();
        let version = tracking::RegisteredVersion {
            model: "m".into(),
            version: 0,
            source: "s3://b/m".into(),
            run_id: String::new(),
            model_id: String::new(),
            run_link: String::new(),
            description: String::new(),
            stage: "None".into(),
            author: "ann".into(),
            created_at: store::now(),
            updated_at: store::now(),
        };
        assert_eq!(
            tracking::insert_registered_version(&mut writer, &version)
                .await
                .unwrap(),
            1
        );
        tracking::set_registered_alias(&mut writer, "m", "challenger", 1)
            .await
            .unwrap();
        tracking::rename_registered_model(&mut writer, "m", "n")
            .await
            .unwrap();
        assert_eq!(
            tracking::aliases_of(&mut writer, "n").await.unwrap(),
            [("challenger".to_owned(), 1)]
        );
        tracking::remove_registered_version(&mut writer, "n", 1)
            .await
            .unwrap();
        let next = tracking::RegisteredVersion {
            model: "n".into(),
            ..version
        };
        assert_eq!(
            tracking::insert_registered_version(&mut writer, &next)
                .await
                .unwrap(),
            2,
            "a number is not given twice"
        );
        writer.commit().await.unwrap();
        let mut writer = store.begin().await.unwrap();
        let production =
            tracking::set_registered_version_stage(&mut writer, "n", 2, "Production").await;
        assert!(production.is_err(), "the database refuses it by itself");
    }
}

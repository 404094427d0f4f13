//! What documents data and versions, on SQLite and (when TENURE_TEST_POSTGRES names the maintenance
//! database of a server) on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "tests")]

use store::{card, datasets, fairness, registry, runs};

mod common;
use common::{at, attrition, dataset, insert_dataset, run, stores, taken, version};

#[tokio::test]
async fn profiles_revisions_and_experiments_are_kept() {
    for (store, _folder) in stores("cards").await {
        let mut connection = store.begin().await.unwrap();
        let data = dataset("aa", "2026-01-01");
        insert_dataset(&mut connection, &data).await.unwrap();
        assert_eq!(
            datasets::profile(&mut connection, &data.dataset_id)
                .await
                .unwrap(),
            None
        );
        for hash in ["first", "second"] {
            datasets::insert_profile(&mut connection, &data.dataset_id, hash)
                .await
                .unwrap();
        }
        assert_eq!(
            datasets::profile(&mut connection, &data.dataset_id)
                .await
                .unwrap()
                .as_deref(),
            Some("first")
        );
        let run = run("r", None);
        runs::insert(&mut connection, &run).await.unwrap();
        let number = registry::insert(&mut connection, &version(&run, &data))
            .await
            .unwrap();
        let revision = |revision: i64| card::Revision {
            use_case: "attrition".into(),
            version: number,
            revision,
            text: format!("text {revision}"),
            written_by: "ann".into(),
            written_at: at(revision),
        };
        card::add_revision(&mut connection, &revision(1))
            .await
            .unwrap();
        card::add_revision(&mut connection, &revision(2))
            .await
            .unwrap();
        connection.commit().await.unwrap();
        for (wrong, why) in [(2, "the same revision twice"), (4, "a gap")] {
            assert!(
                card::add_revision(&mut store.begin().await.unwrap(), &revision(wrong))
                    .await
                    .is_err(),
                "{why}"
            );
        }
        assert_eq!(
            card::revisions(&mut store.read().await.unwrap(), &attrition(), number)
                .await
                .unwrap(),
            [revision(2), revision(1)]
        );
        for statement in [
            "update card_revision set text = 'other'",
            "delete from card_revision",
        ] {
            assert!(!taken(&store, statement).await, "{statement}");
        }
        let mut connection = store.begin().await.unwrap();
        let experiment = fairness::Experiment {
            run_id: run.run_id.clone(),
            use_case: "attrition".into(),
            version: number,
            title: "without Age".into(),
            effect_hash: "e".into(),
            created_by: "ann".into(),
            created_at: at(3),
        };
        fairness::add_experiment(&mut connection, &experiment)
            .await
            .unwrap();
        assert_eq!(
            fairness::experiments(&mut connection, &attrition(), number)
                .await
                .unwrap(),
            [experiment]
        );
    }
}

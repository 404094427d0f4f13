//! What documents data and versions, on SQLite and (when TENURE_TEST_POSTGRES names the maintenance database of a server) on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "tests")]

use store::{cards, datasets, registry, runs};

mod common;
use common::{dataset, run, stores, version};

#[tokio::test]
async fn profiles_revisions_and_experiments_are_kept() {
    for (store, _folder) in stores("cards").await {
        let mut connection = store.read().await.unwrap();
        let data = dataset("aa", "2026-01-01");
        datasets::insert(&mut connection, &data).await.unwrap();
        assert_eq!(cards::profile(&mut connection, &data.dataset_id).await.unwrap(), None);
        for hash in ["first", "second"] {
            cards::keep_profile(&mut connection, &data.dataset_id, hash, 1).await.unwrap();
        }
        assert_eq!(cards::profile(&mut connection, &data.dataset_id).await.unwrap().as_deref(), Some("first"));
        let run = run("r", None);
        runs::insert(&mut connection, &run).await.unwrap();
        let number = registry::insert(&mut connection, &version(&run, &data)).await.unwrap();
        let revision = |revision: i64| cards::Revision {
            use_case: "attrition".into(),
            version: number,
            revision,
            text: format!("text {revision}"),
            written_by: "ann".into(),
            written_at: revision,
        };
        cards::add_revision(&mut connection, &revision(1)).await.unwrap();
        cards::add_revision(&mut connection, &revision(2)).await.unwrap();
        assert!(cards::add_revision(&mut connection, &revision(2)).await.is_err(), "the same revision twice");
        assert!(cards::add_revision(&mut connection, &revision(4)).await.is_err(), "a gap");
        assert_eq!(cards::revisions(&mut connection, "attrition", number).await.unwrap(), [revision(2), revision(1)]);
        for statement in ["update card_revision set text = 'other'", "delete from card_revision"] {
            assert!(sqlx::query(statement).execute(&mut *connection).await.is_err(), "{statement}");
        }
        let experiment = cards::Experiment {
            run_id: run.run_id.clone(),
            use_case: "attrition".into(),
            version: number,
            title: "without Age".into(),
            effect_hash: "e".into(),
            created_by: "ann".into(),
            created_at: 3,
        };
        cards::add_experiment(&mut connection, &experiment).await.unwrap();
        assert_eq!(cards::experiments(&mut connection, "attrition", number).await.unwrap(), [experiment]);
    }
}

//! Cycles, their stages and schedules, on SQLite and on PostgreSQL: what is written, and what the
//! database refuses.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{at, attrition, date, stores, taken};
use domain::{
    CycleCause, CycleScope, CycleStage, CycleState, MissedBecause, Rescoring, SkipReason,
    StageState,
};
use store::cycles::{self, Cycle};
use store::schedules::{self, MissedRun, Schedule};

fn cycle(state: CycleState) -> Cycle {
    Cycle {
        cycle_id: store::new_id(),
        use_case: attrition(),
        scope: CycleScope::Full,
        state,
        cause: CycleCause::Person,
        wanted_day: None,
        as_of: None,
        source: None,
        job_id: None,
        started_by: "ann".into(),
        created_at: store::now(),
        ended_at: None,
    }
}

#[tokio::test]
async fn one_cycle_is_open_and_what_is_settled_stays() {
    for (store, _folder) in stores("cycles").await {
        let own = cycle(CycleState::Waiting);
        let mut writer = store.begin().await.unwrap();
        cycles::insert(&mut writer, &own).await.unwrap();
        let stages = cycles::stages(&mut writer, &own.cycle_id).await.unwrap();
        let names: Vec<CycleStage> = stages.iter().map(|stage| stage.stage).collect();
        assert_eq!(names, CycleStage::ALL);
        cycles::set_day(&mut writer, &own.cycle_id, date("2026-02-01"))
            .await
            .unwrap();
        let mut retraining = stages[7].clone();
        assert_eq!(retraining.stage, CycleStage::Retraining);
        retraining.state = StageState::Done;
        retraining.result = Some("4".into());
        let mut skipped = stages[4].clone();
        skipped.state = StageState::Skipped;
        skipped.skipped_because = Some(SkipReason::NoOutcomes);
        for stage in [&retraining, &skipped] {
            cycles::set_stage(&mut writer, &own.cycle_id, stage)
                .await
                .unwrap();
        }
        let days = ["2026-01-31", "2026-02-01"].map(date);
        for (day, found) in [(days[0], None), (days[1], Some(days[1]))] {
            let last = cycles::last_retraining(&mut writer, &attrition(), day).await;
            assert_eq!(last.unwrap(), found);
        }
        writer.commit().await.unwrap();
        let kept = cycles::stages(&mut store.read().await.unwrap(), &own.cycle_id)
            .await
            .unwrap();
        assert_eq!((&kept[7], &kept[4]), (&retraining, &skipped));

        let second = cycle(CycleState::Running);
        let mut writer = store.begin().await.unwrap();
        assert!(
            cycles::insert(&mut writer, &second).await.is_err(),
            "one is open"
        );
        drop(writer);
        for statement in [
            "update cycle_stage set state = 'waiting' where stage = 'retraining'",
            "update cycle_stage set note = 'x' where stage = 'outcomes'",
            "delete from cycle_stage",
            "delete from cycle",
        ] {
            assert!(!taken(&store, statement).await, "{statement}");
        }

        let mut writer = store.begin().await.unwrap();
        assert!(
            cycles::end(&mut writer, &own.cycle_id, CycleState::Failed)
                .await
                .unwrap()
        );
        assert!(
            !cycles::end(&mut writer, &own.cycle_id, CycleState::Finished)
                .await
                .unwrap()
        );
        assert!(cycles::reopen(&mut writer, &own.cycle_id).await.unwrap());
        assert!(!cycles::reopen(&mut writer, &own.cycle_id).await.unwrap());
        let open = cycles::open_of(&mut writer, &attrition()).await.unwrap();
        assert_eq!(open.map(|open| open.cycle_id), Some(own.cycle_id.clone()));
        assert!(
            cycles::end(&mut writer, &own.cycle_id, CycleState::Finished)
                .await
                .unwrap()
        );
        cycles::insert(&mut writer, &second).await.unwrap();
        writer.commit().await.unwrap();
        assert!(
            !taken(
                &store,
                "update cycle set state = 'waiting' where state = 'finished'"
            )
            .await
        );
    }
}

#[tokio::test]
async fn a_schedule_is_advanced_by_one_process() {
    for (store, _folder) in stores("schedules").await {
        let own = Schedule {
            use_case: attrition(),
            cron: "17 2 1 * *".into(),
            time_zone: "UTC".into(),
            source: None,
            rescoring: Rescoring::AtOnce,
            next_run: at(1000),
            set_by: "ann".into(),
            set_at: at(1),
        };
        let mut writer = store.begin().await.unwrap();
        schedules::set(&mut writer, &own).await.unwrap();
        assert!(
            schedules::advance(&mut writer, &own, at(2000))
                .await
                .unwrap()
        );
        assert!(
            !schedules::advance(&mut writer, &own, at(2000))
                .await
                .unwrap()
        );
        let missed = MissedRun {
            use_case: attrition(),
            due_at: at(1000),
            because: MissedBecause::ServerStopped,
            found_at: at(1500),
        };
        for _ in 0..2 {
            let runs = std::slice::from_ref(&missed);
            schedules::insert_missed(&mut writer, runs).await.unwrap();
        }
        let found = schedules::missed(&mut writer, &attrition(), 10).await;
        assert_eq!(found.unwrap(), [missed]);
        writer.commit().await.unwrap();
        assert!(!taken(&store, "delete from missed_run").await);
        let mut writer = store.begin().await.unwrap();
        assert!(schedules::remove(&mut writer, &attrition()).await.unwrap());
        assert!(!schedules::remove(&mut writer, &attrition()).await.unwrap());
    }
}

//! Cycles that run by themselves: due and missed runs, several workers, scores of a new live
//! version.

use std::time::Duration;

use domain::{
    CycleCause, CycleScope, CycleState, MissedBecause, ProblemCode, Rescoring, Timestamp,
};
use workflow::{CycleRow, Error, NewCycle, NewSchedule, ScheduleView};

use crate::app::{TestApp, USE_CASE, number, open};

impl TestApp {
    async fn schedule(&self) -> ScheduleView {
        let ann = self.actor("ann").await;
        let member = ann.member().unwrap();
        self.tenure.schedule(&member, USE_CASE).await.unwrap()
    }

    async fn set_schedule(&self, new: &NewSchedule) -> workflow::Result<Timestamp> {
        let oscar = self.actor("oscar").await;
        let schedule = self.tenure.set_schedule(&oscar.admin()?, new).await?;
        Ok(schedule.next_run)
    }

    async fn queue_due(&self, now: Timestamp) {
        self.tenure.queue_due_cycles(now).await.unwrap();
    }

    fn missed(view: &ScheduleView) -> Vec<MissedBecause> {
        view.missed.iter().map(|run| run.because).collect()
    }

    /// Waits for the newest cycle to be over.
    async fn over(&self) -> CycleRow {
        for _ in 0..600 {
            let newest = self.cycle_rows().await.into_iter().next();
            if let Some(cycle) = newest.filter(|cycle| !cycle.state.is_open()) {
                return cycle;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the cycle does not end");
    }
}

fn monthly() -> NewSchedule {
    NewSchedule {
        time_zone: "Europe/Berlin".into(),
        ..NewSchedule::usual(USE_CASE)
    }
}

#[tokio::test]
async fn a_run_that_is_due_is_queued_once() {
    let app = TestApp::live().await;
    let due = app.set_schedule(&monthly()).await.unwrap();
    app.queue_due(due.plus_seconds(-1)).await;
    assert!(app.cycle_rows().await.is_empty());
    app.queue_due(due.plus_seconds(1)).await;
    app.queue_due(due.plus_seconds(2)).await;
    let cycles = app.cycle_rows().await;
    assert_eq!(cycles.len(), 1);
    assert_eq!(
        (
            cycles[0].cause,
            cycles[0].state,
            cycles[0].started_by.as_str()
        ),
        (CycleCause::Schedule, CycleState::Waiting, "oscar")
    );
    let view = app.schedule().await;
    assert!(view.missed.is_empty() && view.next_runs[0] > due);
}

#[tokio::test]
async fn of_runs_that_were_missed_each_is_recorded_and_one_is_caught_up() {
    let app = TestApp::live().await;
    let due = app.set_schedule(&monthly()).await.unwrap();
    // Two more have gone by.
    app.queue_due(due.plus_seconds(75 * 86_400)).await;
    let cycles = app.cycle_rows().await;
    assert_eq!(
        cycles.iter().map(|cycle| cycle.cause).collect::<Vec<_>>(),
        [CycleCause::CatchUp]
    );
    let view = app.schedule().await;
    assert_eq!(TestApp::missed(&view), [MissedBecause::ServerStopped; 3]);
    assert_eq!(view.missed[2].due_at, due);
    // The cycle is still open when the next run is due.
    app.queue_due(view.next_runs[0].plus_seconds(1)).await;
    assert_eq!(app.cycle_rows().await.len(), 1);
    let view = app.schedule().await;
    assert_eq!(TestApp::missed(&view)[0], MissedBecause::CycleOpen);
}

#[tokio::test]
async fn nothing_runs_on_behalf_of_somebody_who_may_not_any_more() {
    let app = TestApp::live().await;
    let due = app.set_schedule(&monthly()).await.unwrap();
    let ada = app.actor("ada").await;
    app.tenure
        .set_disabled(&ada.admin().unwrap(), "oscar", true)
        .await
        .unwrap();
    app.queue_due(due.plus_seconds(1)).await;
    assert!(app.cycle_rows().await.is_empty());
    let view = app.schedule().await;
    assert_eq!(TestApp::missed(&view), [MissedBecause::NotAllowed]);
}

#[tokio::test]
async fn a_schedule_that_is_none_is_refused_by_field_and_can_be_turned_off() {
    let app = TestApp::live().await;
    let new = NewSchedule {
        cron: "61 * * * *".into(),
        source: "nowhere".into(),
        ..monthly()
    };
    let Err(Error::Fields(problems)) = app.set_schedule(&new).await else {
        panic!("refused");
    };
    let codes: Vec<_> = problems
        .iter()
        .map(|problem| (problem.field.as_str(), problem.code))
        .collect();
    assert_eq!(
        codes,
        [
            ("cron", ProblemCode::Format),
            ("source", ProblemCode::UnknownValue)
        ]
    );
    app.set_schedule(&monthly()).await.unwrap();
    let oscar = app.actor("oscar").await;
    let admin = oscar.admin().unwrap();
    app.tenure.remove_schedule(&admin, USE_CASE).await.unwrap();
    assert!(app.schedule().await.schedule.is_none());
    assert!(matches!(
        app.tenure.remove_schedule(&admin, USE_CASE).await,
        Err(Error::NotFound(_))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_carry_out_a_queued_cycle_once() {
    let app = TestApp::live().await;
    let other = open(app.folder()).await;
    let oscar = app.actor("oscar").await;
    let new = NewCycle {
        scope: CycleScope::Scores,
        ..NewCycle::full(USE_CASE)
    };
    app.tenure
        .start_cycle(&oscar.admin().unwrap(), &new)
        .await
        .unwrap();
    let (one, two) = tokio::join!(app.tenure.look_for_cycles(), other.look_for_cycles());
    one.unwrap();
    two.unwrap();
    let cycle = app.over().await;
    assert_eq!(cycle.state, CycleState::Finished, "{cycle:#?}");
    let ann = app.actor("ann").await;
    let jobs = app.tenure.jobs(&ann.member().unwrap(), USE_CASE).await;
    let of_cycles = jobs
        .unwrap()
        .iter()
        .filter(|job| job.kind == "cycle")
        .count();
    assert_eq!(of_cycles, 1);
    let mut reader = app.tenure.store().read().await.unwrap();
    let batches = store::scoring::batches(&mut reader, &USE_CASE.into(), 50).await;
    assert_eq!(batches.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_promotion_people_are_scored_again_where_the_schedule_says_so() {
    for (rescoring, expected) in [(Rescoring::NextCycle, 1), (Rescoring::AtOnce, 2)] {
        let app = TestApp::live().await;
        let oscar = app.actor("oscar").await;
        let admin = oscar.admin().unwrap();
        app.tenure.batch(&admin, USE_CASE, None).await.unwrap();
        app.set_schedule(&NewSchedule {
            rescoring,
            ..monthly()
        })
        .await
        .unwrap();
        app.promote(2).await;
        app.tenure.look_for_cycles().await.unwrap();
        if rescoring == Rescoring::AtOnce {
            let cycle = app.over().await;
            assert_eq!(
                (cycle.cause, cycle.state),
                (CycleCause::Promotion, CycleState::Finished)
            );
            app.tenure.look_for_cycles().await.unwrap();
        }
        let mut reader = app.tenure.store().read().await.unwrap();
        let batches = store::scoring::batches(&mut reader, &USE_CASE.into(), 50)
            .await
            .unwrap();
        assert_eq!(batches.len(), expected, "{rescoring}");
        if expected == 2 {
            assert_eq!(batches[0].version, number(2));
        }
    }
}

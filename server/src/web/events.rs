//! Server-sent events: the page of an open job or cycle is told that something has changed, and loads itself.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use domain::{CycleId, JobId};
use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use workflow::Error;

use super::auth::AuthUser;
use super::problem::Problem;
use super::state::AppState;

/// Time between two looks at the record.
const LOOK_EVERY: Duration = Duration::from_millis(700);
/// The time that work has been running for is shown, so it counts as a change so often, in seconds.
const TIME_STEP: f64 = 5.0;
/// A silent connection says that it is there, for proxies.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Then the browser connects again, so that a session that has ended is noticed.
const LONGEST: Duration = Duration::from_secs(600);

/// Changes of a job.
pub async fn job(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path(job): Path<JobId>,
) -> Result<Sse<impl Stream<Item = Changed>>, Problem> {
    let stopping = state.stopping.clone();
    let look = move || {
        let (tenure, actor, job) = (state.tenure.clone(), actor.clone(), job.clone());
        async move {
            let mut page = tenure.job(&actor.member()?, &job).await?;
            page.job.seconds = (page.job.seconds / TIME_STEP).floor();
            let is_open = page.job.is_open();
            Ok((page, is_open))
        }
    };
    changes(stopping, look).await
}

/// Changes of a cycle.
pub async fn cycle(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path((use_case, cycle)): Path<(String, CycleId)>,
) -> Result<Sse<impl Stream<Item = Changed>>, Problem> {
    let stopping = state.stopping.clone();
    let look = move || {
        let (tenure, actor) = (state.tenure.clone(), actor.clone());
        let (use_case, cycle) = (use_case.clone(), cycle.clone());
        async move {
            let page = tenure.cycle(&actor.member()?, &use_case, &cycle).await?;
            let is_open = page.cycle.state.is_open();
            Ok((page, is_open))
        }
    };
    changes(stopping, look).await
}

type Changed = Result<Event, Infallible>;

/// What has been sent so far.
enum Sent<T> {
    Nothing,
    Seen(T),
    Ended,
}

/// An event at once and for each change, until the work has ended, the server stops or [`LONGEST`] is over.
async fn changes<T, L, F>(
    stopping: watch::Receiver<bool>,
    look: L,
) -> Result<Sse<impl Stream<Item = Changed>>, Problem>
where
    T: PartialEq + Send + 'static,
    L: Fn() -> F + Send + 'static,
    F: Future<Output = Result<(T, bool), Error>> + Send,
{
    // An error before the first event is the answer.
    look().await?;
    let until = Instant::now() + LONGEST;
    let stream = unfold(
        (Sent::Nothing, look, stopping),
        move |(mut sent, look, mut stopping)| async move {
            if matches!(sent, Sent::Ended) {
                return None;
            }
            loop {
                let (now, is_open) = look().await.ok()?;
                let is_new = !matches!(&sent, Sent::Seen(before) if *before == now);
                if is_new {
                    sent = if is_open {
                        Sent::Seen(now)
                    } else {
                        Sent::Ended
                    };
                    // Browsers leave out an event without data.
                    let event = Event::default().event("change").data("changed");
                    return Some((Ok(event), (sent, look, stopping)));
                }
                tokio::select! {
                    () = sleep(LOOK_EVERY) => {}
                    _ = stopping.changed() => return None,
                }
                if Instant::now() > until {
                    return None;
                }
            }
        },
    );
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

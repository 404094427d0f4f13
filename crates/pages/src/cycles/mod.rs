//! The monthly cycles of a use case: their list, the schedule, one cycle with its stages, and what a
//! cycle would do.

mod cycle;
mod list;
mod plan;
mod schedule;

use domain::{CycleScope, CycleState, Recommendation, Route, StageState, UseCaseId};
use leptos::prelude::*;

use app::components::badge::{StateBadge, Tone};
use domain::format;

pub(super) use cycle::write as write_cycle;
pub(super) use list::write as write_list;
pub(super) use plan::write as write_plan;

/// The state of a cycle.
fn cycle_state(state: CycleState) -> AnyView {
    let tone = match state {
        CycleState::Finished => Tone::Good,
        CycleState::Failed => Tone::Bad,
        CycleState::Running => Tone::Watch,
        CycleState::Waiting | CycleState::Canceled => Tone::Neutral,
    };
    view! { <StateBadge tone word=format::capitalized(state.as_str()) /> }.into_any()
}

/// The state of a stage.
fn stage_state(state: StageState) -> AnyView {
    let tone = match state {
        StageState::Done => Tone::Good,
        StageState::Failed => Tone::Bad,
        StageState::Running => Tone::Watch,
        StageState::Waiting | StageState::Skipped => Tone::Neutral,
    };
    view! { <StateBadge tone word=format::capitalized(state.as_str()) /> }.into_any()
}

/// The button that follows a recommendation, for those who may press it; nothing where there is
/// none.
pub(crate) fn advice_button(
    use_case: &UseCaseId,
    advice: Recommendation,
    can_edit: bool,
) -> AnyView {
    match advice {
        Recommendation::Retrain if can_edit => run_button(
            use_case,
            CycleScope::Retraining,
            "Build training set and retrain",
            "button",
        ),
        Recommendation::CheckFeed => {
            let data = Route::Datasets {
                use_case: use_case.clone(),
            };
            view! { <a class="button" href=data.path()>"Check data feed"</a> }.into_any()
        }
        Recommendation::Retrain
        | Recommendation::Wait
        | Recommendation::Keep
        | Recommendation::Unclear => ().into_any(),
    }
}

/// A button that starts a cycle, or a part of one.
pub(crate) fn run_button(
    use_case: &UseCaseId,
    scope: CycleScope,
    words: &str,
    class: &'static str,
) -> AnyView {
    let action = Route::CycleRun {
        use_case: use_case.clone(),
    };
    let words = words.to_owned();
    view! {
        <form method="post" action=action.path()>
            <input type="hidden" name="scope" value=scope.as_str() />
            <button class=class>{words}</button>
        </form>
    }
    .into_any()
}

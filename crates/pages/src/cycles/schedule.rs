//! When cycles run by themselves: the schedule with its next and missed runs, and the form.

use domain::{Rescoring, Route, UseCaseId};
use leptos::prelude::*;
use workflow::{CycleRow, NewSchedule, ScheduleView};

use crate::query::Query;
use app::components::form::{ErrorSummary, Field};
use app::components::table::{Cell, Facts, Heading, Row, Table};
use domain::format;

/// The fields of the form.
const FIELDS: [&str; 3] = ["cron", "time_zone", "source"];

/// What the page shows.
pub(in crate::cycles) struct Shown {
    pub use_case: UseCaseId,
    pub cycles: Vec<CycleRow>,
    pub schedule: ScheduleView,
    /// Names of the sources, for those who may set the schedule.
    pub sources: Vec<String>,
    pub can_edit: bool,
    pub flash: Query,
}

/// The schedule, with its form for those who may change it.
pub(super) fn section(shown: &Shown) -> AnyView {
    let view = &shown.schedule;
    let facts = match &view.schedule {
        Some(schedule) => {
            let mut facts = vec![
                ("Schedule".to_owned(), Cell::code(schedule.cron.clone())),
                (
                    "Time zone".to_owned(),
                    Cell::text(schedule.time_zone.clone()),
                ),
            ];
            let next = view.next_local.join("; ");
            facts.push(("Next runs".to_owned(), Cell::text(next)));
            if let Some(source) = &schedule.source {
                facts.push(("Source".to_owned(), Cell::text(source.clone())));
            }
            facts.push((
                "After a new version goes live".to_owned(),
                Cell::text(rescoring(schedule.rescoring)),
            ));
            facts.push((
                "Runs on behalf of".to_owned(),
                Cell::text(schedule.set_by.to_string()),
            ));
            view! { <Facts facts class="facts" /> }.into_any()
        }
        None => view! { <p>"No schedule. Cycles are started by hand."</p> }.into_any(),
    };
    let missed = missed(shown);
    let form = shown.can_edit.then(|| form(shown));
    view! {
        <section id="schedule">
            <h2>"Schedule"</h2>
            {facts}
            {missed}
            {form}
        </section>
    }
    .into_any()
}

fn missed(shown: &Shown) -> AnyView {
    if shown.schedule.missed.is_empty() {
        return ().into_any();
    }
    let row = |run: &workflow::cycles::MissedRun| {
        Row::new(vec![
            Cell::brief(run.due_at.long()),
            Cell::text(run.because.sentence()),
        ])
    };
    let rows = shown.schedule.missed.iter().map(row).collect();
    let headings = vec![Heading::text("Due"), Heading::text("Why it did not run")];
    view! {
        <h3>"Missed runs"</h3>
        <Table headings rows class="list" scroll="Missed runs" />
    }
    .into_any()
}

fn rescoring(own: Rescoring) -> &'static str {
    match own {
        Rescoring::AtOnce => "Everybody is scored again at once",
        Rescoring::NextCycle => "Everybody is scored again in the next cycle",
    }
}

/// What a control shows: what was sent and refused, else what holds.
fn given(shown: &Shown, field: &str, holds: String) -> (String, String, String) {
    let error = match shown.flash.one(&format!("problem-{field}")) {
        "" => String::new(),
        problem => format::sentence(problem),
    };
    let sent = shown.flash.one(field).to_owned();
    let described = if error.is_empty() {
        format!("{field}-help")
    } else {
        format!("{field}-help {field}-error")
    };
    (if sent.is_empty() { holds } else { sent }, error, described)
}

fn form(shown: &Shown) -> AnyView {
    let usual = NewSchedule::usual(shown.use_case.as_str());
    let holds = shown.schedule.schedule.clone();
    let own = |of: &dyn Fn(&workflow::cycles::Schedule) -> String, usual: String| {
        holds.as_ref().map_or(usual, of)
    };
    let cron = given(
        shown,
        "cron",
        own(&|schedule| schedule.cron.clone(), usual.cron),
    );
    let zone = given(
        shown,
        "time_zone",
        own(&|schedule| schedule.time_zone.clone(), usual.time_zone),
    );
    let source = given(
        shown,
        "source",
        own(
            &|schedule| schedule.source.clone().unwrap_or_default(),
            String::new(),
        ),
    );
    let errors = FIELDS
        .into_iter()
        .filter_map(|field| {
            let problem = shown.flash.one(&format!("problem-{field}"));
            (!problem.is_empty()).then(|| (field.to_owned(), format::sentence(problem)))
        })
        .collect();
    let chosen = holds.as_ref().map_or(usual.rescoring, |own| own.rescoring);
    let ways = Rescoring::ALL
        .iter()
        .map(|way| {
            view! { <option value=way.as_str() selected={*way == chosen}>{rescoring(*way)}</option> }
        })
        .collect_view();
    let sources = shown
        .sources
        .iter()
        .map(|name| {
            let own = *name == source.0;
            view! { <option value=name.clone() selected=own>{name.clone()}</option> }
        })
        .collect_view();
    let (set, off) = (
        Route::ScheduleSet {
            use_case: shown.use_case.clone(),
        },
        Route::ScheduleRemove {
            use_case: shown.use_case.clone(),
        },
    );
    let turn_off = holds.is_some().then(|| {
        view! { <form method="post" action=off.path()><button class="button quiet">"Turn schedule off"</button></form> }
    });
    let summary = if holds.is_some() {
        "Change schedule"
    } else {
        "Set schedule"
    };
    let open = !shown.flash.one("cron").is_empty();
    view! {
        <ErrorSummary errors />
        <details class="change" open=open>
            <summary>{summary}</summary>
            <form method="post" action=set.path() class="sheet">
                <Field id="cron" label="When" help="Minute, hour, day of the month, month, day of the week. “17 2 1 * *”: the first of each month at 02:17. Not midnight: the systems that people come from are often still closing the day." error=cron.1>
                    <input id="cron" name="cron" value=cron.0 autocomplete="off" spellcheck="false" required maxlength="100" aria-describedby=cron.2 />
                </Field>
                <Field id="time_zone" label="Time zone" help="For example Europe/Berlin." error=zone.1>
                    <input id="time_zone" name="time_zone" value=zone.0 autocomplete="off" spellcheck="false" required maxlength="60" aria-describedby=zone.2 />
                </Field>
                <Field id="source" label="Source" help="Where people are imported from." error=source.1>
                    <select id="source" name="source" aria-describedby=source.2><option value="">"The only source, or the newest imported people"</option>{sources}</select>
                </Field>
                <Field id="rescoring" label="After a new version goes live">
                    <select id="rescoring" name="rescoring">{ways}</select>
                </Field>
                <p class="actions"><button class="button">"Save schedule"</button></p>
            </form>
        </details>
        {turn_off}
    }
    .into_any()
}

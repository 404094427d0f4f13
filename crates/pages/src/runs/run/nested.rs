//! The nested runs of a run, and the folds of a trial.

use domain::{Estimate, Route};
use leptos::prelude::*;
use workflow::runs::{RunPage as Page, RunRow};

use crate::runs::list::{RunState, metric};
use app::components::figure::Scale;
use app::components::table::{Cell, Heading, Row, Table};
use domain::format;

/// Metrics with steps, then nested runs.
pub fn view(page: &Page) -> AnyView {
    let steps = page.steps.iter().map(|(name, steps)| {
        let row = |(step, figure): &(i64, Estimate)| {
            Row::new(vec![
                Cell::text(step.to_string()),
                Cell::figure(Some(figure.clone()), Scale::Metric),
            ])
        };
        let label = format::metric_label(name);
        let rows = steps.iter().map(row).collect();
        let (title, headings) = if page.is_logged {
            (
                format!("{name} by step"),
                vec![Heading::text("Step"), Heading::number("Value")],
            )
        } else {
            (
                format!("By {}", label.to_lowercase()),
                vec![Heading::text(label), Heading::number("Selection metric")],
            )
        };
        view! { <section><h2>{title}</h2><Table headings rows /></section> }.into_any()
    });
    let steps = steps.collect::<Vec<_>>();
    let children = children(&page.children);
    view! { {steps}{children} }.into_any()
}

/// The nested runs, best selection metric first.
pub fn children(children: &[RunRow]) -> AnyView {
    if children.is_empty() {
        return ().into_any();
    }
    let score = |run: &RunRow| metric(&run.metrics, "selection").and_then(|figure| figure.value);
    let mut sorted: Vec<&RunRow> = children.iter().collect();
    sorted.sort_by(|a, b| {
        score(b)
            .partial_cmp(&score(a))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let row = |run: &RunRow| {
        let nested = match run.children {
            0 => String::new(),
            1 => "1 trial".to_owned(),
            trials => format!("{} trials", format::count(trials)),
        };
        let (route, name) = (
            Route::Run {
                run: (&run.id).into(),
            },
            format::metric_label(&run.name),
        );
        Row::new(vec![
            Cell::view(
                view! { <a href=route.path()>{name}</a>" "<span class="aside">{nested}</span> },
            ),
            Cell::view(view! { <RunState status=run.status.clone() /> }),
            Cell::figure(metric(&run.metrics, "selection"), Scale::Metric),
            Cell::figure(metric(&run.metrics, "behind_best"), Scale::Metric),
        ])
    };
    let number = sorted.len() as u32;
    let rows = sorted.into_iter().map(row).collect();
    let headings = vec![
        Heading::text("Nested run"),
        Heading::text("Status"),
        Heading::number("Selection metric"),
        Heading::number("Gap to best"),
    ];
    let title = if number == 1 {
        "1 nested run".to_owned()
    } else {
        format!("{} nested runs", format::count(number))
    };
    view! { <section><h2>{title}</h2><Table headings rows class="list" scroll="Nested runs" /></section> }.into_any()
}

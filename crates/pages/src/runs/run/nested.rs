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
    let children = children(page, false);
    view! { {steps}{children} }.into_any()
}

/// Hold-out metrics of candidates with a column.
const METRICS: [&str; 3] = ["roc_auc", "average_precision", "brier"];

/// The nested runs, best selection metric first. `can_register`: with a button for each candidate
/// that can become a version.
pub fn children(page: &Page, can_register: bool) -> AnyView {
    let children = &page.children;
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
    let are_judged = children
        .iter()
        .any(|run| metric(&run.metrics, METRICS[0]).is_some());
    let register = Route::RunRegister {
        run: (&page.run.id).into(),
    }
    .path();
    let button = |run: &RunRow| {
        if !page.registrable.contains(&run.name) {
            return Cell::text("");
        }
        let label = format!("Register {}", format::candidate_label(&run.name));
        Cell::view(view! {
            <form method="post" action=register.clone()>
                <input r#type="hidden" name="candidate" value=run.name.clone() />
                <button class="button quiet" aria-label=label>"Register"</button>
            </form>
        })
    };
    let can_register = can_register && !page.registrable.is_empty();
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
        let mut cells = vec![
            Cell::view(
                view! { <a href=route.path()>{name}</a>" "<span class="aside">{nested}</span> },
            ),
            Cell::view(view! { <RunState status=run.status.clone() /> }),
            Cell::figure(metric(&run.metrics, "selection"), Scale::Metric),
            Cell::figure(metric(&run.metrics, "behind_best"), Scale::Metric),
        ];
        if are_judged {
            cells.extend(
                METRICS.map(|name| Cell::figure(metric(&run.metrics, name), Scale::Metric)),
            );
        }
        if can_register {
            cells.push(button(run));
        }
        Row::new(cells)
    };
    let number = sorted.len() as u32;
    let rows = sorted.into_iter().map(row).collect();
    let mut headings = vec![
        Heading::text("Nested run"),
        Heading::text("Status"),
        Heading::number("Selection metric"),
        Heading::number("Gap to best"),
    ];
    if are_judged {
        headings.extend(
            METRICS
                .map(|name| Heading::number(format!("{} (hold-out)", format::metric_label(name)))),
        );
    }
    if can_register {
        headings.push(Heading::hidden("Register"));
    }
    let title = if number == 1 {
        "1 nested run".to_owned()
    } else {
        format!("{} nested runs", format::count(number))
    };
    view! { <section><h2>{title}</h2><Table headings rows class="list" scroll="Nested runs" /></section> }.into_any()
}

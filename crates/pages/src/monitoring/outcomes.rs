//! Outcomes of the people who were scored.

use std::sync::Arc;

use domain::Route;
use leptos::prelude::*;
use workflow::{CohortView, Coverage, OutcomesFile, Role};

use super::outcomes_form;
use super::performance::realized_of;
use crate::components::empty::Empty;
use crate::error::PageError;
use crate::query::Query;
use app::components::figure::Scale;
use app::components::form::Field;
use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table};
use app::server_page::ServerPage;
use domain::format;

/// Writes the page; `cycle` in the address opens one cycle.
pub async fn write(use_case: &str, query: &Query) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let coverage = tenure.outcomes_coverage(&actor.member()?, use_case).await?;
    let definition = tenure.use_case(use_case)?;
    let cycle = query.one("cycle").to_owned();
    let admin = if actor.is(Role::Admin) {
        Some(actor.admin()?)
    } else {
        None
    };
    let flash = Query(crate::context::take_flash(&Route::Outcomes {
        use_case: use_case.into(),
    }));
    let refused = admin
        .as_ref()
        .and_then(|admin| tenure.refused_import(admin, query.one("refused")));
    let lost = !query.one("refused").is_empty() && refused.is_none();
    let problem = if lost {
        "The file could not be imported. Import it again to see why."
    } else {
        flash.one("problem")
    };
    let form = outcomes_form::Form {
        use_case: use_case.to_owned(),
        can_edit: admin.is_some(),
        refused,
        problem: problem.to_owned(),
        done: flash.one("done").to_owned(),
        definition: Arc::clone(&definition),
    };
    let view = view! { <Outcomes coverage use_case=use_case.to_owned() events=definition.words.event_many.clone() cycle form /> };
    Ok(ServerPage::page("Outcomes", view))
}

#[component]
fn Outcomes(
    coverage: Coverage,
    use_case: String,
    events: String,
    cycle: String,
    form: outcomes_form::Form,
) -> AnyView {
    let history = Route::DriftHistory {
        use_case: (&use_case).into(),
    };
    let lead = format!("Actual {events} by cycle, to validate predictions.");
    let head = view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=history.path()>"Drift history"</a></nav>
        <PageHeading title="Outcomes"><p>{lead}</p></PageHeading>
        {outcomes_form::answer(&form)}
    };
    let form_data = form;
    let form = outcomes_form::form(&form_data);
    let how = view! {
        <p>"Columns: the ID, " <code>"date"</code> ", the outcome and, if known, " <code>"reason"</code> "; others can be named. On the command line: "
        <code>{format!("tenure outcomes import FILE --use-case {use_case}")}</code> "."</p>
    };
    if coverage.imports.is_empty() {
        return view! { {head}<Empty title="No outcomes yet">{how}</Empty>{form} }.into_any();
    }
    let horizon = coverage
        .imports
        .iter()
        .find(|import| import.withdrawn_at.is_none())
        .map(|import| import.horizon_days);
    let about = horizon.map(|days| {
        view! { <p class="aside">{format!("A cycle ends at the next scoring. Scores cover {days} days and are scaled to shorter cycles at a constant rate. A cycle is evaluated once at least 90% of its outcomes are known.")}</p> }
    });
    let open = coverage.cohorts.iter().find(|cohort| cohort.as_of.to_string() == cycle).and_then(|cohort| {
        let realized = cohort.realized.as_ref()?;
        let title = format!("Scored on {}, outcomes until {}", cohort.as_of.long(), cohort.until.long());
        Some(view! { <section id="cycle"><h2>{title}</h2>{realized_of(realized, &events)}</section> })
    });
    let rows = coverage
        .cohorts
        .iter()
        .rev()
        .map(|cohort| row(cohort, &use_case))
        .collect();
    let headings = vec![
        Heading::text("Scored on"),
        Heading::text("Until"),
        Heading::number("Scored"),
        Heading::number("Known outcomes"),
        Heading::number("Observed"),
        Heading::number("Expected"),
        Heading::number("ROC AUC"),
    ];
    let can_edit = form_data.can_edit;
    let files = coverage
        .imports
        .iter()
        .zip(&coverage.unmatched)
        .map(|(import, unmatched)| {
            Row::new(vec![
                file_cell(import, can_edit),
                Cell::number(format::count(import.row_count as u32)),
                Cell::number(format::count(import.event_count as u32)),
                Cell::number(
                    unmatched.map_or_else(|| "–".to_owned(), |count| format::count(count as u32)),
                ),
                Cell::brief(format!(
                    "{} to {}",
                    import.first_day.long(),
                    import.last_day.long()
                )),
                Cell::brief(
                    import
                        .complete_until
                        .map_or_else(|| "not stated".into(), |day| day.long()),
                ),
                Cell::brief(import.created_by.as_str()),
                Cell::brief(import.created_at.long()),
            ])
        });
    let files = files.collect();
    let file_heads = vec![
        Heading::text("File"),
        Heading::number("Rows"),
        Heading::number(format::capitalized(&events)),
        Heading::number("Not matched"),
        Heading::text("Period"),
        Heading::text("Complete until"),
        Heading::text("Imported by"),
        Heading::text("Imported"),
    ];
    let none = coverage.cohorts.is_empty().then(|| {
        let why = match horizon {
            Some(_) => {
                "No scoring cycle precedes these outcomes, so they cannot be matched with scores."
            }
            None => "Every file of outcomes is withdrawn.",
        };
        view! { <p>{why}</p> }
    });
    view! {
        {head}
        {open}
        <section>
            <h2>"Cycles"</h2>
            {about}
            {none}
            <Table headings rows class="list" scroll="Cycles" />
        </section>
        {performance(&coverage.cohorts, &use_case)}
        <section><h2>"Imported files"</h2><Table headings=file_heads rows=files class="list" scroll="Outcome files" />{how}</section>
        {form}
    }
    .into_any()
}

/// How the scores of each evaluated cycle did, newest first; nothing before the first one.
fn performance(cohorts: &[CohortView], use_case: &str) -> AnyView {
    let row = |cohort: &CohortView| {
        let realized = cohort.realized.as_ref()?;
        let metric = |figure: &domain::Estimate| Cell::figure(Some(figure.clone()), Scale::Metric);
        let version = cohort.version.map(|version| version.to_string());
        Some(Row::new(vec![
            Cell::text(cohort.as_of.long()),
            Cell::number(version.unwrap_or_else(|| "–".to_owned())),
            metric(&realized.roc_auc),
            metric(&realized.average_precision),
            metric(&realized.brier),
            metric(&realized.precision),
            metric(&realized.recall),
            metric(&realized.f1),
            metric(&realized.top_decile_lift),
        ]))
    };
    let rows: Vec<Row> = cohorts.iter().rev().filter_map(row).collect();
    if rows.is_empty() {
        return ().into_any();
    }
    let headings = [
        "Version",
        "ROC AUC",
        "Average precision",
        "Brier score",
        "Precision",
        "Recall",
        "F1",
        "Lift (top 10%)",
    ]
    .map(Heading::number);
    let headings = std::iter::once(Heading::text("Scored on"))
        .chain(headings)
        .collect();
    let file = Route::PerformanceCsv {
        use_case: use_case.into(),
    };
    view! {
        <section>
            <h2>"Performance by cycle"</h2>
            <p class="aside">"Each cycle is evaluated by the scores that its people had then, by the version of that time. Precision, recall and F1 are at the cutoff, scaled to the length of the cycle."</p>
            <Table headings rows class="list" scroll="Performance by cycle" />
            <p><a href=file.path() download>"Download as CSV"</a></p>
        </section>
    }
    .into_any()
}

/// The name of a file, with what became of it or the form that takes it out of use.
fn file_cell(import: &OutcomesFile, can_edit: bool) -> Cell {
    if let Some(at) = import.withdrawn_at {
        let text = format!(
            "Withdrawn {} by {}: {}",
            at.long(),
            import.withdrawn_by.as_deref().unwrap_or_default(),
            import.withdrawn_because.as_deref().unwrap_or_default()
        );
        return Cell::with_aside(&import.name, text);
    }
    if !can_edit {
        return Cell::text(&import.name);
    }
    let action = Route::OutcomesWithdraw {
        use_case: import.use_case.clone(),
        import: import.import_id.clone(),
    }
    .path();
    let (name, id) = (import.name.clone(), format!("reason-{}", import.import_id));
    let help = "What the file says counts no more. Kept in the audit log; name no people.";
    Cell::view(view! {
        {name}
        <details class="withdraw">
            <summary>"Withdraw"</summary>
            <form method="post" action=action>
                <Field id=id.clone() label="Reason" help=help>
                    <input id=id.clone() name="reason" required=true maxlength="2000" autocomplete="off" aria-describedby=format!("{id}-help") />
                </Field>
                <button class="button quiet">"Withdraw"</button>
            </form>
        </details>
    })
}

fn row(cohort: &CohortView, use_case: &str) -> Row {
    let known = format!(
        "{} ({})",
        format::count(cohort.known),
        format::percent(f64::from(cohort.known) / f64::from(cohort.scored.max(1)))
    );
    let mut cells = vec![
        Cell::text(cohort.as_of.long()),
        Cell::brief(cohort.until.long()),
        Cell::number(format::count(cohort.scored)),
        Cell::number(known),
    ];
    match &cohort.realized {
        Some(realized) => {
            let address = Route::Outcomes {
                use_case: use_case.into(),
            }
            .with_query(&[("cycle", cohort.as_of.to_string())]);
            cells[0] = Cell::link(format!("{address}#cycle"), cohort.as_of.long());
            cells.push(Cell::number(format::count(realized.left as u32)));
            cells.push(Cell::figure(
                Some(realized.expected_left.clone()),
                Scale::Count,
            ));
            cells.push(Cell::figure(Some(realized.roc_auc.clone()), Scale::Metric));
        }
        None => cells.extend([
            Cell::number("–"),
            Cell::number("–"),
            Cell::number("too few known outcomes"),
        ]),
    }
    Row::new(cells)
}

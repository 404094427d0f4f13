//! The dataset versions of a use case.

use domain::Route;
use leptos::prelude::*;
use model::UseCase;
use workflow::Role;
use workflow::datasets::{DatasetChange, DatasetRow};

use super::import;
use crate::components::empty::Empty;
use crate::error::PageError;
use crate::query::Query;
use app::components::figure::Scale;
use app::components::form::{ErrorSummary, Field};
use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table, TextList};
use app::server_page::ServerPage;
use domain::format;

/// Writes the page. `refused` in the address is the number of a refusal.
pub(super) async fn write(use_case: &str, query: &Query) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let datasets = tenure.dataset_changes(&actor.member()?, use_case).await?;
    let admin = if actor.is(Role::Admin) {
        Some(actor.admin()?)
    } else {
        None
    };
    let refused = admin
        .as_ref()
        .and_then(|admin| tenure.refused_import(admin, query.one("refused")));
    let flash = Query(crate::context::take_flash(&Route::Datasets {
        use_case: use_case.into(),
    }));
    let lost = !query.one("refused").is_empty() && refused.is_none();
    let problem = if lost {
        "The file could not be imported. The details are no longer available; import it again to see them."
    } else {
        flash.one("problem")
    };
    let definition = tenure.use_case(use_case)?;
    let event = definition.target.label.clone();
    let form = import::Form {
        use_case: use_case.to_owned(),
        can_edit: admin.is_some(),
        refused,
        problem: problem.to_owned(),
        today: workflow::today().to_string(),
        definition,
    };
    Ok(ServerPage::page(
        "Data",
        view! { <Datasets datasets form use_case=use_case.to_owned() event flash /> },
    ))
}

#[component]
fn Datasets(
    datasets: Vec<DatasetChange>,
    form: import::Form,
    use_case: String,
    event: String,
    flash: Query,
) -> AnyView {
    let history = form
        .can_edit
        .then(|| training_set(&form.definition, &use_case, &flash));
    let compare = (datasets.len() > 1).then(|| compare_form(&datasets, &use_case));
    let list = if datasets.is_empty() {
        view! { <Empty title="No data yet"><p>"Import a file below or on the command line: " <code>{format!("tenure data import FILE --use-case {use_case}")}</code></p></Empty> }.into_any()
    } else {
        let headings = vec![
            Heading::text("Dataset"),
            Heading::text("Snapshot date"),
            Heading::text("For"),
            Heading::number("Rows"),
            Heading::number(format::capitalized(&event)),
            Heading::text("Changes vs previous"),
            Heading::text("Trained models"),
            Heading::text("Imported"),
        ];
        let rows = datasets
            .iter()
            .map(|change| row(change, &use_case))
            .collect();
        view! { <Table headings rows class="list datasets" scroll="Dataset versions" /> }.into_any()
    };
    let shown = import::form(&form);
    let done = (!flash.one("done").is_empty()).then(|| {
        let build = (flash.one("next") == "build")
            .then(|| view! { " "<a href="#training-set">"Build it"</a> });
        view! { <p class="note" role="status">{flash.one("done").to_owned()}{build}</p> }
    });
    let problem = (!flash.one("history").is_empty()).then(|| {
        let problem = flash.one("history").to_owned();
        view! { <ErrorSummary errors=vec![("until".to_owned(), problem)] /> }
    });
    let sources = form.can_edit.then(|| {
        let route = Route::Sources {
            use_case: form.use_case.as_str().into(),
        };
        view! { <p class="actions"><a href=route.path()>"Sources: databases and folders to import from"</a></p> }
    });
    let features = Route::Features {
        use_case: form.use_case.as_str().into(),
    };
    view! {
        <PageHeading title="Data"><p>"Imported data by version. Datasets are immutable and identified by content hash."</p></PageHeading>
        {import::refusal(&form)}
        {problem}
        {done}
        {list}
        {compare}
        {shown}
        {sources}
        <p class="actions"><a href=features.path()>"Feature catalog: every field with its source, versions, missing values and drift"</a></p>
        {history}
    }
    .into_any()
}

/// The form that builds a training set from history.
fn training_set(definition: &UseCase, use_case: &str, flash: &Query) -> AnyView {
    let action = Route::TrainingSet {
        use_case: use_case.into(),
    };
    let words = &definition.words;
    let content = match definition.horizon_days {
        None => view! {
            <p>"The use case does not state within how many days the event is predicted. Set " <code>"horizon_days"</code> " to build training data from snapshots and outcomes."</p>
        }
        .into_any(),
        Some(days) => {
            let help = format!("Only rows whose {days} days ended on or before this day. Today when empty.");
            let (until, error) = (flash.one("until").to_owned(), flash.one("history").to_owned());
            let described = if error.is_empty() { "until-help" } else { "until-help until-error" };
            let about = format!(
                "Each {} at each snapshot date whose {days} days have passed, with the recorded outcome. People whose outcome is not recorded are left out.",
                words.one
            );
            view! {
                <p>{about}</p>
                <form method="post" action=action.path() class="import-form">
                    <Field id="until" label="Until" help error>
                        <input id="until" name="until" type="date" max=workflow::today().to_string() value=until aria-describedby=described />
                    </Field>
                    <p class="actions">
                        <button class="button quiet" name="step" value="preview">"Count rows"</button>
                        <button class="button" name="step" value="build">"Build training set"</button>
                    </p>
                </form>
            }
            .into_any()
        }
    };
    view! { <section id="training-set"><h2>"Training data from history"</h2>{content}</section> }
        .into_any()
}

fn row(change: &DatasetChange, use_case: &str) -> Row {
    let DatasetRow {
        id,
        name,
        as_of,
        rows,
        positives,
        share,
        purpose,
        withdrawn,
        simulated,
        imported_at,
        by,
        versions,
        ..
    } = change.dataset.clone();
    let href = Route::Dataset {
        use_case: use_case.into(),
        dataset: (&id).into(),
    }
    .path();
    let notes = [(simulated, "simulated"), (withdrawn.is_some(), "withdrawn")];
    let notes: Vec<&str> = notes
        .into_iter()
        .filter_map(|(holds, note)| holds.then_some(note))
        .collect();
    let name_cell = if notes.is_empty() {
        Cell::link(href, name)
    } else {
        Cell::view(
            view! { <a href=href>{name}</a>" "<span class="aside">{notes.join(", ")}</span> },
        )
    };
    let event = match positives.zip(share) {
        Some((count, share)) => {
            let share = share.value.map(format::percent).unwrap_or_default();
            Cell::view(view! { {format::count(count)}" "<span class="aside">{share}</span> })
                .numeric()
        }
        None => Cell::aside("Not known yet").numeric(),
    };
    let changed = match &change.before {
        None => Cell::aside("No previous version"),
        Some(_) if change.sentences.as_ref().is_some_and(Vec::is_empty) => {
            Cell::aside("No changes")
        }
        Some(before) => {
            let href = Route::DatasetCompare {
                use_case: use_case.into(),
            }
            .with_query(&[("old", before), ("new", &id)]);
            // Only the newest versions are compared in the list.
            let texts = change
                .sentences
                .clone()
                .unwrap_or_else(|| vec!["Not compared.".to_owned()]);
            Cell::view(view! { <TextList texts /><a href=href>"Compare"</a> })
        }
    };
    let trained = versions.iter().map(|version| {
        let route = Route::Model {
            use_case: use_case.into(),
            version: *version,
        };
        view! { <a href=route.path()>{format!("Version {version}")}</a>" " }.into_any()
    });
    let imported = view! { {imported_at.long()}" "<span class="aside">{by}</span> };
    Row::new(vec![
        name_cell,
        Cell::brief(as_of.long()),
        Cell::text(purpose.label()),
        Cell::number(format::count(rows)),
        event,
        changed,
        Cell::view(trained.collect::<Vec<_>>()),
        Cell::view(imported),
    ])
}

fn compare_form(datasets: &[DatasetChange], use_case: &str) -> AnyView {
    let action = Route::DatasetCompare {
        use_case: use_case.into(),
    };
    let choice = |name: &'static str, label: &'static str, chosen: usize| {
        let options = datasets.iter().enumerate().map(|(at, change)| {
            let text = format!(
                "{}, as of {}",
                change.dataset.name,
                change.dataset.as_of.long()
            );
            view! { <option value=change.dataset.id.clone() selected=at == chosen>{text}</option> }
                .into_any()
        });
        let options = options.collect::<Vec<_>>();
        view! { <Field id=name label=label><select id=name name=name>{options}</select></Field> }
            .into_any()
    };
    view! {
        <section>
            <h2>"Compare versions"</h2>
            <form method="get" action=action.path() class="filters">
                {choice("old", "Older", 1)}
                {choice("new", "Newer", 0)}
                <button class="button quiet">"Compare"</button>
            </form>
        </section>
    }
    .into_any()
}

/// Facts of a dataset version, for its page and for comparisons.
pub(super) fn facts(dataset: &DatasetRow) -> Vec<(String, Cell)> {
    let share = match (&dataset.share, dataset.positives) {
        (Some(share), Some(_)) => Cell::figure(Some(share.clone()), Scale::Percent),
        _ => Cell::text("Not known yet"),
    };
    let simulated = if dataset.simulated {
        " (simulated)"
    } else {
        ""
    };
    let withdrawn = dataset.withdrawn.as_ref().map(|withdrawal| {
        let text = format!(
            "{} by {}: {}",
            withdrawal.at.long(),
            withdrawal.by,
            withdrawal.reason
        );
        ("Withdrawn".to_owned(), Cell::text(text))
    });
    let facts = vec![
        (
            "Snapshot date".to_owned(),
            Cell::text(format!("{}{simulated}", dataset.as_of.long())),
        ),
        ("For".to_owned(), Cell::text(dataset.purpose.label())),
        (
            "Definition".to_owned(),
            Cell::text(format!("Version {} of the use case", dataset.definition)),
        ),
        ("Rows".to_owned(), Cell::text(format::count(dataset.rows))),
        (
            "Rows with known outcome".to_owned(),
            dataset.known.map_or_else(
                || Cell::text("None yet"),
                |known| Cell::text(format::count(known)),
            ),
        ),
        ("Outcome rate".to_owned(), share),
        (
            "Imported".to_owned(),
            Cell::text(format!("{} by {}", dataset.imported_at.long(), dataset.by)),
        ),
        (
            "SHA-256".to_owned(),
            Cell::code(dataset.hash.chars().take(12).collect::<String>()),
        ),
    ];
    let lost = dataset
        .built_from
        .iter()
        .any(|parent| parent.withdrawn)
        .then(|| {
            let text =
                "Data that it was built from has been withdrawn since. Build a new training set.";
            ("Out of date".to_owned(), Cell::text(text))
        });
    withdrawn.into_iter().chain(lost).chain(facts).collect()
}

//! A use case in progress: what is asked about the files as a whole, and what came of trying it.

use app::components::form::Field;
use app::components::heading::PageHeading;
use app::server_page::ServerPage;
use domain::{Route, format};
use leptos::prelude::*;
use workflow::draft::{Blank, DraftError};
use workflow::{DraftState, DraftView, DraftedUseCase};

use super::columns;
use crate::error::PageError;
use crate::query::Query;

/// Cells of a trial import that the summary names; all are beside their columns.
const SHOWN_CELLS: usize = 5;

pub(crate) async fn write() -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let admin = actor.admin()?;
    let crumbs = view! { <nav class="crumbs" aria-label="Breadcrumb"><a href=Route::UseCases.path()>"Use cases"</a></nav> };
    let Some(draft) = tenure.held_draft(&admin) else {
        return Ok(ServerPage::page(
            "Use case in progress",
            view! {
                {crumbs}
                <PageHeading title="New use case"><p>"No use case is in progress: it was saved or discarded, or nobody worked on it for two hours."</p></PageHeading>
                <p class="actions"><a class="button" href=Route::NewUseCase.path()>"Choose files"</a></p>
            },
        ));
    };
    let flash = Query(crate::context::take_flash(&Route::UseCaseDraft));
    let mut problems = problems(&draft);
    if !flash.one("problem").is_empty() {
        problems.insert(
            0,
            (
                flash.one("field").to_owned(),
                flash.one("problem").to_owned(),
            ),
        );
    }
    let files = if draft.joined {
        format!("{}, joined", draft.files.join(" and "))
    } else {
        draft.files.join(", ")
    };
    let lead = format!(
        "Step 2 of 2: {files}, {} rows, {} columns. Nothing is stored before you save.",
        format::count(draft.rows as u32),
        format::count(draft.columns.len() as u32)
    );
    let drafted = match &draft.state {
        DraftState::Drafted(drafted) => Some(&**drafted),
        DraftState::New | DraftState::Question(_) => None,
    };
    let result = drafted.map(found);
    let columns = drafted.map(|drafted| columns::columns(&draft, drafted));
    let finish = drafted
        .filter(|drafted| drafted.is_usable())
        .map(|drafted| finish(&drafted.draft.use_case, &flash));
    Ok(ServerPage::page(
        "Use case in progress",
        view! {
            {crumbs}
            {summary(&problems)}
            <PageHeading title="New use case"><p>{lead}</p></PageHeading>
            {result}
            <form method="post" action=Route::UseCaseDraft.path() class="draft">
                {questions(&draft, drafted, &problems, flash.one("horizon"))}
                {columns}
                <p class="actions"><button class="button" name="then" value="check">"Check"</button></p>
                {finish}
            </form>
            <form method="post" action=Route::UseCaseDraft.path()><button class="link" name="then" value="discard">"Discard this use case"</button></form>
        },
    ))
}

type Problems = Vec<(String, String)>;

/// As in the GOV.UK design system: each problem with a link to its field. A page without a script
/// has no other way to focus it.
fn summary(problems: &Problems) -> Option<AnyView> {
    let items = problems.iter().map(|(field, sentence)| {
        let sentence = sentence.clone();
        if field.is_empty() {
            view! { <li>{sentence}</li> }.into_any()
        } else {
            view! { <li><a href=format!("#{field}")>{sentence}</a></li> }.into_any()
        }
    });
    (!problems.is_empty()).then(|| {
        view! { <div class="error-summary" role="alert" tabindex="-1" autofocus=true><h2>"There is a problem"</h2><ul>{items.collect_view()}</ul></div> }.into_any()
    })
}

fn problems(draft: &DraftView) -> Problems {
    let drafted = match &draft.state {
        DraftState::New => return Vec::new(),
        DraftState::Question(question) => return vec![asked(question)],
        DraftState::Drafted(drafted) => drafted,
    };
    let field = |column: &str| {
        let is_it = |own: &workflow::SentColumn| own.name == column;
        match draft.columns.iter().position(is_it) {
            Some(position) => columns::id(position),
            None => String::new(),
        }
    };
    let mut problems: Problems = drafted
        .errors
        .iter()
        .map(|error| ("id".to_owned(), error.to_string()))
        .collect();
    if let Some(refusal) = &drafted.refusal {
        problems.push((
            String::new(),
            format!("The files cannot be imported yet: {refusal}"),
        ));
        problems.extend(refusal.problems.iter().take(SHOWN_CELLS).map(|problem| {
            let sentence = format!("Row {}, {}: {}", problem.row, problem.column, problem.rule);
            (field(&problem.column), sentence)
        }));
    }
    problems
}

/// The question in words of the page, with its field.
fn asked(question: &DraftError) -> (String, String) {
    let (field, sentence) = match question {
        DraftError::NoColumn { name, .. } => ("target", format!("There is no column “{name}”.")),
        DraftError::EmptyTarget(target) => (
            "target",
            format!("“{target}” has no values. Choose another column as the outcome."),
        ),
        DraftError::WhichEvent { target, values } => (
            "event",
            format!("Choose which value of “{target}” is the event. The values are {values}."),
        ),
        DraftError::UnknownEvent {
            word,
            target,
            values,
        } => (
            "event",
            format!("“{word}” is not a value of “{target}”. The values are {values}."),
        ),
        DraftError::BlankTarget { target, rows } => (
            "blank",
            format!("“{target}” is blank in {rows} rows. Choose what that means."),
        ),
        DraftError::OneOutcome { target, values } => (
            "target",
            format!(
                "“{target}” has only one outcome: {values}. People with the event and people without it are both needed."
            ),
        ),
        DraftError::BadId { name, why } => (
            "person",
            format!(
                "“{name}” cannot name people: {}. Choose another column, or the column that says when each row was true.",
                why.trim_end_matches(" (--time)")
            ),
        ),
        DraftError::NoInputs(why) => ("target", format!("No column can be a model input: {why}.")),
    };
    (field.to_owned(), sentence)
}

/// What was found, doubts and signs of leakage about the files as a whole.
fn found(drafted: &DraftedUseCase) -> AnyView {
    let [events, known] = drafted.draft.events;
    let words = &drafted.draft.use_case.words;
    let outcome = format!(
        "{} of {} rows with a known outcome are {}.",
        format::count(events as u32),
        format::count(known as u32),
        words.event_many
    );
    let trial = drafted
        .is_usable()
        .then_some("Trial import: the files can be imported.");
    let doubts = drafted
        .draft
        .unsure
        .iter()
        .filter(|doubt| doubt.column.is_none())
        .map(|doubt| doubt.text.clone());
    let leaks = drafted
        .leaks
        .iter()
        .filter(|leak| leak.field.is_none())
        .map(|leak| leak.sentence.clone());
    let unchecked = drafted
        .unchecked
        .iter()
        .map(|why| format!("Leakage was not checked: {why}"));
    let notes: Vec<AnyView> = doubts
        .chain(leaks)
        .chain(unchecked)
        .map(|text| view! { <li>{text}</li> }.into_any())
        .collect();
    let notes = (!notes.is_empty()).then(|| view! { <h3>"To be checked"</h3><ul>{notes}</ul> });
    view! { <section aria-label="Result"><h2>"What was found"</h2><p>{outcome}" "{trial}</p>{notes}</section> }.into_any()
}

/// `horizon`: what was typed and cannot be read.
fn questions(
    draft: &DraftView,
    drafted: Option<&DraftedUseCase>,
    problems: &Problems,
    horizon: &str,
) -> AnyView {
    let error = |field: &str| {
        problems
            .iter()
            .find(|(own, _)| own == field)
            .map(|(_, sentence)| sentence.clone())
            .unwrap_or_default()
    };
    let answers = &draft.answers;
    let use_case = drafted.map(|drafted| &drafted.draft.use_case);
    // What stands inside a field is built later: it owns what it shows.
    let options = |chosen: &str| -> Vec<AnyView> {
        let option = |column: &workflow::SentColumn| {
            let (name, shown) = (column.name.clone(), column.name.clone());
            let selected = column.name == chosen;
            view! { <option value=name selected=selected>{shown}</option> }.into_any()
        };
        draft.columns.iter().map(option).collect()
    };
    let found = |own: Option<&String>| own.map_or("Detect", |_| "Detect again");
    let (person, time) = (
        use_case
            .and_then(|own| own.id_column.as_ref())
            .or(answers.id.as_ref()),
        use_case
            .and_then(|own| own.time_column.as_ref())
            .or(answers.time.as_ref()),
    );
    let text = |own: Option<&String>| own.cloned().unwrap_or_default();
    let values = draft
        .columns
        .iter()
        .find(|column| column.name == answers.target)
        .map(|column| column.values.clone())
        .unwrap_or_default();
    let is_event = |value: &String| {
        let positive = use_case.map_or(&answers.event, |own| &own.target.positive);
        positive
            .iter()
            .any(|word| word.eq_ignore_ascii_case(value.trim()))
    };
    let boxes: Vec<AnyView> = values
        .iter()
        .map(|value| {
            let (checked, value, shown) = (is_event(value), value.clone(), value.clone());
            view! { <label class="check"><input r#type="checkbox" name="event" value=value checked=checked />{shown}</label> }.into_any()
        })
        .collect();
    let event_error = error("event");
    let event_error =
        (!event_error.is_empty()).then(|| view! { <p class="error">{event_error}</p> });
    let events = (!values.is_empty()).then(|| {
        view! { <fieldset id="event" tabindex="-1"><legend>"Values that mean that it happened"</legend>{event_error}{boxes}</fieldset> }
    });
    let [negative, unknown] =
        [Blank::Negative, Blank::Unknown].map(|meaning| answers.blank == Some(meaning));
    let days = answers
        .horizon_days
        .map_or_else(|| horizon.to_owned(), |days| days.to_string());
    let [targets, people, times] =
        [answers.target.clone(), text(person), text(time)].map(|chosen| options(&chosen));
    let (no_person, no_time) = (found(person), found(time));
    let title = use_case.map(|own| own.title.clone());
    let title = title.or(answers.title.clone()).unwrap_or_default();
    let id = use_case.map(|own| own.id.clone());
    let id = id.or(answers.use_case_id.clone()).unwrap_or_default();
    view! {
        <section class="import-form">
            <h2>"The file as a whole"</h2>
            <Field id="target" label="Outcome column" help="Says who left, for example Attrition or Status." error=error("target")>
                <select id="target" name="target" required=true aria-describedby="target-help"><option value="">"Choose a column"</option>{targets}</select>
            </Field>
            {events}
            <Field id="blank" label="A blank outcome means" error=error("blank")>
                <select id="blank" name="blank">
                    <option value="">"The column has no blanks"</option>
                    <option value="negative" selected=negative>"It did not happen"</option>
                    <option value="unknown" selected=unknown>"Not yet known"</option>
                </select>
            </Field>
            <Field id="horizon" label="Within how many days?" help="By when the event is predicted, for example 365 for a year. Probabilities say “period not stated” until it is answered." error=error("horizon")>
                <input id="horizon" name="horizon" inputmode="numeric" autocomplete="off" value=days aria-describedby="horizon-help" />
            </Field>
            <Field id="person" label="Column that names a person" error=error("person")>
                <select id="person" name="person"><option value="">{no_person}</option>{people}</select>
            </Field>
            <Field id="time" label="Column with the date or period of a row" help="Only where people have several rows." error=error("time")>
                <select id="time" name="time" aria-describedby="time-help"><option value="">{no_time}</option>{times}</select>
            </Field>
            <Field id="title" label="Title">
                <input id="title" name="title" autocomplete="off" value=title />
            </Field>
            <Field id="id" label="Short name (ID)" help="For addresses and commands: lower-case letters, digits and hyphens. Cannot be changed later." error=error("id")>
                <input id="id" name="id" autocomplete="off" value=id aria-describedby="id-help" />
            </Field>
        </section>
    }
    .into_any()
}

/// Saving, with or without the import of the files.
fn finish(use_case: &model::UseCase, flash: &Query) -> AnyView {
    let today = workflow::today().to_string();
    let mut day = crate::datasets::snapshot_date(use_case, &today);
    if !flash.one("as_of").is_empty() {
        day.value = flash.one("as_of").to_owned();
    }
    let both = flash.one("for") == "both";
    view! {
        <section class="import-form">
            <h2>"Save"</h2>
            <Field id="as_of" label="Snapshot date of the file" help=day.help>
                <input id="as_of" name="as_of" r#type="date" value=day.value max=today aria-describedby="as_of-help" />
            </Field>
            <Field id="for" label="Import the file for">
                <select id="for" name="for">
                    <option value="training" selected=!both>"Training a model"</option>
                    <option value="both" selected=both>"Training, and scoring the people who are there now"</option>
                </select>
            </Field>
            <p class="actions">
                <button class="button" name="then" value="import">"Save and import"</button>" "
                <button class="button quiet" name="then" value="save">"Save only"</button>
            </p>
        </section>
    }
    .into_any()
}

//! The columns of a draft: what was recognized, the proposal with its reason, and the choices.
//! Those with doubts come first.

use app::components::form::Field;
use leptos::prelude::*;
use model::{Kind, Role};
use workflow::draft::{ColumnUse, DraftColumn};
use workflow::{DraftView, DraftedUseCase, SentColumn};

use super::answers::{KINDS, ROLES};

/// Where the form of a column is, by its position in the files.
pub(super) fn id(position: usize) -> String {
    format!("role.{position}")
}

pub(super) fn columns(draft: &DraftView, drafted: &DraftedUseCase) -> AnyView {
    let mut forms: Vec<(bool, AnyView)> = draft
        .columns
        .iter()
        .enumerate()
        .filter_map(|(position, sent)| {
            let found = drafted
                .draft
                .columns
                .iter()
                .find(|column| column.name == sent.name)?;
            let notes = notes(drafted, &sent.name);
            Some((
                notes.is_empty(),
                column(position, sent, found, notes, drafted),
            ))
        })
        .collect();
    // A stable sort: the order of the files stays within each of the two.
    forms.sort_by_key(|(sure, _)| *sure);
    let forms: Vec<AnyView> = forms.into_iter().map(|(_, form)| form).collect();
    view! { <section class="draft-columns"><h2>"Columns"</h2><p class="aside">"Columns with something to check come first."</p>{forms}</section> }.into_any()
}

/// What a person should look at: problems of the trial, signs of leakage, doubts.
fn notes(drafted: &DraftedUseCase, name: &str) -> Vec<String> {
    let cells = drafted
        .refusal
        .iter()
        .flat_map(|refusal| &refusal.problems)
        .filter(|problem| problem.column == name)
        .take(3)
        .map(|problem| {
            format!(
                "Row {}: {} (found “{}”)",
                problem.row, problem.rule, problem.value
            )
        });
    let leaks = drafted
        .leaks
        .iter()
        .filter(|leak| leak.field.as_deref() == Some(name))
        .map(|leak| format!("Possible leakage: {}", leak.sentence));
    let doubts = drafted
        .draft
        .unsure
        .iter()
        .filter(|doubt| doubt.column.as_deref() == Some(name))
        .map(|doubt| doubt.text.clone());
    cells.chain(leaks).chain(doubts).collect()
}

/// Missing share, values, association with the outcome, and how models read it.
fn facts(found: &DraftColumn) -> String {
    let mut facts = vec![
        format!("{:.1}% missing", 100.0 * found.missing_share),
        format!(
            "{} different values",
            domain::format::count(found.distinct as u32)
        ),
    ];
    facts.extend(
        found
            .correlation
            .map(|correlation| format!("correlation with the outcome {correlation:+.2}")),
    );
    facts.extend(found.lone_auc.map(|auc| format!("ROC AUC alone {auc:.2}")));
    facts.extend(
        found
            .encoding
            .iter()
            .map(|encoding| format!("as input: {encoding}")),
    );
    facts.join(", ") + "."
}

fn column(
    position: usize,
    sent: &SentColumn,
    found: &DraftColumn,
    notes: Vec<String>,
    drafted: &DraftedUseCase,
) -> AnyView {
    let examples = match &sent.examples {
        Some(examples) if examples.is_empty() => "No values.".to_owned(),
        Some(examples) => format!("Examples: {}.", examples.join(", ")),
        None => "Examples are shown to analysts only.".to_owned(),
    };
    let reason = domain::format::capitalized(&found.reason);
    let notes: Vec<AnyView> = notes
        .into_iter()
        .map(|text| view! { <li>{text}</li> }.into_any())
        .collect();
    let notes = (!notes.is_empty())
        .then(|| view! { <ul class="notes" aria-label="To be checked">{notes}</ul> });
    let role = match found.usage {
        ColumnUse::Feature => Some(Role::Feature),
        ColumnUse::Protected => Some(Role::Protected),
        ColumnUse::PostOutcome => Some(Role::PostOutcome),
        ColumnUse::Ignored => Some(Role::Ignored),
        ColumnUse::Target | ColumnUse::Id | ColumnUse::Time => None,
    };
    let choices = role.map(|role| choices(position, &sent.name, role, found.kind, drafted));
    view! {
        <fieldset class="draft-column">
            <legend>{sent.name.clone()}</legend>
            {notes}
            <p>{reason}". "{facts(found)}</p>
            <p class="aside">{examples}</p>
            {choices}
        </fieldset>
    }
    .into_any()
}

fn choices(
    position: usize,
    name: &str,
    role: Role,
    kind: Option<Kind>,
    drafted: &DraftedUseCase,
) -> AnyView {
    let field = drafted.draft.use_case.field(name);
    let of = move |what: &str| format!("{what}.{position}");
    let roles = ROLES
        .iter()
        .map(|&(own, word, text)| option(word, text, own == role))
        .collect::<Vec<_>>();
    let kinds = KINDS
        .iter()
        .map(|&(own, word, text)| option(word, text, Some(own) == kind))
        .collect::<Vec<_>>();
    let none = kind
        .is_none()
        .then(|| view! { <option value="" selected=true>"None recognized"</option> });
    let label = field.map(|field| field.label.clone()).unwrap_or_default();
    let is_ordered =
        kind == Some(Kind::Ordinal) && field.is_some_and(|field| !field.levels.is_empty());
    let levels = is_ordered.then(|| {
        let text = field.map(|field| field.levels.join("\n")).unwrap_or_default();
        // The content of a text area is not escaped by the renderer.
        let text = app::server_page::escaped(&text);
        view! {
            <Field id=of("levels") label="Levels, lowest first" help="One per line.">
                <textarea id=of("levels") name=of("levels") rows="5" aria-describedby=of("levels") + "-help">{text}</textarea>
            </Field>
        }
    });
    view! {
        <div class="draft-choices">
            <Field id=of("role") label="Use"><select id=of("role") name=of("role")>{roles}</select></Field>
            <Field id=of("kind") label="Kind"><select id=of("kind") name=of("kind")>{none}{kinds}</select></Field>
            <Field id=of("label") label="Label"><input id=of("label") name=of("label") autocomplete="off" value=label /></Field>
            {levels}
        </div>
    }
    .into_any()
}

fn option(word: &'static str, text: &'static str, selected: bool) -> AnyView {
    view! { <option value=word selected=selected>{text}</option> }.into_any()
}

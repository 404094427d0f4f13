//! The definition of a use case in the store is changed: its text, what is wrong with it by line,
//! and what it changes.

use app::components::form::Field;
use app::components::heading::PageHeading;
use app::server_page::{ServerPage, escaped};
use domain::Route;
use leptos::prelude::*;
use workflow::DefinitionEdit;

use super::compare::changes;
use crate::error::PageError;
use crate::query::Query;

pub(crate) async fn write(use_case: &str) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let admin = actor.admin()?;
    tenure.refresh_use_cases().await?;
    let flash = Query(crate::context::take_flash(&Route::DefinitionEdit {
        use_case: use_case.into(),
    }));
    let held = tenure.held_definition(&admin, use_case);
    let is_checked = held.is_some();
    let edit = match held {
        Some(edit) => edit,
        None => tenure.editable_definition(&admin, use_case)?,
    };
    let definition = Route::Definition {
        use_case: use_case.into(),
    };
    let action = Route::DefinitionSave {
        use_case: use_case.into(),
    }
    .path();
    let title = format!(
        "Edit the definition of {}",
        tenure.use_case(use_case)?.title
    );
    let lead = format!(
        "The text of version {}. Saving makes the next version, which is in force from then on.",
        edit.base
    );
    let described = if edit.is_sound() {
        "text-help"
    } else {
        "text-help text-error"
    };
    let error = match edit.problems.len() {
        0 => String::new(),
        1 => "1 problem, listed above.".to_owned(),
        count => format!("{count} problems, listed above."),
    };
    Ok(ServerPage::page(
        title.clone(),
        view! {
            <nav class="crumbs" aria-label="Breadcrumb"><a href=definition.path()>"Definition"</a></nav>
            {problems(&edit, flash.one("problem"))}
            <PageHeading title><p>{lead}</p></PageHeading>
            {is_checked.then(|| result(&edit))}
            <form method="post" action=action.clone() class="definition-form">
                <input r#type="hidden" name="base" value=edit.base.to_string() />
                <Field id="text" label="Text (TOML)" help="Every key is explained in docs/use-cases.md. The ID cannot be changed." error>
                    // The content of a text area is not escaped by the renderer.
                    <textarea id="text" name="text" rows="30" spellcheck="false" autocomplete="off" aria-describedby=described>{escaped(&edit.text)}</textarea>
                </Field>
                <p class="actions">
                    <button class="button" name="then" value="check">"Check"</button>" "
                    <button class="button quiet" name="then" value="save">"Save as a new version"</button>
                </p>
            </form>
            <form method="post" action=action><button class="link" name="then" value="discard">"Discard the changes"</button></form>
        },
    ))
}

/// Each problem with its line; a text area has no place within it to link to.
fn problems(edit: &DefinitionEdit, problem: &str) -> Option<AnyView> {
    let all: Vec<AnyView> = Some(problem.to_owned())
        .filter(|problem| !problem.is_empty())
        .into_iter()
        .chain(edit.problems.iter().map(ToString::to_string))
        .map(|sentence| view! { <li><a href="#text">{sentence}</a></li> }.into_any())
        .collect();
    (!all.is_empty()).then(|| {
        view! { <div class="error-summary" role="alert" tabindex="-1" autofocus=true><h2>"There is a problem"</h2><ul>{all}</ul></div> }.into_any()
    })
}

/// What a sound text would change.
fn result(edit: &DefinitionEdit) -> Option<AnyView> {
    edit.is_sound().then(|| {
        let effect = if edit.reads_alike {
            "The definition is valid. Files are read as before."
        } else {
            "The definition is valid. It changes more than what is shown: datasets are read again from their files, and models keep the definition that they were trained under."
        };
        view! { <section aria-label="Result"><h2>"What would change"</h2><p>{effect}</p>{changes(&edit.changes)}</section> }.into_any()
    })
}

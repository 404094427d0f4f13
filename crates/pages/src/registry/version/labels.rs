//! Description, tags and aliases of a version. Administrators set them; they do not affect which
//! version is live.

use domain::{Route, VersionNumber};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::accounts::users::said;
use crate::error::PageError;
use crate::query::Query;
use app::components::form::Field;
use app::components::table::{Cell, Facts};
use app::server_page::escaped;

/// The labels of a version, and whether the user can edit them.
pub struct Labels {
    pub use_case: String,
    pub version: VersionNumber,
    pub description: String,
    pub tags: Vec<(String, String)>,
    pub aliases: Vec<String>,
    pub may_change: bool,
    pub flash: Query,
}

fn page_of(use_case: &str, version: VersionNumber) -> Route {
    Route::Model {
        use_case: use_case.into(),
        version,
    }
}

impl Labels {
    /// The result of a form on the page, shown once.
    pub fn take_flash(use_case: &str, version: VersionNumber) -> Query {
        Query(crate::context::take_flash(&page_of(use_case, version)))
    }
}

fn answer(
    use_case: &str,
    version: VersionNumber,
    done: &str,
    field: &str,
    result: Result<(), workflow::Error>,
) -> Result<(), PageError> {
    let page = page_of(use_case, version);
    match result {
        Ok(()) => crate::context::redirect_with_flash(&page, "", &[("done", done)]),
        Err(error @ (workflow::Error::Forbidden { .. } | workflow::Error::SignIn(_))) => {
            return Err(error.into());
        }
        Err(error) => crate::context::redirect_with_flash(
            &page,
            "",
            &[
                ("problem", &PageError::from(error).message),
                ("field", field),
            ],
        ),
    }
    Ok(())
}

#[server(prefix = "/fn", endpoint = "describe-version")]
pub async fn describe_version(
    use_case: String,
    version: VersionNumber,
    #[server(default)] description: String,
) -> Result<(), PageError> {
    let (tenure, actor) = crate::context::get()?;
    let done = tenure
        .describe_version(&actor.admin()?, &use_case, version, &description)
        .await;
    answer(
        &use_case,
        version,
        "Description saved.",
        "description",
        done,
    )
}

#[server(prefix = "/fn", endpoint = "tag-version")]
pub async fn tag_version(
    use_case: String,
    version: VersionNumber,
    #[server(default)] name: String,
    #[server(default)] value: String,
) -> Result<(), PageError> {
    let (tenure, actor) = crate::context::get()?;
    let done = tenure
        .tag_version(&actor.admin()?, &use_case, version, &name, &value)
        .await;
    answer(
        &use_case,
        version,
        if value.trim().is_empty() {
            "Tag removed."
        } else {
            "Tag saved."
        },
        "tag",
        done,
    )
}

#[server(prefix = "/fn", endpoint = "alias-version")]
pub async fn alias_version(
    use_case: String,
    version: VersionNumber,
    #[server(default)] alias: String,
    #[server(default)] remove: bool,
) -> Result<(), PageError> {
    let (tenure, actor) = crate::context::get()?;
    let admin = actor.admin()?;
    let done = match remove {
        true => tenure.remove_alias(&admin, &use_case, &alias).await,
        false => {
            tenure
                .alias_version(&admin, &use_case, version, &alias)
                .await
        }
    };
    answer(
        &use_case,
        version,
        if remove {
            "Alias removed."
        } else {
            "Alias saved."
        },
        "alias",
        done,
    )
}

/// The section.
pub fn section(labels: Labels) -> AnyView {
    let forms = labels.may_change.then(|| forms(&labels));
    let Labels {
        description,
        tags,
        aliases,
        flash,
        ..
    } = labels;
    let description = if description.is_empty() {
        "No description.".to_owned()
    } else {
        description
    };
    let called = if aliases.is_empty() {
        "None".to_owned()
    } else {
        aliases.join(", ")
    };
    let mut facts = vec![("Aliases".to_owned(), Cell::text(called))];
    facts.extend(
        tags.into_iter()
            .map(|(name, value)| (name, Cell::text(value))),
    );
    view! {
        <section id="labels">
            <h2>"Description and aliases"</h2>
            {said(&flash)}
            <p class="said">{description}</p>
            <Facts facts class="facts" />
            {forms}
        </section>
    }
    .into_any()
}

fn forms(labels: &Labels) -> AnyView {
    let (use_case, version, description) = (
        labels.use_case.clone(),
        labels.version,
        labels.description.clone(),
    );
    let hidden = move || {
        let use_case = use_case.clone();
        view! { <input type="hidden" name="use_case" value=use_case /><input type="hidden" name="version" value=version.to_string() /> }
    };
    let remove = labels.aliases.iter().map(|alias| {
        let (label, alias) = (format!("Remove alias {alias}"), alias.clone());
        view! {
            <form method="post" action=AliasVersion::PATH class="screen-only">
                {hidden()}
                <input type="hidden" name="alias" value=alias />
                <input type="hidden" name="remove" value="true" />
                <button class="link">{label}</button>
            </form>
        }
        .into_any()
    });
    let remove = remove.collect::<Vec<_>>();
    view! {
        <details class="screen-only">
            <summary>"Edit description, tags and aliases"</summary>
            <form method="post" action=DescribeVersion::PATH class="sheet">
                {hidden()}
                <Field id="description" label="Description" help="Part of the review evidence: changing it voids a pending review.">
                    <textarea id="description" name="description" rows="3" maxlength="4000" aria-describedby="description-help">{escaped(&description)}</textarea>
                </Field>
                <p class="actions"><button class="button quiet">"Save description"</button></p>
            </form>
            <form method="post" action=TagVersion::PATH class="sheet">
                {hidden()}
                <Field id="tag" label="Tag"><input id="tag" name="name" maxlength="64" autocomplete="off" required /></Field>
                <Field id="tag-value" label="Value" help="Leave empty to remove the tag.">
                    <input id="tag-value" name="value" maxlength="400" autocomplete="off" aria-describedby="tag-value-help" />
                </Field>
                <p class="actions"><button class="button quiet">"Save tag"</button></p>
            </form>
            <form method="post" action=AliasVersion::PATH class="sheet">
                {hidden()}
                <Field id="alias" label="Alias" help="Commands and the API accept it in place of the version number, for example autumn-2026. If another version has this alias, it moves to this one.">
                    <input id="alias" name="alias" maxlength="64" autocomplete="off" required aria-describedby="alias-help" />
                </Field>
                <p class="actions"><button class="button quiet">"Save alias"</button></p>
            </form>
            {remove}
        </details>
    }
    .into_any()
}

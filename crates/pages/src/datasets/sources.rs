//! The sources of a use case: databases and folders that data is imported from. Plain forms.

use domain::{Purpose, Route, UseCaseId};
use leptos::prelude::*;
use workflow::sources::Source;

use crate::error::PageError;
use crate::query::Query;
use app::components::form::{ErrorSummary, Field};
use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table};
use app::server_page::ServerPage;
use domain::format;

/// The fields of the form.
const FIELDS: [&str; 4] = ["name", "address", "password", "query"];

/// Writes the page.
pub(super) async fn write(use_case: &str) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let id: UseCaseId = tenure.use_case(use_case)?.id.as_str().into();
    let sources = tenure.data_sources(&actor.admin()?, Some(use_case)).await?;
    let flash = Query(crate::context::take_flash(&Route::Sources {
        use_case: id.clone(),
    }));
    let today = workflow::today().to_string();
    Ok(ServerPage::page(
        "Sources",
        view! { <Sources sources use_case=id flash today /> },
    ))
}

#[component]
fn Sources(sources: Vec<Source>, use_case: UseCaseId, flash: Query, today: String) -> AnyView {
    let list = if sources.is_empty() {
        view! { <p>"No sources yet."</p> }.into_any()
    } else {
        let headings = vec![
            Heading::text("Source"),
            Heading::text("Address"),
            Heading::text("Password"),
            Heading::text("Limits"),
            Heading::text("Added"),
            Heading::hidden("Actions"),
        ];
        let rows = sources
            .iter()
            .enumerate()
            .map(|(position, source)| row(position, source, &use_case, &today))
            .collect();
        view! { <Table headings rows class="list" scroll="Sources" /> }.into_any()
    };
    view! {
        <PageHeading title="Sources"><p>"Databases and folders that data is imported from. The result is checked like a file and refused whole if a row is wrong."</p></PageHeading>
        {said(&flash)}
        {list}
        {form(&use_case, &flash)}
    }
    .into_any()
}

/// What became of the form that was sent.
fn said(flash: &Query) -> AnyView {
    let of_fields = FIELDS.map(|field| (field, flash.one(&format!("problem-{field}"))));
    let whole = [("sources", flash.one("problem"))];
    let errors = of_fields
        .into_iter()
        .chain(whole)
        .filter(|(_, problem)| !problem.is_empty())
        .map(|(field, problem)| (field.to_owned(), format::sentence(problem)))
        .collect();
    let done = flash.one("done").to_owned();
    let done = (!done.is_empty()).then(|| view! { <p class="note" role="status">{done}</p> });
    view! { <div id="sources"><ErrorSummary errors />{done}</div> }.into_any()
}

fn row(position: usize, source: &Source, use_case: &UseCaseId, today: &str) -> Row {
    let password = match source.secret.as_str() {
        "" => Cell::aside("None"),
        place => Cell::code(place),
    };
    let rows = u32::try_from(source.row_limit)
        .map_or_else(|_| source.row_limit.to_string(), format::count);
    let limits = format!("{rows} rows, {} s", source.seconds);
    let named = if source.query.is_empty() {
        Cell::text(source.name.clone())
    } else {
        let (name, query) = (source.name.clone(), source.query.clone());
        Cell::view(view! { {name}<details><summary>"Query"</summary><pre>{query}</pre></details> })
    };
    Row::new(vec![
        named,
        Cell::code(source.address.clone()),
        password,
        Cell::text(limits),
        Cell::with_aside(
            source.created_at.long(),
            format!("by {}", source.created_by),
        ),
        Cell::view(actions(position, source, use_case, today)),
    ])
}

fn actions(position: usize, source: &Source, use_case: &UseCaseId, today: &str) -> AnyView {
    let (case, name) = (|| use_case.clone(), source.name.clone());
    let (test, import, remove) = (
        Route::SourceTest {
            use_case: case(),
            source: name.clone(),
        },
        Route::SourceImport {
            use_case: case(),
            source: name.clone(),
        },
        Route::SourceRemove {
            use_case: case(),
            source: name.clone(),
        },
    );
    let spoken = |text: String| view! { <span class="visually-hidden">{text}</span> };
    let (purpose, day) = (format!("for-{position}"), format!("as-of-{position}"));
    let (select, input, help) = (purpose.clone(), day.clone(), format!("{day}-help"));
    let today = today.to_owned();
    let options = Purpose::ALL
        .iter()
        .map(|purpose| view! { <option value=purpose.as_str()>{purpose.label()}</option> })
        .collect_view();
    view! {
        <form method="post" action=test.path()><button class="button quiet">"Test"{spoken(format!(" {name}"))}</button></form>
        <details class="change">
            <summary>"Import"{spoken(format!(" from {name}"))}</summary>
            <form method="post" action=import.path()>
                <Field id=purpose label="For">
                    <select id=select name="for" required><option value="">"Choose"</option>{options}</select>
                </Field>
                <Field id=day label="Snapshot date" help="Empty: today, or the day for which this file was imported before.">
                    <input id=input name="as_of" r#type="date" max=today aria-describedby=help />
                </Field>
                <button class="button quiet">"Import now"</button>
            </form>
        </details>
        <details class="change">
            <summary>"Remove"{spoken(format!(" {name}"))}</summary>
            <form method="post" action=remove.path()>
                <p class="aside">"What was imported from it stays."</p>
                <button class="button quiet">"Remove source"</button>
            </form>
        </details>
    }
    .into_any()
}

/// What a control of the form shows after a refusal.
struct Control {
    given: String,
    error: String,
    described: String,
}

impl Control {
    fn of(field: &str, flash: &Query) -> Self {
        let error = match flash.one(&format!("problem-{field}")) {
            "" => String::new(),
            problem => format::sentence(problem),
        };
        let described = if error.is_empty() {
            format!("{field}-help")
        } else {
            format!("{field}-help {field}-error")
        };
        Self {
            given: flash.one(field).to_owned(),
            error,
            described,
        }
    }
}

fn form(use_case: &UseCaseId, flash: &Query) -> AnyView {
    let action = Route::SourceAdd {
        use_case: use_case.clone(),
    };
    let [name, address, password, query] = FIELDS.map(|field| Control::of(field, flash));
    let password_help = format!(
        "Name of an environment variable of the server, beginning with {}. The password itself is stored nowhere. Leave empty if none is needed.",
        workflow::VARIABLES
    );
    view! {
        <section>
            <h2>"Add source"</h2>
            <form method="post" action=action.path() class="sheet">
                <Field id="name" label="Name" help="Lowercase letters, digits and hyphens." error=name.error>
                    <input id="name" name="name" value=name.given autocomplete="off" required maxlength="40" aria-describedby=name.described />
                </Field>
                <Field id="address" label="Address" help="postgres://USER@HOST/DATABASE?sslmode=require, sqlserver://USER@HOST/DATABASE, https://HOST/PATH or s3://BUCKET/PREFIX/*.csv?newest=name, without a password. Use an account that may only read." error=address.error>
                    <input id="address" name="address" value=address.given autocomplete="off" spellcheck="false" required aria-describedby=address.described />
                </Field>
                <Field id="password" label="Password variable" help=password_help error=password.error>
                    <input id="password" name="password" value=password.given autocomplete="off" spellcheck="false" aria-describedby=password.described />
                </Field>
                <Field id="query" label="Query" help="One SELECT whose columns have the names of the use case’s fields, for example: select … from people where left_on is null. Leave empty for a database that scores are only written to." error=query.error>
                    <textarea id="query" name="query" rows="6" spellcheck="false" aria-describedby=query.described>{query.given}</textarea>
                </Field>
                <p class="actions"><button class="button">"Add source"</button></p>
            </form>
            <p class="aside">"Files, folders and sockets of the server itself are added on the command line, by whoever has access to that machine: "<code>{format!("tenure source add NAME --use-case {use_case} --address …")}</code></p>
        </section>
    }
    .into_any()
}

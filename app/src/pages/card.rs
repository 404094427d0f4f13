//! The model card of a version: the page, and the same as a file. Everything but the known limitations comes from the record.

use domain::{Route, UseCaseId, VersionNumber};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use workflow::card::{Block, Card, CardPage, CardSection};

use crate::boxed::Erase;
use crate::components::form::Field;
use crate::components::heading::PageHeading;
use crate::components::table::{Cell, Heading, Row, Table, TextList};
use crate::error::AppError;
use crate::pages::Query;
use crate::server_page::{Written, escaped};

/// Writes the page.
pub(super) async fn write(use_case: &str, version: VersionNumber) -> Result<Written, AppError> {
    let (tenure, actor) = crate::context::get()?;
    let number = version;
    let mut page = tenure.model_card(&actor.member()?, use_case, number).await?;
    let flash = Query(crate::context::take_flash(&Route::ModelCard { use_case: use_case.into(), version }));
    let problem = flash.one("problem").to_owned();
    // What was written is not lost when it could not be kept.
    if !flash.one("text").is_empty() {
        page.limitations = flash.one("text").to_owned();
    }
    Ok(Written::page(format!("Model card of version {number}"), view! { <CardView page problem /> }))
}

/// Writes the known limitations down, and goes back to the card.
#[server(prefix = "/fn", endpoint = "write-limitations")]
pub async fn write_limitations(
    use_case: String,
    version: VersionNumber,
    revision: i64,
    #[server(default)] text: String,
) -> Result<(), AppError> {
    let (tenure, actor) = crate::context::get()?;
    let card = Route::ModelCard { use_case: (&use_case).into(), version };
    match tenure.write_limitations(&actor.contributor()?, &use_case, version, Some(revision), &text).await {
        Ok(()) => leptos_axum::redirect(&format!("{card}#known-limitations")),
        Err(workflow::Error::Invalid(problem) | workflow::Error::Conflict { message: problem, .. }) => {
            crate::context::redirect_with_flash(&card, "", &[("problem", &problem), ("text", &text)]);
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// The card as one file that needs nothing but itself.
pub fn file(page: &CardPage, made_at: &str) -> String {
    let source = format!("Made by Tenure on {made_at} from version {} of {}.", page.version, page.use_case);
    crate::standalone::document(&page.card.title, &source, || {
        let (title, summary) = (page.card.title.clone(), page.card.summary.clone());
        view! { <PageHeading title><p>{summary}</p></PageHeading>{sections(&page.card)} }.erase()
    })
}

#[component]
fn CardView(page: CardPage, problem: String) -> AnyView {
    let (use_case, version) = (UseCaseId::from(&page.use_case), page.version);
    let overview = Route::Model { use_case: use_case.clone(), version };
    let html = Route::ModelCardHtml { use_case: use_case.clone(), version };
    let markdown = Route::ModelCardMarkdown { use_case, version };
    let (title, summary) = (format!("Model card of version {}", page.version), page.card.summary.clone());
    let problem =
        (!problem.is_empty()).then(|| view! { <div class="error-summary" role="alert"><h2>"Not written down"</h2><p>{problem}</p></div> });
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=overview.path()>{format!("Version {}", page.version)}</a></nav>
        <PageHeading title><p>{summary}</p></PageHeading>
        <p class="actions">
            <a class="button quiet" href=html.path() rel="external" download="">"Download as one HTML file"</a>
            <a class="button quiet" href=markdown.path() rel="external" download="">"Download as Markdown"</a>
        </p>
        {problem}
        <div class="model-card">{sections(&page.card)}</div>
        <section>
            <h2>"Write down known limitations"</h2>
            <form method="post" action=WriteLimitations::PATH class="import-form">
                <input type="hidden" name="use_case" value=page.use_case />
                <input type="hidden" name="version" value=page.version.to_string() />
                <input type="hidden" name="revision" value=page.revision />
                <Field id="text" label="Known limitations" help="What the record cannot know: where it should not be trusted, what was found in use. Earlier revisions stay.">
                    <textarea id="text" name="text" rows="6" maxlength="5000" required=true aria-describedby="text-help">{escaped(&page.limitations)}</textarea>
                </Field>
                <button class="button">"Write down"</button>
            </form>
        </section>
    }
    .erase()
}

fn sections(card: &Card) -> AnyView {
    card.sections.iter().map(section).collect::<Vec<_>>().into_any()
}

fn section(section: &CardSection) -> AnyView {
    let title = section.title.clone();
    let id: String = title.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' }).collect();
    let blocks = section.blocks.iter().map(|own| block(own, &title)).collect::<Vec<_>>();
    view! { <section id=id><h2>{title.clone()}</h2>{blocks}</section> }.erase()
}

fn block(block: &Block, section: &str) -> AnyView {
    match block {
        Block::Text { text } => view! { <p>{text.clone()}</p> }.erase(),
        Block::List { items } => view! { <TextList texts=items.clone() class="report-limits" /> }.erase(),
        Block::Quote { text, source } => view! {
            <blockquote><p>{text.clone()}</p><footer class="aside">{source.clone()}</footer></blockquote>
        }
        .erase(),
        Block::Table { caption, columns, rows } => {
            let headings = columns.iter().map(Heading::text).collect();
            let rows = rows.iter().map(|row| Row::new(row.iter().map(Cell::text).collect())).collect();
            let name = if caption.is_empty() { section.to_owned() } else { format!("{section}: {caption}") };
            view! { <Table headings rows class="list" caption=caption.clone() scroll=name /> }.erase()
        }
    }
}

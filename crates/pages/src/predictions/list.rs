//! The entries, newest first, with filters and files.

use domain::{Date, PredictionKind, Route, UseCaseId, VersionNumber, format};
use leptos::prelude::*;
use workflow::prediction_log::{PredictionPage, PredictionQuery, PredictionRow};

use crate::components::empty::Empty;
use crate::error::{Kind, PageError};
use crate::query::Query;
use crate::scoring::purpose::{self, WHY};
use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table};
use app::server_page::ServerPage;

/// Keys of the filters, in the order of the form.
const KEYS: [&str; 5] = ["person", "since", "until", "kind", "version"];

/// Writes the page.
pub async fn write(use_case: &str, query: &Query) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let analyst = actor.analyst()?;
    let id: UseCaseId = tenure.use_case(use_case)?.id.as_str().into();
    let route = Route::Predictions {
        use_case: id.clone(),
    };
    let why = query.one(WHY).to_owned();
    let hidden: Vec<(&str, &str)> = KEYS
        .iter()
        .map(|key| (*key, query.one(key)))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    if let Some(question) = purpose::asked(&tenure, use_case, &why, &route, &hidden) {
        return Ok(question);
    }
    let wanted = wanted(use_case, query)?;
    let page = tenure.predictions(&analyst, &wanted).await?;
    let filters = filters(&route, query);
    let list = list(&page, &id, query);
    let export = export(&id, query);
    let policy = Route::PredictionPolicy { use_case: id };
    Ok(ServerPage::page(
        "Predictions",
        view! {
            <PageHeading title="Prediction log">
                <p>"Every score that a program asked for, every person opened on the what-if page and every saved scenario. Slider moves are not logged. People stand here under a pseudonym. " <a href=policy.path()>"What is kept, and for how long"</a></p>
            </PageHeading>
            {filters}
            {list}
            {export}
        },
    ))
}

fn wanted(use_case: &str, query: &Query) -> Result<PredictionQuery, PageError> {
    let wrong = |text: &str, rule: &str| {
        PageError::new(
            Kind::BadRequest,
            format!("“{text}” is not a valid filter. {rule}"),
        )
    };
    let day = |key: &str| match query.one(key) {
        "" => Ok(None),
        text => text
            .parse::<Date>()
            .map(Some)
            .map_err(|_| wrong(text, "Use a day, YYYY-MM-DD.")),
    };
    let some = |key: &str| match query.one(key) {
        "" => None,
        text => Some(text.to_owned()),
    };
    Ok(PredictionQuery {
        use_case: use_case.to_owned(),
        person: some("person"),
        since: day("since")?,
        until: day("until")?,
        kind: match query.one("kind") {
            "" => None,
            text => Some(
                text.parse::<PredictionKind>()
                    .map_err(|_| wrong(text, "Choose a kind of the list."))?,
            ),
        },
        version: match query.one("version") {
            "" => None,
            text => Some(
                text.parse::<VersionNumber>()
                    .map_err(|_| wrong(text, "Use the number of a version."))?,
            ),
        },
        after: some("after").map(Into::into),
        why: query.one(WHY).to_owned(),
    })
}

fn filters(route: &Route, query: &Query) -> AnyView {
    let value = |key: &str| query.one(key).to_owned();
    let chosen = value("kind");
    let kinds = PredictionKind::ALL
        .iter()
        .map(|kind| {
            view! { <option value=kind.as_str() selected={kind.as_str() == chosen}>{kind.label()}</option> }
        })
        .collect_view();
    view! {
        <form method="get" action=route.path() class="filters" role="search">
            <input type="hidden" name=WHY value=value(WHY) />
            <div class="field"><label for="person">"Person (id)"</label><input id="person" name="person" value=value("person") autocomplete="off" maxlength="200" /></div>
            <div class="field"><label for="since">"From"</label><input id="since" name="since" type="date" value=value("since") /></div>
            <div class="field"><label for="until">"To"</label><input id="until" name="until" type="date" value=value("until") /></div>
            <div class="field"><label for="kind">"Kind"</label><select id="kind" name="kind"><option value="">"All kinds"</option>{kinds}</select></div>
            <div class="field"><label for="version">"Version"</label><input id="version" name="version" value=value("version") inputmode="numeric" maxlength="9" autocomplete="off" /></div>
            <button class="button">"Apply filters"</button>
        </form>
    }
    .into_any()
}

/// The filters as pairs of an address.
fn pairs(query: &Query) -> Vec<(String, String)> {
    KEYS.iter()
        .chain([&WHY])
        .map(|key| ((*key).to_owned(), query.one(key).to_owned()))
        .collect()
}

fn list(page: &PredictionPage, use_case: &UseCaseId, query: &Query) -> AnyView {
    if page.rows.is_empty() {
        let title = "No entries";
        return if page.other_key {
            view! { <Empty title><p>"Entries of other people stand under pseudonyms of another key: the file prediction-log.key in the data folder was changed or is missing."</p></Empty> }.into_any()
        } else {
            view! { <Empty title><p>"Entries appear here about a second after a score was given."</p></Empty> }.into_any()
        };
    }
    let why = query.one(WHY);
    let rows = page
        .rows
        .iter()
        .map(|own| row(own, use_case, why))
        .collect();
    let headings = vec![
        Heading::text("When"),
        Heading::text("Kind"),
        Heading::text("Person"),
        Heading::number("Probability"),
        Heading::text("Decision"),
        Heading::number("Version"),
        Heading::text("Caller"),
        Heading::number("Latency"),
    ];
    let next = page.next.as_ref().map(|last| {
        let mut pairs = pairs(query);
        pairs.push(("after".to_owned(), last.to_string()));
        let href = Route::Predictions {
            use_case: use_case.clone(),
        }
        .with_query(&pairs);
        view! { <p><a class="button quiet" href=href>"Older entries"</a></p> }
    });
    view! { <Table headings rows class="list" scroll="Prediction log" />{next} }.into_any()
}

fn row(own: &PredictionRow, use_case: &UseCaseId, why: &str) -> Row {
    let page = Route::Prediction {
        use_case: use_case.clone(),
        prediction: own.id.clone(),
    }
    .with_query(&[(WHY, why)]);
    let when = own.at.long();
    let person = own.subject.as_ref().map_or_else(
        || match own.records {
            1 => "No id given".to_owned(),
            records => format!(
                "{} records",
                format::count(u32::try_from(records).unwrap_or(u32::MAX))
            ),
        },
        |subject| short(subject),
    );
    let decision = match own.decision {
        None => "",
        Some(true) => "At or above the cutoff",
        Some(false) => "Below the cutoff",
    };
    Row::new(vec![
        Cell::view(view! { <a href=page>{when}</a> }),
        Cell::text(own.kind.label().to_owned()),
        Cell::text(person),
        Cell::number(own.probability.map(format::percent).unwrap_or_default()),
        Cell::text(decision.to_owned()),
        Cell::number(own.version.to_string()),
        Cell::brief(own.caller.to_string()),
        Cell::number(format!("{:.1} ms", own.latency_ms)),
    ])
}

/// The beginning of a pseudonym, enough to tell a few apart.
fn short(subject: &str) -> String {
    let digits = subject.rsplit('.').next().unwrap_or(subject);
    format!("~{}", digits.get(..10).unwrap_or(digits))
}

fn export(use_case: &UseCaseId, query: &Query) -> AnyView {
    let pairs = pairs(query);
    let link = |format: &str| {
        Route::PredictionExport {
            use_case: use_case.clone(),
            format: format.to_owned(),
        }
        .with_query(&pairs)
    };
    view! {
        <p class="actions">
            <a class="button quiet" href=link("csv") rel="external" download>"Export CSV"</a>
            <a class="button quiet" href=link("jsonl") rel="external" download>"Export JSON lines"</a>
        </p>
        <p class="aside">"Exports are recorded in the audit log with the number of entries and the hash of the file."</p>
    }
    .into_any()
}

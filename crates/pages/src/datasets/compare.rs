//! Two dataset versions side by side, without statistical tests: the drift check has those.

use domain::Route;
use leptos::prelude::*;
use workflow::DataDiff;
use workflow::data_profile::{
    ColumnSummary, DataProfile, LEAST_MEAN_CHANGE, LEAST_MISSING_CHANGE, LEAST_RANGE_CHANGE,
};

use super::{list, profile};
use crate::components::empty::Empty;
use crate::error::PageError;
use crate::query::Query;
use app::components::heading::PageHeading;
use app::components::table::{Cell, Facts, Heading, Row, Table, TextList};
use app::server_page::ServerPage;
use domain::format;

/// Writes the page.
pub(super) async fn write(use_case: &str, query: &Query) -> Result<ServerPage, PageError> {
    let (old, new) = (query.one("old"), query.one("new"));
    if old.is_empty() || new.is_empty() {
        let list = Route::Datasets {
            use_case: use_case.into(),
        };
        return Ok(ServerPage::page(
            "Compare data",
            view! {
                <PageHeading title="Compare data" />
                <Empty title="No versions selected"><p><a href=list.path()>"Select an older and a newer version"</a></p></Empty>
            },
        ));
    }
    let (tenure, actor) = crate::context::get()?;
    let diff = tenure
        .data_diff(&actor.member()?, Some(use_case), [old, new])
        .await?
        .labeled(&*tenure.use_case(use_case)?);
    Ok(ServerPage::page("Compare data", compared(&diff, use_case)))
}

fn compared(diff: &DataDiff, use_case: &str) -> AnyView {
    let texts: Vec<String> = diff
        .changes
        .iter()
        .map(|change| change.sentence.clone())
        .collect();
    let title = match texts.len() {
        0 => "No changes".to_owned(),
        1 => "1 change".to_owned(),
        count => format!("{count} changes"),
    };
    let side = |name: &'static str, dataset: &workflow::datasets::DatasetRow| {
        let facts = list::facts(dataset);
        let href = Route::Dataset {
            use_case: use_case.into(),
            dataset: (&dataset.id).into(),
        }
        .path();
        view! { <section><h2>{name}": "<a href=href>{dataset.name.clone()}</a></h2><Facts facts class="facts" /></section> }.into_any()
    };
    let list = Route::Datasets {
        use_case: use_case.into(),
    };
    let limits = format!(
        "Not listed: changes of a mean of less than {} of the previous standard deviation, and of missing values of less than {} percentage \
         points.",
        format::percent(LEAST_MEAN_CHANGE),
        format::number(100.0 * LEAST_MISSING_CHANGE, 1),
    );
    // Lowest and highest values are those of single people, and are not released.
    let ranges = if diff.old.released.is_some() || diff.new.released.is_some() {
        " Ranges are not shown, so their changes are not listed.".to_owned()
    } else {
        format!(
            " Nor changes of the range of less than {} of its previous width.",
            format::percent(LEAST_RANGE_CHANGE)
        )
    };
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=list.path()>"Data"</a></nav>
        <PageHeading title="Compare data"><p>"Differences between the two profiles. Run a drift check to test whether they are statistically significant."</p></PageHeading>
        <div class="columns">{side("Older", &diff.before)}{side("Newer", &diff.after)}</div>
        {profile::released(&diff.new)}
        <section><h2>{title}</h2><TextList texts class="report-limits" /><p class="aside">{limits}{ranges}</p></section>
        <section><h2>"Columns"</h2>{table(&diff.old, &diff.new)}</section>
    }
    .into_any()
}

fn table(old: &DataProfile, new: &DataProfile) -> AnyView {
    fn find<'a>(profile: &'a DataProfile, name: &str) -> Option<&'a ColumnSummary> {
        profile.columns.iter().find(|column| column.name == name)
    }
    let mut names: Vec<&String> = new.columns.iter().map(|column| &column.name).collect();
    names.extend(
        old.columns
            .iter()
            .map(|column| &column.name)
            .filter(|name| !new.columns.iter().any(|column| column.name == **name)),
    );
    let row = |name: &String| {
        let (before, after) = (find(old, name), find(new, name));
        let pair = |text: &dyn Fn(&ColumnSummary) -> String| {
            let [before, after] = [before, after].map(|own| own.map_or("–".to_owned(), text));
            if before == after {
                Cell::aside(after).numeric()
            } else {
                Cell::view(view! { {before}" → "<b>{after}</b> }).numeric()
            }
        };
        let number =
            |own: &ColumnSummary, of: fn(&workflow::data_profile::Numbers) -> Option<f64>| {
                own.numbers
                    .as_ref()
                    .and_then(of)
                    .map(|value| format::number(value, 2))
                    .unwrap_or_default()
            };
        let frequent = |own: &ColumnSummary| {
            let total: u64 = own.bars.counts.iter().sum::<u64>() + own.bars.other;
            let top = own.bars.levels.first().zip(own.bars.counts.first());
            top.map(|(level, count)| {
                format!(
                    "{level} {}",
                    format::percent(*count as f64 / total.max(1) as f64)
                )
            })
            .unwrap_or_default()
        };
        Row::new(vec![
            Cell::text(name),
            pair(&|own| format!("{:.1}%", 100.0 * own.missing_rate)),
            pair(&|own| format::count(own.distinct as u32)),
            pair(&|own| number(own, |numbers| Some(numbers.mean))),
            pair(&|own| number(own, |numbers| numbers.quantiles[3])),
            pair(&frequent),
        ])
    };
    let rows: Vec<Row> = names.into_iter().map(row).collect();
    let headings = vec![
        Heading::text("Column"),
        Heading::number("Missing"),
        Heading::number("Distinct"),
        Heading::number("Mean"),
        Heading::number("Median"),
        Heading::number("Most frequent"),
    ];
    view! { <Table headings rows class="list" scroll="Columns of both versions" /> }.into_any()
}

//! Two drift checks side by side.

use domain::Route;
use leptos::prelude::*;
use monitoring::ColumnReport;
use workflow::{CheckPage, by_weight};

use super::labels;
use crate::components::empty::Empty;
use crate::error::PageError;
use crate::query::Query;
use app::components::figure::{FigureValue, Scale};
use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table};
use app::server_page::ServerPage;
use domain::format;

/// Writes the page; the address names the two checks.
pub async fn write(use_case: &str, query: &Query) -> Result<ServerPage, PageError> {
    let ids: Vec<&str> = query.all("check").collect();
    let [first, second] = ids[..] else {
        let href = Route::DriftHistory {
            use_case: use_case.into(),
        }
        .path();
        let view = view! {
            <PageHeading title="Compare drift checks" />
            <Empty title="No checks selected"><p>"Select two checks in the "<a href=href>"drift history"</a>"."</p></Empty>
        };
        return Ok(ServerPage::page("Compare drift checks", view));
    };
    let (tenure, actor) = crate::context::get()?;
    let member = actor.member()?;
    let mut pages = [
        tenure.drift_check(&member, use_case, &first.into()).await?,
        tenure
            .drift_check(&member, use_case, &second.into())
            .await?,
    ];
    pages.sort_by(|a, b| {
        (&a.check.as_of, a.check.created_at).cmp(&(&b.check.as_of, b.check.created_at))
    });
    let title = format!(
        "Drift checks of {} and {}",
        pages[0].check.as_of.long(),
        pages[1].check.as_of.long()
    );
    let view = compared(&pages, &title);
    Ok(ServerPage::page(title, view))
}

fn compared(pages: &[CheckPage; 2], title: &str) -> AnyView {
    let [before, after] = pages;
    let history = Route::DriftHistory {
        use_case: (&after.use_case.id).into(),
    };
    let heads = |first: &str| {
        let head = |page: &CheckPage| {
            let route = Route::DriftCheck {
                use_case: (&page.use_case.id).into(),
                check: (&page.check.check_id).into(),
            };
            Heading::text(format!(
                "{}, version {}",
                page.check.as_of.long(),
                page.check.version
            ))
            .linked(route.path())
        };
        vec![Heading::text(first), head(before), head(after)]
    };
    let both = |name: &str, cell: &dyn Fn(&CheckPage) -> Cell| {
        Row::new(vec![Cell::text(name), cell(before), cell(after)])
    };
    let figure = |figure: Option<domain::Estimate>| match figure {
        Some(figure) => Cell::view(view! { <FigureValue figure scale=Scale::Metric /> }),
        None => Cell::text("not available"),
    };
    let whole = vec![
        both("Recommendation", &|page| {
            Cell::view(labels::action(page.check.recommendation))
        }),
        both("Reason", &|page| Cell::text(&page.check.reason)),
        both("Feature drift", &|page| {
            Cell::view(labels::verdict(page.check.verdict))
        }),
        both("Share of drifted features", &|page| {
            Cell::text(
                page.check
                    .share_drifted
                    .map_or("could not be computed".into(), format::percent),
            )
        }),
        both("Prediction drift", &|page| {
            Cell::view(labels::verdict(page.check.prediction_verdict))
        }),
        both("ROC AUC (observed)", &|page| {
            figure(
                page.report
                    .realized
                    .as_ref()
                    .map(|found| found.roc_auc.clone()),
            )
        }),
        both("ROC AUC (estimated)", &|page| {
            figure(
                page.report
                    .estimated
                    .as_ref()
                    .map(|found| found.roc_auc.clone()),
            )
        }),
        both("People", &|page| {
            Cell::text(
                page.report
                    .features
                    .columns
                    .first()
                    .map_or("–".into(), |column| {
                        format::count(column.n_current as u32)
                    }),
            )
        }),
    ];
    let mut names: Vec<&str> = Vec::new();
    for page in [after, before] {
        names.extend(
            by_weight(&page.report)
                .into_iter()
                .map(|(column, _)| column.name.as_str())
                .filter(|name| !names.contains(name))
                .collect::<Vec<_>>(),
        );
    }
    let column = |page: &CheckPage, name: &str| {
        page.report
            .features
            .columns
            .iter()
            .find(|column| column.name == name)
            .cloned()
    };
    let cell = |found: Option<&ColumnReport>| match found {
        Some(column) => {
            let (verdict, effect) = (labels::verdict(column.verdict), labels::effect(column));
            Cell::view(view! { {verdict}" "<span class="aside">{effect}</span> })
        }
        None => Cell::text("not compared"),
    };
    // Features with a changed status come first.
    let mut rows: Vec<(bool, Row)> = names
        .iter()
        .map(|name| {
            let [old, new] = [before, after].map(|page| column(page, name));
            let changed = old.as_ref().map(|column| column.verdict)
                != new.as_ref().map(|column| column.verdict);
            let label = after.use_case.label(name);
            (
                changed,
                Row::new(vec![
                    Cell::text(label),
                    cell(old.as_ref()),
                    cell(new.as_ref()),
                    Cell::text(if changed { "changed" } else { "" }),
                ]),
            )
        })
        .collect();
    rows.sort_by_key(|(changed, _)| !changed);
    let changed = rows.iter().filter(|(changed, _)| *changed).count();
    let mut feature_heads = heads("Feature");
    feature_heads.push(Heading::text("Status"));
    let sentence = match changed {
        0 => "No feature changed status.".to_owned(),
        1 => "1 feature changed status.".to_owned(),
        some => format!("{some} features changed status."),
    };
    let versions = (before.check.version != after.check.version)
        .then(|| view! { <p class="note warn">"The checks are of different model versions with different baselines. Differences may come from the baselines."</p> });
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=history.path()>"Drift history"</a></nav>
        <PageHeading title=title.to_owned()><p>{sentence}</p></PageHeading>
        {versions}
        <section><h2>"Summary"</h2><Table headings=heads("Measure") rows=whole class="list wrap" scroll="Summary of the two checks" /></section>
        <section><h2>"Features"</h2><Table headings=feature_heads rows=rows.into_iter().map(|(_, row)| row).collect() class="list" scroll="Features of the two checks" /></section>
    }
    .into_any()
}

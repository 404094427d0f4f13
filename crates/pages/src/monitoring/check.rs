//! One drift check: changes, tests and recommendation.

use domain::{CheckId, Date, DriftVerdict, Route};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use model::UseCase;
use monitoring::quality::{Finding, QualityReport};
use monitoring::recommendation::Reason;
use workflow::{CheckPage, by_weight};

use super::actions::Acknowledge;
use super::performance::performance;
use super::{features, labels};
use crate::charts::histogram;
use crate::components::chart::ChartFigure;
use crate::error::PageError;
use crate::query::Query;
use app::components::figure::FigureValue;
use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table, TextList};
use app::server_page::{ServerPage, escaped};
use domain::format;

/// Writes the page.
pub async fn write(use_case: &str, check: &str, query: &Query) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let page = tenure
        .drift_check(&actor.member()?, use_case, &check.into())
        .await?;
    let route = Route::DriftCheck {
        use_case: use_case.into(),
        check: check.into(),
    };
    let flash = Query(crate::context::take_flash(&route));
    let feature = query.one("feature").to_owned();
    let title = match feature.as_str() {
        "" => format!("Drift check of {}", page.check.as_of.long()),
        feature => format!(
            "{}, drift check of {}",
            page.use_case.label(feature),
            page.check.as_of.long()
        ),
    };
    Ok(ServerPage::page(
        title,
        view! { <Check page feature flash /> },
    ))
}

#[component]
fn Check(page: CheckPage, feature: String, flash: Query) -> AnyView {
    let history = Route::DriftHistory {
        use_case: (&page.use_case.id).into(),
    };
    let route = |check: &str| Route::DriftCheck {
        use_case: (&page.use_case.id).into(),
        check: check.into(),
    };
    let here = route(&page.check.check_id);
    let problem = flash.one("problem").to_owned();
    let problem =
        (!problem.is_empty()).then(|| view! { <p class="note warn" role="alert">{problem}</p> });
    let step = |step: &Option<(CheckId, Date)>, word: &str| {
        let (id, day) = step.clone()?;
        Some(view! { <a href=route(&id).path()>{format!("{word} ({})", day.long())}</a>" " })
    };
    let (before, after) = (
        step(&page.before, "Previous check"),
        step(&page.after, "Next check"),
    );
    let compare = page.before.as_ref().map(|(id, _)| {
        let route = Route::DriftCompare {
            use_case: (&page.use_case.id).into(),
        };
        let href = route.with_query(&[
            ("check", id.as_str()),
            ("check", page.check.check_id.as_str()),
        ]);
        view! { <a href=href>"Compare with previous"</a> }
    });
    let file = |format: &'static str, name: &'static str| {
        let (use_case, check) = ((&page.use_case.id).into(), (&page.check.check_id).into());
        let href = Route::DriftExport {
            use_case,
            check,
            format: format.to_owned(),
        }
        .path();
        view! { <li><a href=href rel="external">{name}</a></li> }.into_any()
    };
    let files = [
        file("html", "Report (HTML)"),
        file("csv", "CSV"),
        file("json", "JSON"),
        file("guide", "JSON (summary)"),
    ]
    .into_iter()
    .collect::<Vec<_>>();
    let one = one_feature(&page, &feature, &here);
    let found = body(&page, |name| {
        Some(format!("{}#feature", here.with_query(&[("feature", name)])))
    });
    let notes = notes(&page, flash.one("note"));
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=history.path()>"Drift history"</a></nav>
        <PageHeading title=format!("Drift check of {}", page.check.as_of.long())>
            <p>{lead(&page)}</p>
            <p>{before}{after}{compare}</p>
        </PageHeading>
        {problem}
        {one}
        {found}
        {notes}
        <section><h2>"Export"</h2><ul class="plain">{files}</ul></section>
    }
    .into_any()
}

/// Version, data and policy in a sentence.
pub fn lead(page: &CheckPage) -> String {
    let simulated = if page.simulated {
        format!(" Demo data: simulated {}.", page.use_case.words.many)
    } else {
        String::new()
    };
    format!(
        "Model version {} on {} (snapshot of {}), policy {}, run by {} on {}.{simulated}",
        page.check.version,
        page.data_name,
        page.check.as_of.long(),
        format::drift_policy_label(&page.report.features.policy),
        page.check.created_by,
        page.check.created_at.long()
    )
}

/// All findings, for the page and for the exported report.
pub fn body(page: &CheckPage, href: impl Fn(&str) -> Option<String>) -> AnyView {
    let report = &page.report;
    let recommendation = &report.recommendation;
    let reasons = recommendation.reasons.iter().map(reason).collect();
    let columns = by_weight(report);
    let table = features::of_check(&columns, |name| page.use_case.label(name), href);
    let by_chance = report
        .features
        .false_alarm_rate
        .map(|rate| format!(" False-alarm rate: {} of months.", format::percent(rate)));
    let quality = report.quality.as_ref().map_or_else(
        || view! { <p>"Could not be computed: the live model has no baseline."</p> }.into_any(),
        |quality| quality_of(quality, &page.use_case),
    );
    let single = [
        ("Scores (prediction drift)", &report.prediction),
        ("Outcomes (target drift)", &report.target),
    ]
    .map(|(name, column)| {
        let test = column.deciding_test();
        Row::new(vec![
            Cell::text(name),
            Cell::view(labels::verdict(column.verdict)),
            Cell::number(labels::effect(column)),
            Cell::text(labels::decided_by(column)),
            Cell::number(labels::p_value(test.and_then(|test| test.p_value))),
        ])
    });
    let single_heads = vec![
        Heading::text("Signal"),
        Heading::text("Status"),
        Heading::number("Effect size"),
        Heading::text("Test"),
        Heading::number("p-value"),
    ];
    view! {
        <section class="note">
            <h2>"Recommendation: "{labels::action(recommendation.action)}</h2>
            <p>{recommendation.sentence.clone()}</p>
            <Table headings=vec![Heading::text("Signal"), Heading::text("Result"), Heading::text("Reason")] rows=reasons class="list wrap" />
        </section>
        <section>
            <h2>"Features"</h2>
            <p>{report.features.summary_with(|name| page.use_case.label(name))}{by_chance}</p>
            {table}
            <p class="aside">"Filled: baseline. Line: current data. Sorted by effect size × importance, drifted features first. Effect size: Wasserstein distance in baseline standard deviations for numeric features, share of people in a different category for the others."</p>
        </section>
        <section><h2>"Scores and outcomes"</h2><Table headings=single_heads rows=single.into() class="list" scroll="Scores and outcomes" /></section>
        <section><h2>"Performance"</h2>{performance(page)}</section>
        <section><h2>"Multivariate drift"</h2>{together(page)}</section>
        <section><h2>"Data quality"</h2>{quality}</section>
    }
    .into_any()
}

fn reason(reason: &Reason) -> Row {
    Row::new(vec![
        Cell::text(reason.signal.label()),
        Cell::view(labels::says(reason.says)),
        Cell::text(format::capitalized(&reason.sentence)),
    ])
}

fn one_feature(page: &CheckPage, feature: &str, here: &Route) -> Option<AnyView> {
    let column = page
        .report
        .features
        .columns
        .iter()
        .chain([&page.report.prediction, &page.report.target])
        .find(|column| column.name == feature)?;
    let label = page.use_case.label(&column.name);
    let chart = column.chart.as_ref().map(|chart| {
        let level = |level: &String| page.use_case.field(&column.name).map_or_else(|| level.clone(), |field| field.value_label(level));
        let names: Vec<String> =
            if chart.levels.is_empty() { chart.edges.windows(2).map(bin).collect() } else { chart.levels.iter().map(level).collect() };
        let status = match column.verdict {
            DriftVerdict::Drifted => "drifted",
            DriftVerdict::Stable => "no drift",
            DriftVerdict::TooFewRows => "too few rows",
            DriftVerdict::CouldNotCompute => "could not compute",
        };
        let title = format!("{label}: {status}");
        view! { <ChartFigure chart=histogram::two_samples(title, &names, &chart.reference, &chart.current) /> }
    });
    let tests = column.tests.iter().map(|(statistic, test)| {
        Row::new(vec![
            Cell::text(statistic.label()),
            Cell::number(format::number(test.statistic, 4)),
            Cell::number(labels::p_value(test.p_value)),
            Cell::number(labels::p_value(test.p_adjusted)),
        ])
    });
    let headings = vec![
        Heading::text("Test or distance"),
        Heading::number("Statistic"),
        Heading::number("p-value"),
        Heading::number("Adjusted p-value"),
    ];
    let why = column
        .why
        .map(|why| view! { <p>{format::capitalized(&why.to_string())}"."</p> });
    let rows = format!(
        "Baseline: {} people ({} missing). Current data: {} people ({} missing).",
        column.n_reference, column.missing_reference, column.n_current, column.missing_current
    );
    Some(
        view! {
            <section id="feature">
                <h2>{label}" "{labels::verdict(column.verdict)}</h2>
                {why}
                <div class="chart-grid">{chart}<div><p>{rows}</p><Table headings rows=tests.collect() class="list" scroll="Tests of this feature" /><p><a href=here.path()>"Back to all features"</a></p></div></div>
            </section>
        }
        .into_any(),
    )
}

/// `20 to 25`; a bin around a whole number shows that number.
fn bin(edges: &[f64]) -> String {
    match edges {
        [low, high] if (high - low - 1.0).abs() < 1e-9 && low.fract().abs() == 0.5 => {
            format::number(low + 0.5, 0)
        }
        [low, high] => format!("{} to {}", short(*low), short(*high)),
        _ => String::new(),
    }
}

fn short(value: f64) -> String {
    format::number(
        value,
        if value.abs() >= 100.0 || value.fract() == 0.0 {
            0
        } else {
            2
        },
    )
}

fn together(page: &CheckPage) -> AnyView {
    let multivariate = page.report.multivariate.as_ref().map_or_else(
        || view! { <p>"Could not be computed: the live model has no baseline."</p> }.into_any(),
        |found| {
            let labels: Vec<String> = found.telling.iter().map(|(name, _)| page.use_case.label(name)).collect();
            let telling = if labels.is_empty() { String::new() } else { format!(" Main contributors: {}.", labels.join(", ")) };
            view! {
                <p>{labels::verdict(found.verdict)}" Domain classifier ROC AUC " <FigureValue figure=found.roc_auc.clone() with_n=true /> " (0.5 = indistinguishable)."{telling}</p>
            }
            .into_any()
        },
    );
    let attribution = page.report.attribution.as_ref().map_or_else(
        || view! { <p>"Attribution drift could not be computed: feature importance is missing for the baseline or the current data."</p> }.into_any(),
        |found| {
            let moved: Vec<String> =
                found.moved.iter().map(|(name, before, now)| format!("{}: rank {before} to {now}", page.use_case.label(name))).collect();
            let moved = (!moved.is_empty()).then(|| view! { <TextList texts=moved class="plain" /> });
            view! {
                <p>{labels::verdict(found.verdict)}" Feature importance ranking vs baseline: NDCG " <FigureValue figure=found.ndcg.clone() /> {format!(" (limit {}).", format::number(found.limit, 2))}</p>
                {moved}
            }
            .into_any()
        },
    );
    view! { {multivariate}{attribution} }.into_any()
}

fn quality_of(quality: &QualityReport, use_case: &UseCase) -> AnyView {
    let (alarms, known): (Vec<_>, Vec<_>) = quality
        .findings
        .iter()
        .partition(|finding| finding.alarms());
    let text = |finding: &Finding| finding.labeled(|column| use_case.label(column));
    let texts = |findings: Vec<&Finding>| findings.into_iter().map(text).collect::<Vec<_>>();
    let words = match (quality.verdict, alarms.len()) {
        (_, some @ 1..) => format!(
            "{some} {} a limit.",
            if some == 1 {
                "finding exceeds"
            } else {
                "findings exceed"
            }
        ),
        (DriftVerdict::Stable, _) => "No finding exceeds a limit.".to_owned(),
        (DriftVerdict::TooFewRows, _) => "Too few rows.".to_owned(),
        _ => "Could not be computed.".to_owned(),
    };
    let volume = format!(
        "Current data: {} people. Baseline: {} people. ",
        quality.n_current, quality.n_reference
    );
    let (alarms, known) = (texts(alarms), texts(known));
    let known = (!known.is_empty()).then(|| {
        let count = if known.len() == 1 { "1 note".to_owned() } else { format!("{} notes", known.len()) };
        view! { <details><summary>{count}</summary><TextList texts=known class="plain" /></details> }
    });
    view! { <p>{volume}{words}</p><TextList texts=alarms class="plain" />{known} }.into_any()
}

fn notes(page: &CheckPage, written: &str) -> AnyView {
    let items = page.notes.iter().map(|note| {
        let by = format!("{}, {}", note.created_by, note.created_at.long());
        view! { <li><p>{note.note.clone()}</p><p class="aside">{by}</p></li> }.into_any()
    });
    let list = if page.notes.is_empty() {
        view! { <p>"This check has not been acknowledged yet."</p> }.into_any()
    } else {
        view! { <ul class="plain">{items.collect::<Vec<_>>()}</ul> }.into_any()
    };
    let (use_case, check) = (page.use_case.id.clone(), page.check.check_id.to_string());
    view! {
        <section id="notes">
            <h2>"Acknowledgments"</h2>
            {list}
            <form method="post" action=Acknowledge::PATH class="sheet">
                <input type="hidden" name="use_case" value=use_case />
                <input type="hidden" name="check" value=check />
                <div class="field"><label for="note">"Note"</label><p class="help" id="note-help">"State the finding and the planned action. Notes cannot be edited or deleted."</p>
                <textarea id="note" name="note" rows="3" maxlength="2000" required aria-describedby="note-help">{escaped(written)}</textarea></div>
                <p class="actions"><button class="button">"Acknowledge"</button></p>
            </form>
        </section>
    }
    .into_any()
}

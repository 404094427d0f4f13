//! Simulated drift: the drift check after a change of one feature. Nothing is stored.

use domain::{DriftVerdict, Route};
use leptos::prelude::*;
use model::UseCase;
use monitoring::ColumnReport;
use workflow::{Shift, SimulatedCheck, by_weight};

use super::{features, labels};
use crate::error::{Kind, PageError};
use crate::query::Query;
use app::components::figure::{FigureValue, Scale};
use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table};
use app::server_page::ServerPage;
use domain::format;

/// Writes the form, and the result when the address describes a change.
pub async fn write(use_case: &str, query: &Query) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let definition = tenure.use_case(use_case)?;
    let params = [
        query.one("field"),
        query.one("how"),
        query.one("level"),
        query.one("size"),
    ]
    .map(str::to_owned);
    let answer = match shift(&params) {
        None => None,
        Some(Err(error)) => Some(Err(error)),
        Some(Ok(shift)) => match tenure
            .simulate_drift(&actor.member()?, use_case, shift)
            .await
            .map_err(PageError::from)
        {
            Err(error) if matches!(error.kind, Kind::Internal | Kind::Unavailable) => {
                return Err(error);
            }
            answer => Some(answer.map_err(|error| error.message)),
        },
    };
    Ok(ServerPage::page(
        "Simulate drift",
        view(&definition, &params, answer),
    ))
}

/// The change that an address describes; `None` when it has none.
fn shift([field, how, level, size]: &[String; 4]) -> Option<Result<Shift, String>> {
    if field.is_empty() {
        return None;
    }
    let Ok(size) = size.trim().replace(',', ".").parse::<f64>() else {
        return Some(Err("Enter the size of the change as a number.".into()));
    };
    let field = field.clone();
    Some(match how.as_str() {
        "shift" => Ok(Shift::Number {
            field,
            deviations: size,
        }),
        "level" if level.is_empty() => Err("Choose a category.".into()),
        "level" => Ok(Shift::Level {
            field,
            level: level.clone(),
            share: size / 100.0,
        }),
        "missing" => Ok(Shift::Missing {
            field,
            share: size / 100.0,
        }),
        _ => Err("Choose a type of change.".into()),
    })
}

fn view(
    use_case: &UseCase,
    [field, how, level, size]: &[String; 4],
    answer: Option<Result<SimulatedCheck, String>>,
) -> AnyView {
    let history = Route::DriftHistory {
        use_case: (&use_case.id).into(),
    };
    let action = Route::DriftSimulate {
        use_case: (&use_case.id).into(),
    };
    let option = |value: &str, text: String, chosen: &str| {
        let selected = value == chosen;
        view! { <option value=value.to_owned() selected=selected>{text}</option> }.into_any()
    };
    let fields = use_case
        .inputs()
        .map(|known| option(&known.name, known.label.clone(), field))
        .collect::<Vec<_>>();
    let chosen = if how.is_empty() { "shift" } else { how };
    let ways = [
        ("shift", "Shift by standard deviations"),
        ("level", "Move % of people to a category"),
        ("missing", "Set % of values to missing"),
    ];
    let ways = ways
        .map(|(value, text)| option(value, text.to_owned(), chosen))
        .into_iter()
        .collect::<Vec<_>>();
    let levels: Vec<AnyView> = use_case
        .inputs()
        .filter(|known| known.is_level())
        .map(|known| {
            let options = known.levels.iter().map(|value| {
                let selected = value == level && known.name == *field;
                view! { <option value=value.clone() selected=selected>{known.value_label(value)}</option> }.into_any()
            });
            view! { <optgroup label=known.label.clone()>{options.collect::<Vec<_>>()}</optgroup> }.into_any()
        })
        .collect();
    let size = if size.is_empty() {
        "0.5".to_owned()
    } else {
        size.clone()
    };
    let answer = match answer {
        None => ().into_any(),
        Some(Err(problem)) => {
            view! { <p class="note warn" role="alert">{format::capitalized(&problem)}</p> }
                .into_any()
        }
        Some(Ok(found)) => found_of(&found),
    };
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=history.path()>"Drift history"</a></nav>
        <PageHeading title="Simulate drift"><p>"The result of a drift check if one feature changed. A copy of the current data is changed and checked."</p></PageHeading>
        <form method="get" action=action.path() class="filters">
            <div class="field"><label for="field">"Feature"</label><select id="field" name="field">{fields}</select></div>
            <div class="field"><label for="how">"Type of change"</label><select id="how" name="how">{ways}</select></div>
            <div class="field"><label for="level">"Category"</label><select id="level" name="level"><option value="">"Only for moving people to a category"</option>{levels}</select></div>
            <div class="field"><label for="size">"Size"</label><input id="size" name="size" inputmode="decimal" value=size required /></div>
            <button class="button">"Simulate"</button>
        </form>
        {answer}
    }
    .into_any()
}

fn found_of(found: &SimulatedCheck) -> AnyView {
    let report = &found.report;
    let is_shown = |column: &ColumnReport| {
        column.verdict != DriftVerdict::Stable || column.name == found.field
    };
    let mut columns: Vec<_> = by_weight(report)
        .into_iter()
        .filter(|(column, _)| is_shown(column))
        .collect();
    // The changed feature first; the others keep their order.
    columns.sort_by_key(|(column, _)| column.name != found.field);
    let table = if columns.is_empty() {
        ().into_any()
    } else {
        features::of_check(&columns, |name| found.use_case.label(name), |_| None)
    };
    let policies = found
        .policies
        .iter()
        .map(|(name, [with, compared], [without, _])| {
            Row::new(vec![
                Cell::text(format::drift_policy_label(name)),
                Cell::number(format!("{with} of {compared}")),
                Cell::number(format!("{without} of {compared}")),
            ])
        });
    let policies: Vec<Row> = policies.collect();
    let headings = vec![
        Heading::text("Policy"),
        Heading::number("Drifted with the change"),
        Heading::number("Drifted without it"),
    ];
    let expected = |report: &monitoring::monthly::MonthlyCheck| {
        report
            .estimated
            .as_ref()
            .map(|found| found.expected_left.clone())
    };
    let expected = expected(report).zip(expected(&found.unchanged)).map(|(with, without)| {
        view! { <p>"Expected " {found.use_case.words.event_many.clone()} ": " <FigureValue figure=with scale=Scale::Count /> " instead of " <FigureValue figure=without scale=Scale::Count /> "."</p> }
    });
    let sentence = report.recommendation.sentence.clone();
    view! {
        <section class="note simulated-check">
            <h2>"Simulated: "{found.sentence.clone()}</h2>
            <p><b>"Simulated data: this result is not stored and does not count as a drift check."</b>{format!(" Based on the data of {}.", found.as_of)}</p>
            <p>{sentence}</p>
            <p>"Prediction drift: "{labels::verdict(report.prediction.verdict)}", "{labels::effect(&report.prediction)}</p>
            {expected}
        </section>
        <section><h2>"Effect of the change"</h2>{difference(found)}</section>
        <section><h2>"Features that are not stable"</h2><p>{report.features.summary_with(|name| found.use_case.label(name))}</p>{table}</section>
        <section><h2>"Result by policy"</h2><Table headings rows=policies class="list" scroll="Policies" /></section>
    }
    .into_any()
}

/// The changed feature, and every feature whose status differs with and without the change.
fn difference(found: &SimulatedCheck) -> AnyView {
    let without = |name: &str| {
        found
            .unchanged
            .features
            .columns
            .iter()
            .find(|column| column.name == name)
    };
    let pairs = found
        .report
        .features
        .columns
        .iter()
        .filter_map(|with| Some((with, without(&with.name)?)));
    let (mut changed, same): (Vec<_>, Vec<_>) = pairs
        .partition(|(with, without)| with.name == found.field || with.verdict != without.verdict);
    changed.sort_by_key(|(with, _)| with.name != found.field);
    let row = |(with, without): &(&ColumnReport, &ColumnReport)| {
        Row::new(vec![
            Cell::text(found.use_case.label(&with.name)),
            Cell::view(labels::verdict(without.verdict)),
            Cell::view(labels::verdict(with.verdict)),
            Cell::number(labels::effect(without)),
            Cell::number(labels::effect(with)),
        ])
    };
    let rows: Vec<Row> = changed.iter().map(row).collect();
    let headings = vec![
        Heading::text("Feature"),
        Heading::text("Status without the change"),
        Heading::text("Status with the change"),
        Heading::number("Effect size without"),
        Heading::number("Effect size with"),
    ];
    let others = match same
        .iter()
        .filter(|(with, _)| with.verdict == DriftVerdict::Drifted)
        .count()
    {
        0 => "No other feature was found to have drifted.".to_owned(),
        1 => "1 other feature has drifted with and without the change.".to_owned(),
        count => format!("{count} other features have drifted with and without the change."),
    };
    view! { <Table headings rows class="list" scroll="Effect of the change" /><p class="aside">{others}</p> }.into_any()
}

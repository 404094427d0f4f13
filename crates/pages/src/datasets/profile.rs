//! The profile of a table: gates, warnings, every column with its chart, correlations. One view for
//! the page and for files.

use std::fmt::Write;

use leptos::prelude::*;
use monitoring::ValueKind;
use stats::outliers::OUTLIER_DEVIATIONS;
use workflow::data_profile::{AgainstTarget, Bars, ColumnSummary, Correlation, DataProfile, Gate};

use super::heatmap;
use app::components::badge::{StateBadge, Tone};
use app::components::table::{Cell, Heading, Row, Table, TextList};
use domain::format;

/// Columns at or beyond the limit of a gate that are named.
const OFFENDERS: usize = 5;
/// Levels of a column that are drawn, and values of its outcome.
const LEVELS: usize = 8;
const VALUES: usize = 10;
/// Pairs of columns in the table beside the heat map.
const PAIRS: usize = 15;

/// The whole profile below its heading.
pub(super) fn profile(found: &DataProfile) -> AnyView {
    let is_released = found.released.is_some();
    let columns = found
        .columns
        .iter()
        .map(|own| column(own, is_released))
        .collect::<Vec<_>>();
    let warnings: Vec<String> = found
        .warnings
        .iter()
        .map(|warning| warning.sentence.clone())
        .collect();
    let title = match warnings.len() {
        0 => "No warnings".to_owned(),
        1 => "1 warning".to_owned(),
        count => format!("{count} warnings"),
    };
    let constant = match found.constant_columns.len() {
        0 => "no constant columns".to_owned(),
        _ => format!("constant columns: {}", found.constant_columns.join(", ")),
    };
    let repeats = match found.duplicate_rows {
        0 => "no duplicate rows".to_owned(),
        1 => "1 duplicate row".to_owned(),
        count => format!("{} duplicate rows", format::count(count as u32)),
    };
    let columns_note = format!(
        "Outliers: more than {OUTLIER_DEVIATIONS} standard deviations from the mean; categories, ordered or not, have none. Whiskers: 95% intervals (Wilson)."
    );
    view! {
        {released(found)}
        <section>
            <h2>"Data quality"</h2>
            <p class="aside">{format!("{}; {constant}. Figures are counts over the whole table, so there are no intervals.", format::capitalized(&repeats))}</p>
            {gates(&found.gates)}
        </section>
        <section>
            <h2>{title}</h2>
            <TextList texts=warnings class="report-limits" />
        </section>
        <section>
            <h2>"Columns"</h2>
            <p class="aside">{columns_note}</p>
            <div class="profile-columns">{columns}</div>
        </section>
        {correlations(found)}
    }
    .into_any()
}

/// The rounding that protects individuals; nothing for exact figures.
pub(super) fn released(found: &DataProfile) -> AnyView {
    let note = found.released.as_ref().map(|released| {
        let texts = released.notes.clone();
        view! { <section class="note"><h2>"Rounded to protect privacy"</h2><TextList texts class="report-limits" /></section> }
    });
    note.into_any()
}

fn gates(gates: &[Gate]) -> AnyView {
    let row = |gate: &Gate| {
        let (tone, word) = match gate.passed {
            Some(true) => (Tone::Good, "Pass"),
            Some(false) => (Tone::Bad, "Fail"),
            None => (Tone::Neutral, "Could not be computed"),
        };
        let more = gate.offenders.len().saturating_sub(OFFENDERS);
        let mut offenders = gate
            .offenders
            .iter()
            .take(OFFENDERS)
            .cloned()
            .collect::<Vec<_>>()
            .join(", ");
        if more > 0 {
            _ = write!(offenders, " and {more} more");
        }
        Row::new(vec![
            Cell::text(&gate.sentence),
            Cell::view(view! { <StateBadge tone word /> }),
            Cell::text(offenders),
        ])
    };
    let headings = vec![
        Heading::text("Measure and limit"),
        Heading::text("Result"),
        Heading::text("At or beyond the limit"),
    ];
    view! { <Table headings rows=gates.iter().map(row).collect() class="list gates" scroll="Data quality" /> }.into_any()
}

/// A number with as few digits as needed.
fn short(value: f64) -> String {
    match value.abs() {
        v if value.fract() == 0.0 && v < 1e6 => format::number(value, 0),
        v if v >= 1000.0 => format::number(value, 0),
        v if v >= 10.0 => format::number(value, 1),
        _ => format::number(value, 2),
    }
}

/// One column. `is_released`: its figures are rounded, and some are hidden.
fn column(own: &ColumnSummary, is_released: bool) -> AnyView {
    let kind = match own.kind {
        ValueKind::Number => "number",
        ValueKind::Level => "category",
        ValueKind::Text => "text",
    };
    let missing = if own.missing == 0 {
        "none".to_owned()
    } else {
        format!("{} ({:.1}%)", own.missing, 100.0 * own.missing_rate)
    };
    let mut facts = vec![
        ("Missing", missing),
        ("Distinct", format::count(own.distinct as u32)),
    ];
    if let Some(numbers) = &own.numbers {
        let known = |value: Option<f64>| value.map_or_else(|| "not shown".to_owned(), short);
        let quartiles = [2, 3, 4].map(|at| known(numbers.quantiles[at])).join(" · ");
        let outliers = match numbers.fences {
            Some([low, high]) => {
                let count = format::count(numbers.outliers as u32);
                format!("{count} outside {} to {}", short(low), short(high))
            }
            // The spread of a column that varies a little is rounded to nothing, and the bounds go
            // with it.
            None if is_released && numbers.standard_deviation == 0.0 && own.distinct > 1 => {
                "not shown".to_owned()
            }
            None => "not applicable".to_owned(),
        };
        let range = numbers
            .min
            .zip(numbers.max)
            .map(|(min, max)| format!("{} to {}", short(min), short(max)));
        let range = range.or_else(|| is_released.then(|| "not shown".to_owned()));
        facts.extend(range.map(|range| ("Range", range)));
        facts.extend([
            (
                "Mean ± SD",
                format!(
                    "{} ± {}",
                    short(numbers.mean),
                    short(numbers.standard_deviation)
                ),
            ),
            ("Quartiles", quartiles),
            (
                "1st and 99th percentile",
                [0, 6].map(|at| known(numbers.quantiles[at])).join(" · "),
            ),
            ("Outliers", outliers),
            ("Zeros", format!("{:.1}%", 100.0 * numbers.zeros)),
            ("Skewness", short(numbers.skewness)),
        ]);
    }
    if own.kind == ValueKind::Number && own.numbers.is_none() && is_released {
        facts.push((
            "Mean, quartiles and outliers",
            "not shown: too few people have a value".to_owned(),
        ));
    }
    if let Some(strength) = own
        .against_target
        .as_ref()
        .and_then(|target| target.strength)
    {
        facts.push(("Association with the outcome", short(strength)));
    }
    let facts = facts
        .into_iter()
        .map(|(term, text)| view! { <div><dt>{term}</dt><dd>{text}</dd></div> }.into_any())
        .collect::<Vec<_>>();
    let against = own
        .against_target
        .as_ref()
        .map(|target| against(&own.name, target));
    view! {
        <article>
            <h3>{own.name.clone()}" "<span class="aside">{kind}</span></h3>
            {bars(own)}
            <dl class="pairs">{facts}</dl>
            {against}
        </article>
    }
    .into_any()
}

/// A histogram of numbers, or the most frequent levels with their names.
fn bars(own: &ColumnSummary) -> AnyView {
    let Bars {
        edges,
        levels,
        counts,
        other,
    } = &own.bars;
    let most = counts.iter().copied().max().unwrap_or(0);
    if most == 0 {
        let why = if own.kind == ValueKind::Text {
            "Text columns are not charted: they may contain names."
        } else {
            "No values to chart."
        };
        return view! { <p class="aside">{why}</p> }.into_any();
    }
    if !levels.is_empty() {
        let rest = other + counts.iter().skip(LEVELS).sum::<u64>();
        // One scale for all bars: the rest together may be longer than any single level.
        let longest = most.max(rest) as f64;
        let bar = |name: AnyView, count: u64| {
            let style = format!("--width:{:.1}%", 100.0 * count as f64 / longest);
            view! { <li>{name}<i style=style></i><b>{format::count(count as u32)}</b></li> }
                .into_any()
        };
        let shown = levels.iter().zip(counts).take(LEVELS);
        let mut items: Vec<AnyView> = shown
            .map(|(level, count)| bar(view! { <span>{level.clone()}</span> }.into_any(), *count))
            .collect();
        if rest > 0 {
            items.push(bar(
                view! { <span class="aside">"All others"</span> }.into_any(),
                rest,
            ));
        }
        return view! { <ul class="levels">{items}</ul> }.into_any();
    }
    let width = 300.0 / counts.len() as f64;
    let mut path = String::new();
    for (at, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let height = (88.0 * *count as f64 / most as f64).max(0.7);
        let (x, bar) = (width * at as f64, (width - 1.0).max(0.5));
        // Writing to a string does not fail.
        _ = write!(path, "M{x:.1} 90v-{height:.1}h{bar:.1}v{height:.1}z");
    }
    let svg = format!(
        "<svg aria-hidden=\"true\" viewBox=\"0 0 300 91\"><path d=\"{path}\" fill=\"var(--series-0)\"/><path d=\"M0 90.500h300\" stroke=\"var(--line-strong)\"/></svg>"
    );
    let end = |edge: Option<&f64>| edge.copied().map(short).unwrap_or_default();
    let ends = own
        .numbers
        .as_ref()
        .and_then(|numbers| numbers.min.zip(numbers.max))
        .map(|(min, max)| [short(min), short(max)]);
    let [low, high] = ends.unwrap_or_else(|| [end(edges.first()), end(edges.last())]);
    let label = format!("Histogram of {}", own.name);
    view! {
        <figure class="histogram">
            <div role="img" aria-label=label inner_html=svg></div>
            <figcaption><span>{low}</span><span>{high}</span></figcaption>
        </figure>
    }
    .into_any()
}

/// Outcome rate by value: a dot with its interval, on one scale for the column.
fn against(name: &str, target: &AgainstTarget) -> AnyView {
    let top = target
        .groups
        .iter()
        .filter_map(|group| Some(group.rate.interval?[1]))
        .fold(0.05_f64, f64::max);
    let groups = target.groups.iter().take(VALUES);
    let row = |group: &workflow::data_profile::TargetGroup| {
        let drawn = match (group.rate.value, group.rate.interval) {
            (Some(value), Some([low, high])) => {
                let [x, low, high] = [value, low, high].map(|share| 100.0 * share / top);
                format!(
                    "<svg aria-hidden=\"true\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\"><path d=\"M{low:.1} 5H{high:.1}\" stroke=\"var(--series-0)\" stroke-width=\"1.500\" \
                     vector-effect=\"non-scaling-stroke\"/><path d=\"M{x:.1} 1v8\" stroke=\"var(--series-0)\" stroke-width=\"4\" vector-effect=\"non-scaling-stroke\"/></svg>"
                )
            }
            _ => String::new(),
        };
        let share = group
            .rate
            .value
            .map(|rate| format!("{:.1}%", 100.0 * rate))
            .unwrap_or_default();
        Row::new(vec![
            Cell::text(&group.label),
            Cell::number(format::count(group.n as u32)),
            Cell::view(view! { <span class="outcome-dot" inner_html=drawn></span> }),
            Cell::number(share),
        ])
    };
    let rows = groups.map(row).collect();
    let headings = vec![
        Heading::text("Value"),
        Heading::number("Rows"),
        Heading::hidden("Chart"),
        Heading::number("Outcome rate"),
    ];
    let more = target.groups.len().saturating_sub(VALUES);
    let more = (more > 0).then(|| view! { <p class="aside">{format!("{more} more {}.", if more == 1 { "value" } else { "values" })}</p> });
    view! {
        <details>
            <summary>"Outcome rate by value"<span class="visually-hidden">{format!(": {name}")}</span></summary>
            <Table headings rows class="list" />
            {more}
        </details>
    }
    .into_any()
}

/// The heat map with its strongest pairs.
fn correlations(found: &DataProfile) -> AnyView {
    let correlations = &found.correlations;
    if correlations.names.len() < 2 {
        return view! { <section><h2>"Correlations"</h2><p class="aside">"Fewer than two columns have varying values."</p></section> }
            .into_any();
    }
    let row = |pair: &Correlation| {
        let [first, second] = [pair.first, pair.second].map(|at| correlations.names[at].clone());
        Row::new(vec![
            Cell::text(first),
            Cell::text(second),
            Cell::text(pair.measure.label()),
            Cell::number(format::number(pair.value, 3)),
            Cell::number(
                pair.spearman
                    .map(|value| format::number(value, 3))
                    .unwrap_or_default(),
            ),
        ])
    };
    let rows: Vec<Row> = correlations.strongest.iter().take(PAIRS).map(row).collect();
    let headings = vec![
        Heading::text("First column"),
        Heading::text("Second column"),
        Heading::text("Measure"),
        Heading::number("Value"),
        Heading::number("Spearman"),
    ];
    let title = correlations.strongest.first().map_or_else(
        || "Correlations".to_owned(),
        |pair| {
            format!(
                "{} and {} have the strongest correlation",
                correlations.names[pair.first], correlations.names[pair.second]
            )
        },
    );
    let rows_text = format::count(correlations.rows as u32);
    view! {
        <section>
            <h2>{title}</h2>
            <p class="aside">{format!("Pearson for numeric pairs, Cramér's V for categorical pairs, correlation ratio for mixed pairs, both corrected for bias; categories with fewer than 10 rows are pooled; {rows_text} rows.")}</p>
            <div class="table-scroll heat" role="region" aria-label="Correlations of all columns" tabindex="0" inner_html=heatmap::map(correlations)></div>
            {heatmap::key()}
            <h3>"Strongest pairs"</h3>
            <Table headings rows class="list" scroll="Strongest pairs" />
        </section>
    }
    .into_any()
}

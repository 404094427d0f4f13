//! Shadow scoring: the switch, and how the version disagrees with the live one.

use domain::{Estimate, format};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use workflow::{Disagreement, ReviewPage, ShadowBatch, ShadowReport, ShadowTally};

use super::actions::ReviewShadow;
use app::components::figure::Scale;
use app::components::table::{Cell, Heading, Row, Table};

/// The section. `done`: the last form and its message, shown here when it was the switch.
pub fn section(page: &ReviewPage, (done, message): (&str, &str)) -> AnyView {
    let report = &page.shadow;
    let done = matches!(done, "shadow_on" | "shadow_off")
        .then(|| view! { <p class="note" role="status">{message.to_owned()}</p> });
    let latest = report.batches.first().map(latest);
    let none = (report.batches.is_empty() && report.programs.is_empty())
        .then(|| view! { <p class="aside">"No scores in shadow yet."</p> });
    let programs = report.programs.iter().map(tally).collect::<Vec<_>>();
    view! {
        <section id="shadow">
            <h2>"Shadow scoring"</h2>
            <p class="aside">"A version in shadow scores the same people as the live version. Its scores are not shown as the score of anyone; only the disagreement between the two versions is."</p>
            {done}
            <p>{standing(report)}</p>
            {switch(page)}
            {none}
            {latest}
            {earlier(report)}
            {programs}
        </section>
    }
    .into_any()
}

fn standing(report: &ShadowReport) -> String {
    match (report.on, &report.switched) {
        (true, Some((by, at))) => format!("On since {} ({by}).", at.long()),
        (true, None) => "On.".to_owned(),
        (false, Some((by, at))) => format!("Off. Last changed on {} by {by}.", at.long()),
        (false, None) => "Off.".to_owned(),
    }
}

fn switch(page: &ReviewPage) -> AnyView {
    if !page.shadow.may_switch {
        return ().into_any();
    }
    let (on, label) = if page.shadow.on {
        ("false", "Turn off shadow scoring")
    } else {
        ("true", "Turn on shadow scoring")
    };
    view! {
        <form method="post" action=ReviewShadow::PATH class="review-form screen-only">
            <input type="hidden" name="use_case" value=page.version.use_case.to_string() />
            <input type="hidden" name="version" value=page.version.version.to_string() />
            <input type="hidden" name="on" value=on />
            <p class="actions"><button class="button quiet">{label}</button></p>
        </form>
    }
    .into_any()
}

fn latest(batch: &ShadowBatch) -> AnyView {
    let title = format!(
        "Disagreement with version {} on {}",
        batch.live_version,
        batch.as_of.long()
    );
    let body = match (&batch.disagreement, &batch.problem) {
        (Some(own), _) => disagreement(own, "people"),
        (None, problem) => {
            let why = problem.clone().unwrap_or_default();
            view! { <p class="note warn">{format!("Could not be scored. {why}")}</p> }.into_any()
        }
    };
    view! { <h3>{title}</h3>{body} }.into_any()
}

fn tally(tally: &ShadowTally) -> AnyView {
    let title = format!(
        "Records scored through the API, beside version {}",
        tally.live_version
    );
    let counted = format!(
        "Counted from {} to {}; the same person can be counted more than once. Not scored in shadow while others were: {}. Failed: {}. The rank correlation is over twenty equal parts of the scale.",
        tally.since.long(),
        tally.until.long(),
        tally.skipped,
        tally.failed
    );
    view! { <h3>{title}</h3><p class="aside">{counted}</p>{disagreement(&tally.disagreement, "records")} }
        .into_any()
}

fn disagreement(own: &Disagreement, of: &str) -> AnyView {
    let figure = |name: &str, figure: &Estimate, scale: Scale| {
        Row::new(vec![
            Cell::text(name),
            Cell::figure(Some(figure.clone()), scale),
        ])
    };
    let rows = vec![
        Row::new(vec![
            Cell::text("Scored by both"),
            Cell::number(format::count(own.n)),
        ]),
        figure(
            "Rank correlation (Spearman)",
            &own.rank_correlation,
            Scale::Metric,
        ),
        Row::new(vec![
            Cell::text("Mean difference (points)"),
            points(&own.mean_difference),
        ]),
        Row::new(vec![
            Cell::text("Mean absolute difference (points)"),
            points(&own.mean_absolute_difference),
        ]),
        figure(
            "Share with another risk band",
            &own.band_changes,
            Scale::Percent,
        ),
        figure(
            "Overlap of the tenth with the highest scores",
            &own.top_overlap,
            Scale::Percent,
        ),
    ];
    let headings = vec![
        Heading::text("Disagreement"),
        Heading::number("Value and 95% interval"),
    ];
    view! {
        <Table headings rows class="list" scroll="Disagreement between the versions" />
        <p class="aside">"Differences: shadow − live, in percentage points. Counts are multiples of the smallest group that is shown, and means are rounded."</p>
        {matrix(own, of)}
        {groups(own)}
    }
    .into_any()
}

/// A difference in percentage points.
fn points(figure: &Estimate) -> Cell {
    match (figure.value, figure.interval) {
        (Some(value), Some([low, high])) => Cell::with_aside(
            format::points(value),
            format!("{} to {}", format::points(low), format::points(high)),
        ),
        (Some(value), None) => Cell::text(format::points(value)),
        (None, _) => Cell::aside(figure.why.clone().unwrap_or_default()),
    }
    .numeric()
}

fn hidden(count: Option<u32>) -> Cell {
    match count {
        Some(count) => Cell::number(format::count(count)),
        None => Cell::aside("not shown").numeric(),
    }
}

fn matrix(own: &Disagreement, of: &str) -> AnyView {
    let row = |(band, counts): (&String, &Vec<Option<u32>>)| {
        let mut cells = vec![Cell::text(band)];
        cells.extend(counts.iter().copied().map(hidden));
        Row::new(cells)
    };
    let rows = own.bands.iter().zip(&own.matrix).map(row).collect();
    let headings = std::iter::once(Heading::text("Live band"))
        .chain(
            own.bands
                .iter()
                .map(|band| Heading::number(format!("Shadow: {band}"))),
        )
        .collect();
    let scroll = format!("Risk bands of the {of} in both versions");
    view! { <Table headings rows class="list" scroll /> }.into_any()
}

fn groups(own: &Disagreement) -> AnyView {
    if own.groups.is_empty() {
        return ().into_any();
    }
    let row = |group: &workflow::GroupDifference| {
        Row::new(vec![
            Cell::text(&group.label),
            Cell::text(&group.group),
            hidden(group.people),
            points(&group.mean_difference),
        ])
    };
    let rows = own.groups.iter().map(row).collect();
    let headings = vec![
        Heading::text("Attribute"),
        Heading::text("Group"),
        Heading::number("People"),
        Heading::number("Mean difference (points)"),
    ];
    view! { <Table headings rows class="list" scroll="Mean difference by group" /> }.into_any()
}

/// The batches before the newest one.
fn earlier(report: &ShadowReport) -> AnyView {
    let row = |batch: &ShadowBatch| {
        let mut cells = vec![
            Cell::brief(batch.as_of.long()),
            Cell::number(batch.live_version.to_string()),
        ];
        match &batch.disagreement {
            Some(own) => cells.extend([
                Cell::figure(Some(own.rank_correlation.clone()), Scale::Metric),
                points(&own.mean_difference),
                Cell::figure(Some(own.band_changes.clone()), Scale::Percent),
            ]),
            None => cells.extend([
                Cell::aside(batch.problem.clone().unwrap_or_default()),
                Cell::aside(""),
                Cell::aside(""),
            ]),
        }
        Row::new(cells)
    };
    let rows: Vec<Row> = report.batches.iter().skip(1).map(row).collect();
    if rows.is_empty() {
        return ().into_any();
    }
    let headings = vec![
        Heading::text("Snapshot date"),
        Heading::number("Live version"),
        Heading::number("Rank correlation"),
        Heading::number("Mean difference (points)"),
        Heading::number("Another band"),
    ];
    view! {
        <h3>"Earlier batches"</h3>
        <Table headings rows class="list" scroll="Earlier batches scored in shadow" />
    }
    .into_any()
}

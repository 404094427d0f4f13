//! Mitigation experiments: available ones, past ones with their effect, and the accuracy-fairness
//! frontier.

use domain::{Estimate, Route, VersionNumber};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use stats::Metric;
use stats::comparison::Comparison;
use stats::paired_fairness::ParityChange;
use workflow::fairness::{ExperimentChoice, ExperimentRow, FairnessReport};

use crate::charts::groups::{Spot, frontier};
use crate::components::chart::ChartFigure;
use crate::error::{Kind, PageError};
use app::components::badge::{StateBadge, Tone};
use app::components::figure::Scale;
use app::components::table::{Cell, Heading, Row, Table};
use domain::format;

/// Experiments shown in full on the page; the file has all of them.
const ON_PAGE: usize = 2;

/// Starts an experiment as a background job, and goes to its page.
#[server(prefix = "/fn", endpoint = "start-experiment")]
pub async fn start_experiment(
    use_case: String,
    version: VersionNumber,
    kind: String,
    attribute: String,
) -> Result<(), PageError> {
    let (tenure, actor) = crate::context::get()?;
    let experiment = match kind.as_str() {
        "drop" => workflow::Experiment::Drop(attribute),
        "drop-proxies" => workflow::Experiment::DropProxies(attribute),
        "reweigh" => workflow::Experiment::Reweigh(attribute),
        _ => {
            return Err(PageError::new(
                Kind::BadRequest,
                "Unknown experiment type. Use drop, drop-proxies or reweigh.",
            ));
        }
    };
    let job = tenure
        .start_experiment(&actor.admin()?, &use_case, version, &experiment, None)
        .await?;
    leptos_axum::redirect(&Route::Job { job: (&job).into() }.path());
    Ok(())
}

/// Past experiments, the newest `most` of them in full.
pub fn results(page: &FairnessReport, most: usize) -> AnyView {
    let frontiers = page.attributes.iter().filter_map(|own| {
        let spots = spots(page, &own.name);
        let title = format!("Accuracy and fairness by {}", own.label.to_lowercase());
        let chart = frontier(title, &spots)?;
        Some(view! { <ChartFigure chart /> }.into_any())
    });
    let frontiers = frontiers.collect::<Vec<_>>();
    let tried = page
        .experiments
        .iter()
        .take(most)
        .enumerate()
        .map(|(at, own)| result(own, page, at == 0))
        .collect::<Vec<_>>();
    if tried.is_empty() {
        return view! { <p class="aside">"No experiments with this version yet."</p> }.into_any();
    }
    let older = page.experiments.len().saturating_sub(most);
    let older = (older > 0).then(|| view! { <p class="aside">{format!("Older experiments, in the HTML download only: {older}.")}</p> });
    view! { <div class="chart-grid wide">{frontiers}</div>{tried}{older} }.into_any()
}

/// The section on the page: forms for users who can train, and the results.
pub fn section(page: &FairnessReport, can_edit: bool) -> AnyView {
    let forms = if can_edit {
        let rows = page
            .choices
            .iter()
            .map(|choice| row(choice, page))
            .collect();
        let headings = vec![Heading::text("Attribute"), Heading::text("Experiments")];
        view! {
            <p class="aside">
                "Each experiment trains a comparison run in the background, with the same candidate, number of trials and folds as this version. It takes no longer than the original training and does not register a model version."
            </p>
            <Table headings rows class="list experiments" scroll="Available experiments" />
        }
        .into_any()
    } else {
        view! { <p class="aside">"Starting an experiment requires the administrator role."</p> }
            .into_any()
    };
    view! { <section id="experiments"><h2>"Mitigation experiments"</h2>{forms}{results(page, ON_PAGE)}</section> }.into_any()
}

fn row(choice: &ExperimentChoice, page: &FairnessReport) -> Row {
    let button = |kind: &'static str, label: String| {
        view! {
            <form method="post" action=StartExperiment::PATH>
                <input type="hidden" name="use_case" value=page.use_case.clone() />
                <input type="hidden" name="version" value=page.version.to_string() />
                <input type="hidden" name="kind" value=kind />
                <input type="hidden" name="attribute" value=choice.attribute.clone() />
                <button class="button quiet">{label}</button>
            </form>
        }
        .into_any()
    };
    let name = choice.label.to_lowercase();
    let drop = if choice.drop.is_empty() {
        view! { <span class="aside">"not a model input"</span> }.into_any()
    } else {
        button("drop", format!("Train without {name}"))
    };
    let proxies = if choice.proxies.is_empty() {
        view! { <span class="aside">"no clear proxies"</span> }.into_any()
    } else {
        button(
            "drop-proxies",
            format!("Train without proxies ({})", choice.proxies.join(", ")),
        )
    };
    let reweigh = button("reweigh", format!("Reweigh by {name}"));
    Row::new(vec![
        Cell::text(&choice.label),
        Cell::view(view! { <div class="actions">{drop}{proxies}{reweigh}</div> }),
    ])
}

/// This version and every experiment as points on one attribute's frontier: parity difference and
/// ROC AUC.
fn spots(page: &FairnessReport, attribute: &str) -> Vec<Spot> {
    let gap = |own: &ExperimentRow| {
        own.effect
            .fairness
            .get(attribute)
            .and_then(|changes| changes.first())
            .cloned()
    };
    let auc = |own: &ExperimentRow| {
        own.effect
            .metrics
            .iter()
            .find(|metric| metric.metric == Metric::RocAuc)
            .cloned()
    };
    let mut spots = Vec::new();
    for own in page.experiments.iter().rev() {
        let (Some(gap), Some(auc)) = (gap(own), auc(own)) else {
            continue;
        };
        if spots.is_empty() {
            spots.push(Spot {
                label: format!("Version {}", page.version),
                x: gap.before,
                y: auc.champion,
            });
        }
        spots.push(Spot {
            label: own.title.clone(),
            x: gap.after,
            y: auc.challenger,
        });
    }
    spots
}

/// One experiment; the newest is open.
fn result(own: &ExperimentRow, page: &FairnessReport, open: bool) -> AnyView {
    let effect = &own.effect;
    let metric = |own: &Comparison| {
        let more_is_better = own
            .metric
            .has_direction()
            .then(|| own.metric.higher_is_better());
        change(
            own.metric.label().to_owned(),
            [&own.champion, &own.challenger],
            &own.difference,
            more_is_better,
        )
    };
    let mut rows: Vec<Row> = effect.metrics.iter().map(metric).collect();
    for attribute in &page.attributes {
        let changes = effect
            .fairness
            .get(&attribute.name)
            .map(Vec::as_slice)
            .unwrap_or_default();
        rows.extend(changes.iter().map(|own: &ParityChange| {
            let name = format!(
                "{} by {}",
                own.metric.label(),
                attribute.label.to_lowercase()
            );
            change(
                name,
                [&own.before, &own.after],
                &own.change,
                Some(own.metric.is_ratio()),
            )
        }));
    }
    let headings = vec![
        Heading::text("Metric"),
        Heading::number(format!("Version {}", page.version)),
        Heading::number("Experiment"),
        Heading::number("Paired difference"),
        Heading::text("Result"),
    ];
    let [trials, of_version] = effect.trials;
    let fewer = if trials == of_version {
        String::new()
    } else {
        format!(" Trials: {trials} in the experiment, {of_version} for the version.")
    };
    let method = format!(
        "Out of fold on the same {} {}, cutoff {}. ROC AUC: DeLong's paired interval; other metrics: paired bootstrap.{fewer}",
        format::count(effect.rows),
        page.words.many,
        format::number(effect.cutoff, 2),
    );
    let (title, scroll) = (
        format::capitalized(&own.title),
        format!("Effect: {}", own.title),
    );
    let run = Route::Run {
        run: (&own.run).into(),
    };
    let made = format!("{} by {}. ", own.at.long(), own.by);
    view! {
        <details class="report-crossed" open=open>
            <summary><h3>{title}</h3></summary>
            <p>{finding(own, page)}</p>
            <p class="aside">{made}<a href=run.path()>"View run"</a>". "{method}</p>
            <Table headings rows class="list" scroll />
        </details>
    }
    .into_any()
}

/// "ROC AUC does not change significantly (−0.002, −0.008 to +0.004)."
fn finding(own: &ExperimentRow, page: &FairnessReport) -> String {
    let auc = own
        .effect
        .metrics
        .iter()
        .find(|metric| metric.metric == Metric::RocAuc);
    let auc = auc.and_then(|metric| {
        let (value, [low, high]) = (metric.difference.value?, metric.difference.interval?);
        let word = if low > 0.0 {
            "increases"
        } else if high < 0.0 {
            "decreases"
        } else {
            "does not change significantly"
        };
        Some(format!(
            "ROC AUC {word} ({}, {} to {}).",
            format::signed(value, 3),
            format::signed(low, 3),
            format::signed(high, 3)
        ))
    });
    let gaps = |sign: f64| -> Option<String> {
        let moved = |change: &&ParityChange| {
            let better = if change.metric.is_ratio() {
                sign
            } else {
                -sign
            };
            change
                .change
                .interval
                .is_some_and(|[low, high]| if better > 0.0 { low > 0.0 } else { high < 0.0 })
        };
        let of = |attribute: &workflow::fairness::AttributeReport| {
            let changes = own.effect.fairness.get(&attribute.name)?;
            let count = changes.iter().filter(moved).count();
            (count > 0).then(|| {
                format!(
                    "{count} of {} gaps by {}",
                    changes.len(),
                    attribute.label.to_lowercase()
                )
            })
        };
        let found: Vec<String> = page.attributes.iter().filter_map(of).collect();
        (!found.is_empty()).then(|| found.join(", "))
    };
    let words = match (gaps(1.0), gaps(-1.0)) {
        (None, None) => "No gap changes significantly.".to_owned(),
        (better, worse) => {
            let narrower = better.map(|better| format!("Significantly narrower: {better}."));
            let wider = worse.map(|worse| format!("Significantly wider: {worse}."));
            narrower
                .into_iter()
                .chain(wider)
                .collect::<Vec<_>>()
                .join(" ")
        }
    };
    format!(
        "{} {words}",
        auc.unwrap_or_else(|| "ROC AUC could not be compared.".to_owned())
    )
}

/// A row of the table of effects. `more_is_better`: `None` for a metric without a better direction.
fn change(
    name: String,
    [before, after]: [&Estimate; 2],
    difference: &Estimate,
    more_is_better: Option<bool>,
) -> Row {
    let word = match difference.interval {
        None => ().into_any(),
        Some([low, high]) if low <= 0.0 && high >= 0.0 => {
            view! { <span class="aside">"no significant difference"</span> }.into_any()
        }
        Some(_) if more_is_better.is_none() => {
            view! { <StateBadge tone=Tone::Neutral word="different" /> }.into_any()
        }
        Some([low, _]) if Some(low > 0.0) == more_is_better => {
            view! { <StateBadge tone=Tone::Good word="better" /> }.into_any()
        }
        Some(_) => view! { <StateBadge tone=Tone::Bad word="worse" /> }.into_any(),
    };
    let point = |figure: &Estimate| {
        Cell::figure(
            Some(Estimate {
                interval: None,
                ..figure.clone()
            }),
            Scale::Metric,
        )
    };
    let difference = match (difference.value, difference.interval) {
        (Some(value), Some([low, high])) => {
            let interval = format!("{} to {}", format::signed(low, 3), format::signed(high, 3));
            Cell::view(
                view! { <b>{format::signed(value, 3)}</b>" "<span class="aside">{interval}</span> },
            )
            .numeric()
        }
        (Some(value), None) => Cell::number(format::signed(value, 3)),
        (None, _) => Cell::aside(difference.why.clone().unwrap_or_default()),
    };
    Row::new(vec![
        Cell::text(name),
        point(before),
        point(after),
        difference,
        Cell::view(word),
    ])
}

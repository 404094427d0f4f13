//! Candidate and live version compared on the same unseen rows.

use charts::Curve;
use leptos::prelude::*;
use model::global::GlobalExplanation;
use model::use_case::Terminology;
use stats::Metric;
use stats::comparison::Comparison;
use stats::report::Report;
use workflow::{Evaluation, EvidencePackage};

use crate::charts::{curves, histogram};
use crate::components::chart::{Chart, ChartFigure};
use crate::runs::metric_groups;
use app::components::badge::{StateBadge, Tone};
use app::components::figure::Scale;
use app::components::table::{Cell, Heading, Row, Table};
use domain::format;

/// The section.
pub fn section(package: &EvidencePackage, charts: Vec<Vec<Chart>>, words: &Terminology) -> AnyView {
    let grid = |charts: Vec<Chart>| {
        let charts = charts
            .into_iter()
            .map(|chart| view! { <ChartFigure chart /> }.into_any())
            .collect::<Vec<_>>();
        view! { <div class="chart-grid">{charts}</div> }.into_any()
    };
    let charts = charts.into_iter().map(grid).collect::<Vec<_>>();
    let table = if package.comparisons.is_empty() {
        alone(package)
    } else {
        compared(package)
    };
    let confusion = [
        (package.champion.as_ref(), "live version"),
        (Some(&package.candidate), "candidate"),
    ];
    let confusion: Vec<AnyView> = confusion
        .into_iter()
        .filter_map(|(side, name)| Some(self::confusion(side?, name, words)))
        .collect();
    view! {
        <section id="performance">
            <h2>{if package.champion.is_some() { "Comparison with live model" } else { "Performance" }}</h2>
            <p>{finding(package)}</p>
            {power(package, words).map(|text| view! { <p class="note">{text}</p> })}
            <p class="aside">{package.rows.clone()}</p>
            {table}
            {charts}
            <div class="side-by-side">{confusion}</div>
        </section>
    }
    .into_any()
}

/// The result of the paired comparison of ROC AUC, as a sentence.
fn finding(package: &EvidencePackage) -> String {
    let auc = package
        .comparisons
        .iter()
        .find(|comparison| comparison.metric == Metric::RocAuc);
    let Some(auc) = auc else {
        let own = package
            .candidate
            .report
            .metrics
            .get(&Metric::RocAuc)
            .and_then(|figure| figure.value);
        return own.map_or_else(String::new, |value| {
            format!("ROC AUC of the candidate: {}.", format::number(value, 3))
        });
    };
    match (auc.difference.value, auc.difference.interval) {
        (Some(value), Some([low, high])) => {
            let difference = format!(
                "{} ({} to {})",
                format::signed(value, 3),
                format::signed(low, 3),
                format::signed(high, 3)
            );
            if low > 0.0 {
                format!(
                    "The candidate ranks better than the live version: ROC AUC difference {difference}."
                )
            } else if high < 0.0 {
                format!(
                    "The candidate ranks worse than the live version: ROC AUC difference {difference}."
                )
            } else {
                format!("No significant difference in ranking: ROC AUC difference {difference}.")
            }
        }
        _ => "ROC AUC could not be compared.".to_owned(),
    }
}

/// What the comparison could show at all, from the paired interval of ROC AUC; `None` when nothing
/// is compared.
fn power(package: &EvidencePackage, words: &Terminology) -> Option<String> {
    let auc = package
        .comparisons
        .iter()
        .find(|comparison| comparison.metric == Metric::RocAuc)?;
    let counts = [auc.difference.n?, package.candidate.report.positives];
    Some(power_text(counts, auc.difference.interval?, words))
}

/// A difference of the half width of the interval is missed in half of such comparisons, smaller
/// ones more often.
fn power_text([rows, events]: [u32; 2], [low, high]: [f64; 2], words: &Terminology) -> String {
    let half = format::number((high - low) / 2.0, 3);
    // Without access to people the number of events is a multiple of ten, which may be 0.
    format!(
        "Power: {} rows, about {} of them {}. A difference in ROC AUC below {half} (half the width of the 95% interval) is missed at least half \
         of the time.",
        format::count(rows),
        format::count(events),
        words.event_many
    )
}

fn alone(package: &EvidencePackage) -> AnyView {
    let metrics = &package.candidate.report.metrics;
    let row = |metric: &Metric| {
        let figure = metrics.get(metric)?.clone();
        let n = figure.n.map(format::count).unwrap_or_default();
        Some((
            *metric,
            Row::new(vec![
                Cell::text(metric.label()),
                Cell::figure(Some(figure), Scale::Metric),
                Cell::aside(n).numeric(),
            ]),
        ))
    };
    let rows = Metric::ALL.iter().filter_map(row).collect();
    let headings = || {
        vec![
            Heading::text("Metric"),
            Heading::number("Value and 95% interval"),
            Heading::number("n"),
        ]
    };
    metric_groups::tables(rows, &headings, "Metrics")
}

fn compared(package: &EvidencePackage) -> AnyView {
    let row = |comparison: &Comparison| {
        let (tone, word) = sense(comparison);
        let n = comparison
            .difference
            .n
            .map(format::count)
            .unwrap_or_default();
        let row = Row::new(vec![
            Cell::text(comparison.metric.label()),
            Cell::figure(Some(comparison.champion.clone()), Scale::Metric),
            Cell::figure(Some(comparison.challenger.clone()), Scale::Metric),
            Cell::figure(Some(comparison.difference.clone()), Scale::Metric),
            Cell::view(view! { <StateBadge tone word /> }),
            Cell::aside(comparison.p_value.map(format::p_value).unwrap_or_default()).numeric(),
            Cell::aside(n).numeric(),
        ]);
        (comparison.metric, row)
    };
    let rows = package.comparisons.iter().map(row).collect();
    let live = package
        .sources
        .champion
        .as_ref()
        .map_or("Live".to_owned(), |(number, _)| {
            format!("Version {number} (live)")
        });
    let headings = || {
        vec![
            Heading::text("Metric"),
            Heading::number(live.clone()),
            Heading::number(format!("Version {}", package.sources.version)),
            Heading::number("Paired difference"),
            Heading::text("Result"),
            Heading::number("p"),
            Heading::number("n"),
        ]
    };
    let tables = metric_groups::tables(rows, &headings, "Metrics of both versions");
    view! {
        {tables}
        <p class="aside">"Difference: candidate − live version, here and in the gates. 95% intervals. ROC AUC: DeLong's paired test; other metrics: paired bootstrap on the same rows. With many metrics, some differences are expected by chance."</p>
    }
    .into_any()
}

/// Tone and label of a paired difference, from its interval.
fn sense(comparison: &Comparison) -> (Tone, &'static str) {
    let better = if comparison.metric.higher_is_better() {
        1.0
    } else {
        -1.0
    };
    match comparison.difference.interval {
        Some([low, high]) if low > 0.0 || high < 0.0 => {
            if !comparison.metric.has_direction() {
                (Tone::Neutral, "Different")
            } else if low * better > 0.0 {
                (Tone::Good, "Better")
            } else {
                (Tone::Bad, "Worse")
            }
        }
        Some(_) => (Tone::Neutral, "No significant difference"),
        None => (Tone::Neutral, "Could not compute"),
    }
}

/// Two rows: ROC, precision-recall and calibration curves overlaid; score histograms by outcome,
/// one for each side on one scale.
pub fn charts(package: &EvidencePackage) -> Vec<Vec<Chart>> {
    let mut sides: Vec<(String, &Evaluation)> = vec![(
        format!("Version {}", package.sources.version),
        &package.candidate,
    )];
    if let (Some(champion), Some((number, _))) = (&package.champion, &package.sources.champion) {
        sides.push((format!("Version {number} (live)"), champion));
    }
    let of = |points: &dyn Fn(&Report) -> Option<Vec<[f64; 2]>>| -> Vec<Curve> {
        let curve = |(label, side): &(String, &Evaluation)| {
            Some(Curve {
                label: label.clone(),
                points: points(&side.report)?,
                figure: None,
            })
        };
        sides.iter().filter_map(curve).collect()
    };
    let pairs = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| [*x, *y]).collect::<Vec<_>>();
    let roc = of(&|report| {
        report
            .curves
            .roc
            .as_ref()
            .map(|curve| pairs(&curve.fpr, &curve.tpr))
    });
    let recall = of(&|report| {
        report
            .curves
            .precision_recall
            .as_ref()
            .map(|curve| pairs(&curve.recall, &curve.precision))
    });
    let calibration = of(&|report| {
        let point = |bin: &stats::curves::CalibrationBin| {
            let n = f64::from(bin.n);
            (bin.n > 0).then(|| [bin.score_sum / n, f64::from(bin.positives) / n])
        };
        Some(
            report
                .curves
                .calibration_quantile
                .iter()
                .filter_map(point)
                .collect(),
        )
    });
    let bins = |(_, side): &(String, &Evaluation)| {
        [false, true].map(|left| {
            side.histogram
                .iter()
                .map(|bin| {
                    if left {
                        bin.with_event
                    } else {
                        bin.without_event
                    }
                })
                .collect::<Vec<u32>>()
        })
    };
    let scores = histogram::by_outcome_on_one_scale(&sides.iter().map(bins).collect::<Vec<_>>());
    let named = |(chart, (label, _)): (Chart, &(String, &Evaluation))| Chart {
        title: format!("{}: {label}", chart.title),
        ..chart
    };
    let scores = scores.into_iter().zip(&sides).map(named).collect();
    vec![
        [
            curves::roc(&roc),
            curves::precision_recall(&recall),
            curves::calibration(&calibration),
        ]
        .into_iter()
        .flatten()
        .collect(),
        scores,
    ]
}

fn confusion(side: &Evaluation, name: &str, words: &Terminology) -> AnyView {
    let counts = &side.report.confusion;
    let row = |label: String, counts: [u32; 2]| {
        let [not_listed, listed] = counts.map(|count| Cell::number(format::count(count)));
        Row::new(vec![Cell::text(label), not_listed, listed])
    };
    let happened = format::capitalized(&words.event_many);
    let rows = vec![
        row(words.without_event(), [counts.tn, counts.fp]),
        row(happened, [counts.fn_, counts.tp]),
    ];
    let headings = std::iter::once(Heading::text("Actual outcome"))
        .chain(words.predicted().map(Heading::number))
        .collect();
    let caption = format!(
        "Confusion matrix of the {name} (cutoff {})",
        format::percent(side.report.cutoff)
    );
    view! { <Table headings rows class="confusion" caption /> }.into_any()
}

/// Change in feature importance from the live version, largest first; `None` when there is nothing
/// to compare.
pub fn importance_change(own: &GlobalExplanation, live: &GlobalExplanation) -> Option<Chart> {
    /// Fields shown.
    const SHOWN: usize = 10;
    let before = |field: &str| {
        live.importance
            .iter()
            .find(|other| other.field == field)
            .map_or(0.0, |other| other.points)
    };
    let gone = live
        .importance
        .iter()
        .filter(|other| !own.importance.iter().any(|own| own.field == other.field));
    let mut changes: Vec<(String, f64, f64)> = own
        .importance
        .iter()
        .map(|own| (own.label.clone(), before(&own.field), own.points))
        .collect();
    changes.extend(gone.map(|other| (other.label.clone(), other.points, 0.0)));
    changes.sort_by(|a, b| (b.2 - b.1).abs().total_cmp(&(a.2 - a.1).abs()));
    changes.truncate(SHOWN);
    let (label, was, is) = changes.first()?;
    let title = if (is - was).abs() < 0.05 {
        "Feature importance is the same as in the live version".to_owned()
    } else {
        format!(
            "{label} is {} important than in the live version",
            if is > was { "more" } else { "less" }
        )
    };
    let row = |(label, was, is): &(String, f64, f64)| {
        vec![
            label.clone(),
            format::number(*was, 2),
            format::number(*is, 2),
            format::signed(is - was, 2),
        ]
    };
    Some(Chart {
        title,
        sentence: "Mean |contribution| in percentage points, each on its own hold-out; largest change first.".to_owned(),
        svg: crate::charts::pair_plot::draw(&changes),
        legend: vec!["Candidate".to_owned(), "Live version".to_owned()],
        columns: ["Field", "Live version", "Candidate", "Change"].map(str::to_owned).to_vec(),
        rows: changes.iter().map(row).collect(),
    })
}

#[cfg(test)]
mod tests {
    use domain::Estimate;

    use super::*;

    #[test]
    fn a_comparison_says_what_it_could_show() {
        let word = str::to_owned;
        let words = Terminology {
            one: word("customer"),
            many: word("customers"),
            event_one: word("churner"),
            event_many: word("churners"),
            verb: word("cancel"),
        };
        let text = power_text([83, 11], [-0.081, 0.063], &words);
        assert!(
            ["83 rows", "11 of them churners", "below 0.072 "]
                .iter()
                .all(|part| text.contains(part)),
            "{text}"
        );
    }

    #[test]
    fn listing_fewer_people_is_neither_better_nor_worse() {
        let result = |metric: Metric, interval: [f64; 2]| {
            let difference =
                Estimate::with_interval(interval[0].midpoint(interval[1]), interval, 100);
            let side = Estimate::point(0.5, 100);
            sense(&Comparison {
                metric,
                champion: side.clone(),
                challenger: side,
                difference,
                p_value: None,
            })
        };
        assert_eq!(
            result(Metric::SelectionRate, [-0.12, -0.012]),
            (Tone::Neutral, "Different")
        );
        assert_eq!(
            result(Metric::SelectionRate, [-0.12, 0.012]),
            (Tone::Neutral, "No significant difference")
        );
        assert_eq!(
            result(Metric::Recall, [-0.12, -0.012]),
            (Tone::Bad, "Worse")
        );
        assert_eq!(
            result(Metric::Brier, [-0.12, -0.012]),
            (Tone::Good, "Better")
        );
    }
}

//! The charts over time of the drift history.

use domain::{Date, DriftVerdict, Estimate};
use workflow::{DriftHistory, HistoryPoint};

use super::labels::letter;
use crate::charts::over_time::{OverTime, Point, Series, over_time};
use crate::components::chart::Chart;
use app::components::figure::Scale;
use domain::format;

/// The day of a point on the time axis, which counts days since 1970-01-01.
pub fn date_of(day: i64) -> Date {
    Date::from_day_number(day as i32)
}

/// How values of a chart are written.
fn percent(value: &f64) -> String {
    format!("{:.0}%", value * 100.0)
}

fn hundredths(value: &f64) -> String {
    format!("{value:.2}")
}

/// Performance, share of drifted features, prediction drift, observed and expected events.
pub fn charts(history: &DriftHistory) -> Vec<Chart> {
    let drawn: Vec<&HistoryPoint> = history.points.iter().filter(|point| point.drawn).collect();
    vec![
        performance(history, &drawn),
        features(history, &drawn),
        scores(history, &drawn),
        events(history),
    ]
}

fn draw(
    history: &DriftHistory,
    series: &[Series],
    limits: &[(String, f64)],
    [floor, top]: [f64; 2],
    tick: &dyn Fn(&f64) -> String,
) -> String {
    let marks: Vec<(i64, &'static str)> = history
        .events
        .iter()
        .map(|event| (event.day, letter(event.mark)))
        .collect();
    let day = |day| {
        date_of(day)
            .to_string()
            .get(..7)
            .unwrap_or_default()
            .to_owned()
    };
    over_time(&OverTime {
        series,
        limits,
        marks: &marks,
        floor,
        top,
        tick,
        day: &day,
    })
}

fn text(figure: Option<&Estimate>, scale: Scale) -> String {
    match figure.and_then(|figure| Some((figure.value?, figure.interval))) {
        Some((value, Some(interval))) => {
            format!("{} ({})", scale.text(value), scale.interval_text(interval))
        }
        Some((value, None)) => scale.text(value),
        None => figure
            .and_then(|figure| figure.why.clone())
            .map_or("not known".into(), |why| format!("not computed: {why}")),
    }
}

fn performance(history: &DriftHistory, drawn: &[&HistoryPoint]) -> Chart {
    let estimated = |point: &HistoryPoint| {
        point
            .report
            .estimated
            .as_ref()
            .map(|estimated| estimated.roc_auc.clone())
    };
    let realized: Vec<(i64, Option<Estimate>)> = history
        .cohorts
        .iter()
        .map(|cohort| {
            (
                cohort.day,
                cohort
                    .realized
                    .as_ref()
                    .map(|realized| realized.roc_auc.clone()),
            )
        })
        .collect();
    let series = [
        Series {
            points: realized
                .iter()
                .map(|(day, figure)| Point::of(*day, figure.as_ref()))
                .collect(),
            dashed: false,
        },
        Series {
            points: drawn
                .iter()
                .map(|point| Point::of(point.day, estimated(point).as_ref()))
                .collect(),
            dashed: true,
        },
    ];
    let limit = history.limits.roc_auc;
    let known: Vec<f64> = realized
        .iter()
        .filter_map(|(_, figure)| figure.as_ref()?.value)
        .collect();
    let title = match (
        &known[..],
        drawn
            .last()
            .and_then(|point| point.report.realized.as_ref())
            .map(|realized| &realized.roc_auc),
    ) {
        ([], _) => "No outcomes yet: performance is estimated".to_owned(),
        (
            _,
            Some(Estimate {
                value: Some(value),
                interval: Some([low, high]),
                ..
            }),
        ) => {
            let place = if *high < limit {
                "below"
            } else if *low > limit {
                "above"
            } else {
                "not distinguishable from"
            };
            format!(
                "Latest observed ROC AUC is {}, {place} the limit of {}",
                format::number(*value, 2),
                format::number(limit, 2)
            )
        }
        (known, _) => format!(
            "Observed ROC AUC: {}",
            format::number(known[known.len() - 1], 2)
        ),
    };
    let mut days: Vec<i64> = drawn
        .iter()
        .map(|point| point.day)
        .chain(realized.iter().map(|(day, _)| *day))
        .collect();
    days.sort_unstable();
    days.dedup();
    let rows = days.iter().map(|day| {
        let seen = realized
            .iter()
            .find(|(own, _)| own == day)
            .and_then(|(_, figure)| figure.as_ref());
        let cohort = history.cohorts.iter().find(|cohort| cohort.day == *day);
        let guessed = drawn
            .iter()
            .find(|point| point.day == *day)
            .and_then(|point| estimated(point));
        vec![
            date_of(*day).long(),
            text(seen, Scale::Metric),
            cohort
                .and_then(|cohort| cohort.realized.as_ref())
                .map_or("–".into(), |realized| {
                    format!("{} of {}", realized.left, realized.n)
                }),
            text(guessed.as_ref(), Scale::Metric),
        ]
    });
    let left = format!(
        "{} of known",
        format::capitalized(&history.use_case.words.event_many)
    );
    let limits = drawn
        .last()
        .and_then(|point| point.report.estimated.as_ref())
        .map(|estimated| estimated.limits.clone())
        .unwrap_or_default();
    Chart {
        title,
        sentence: format!(
            "ROC AUC of each cycle with 95% intervals: observed from the outcomes before the next cycle, and estimated from the scores alone (CBPE). {limits}"
        ),
        svg: draw(
            history,
            &series,
            &[(format!("limit {}", format::number(limit, 2)), limit)],
            [0.5, 0.9],
            &hundredths,
        ),
        legend: vec!["Observed".into(), "Estimated".into()],
        columns: [
            "Scored on",
            "Observed ROC AUC",
            left.as_str(),
            "Estimated ROC AUC",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect(),
    }
}

fn features(history: &DriftHistory, drawn: &[&HistoryPoint]) -> Chart {
    let share = |point: &HistoryPoint| point.report.features.share_drifted;
    let series = [Series {
        points: drawn
            .iter()
            .map(|point| Point {
                day: point.day,
                value: share(point),
                interval: None,
            })
            .collect(),
        dashed: false,
    }];
    let limit = history.limits.share_drifted;
    let found = drawn
        .iter()
        .filter(|point| point.report.features.verdict == DriftVerdict::Drifted)
        .count();
    let alarm = drawn
        .last()
        .and_then(|point| point.report.features.false_alarm_rate);
    let alarm = alarm.map_or(String::new(), |rate| {
        format!(" False-alarm rate: {} of months.", format::percent(rate))
    });
    let rows = drawn.iter().map(|point| {
        let report = &point.report.features;
        vec![
            point.check.as_of.long(),
            share(point).map_or("could not be computed".into(), format::percent),
            report.drifted().len().to_string(),
            report.summary_with(|name| history.use_case.label(name)),
        ]
    });
    Chart {
        title: format!(
            "Drift of features in {found} of {} checks",
            drawn.iter().filter(|point| share(point).is_some()).count()
        ),
        sentence: format!(
            "Share of compared features that drifted; above the limit, retraining is recommended.{alarm}"
        ),
        svg: draw(
            history,
            &series,
            &[(format!("limit {}", format::percent(limit)), limit)],
            [0.0, 0.5],
            &percent,
        ),
        legend: Vec::new(),
        columns: [
            "Snapshot date",
            "Share drifted",
            "Drifted features",
            "Summary",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect(),
    }
}

fn scores(history: &DriftHistory, drawn: &[&HistoryPoint]) -> Chart {
    let effect = |point: &HistoryPoint| point.report.prediction.effect_size;
    let series = [Series {
        points: drawn
            .iter()
            .map(|point| Point {
                day: point.day,
                value: effect(point),
                interval: None,
            })
            .collect(),
        dashed: false,
    }];
    let floor = history.least_effects[0];
    let drifted = drawn
        .iter()
        .filter(|point| point.report.prediction.verdict == DriftVerdict::Drifted)
        .count();
    let judged = |point: &&&HistoryPoint| {
        matches!(
            point.report.prediction.verdict,
            DriftVerdict::Drifted | DriftVerdict::Stable
        )
    };
    let title = match drawn.iter().filter(judged).count() {
        0 => "Prediction drift could not be computed".to_owned(),
        // Checks with too few rows, and those that could not be computed, say nothing.
        judged => format!("Prediction drift in {drifted} of {judged} checks"),
    };
    let rows = drawn.iter().map(|point| {
        let column = &point.report.prediction;
        vec![
            point.check.as_of.long(),
            super::labels::effect(column),
            super::labels::p_value(column.deciding_test().and_then(|test| test.p_value)),
            column.why.map_or_else(
                || column.verdict.as_str().replace('_', " "),
                |why| why.to_string(),
            ),
        ]
    });
    let limits: Vec<(String, f64)> = (floor > 0.0)
        .then(|| ("minimum effect size".to_owned(), floor))
        .into_iter()
        .collect();
    Chart {
        title,
        sentence: "Wasserstein distance between current and baseline scores, in baseline standard deviations.".into(),
        svg: draw(history, &series, &limits, [0.0, 0.3], &hundredths),
        legend: Vec::new(),
        columns: ["Snapshot date", "Distance", "p-value", "Status"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

/// A cycle with its observed and its expected share of events.
type Known<'a> = (&'a workflow::CohortView, Estimate, Estimate);

/// Target drift as shares: observed events beside expected events.
fn events(history: &DriftHistory) -> Chart {
    let words = &history.use_case.words;
    let share = |figure: &Estimate, n: u64| {
        let part = |value: f64| value / n.max(1) as f64;
        Estimate {
            value: figure.value.map(part),
            interval: figure.interval.map(|interval| interval.map(part)),
            ..figure.clone()
        }
    };
    let known: Vec<Known<'_>> = history
        .cohorts
        .iter()
        .filter_map(|cohort| {
            let realized = cohort.realized.as_ref()?;
            let actual = stats::intervals::proportion(
                realized.left as u32,
                realized.n as u32,
                "no outcomes are known",
            );
            Some((cohort, actual, share(&realized.expected_left, realized.n)))
        })
        .collect();
    // A cycle without known outcomes is a gap.
    let points = |pick: for<'a, 'b> fn(&'a Known<'b>) -> &'a Estimate| -> Vec<Point> {
        let of = |day: i64| known.iter().find(|entry| entry.0.day == day).map(pick);
        history
            .cohorts
            .iter()
            .map(|cohort| Point::of(cohort.day, of(cohort.day)))
            .collect()
    };
    let series = [
        Series {
            points: points(|entry| &entry.1),
            dashed: false,
        },
        Series {
            points: points(|entry| &entry.2),
            dashed: true,
        },
    ];
    let outside = known.iter().filter(|(_, actual, expected)| {
        actual
            .value
            .zip(expected.interval)
            .is_some_and(|(value, [low, high])| value < low || value > high)
    });
    let compared = known
        .iter()
        .filter(|(_, actual, expected)| actual.value.is_some() && expected.interval.is_some())
        .count();
    let title = match (compared, outside.count()) {
        (0, _) if known.is_empty() => {
            format!("No outcomes yet: expected {} only", words.event_many)
        }
        (0, _) => format!(
            "Observed {} could not be compared with the expected range",
            words.event_many
        ),
        (all, 0) if all < known.len() => {
            format!(
                "Observed {} within the expected range in {all} of {} cycles",
                words.event_many,
                known.len()
            )
        }
        (_, 0) => format!(
            "Observed {} within the expected range in every cycle",
            words.event_many
        ),
        (all, some) => format!(
            "Observed {} outside the expected range in {some} of {all} cycles",
            words.event_many
        ),
    };
    let rows = known.iter().map(|(cohort, actual, expected)| {
        vec![
            cohort.as_of.long(),
            cohort.until.long(),
            text(Some(actual), Scale::Percent),
            text(Some(expected), Scale::Percent),
        ]
    });
    Chart {
        title,
        sentence: "Observed and expected share before the next cycle, with 95% intervals. Target drift tests the observed share against the baseline.".into(),
        svg: if known.is_empty() { String::new() } else { draw(history, &series, &[], [0.0, 0.02], &|value: &f64| format!("{:.1}%", value * 100.0)) },
        legend: vec!["Observed".into(), "Expected".into()],
        columns: ["Scored on", "Until", "Observed", "Expected"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

//! What is written down of a training beside the model: parameters, environment, figures, files.

use std::collections::BTreeMap;

use domain::Estimate;
use serde::Serialize;
use stats::Metric;
use stats::report::Report;
use store::runs;

use crate::Evidence;
use crate::Result;
use crate::runs::curves::curves;

/// A file of a run: name, media type and bytes.
pub(crate) type File = (&'static str, &'static str, Vec<u8>);

/// What was asked for, as parameters beside those of the chosen trial.
pub(crate) fn described(settings: &training::Settings) -> Vec<(String, String)> {
    let metric = serde_json::to_value(settings.metric)
        .map(|metric| metric.to_string().replace('"', ""))
        .unwrap_or_default();
    let pair = |name: &str, value: String| (format!("settings.{name}"), value);
    let mut pairs = vec![
        pair(
            "candidates",
            settings
                .candidates
                .iter()
                .map(|candidate| candidate.name())
                .collect::<Vec<_>>()
                .join(", "),
        ),
        pair("metric", metric),
        pair("seed", settings.seed.to_string()),
        pair("trials", settings.trials.to_string()),
        pair("folds", settings.folds.to_string()),
        pair("holdout_share", settings.holdout_share.to_string()),
    ];
    pairs.extend(
        settings
            .include_protected
            .map(|include| pair("include_protected", include.to_string())),
    );
    pairs.extend(
        settings
            .timeout_seconds
            .map(|seconds| pair("timeout_seconds", seconds.to_string())),
    );
    pairs.extend(
        (!settings.exclude.is_empty()).then(|| pair("exclude", settings.exclude.join(", "))),
    );
    pairs.extend(
        settings
            .accepted_data
            .clone()
            .map(|reason| pair("accepted_data", reason)),
    );
    pairs.extend(settings.reweigh.clone().map(|field| pair("reweigh", field)));
    pairs
}

/// What it ran on. Changes the time that it takes, never the model.
pub(crate) fn environment(settings: &training::Settings) -> Vec<(String, String)> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let pair = |name: &str, value: String| (format!("environment.{name}"), value);
    vec![
        pair(
            "system",
            format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        ),
        pair("processors", processors.to_string()),
        pair(
            "threads",
            settings.threads.unwrap_or(processors).to_string(),
        ),
    ]
}

/// The figures alone, for programs.
#[derive(Serialize)]
pub(crate) struct Metrics<'a> {
    cutoff: f64,
    holdout: &'a BTreeMap<Metric, Estimate>,
    cross_validated: &'a BTreeMap<Metric, Estimate>,
}

impl<'a> Metrics<'a> {
    pub(crate) fn of(evidence: &'a Evidence) -> Self {
        let (holdout, crossed) = (&evidence.holdout.report, &evidence.cross_validated.report);
        Self {
            cutoff: holdout.cutoff,
            holdout: &holdout.metrics,
            cross_validated: &crossed.metrics,
        }
    }
}

/// The curves of the evaluation as drawings that stand alone.
pub(crate) fn plots(evidence: &Evidence) -> Vec<File> {
    let file = |(name, chart): (&'static str, charts::Chart)| {
        let svg = charts::stand_alone(&chart.title, &chart.svg)?;
        Some((name, "image/svg+xml", svg.into_bytes()))
    };
    charts::curves::named(&curves(evidence))
        .into_iter()
        .filter_map(file)
        .collect()
}

pub(crate) const JSON: &str = "application/json";

pub(crate) fn to_json(value: &impl Serialize) -> Result<Vec<u8>> {
    Ok(serde_json::to_vec(value).map_err(store::Error::from)?)
}

pub(crate) fn metrics<'a>(
    prefix: &'a str,
    report: &'a Report,
) -> impl Iterator<Item = runs::Metric> + 'a {
    report.metrics.iter().map(move |(metric, figure)| {
        to_metric(format!("{prefix}{}", metric_name(*metric)), 0, figure)
    })
}

pub(crate) fn to_metric(name: String, step: i64, figure: &Estimate) -> runs::Metric {
    runs::Metric {
        name,
        step,
        value: figure.value,
        interval: figure.interval,
        n: figure.n.map(i64::from),
        why: figure.why.clone(),
    }
}

/// The metric's name as in JSON.
pub fn metric_name(metric: Metric) -> String {
    match serde_json::to_value(metric) {
        Ok(serde_json::Value::String(name)) => name,
        _ => metric.label().to_owned(),
    }
}

/// How long a stage took.
pub(crate) fn stage_time(stage: &training::StageRecord) -> runs::StageTime {
    runs::StageTime {
        name: stage_name(stage.stage),
        seconds: stage.seconds,
        note: stage.detail.clone(),
    }
}

/// The stage's name as in JSON.
pub(crate) fn stage_name(stage: training::Stage) -> String {
    match serde_json::to_value(stage) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

//! Metrics in groups: ranking, calibration, at the cutoff.

use leptos::prelude::*;
use stats::Metric;
use stats::metrics::MetricGroup;

use app::components::table::{Heading, Row, Table};
use domain::format;

/// One table for each group that has rows. `name` is the accessible name of all of them.
pub fn tables(
    rows: Vec<(Metric, Row)>,
    headings: &dyn Fn() -> Vec<Heading>,
    name: &str,
) -> AnyView {
    let mut rows = rows;
    let mut tables = Vec::new();
    for group in MetricGroup::ALL {
        let (own, others): (Vec<_>, Vec<_>) = rows
            .into_iter()
            .partition(|(metric, _)| metric.group() == group);
        rows = others;
        if own.is_empty() {
            continue;
        }
        let own: Vec<Row> = own.into_iter().map(|(_, row)| row).collect();
        let (headings, scroll) = (
            headings(),
            format!("{name}: {}", group.label().to_lowercase()),
        );
        tables.push(
            view! { <Table headings rows=own class="list" caption=group.label() scroll /> }
                .into_any(),
        );
    }
    view! { <div class="metric-groups">{tables}</div> }.into_any()
}

/// Names of columns in titled groups: metrics of the hold-out, the same out of fold, other metrics,
/// and parameters by the part before the first dot.
pub fn columns(metrics: &[String], parameters: &[String]) -> Vec<(String, Vec<String>)> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for (prefix, title) in [("", "Hold-out"), (format::OUT_OF_FOLD, "Out of fold")] {
        for group in MetricGroup::ALL {
            let own = Metric::ALL.iter().filter(|metric| metric.group() == group);
            let own = own
                .map(|metric| format!("{prefix}{}", workflow::metric_name(*metric)))
                .filter(|name| metrics.contains(name));
            groups.push((
                format!("{title}: {}", group.label().to_lowercase()),
                own.collect(),
            ));
        }
    }
    let known: Vec<&String> = groups.iter().flat_map(|(_, names)| names).collect();
    let others = metrics
        .iter()
        .filter(|name| !known.contains(name))
        .cloned()
        .collect();
    groups.push(("Other metrics".to_owned(), others));
    for name in parameters {
        let title = match name.split_once('.') {
            Some(("settings", _)) => "Parameters: settings".to_owned(),
            Some((section, _)) => format!("Parameters: {}", format::candidate_label(section)),
            None => "Parameters".to_owned(),
        };
        match groups.iter_mut().find(|(own, _)| *own == title) {
            Some((_, names)) => names.push(name.clone()),
            None => groups.push((title, vec![name.clone()])),
        }
    }
    groups.retain(|(_, names)| !names.is_empty());
    groups
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_column_is_in_one_group() {
        let names = |names: &[&str]| {
            names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
        };
        let metrics = names(&["brier", "cv_roc_auc", "f1", "roc_auc", "selection"]);
        let groups = super::columns(
            &metrics,
            &names(&["candidate", "settings.seed", "settings.trials"]),
        );
        let groups = groups
            .iter()
            .map(|(title, names)| format!("{title} = {}", names.join(" ")))
            .collect::<Vec<_>>();
        assert_eq!(
            groups,
            [
                "Hold-out: ranking = roc_auc",
                "Hold-out: calibration = brier",
                "Hold-out: at the cutoff = f1",
                "Out of fold: ranking = cv_roc_auc",
                "Other metrics = selection",
                "Parameters = candidate",
                "Parameters: settings = settings.seed settings.trials",
            ]
        );
    }
}

//! `tenure use-case features`.

use workflow::{FeatureCatalog, FeatureRow, FeatureSource, MissingRate};

use crate::cli::output;

/// One line for each feature: the missing rate is that of the newest snapshot.
pub fn print(catalog: &FeatureCatalog) {
    output::line(&catalog.title);
    if let Some(newest) = catalog.snapshots.first() {
        output::line(&format!(
            "Missing values in {}, as of {}.",
            newest.name, newest.as_of
        ));
    }
    let row = |feature: &FeatureRow| {
        let kind = feature.kind.map(|kind| output::word(&kind));
        let versions: Vec<String> = feature.versions.iter().map(ToString::to_string).collect();
        let drift = feature.drift.as_ref().map(|drift| {
            let newest = drift.newest.as_str().replace('_', " ");
            format!(
                "{newest} ({} of {} checks drifted)",
                drift.drifted, drift.checks
            )
        });
        vec![
            feature.name.clone(),
            source(&feature.source),
            kind.unwrap_or_else(|| "derived".to_owned()),
            feature.role.label().to_lowercase(),
            versions.join(", "),
            missing(feature.missing.first().copied().flatten()),
            drift.unwrap_or_else(|| "–".to_owned()),
        ]
    };
    output::table(
        &[
            "FEATURE", "SOURCE", "KIND", "ROLE", "VERSIONS", "MISSING", "DRIFT",
        ],
        &catalog.features.iter().map(row).collect::<Vec<_>>(),
    );
}

fn source(source: &FeatureSource) -> String {
    match source {
        FeatureSource::Column { name, .. } => format!("column {name}"),
        FeatureSource::Bins { of, .. } => format!("bins of {of}"),
        FeatureSource::Formula { text, .. } => text.clone(),
    }
}

fn missing(rate: Option<MissingRate>) -> String {
    rate.map_or_else(
        || "–".to_owned(),
        |missing| {
            let sign = if missing.at_least { "≥ " } else { "" };
            format!("{sign}{:.1}%", 100.0 * missing.rate)
        },
    )
}

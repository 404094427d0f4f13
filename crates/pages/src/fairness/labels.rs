//! Labels of limits, and the ids of sections.

use stats::fairness::ParityMetric;

use domain::format;

/// "at most 0.10"
pub fn limit_text(metric: ParityMetric, limit: f64) -> String {
    format!(
        "{} {}",
        if metric.is_ratio() {
            "at least"
        } else {
            "at most"
        },
        format::number(limit, 2)
    )
}

/// The id of an attribute's section.
pub fn anchor(name: &str) -> String {
    let letters = name.chars().map(|letter| {
        if letter.is_ascii_alphanumeric() {
            letter.to_ascii_lowercase()
        } else {
            '-'
        }
    });
    format!("group-{}", letters.collect::<String>())
}

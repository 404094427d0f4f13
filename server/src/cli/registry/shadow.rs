//! How a version in shadow disagrees with the live one.

use domain::{Estimate, format};
use workflow::{Disagreement, Result, ShadowReport};

use crate::cli::output;

pub fn show(report: &ShadowReport, as_json: bool) -> Result<()> {
    if as_json {
        return output::json(report);
    }
    output::line(&match (report.on, &report.switched) {
        (true, Some((by, at))) => format!(
            "Version {} scores in shadow since {} ({by}).",
            report.version,
            at.long()
        ),
        (true, None) => format!("Version {} scores in shadow.", report.version),
        (false, Some((by, at))) => format!(
            "Version {} does not score in shadow. Last changed on {} by {by}.",
            report.version,
            at.long()
        ),
        (false, None) => format!("Version {} has never scored in shadow.", report.version),
    });
    for batch in &report.batches {
        output::line(&format!(
            "\nPeople of {}, live version {}",
            batch.as_of, batch.live_version
        ));
        match (&batch.disagreement, &batch.problem) {
            (Some(own), _) => disagreement(own),
            (None, Some(problem)) => output::line(&format!("Could not be scored: {problem}")),
            (None, None) => output::line("No report."),
        }
    }
    for tally in &report.programs {
        output::line(&format!(
            "\nRecords of programs until {}, live version {}; {} not scored in shadow while busy, {} failed",
            tally.until.long(),
            tally.live_version,
            tally.skipped,
            tally.failed
        ));
        disagreement(&tally.disagreement);
    }
    Ok(())
}

fn disagreement(own: &Disagreement) {
    let rows: Vec<Vec<String>> = [
        ("Rank correlation (Spearman)", &own.rank_correlation),
        ("Mean difference (points)", &own.mean_difference),
        (
            "Mean absolute difference (points)",
            &own.mean_absolute_difference,
        ),
        ("Share with another band", &own.band_changes),
        ("Overlap of the top tenth", &own.top_overlap),
    ]
    .into_iter()
    .map(|(name, figure)| vec![name.to_owned(), output::figure(figure)])
    .collect();
    output::line(&format!("Scored by both: {}", format::count(own.n)));
    output::table(&["", "ESTIMATE (95% CI)"], &rows);
    let mut headings = vec!["LIVE BAND".to_owned()];
    headings.extend(own.bands.iter().map(|band| format!("SHADOW {band}")));
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let cell = |count: &Option<u32>| count.map_or_else(|| "not shown".to_owned(), format::count);
    let rows: Vec<Vec<String>> = own
        .bands
        .iter()
        .zip(&own.matrix)
        .map(|(band, row)| {
            let mut cells = vec![band.clone()];
            cells.extend(row.iter().map(cell));
            cells
        })
        .collect();
    output::table(&headings, &rows);
    let groups: Vec<Vec<String>> = own.groups.iter().map(group).collect();
    if !groups.is_empty() {
        output::table(
            &["ATTRIBUTE", "GROUP", "PEOPLE", "MEAN DIFFERENCE (95% CI)"],
            &groups,
        );
    }
}

fn group(own: &workflow::GroupDifference) -> Vec<String> {
    let figure: &Estimate = &own.mean_difference;
    vec![
        own.label.clone(),
        own.group.clone(),
        own.people
            .map_or_else(|| "not shown".to_owned(), format::count),
        output::figure(figure),
    ]
}

//! `tenure data import --dry-run`.

use model::UseCase;
use workflow::datasets::{FilePreview, RefusedImport};
use workflow::{Import, PreviewOutcome, Result, preview_import};

use super::outcome::Outcome;
use super::output;

/// Prints what an import would do; files that would be refused are [`Outcome::Refused`].
///
/// # Errors
/// When the check fails by itself.
pub fn show(import: &Import, use_case: &UseCase, as_json: bool) -> Result<Outcome> {
    let preview = preview_import(import, use_case)?;
    if as_json {
        output::json(&preview)?;
    } else {
        preview.files.iter().for_each(print_file);
        match &preview.outcome {
            PreviewOutcome::Accepted(accepted) => {
                accepted
                    .sentences(&use_case.words)
                    .iter()
                    .for_each(|sentence| output::line(sentence));
                output::line("Nothing was stored.");
            }
            PreviewOutcome::Refused(refused) => print_refused(refused),
        }
    }
    Ok(match preview.outcome {
        PreviewOutcome::Accepted(_) => Outcome::Done,
        PreviewOutcome::Refused(_) => Outcome::Refused,
    })
}

fn print_file(file: &FilePreview) {
    output::line(&format!("{}: {}", file.name, file.recognized.sentence()));
    let rows: Vec<Vec<String>> = file
        .columns
        .iter()
        .map(|column| {
            vec![
                column.name.clone(),
                column.used_as.label().to_owned(),
                column
                    .kind
                    .map(|kind| output::word(&kind))
                    .unwrap_or_default(),
                column.distinct.to_string(),
                column.missing().to_string(),
                column.written(),
            ]
        })
        .collect();
    output::table(
        &["COLUMN", "USED AS", "KIND", "VALUES", "MISSING", "WRITTEN"],
        &rows,
    );
}

fn print_refused(refused: &RefusedImport) {
    output::line(&format!(
        "{} would be refused: {}",
        refused.file, refused.sentence
    ));
    for cell in &refused.cells {
        let file = cell
            .file
            .as_ref()
            .map(|file| format!("{file}, "))
            .unwrap_or_default();
        let value = if cell.value.is_empty() {
            String::new()
        } else {
            format!(" (found “{}”)", cell.value)
        };
        output::line(&format!(
            "  {file}row {}, {}: {}{value}",
            cell.row, cell.column, cell.rule
        ));
    }
    let more = (refused.total as usize).saturating_sub(refused.cells.len());
    if more > 0 {
        output::line(&format!("  … and {more} more"));
    }
}

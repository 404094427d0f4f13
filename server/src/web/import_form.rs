//! The form that sends files: for an import, and for a new use case.

use axum::extract::Multipart;
use data::{JoinOptions, MatchRule};
use workflow::{Combine, Import};

/// Largest import from a page, in bytes.
pub const MOST_BYTES: usize = 64 << 20;

/// The form's import, or a sentence about what is wrong with the form.
pub async fn import_of(use_case: String, mut form: Multipart) -> Result<Import, String> {
    let incomplete = |error: axum::extract::multipart::MultipartError| error.body_text();
    let mut import = Import {
        use_case,
        ..Import::default()
    };
    let mut purpose = String::new();
    let (mut combine, mut join) = (String::new(), JoinOptions::default());
    while let Some(field) = form.next_field().await.map_err(incomplete)? {
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "files" => {
                let name = field.file_name().unwrap_or_default().to_owned();
                let bytes = field.bytes().await.map_err(incomplete)?;
                // A browser sends an empty part when no file was chosen.
                if !name.is_empty() {
                    import.files.push((name, bytes.to_vec()));
                }
            }
            "as_of" => {
                import.as_of =
                    Some(field.text().await.map_err(incomplete)?).filter(|day| !day.is_empty())
            }
            "for" => purpose = field.text().await.map_err(incomplete)?,
            "combine" => combine = field.text().await.map_err(incomplete)?,
            "key" => field
                .text()
                .await
                .map_err(incomplete)?
                .trim()
                .clone_into(&mut join.key),
            // The form offers rules that there are; another text counts every difference, which
            // matches less and not more.
            "match" => {
                join.rule =
                    MatchRule::parse(&field.text().await.map_err(incomplete)?).unwrap_or_default()
            }
            option => {
                let value = field.text().await.map_err(incomplete)?;
                import
                    .options
                    .set(option, &value)
                    .map_err(|error| error.to_string())?;
            }
        }
    }
    import.purpose = purpose.parse().ok();
    import.combine = match combine.as_str() {
        "join" => Combine::Join(join),
        "join_missing" => Combine::Join(JoinOptions {
            keep_partial: true,
            ..join
        }),
        _ => Combine::Stack,
    };
    Ok(import)
}

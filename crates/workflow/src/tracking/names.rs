//! Names and values that clients may set, with MLflow's limits.

use crate::{Error, Result};

/// Characters of a name.
const LONGEST_NAME: usize = 250;
/// Characters of the value of a parameter.
const LONGEST_PARAMETER: usize = 6000;
/// Characters of the value of a tag.
const LONGEST_TAG: usize = 8000;
/// Characters of the name of an experiment, a run or a registered model.
const LONGEST_TITLE: usize = 500;

/// The name of a metric, parameter or tag. `what` is its kind.
pub(super) fn name<'a>(what: &str, text: &'a str) -> Result<&'a str> {
    if text.is_empty() {
        return Err(Error::Invalid(format!(
            "Missing value for required parameter 'key' of the {what}."
        )));
    }
    if text.chars().count() > LONGEST_NAME {
        return Err(Error::Invalid(format!(
            "The name of the {what} is longer than {LONGEST_NAME} characters."
        )));
    }
    let allowed = |letter: char| {
        letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | ' ' | ':' | '/')
    };
    let is_path = text.starts_with('/')
        || text.split('/').any(|part| part == ".." || part == ".")
        || text.contains("//");
    if !text.chars().all(allowed) || is_path {
        return Err(Error::Invalid(format!(
            "Invalid {what} name: '{text}'. Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colons (:) and slashes (/)."
        )));
    }
    Ok(text)
}

/// The value of a parameter.
pub(super) fn parameter<'a>(name: &str, text: &'a str) -> Result<&'a str> {
    if text.chars().count() > LONGEST_PARAMETER {
        return Err(Error::Invalid(format!(
            "Param value for '{name}' is longer than {LONGEST_PARAMETER} characters."
        )));
    }
    Ok(text)
}

/// The value of a tag.
pub(super) fn tag<'a>(name: &str, text: &'a str) -> Result<&'a str> {
    if text.chars().count() > LONGEST_TAG {
        return Err(Error::Invalid(format!(
            "Tag value for '{name}' is longer than {LONGEST_TAG} characters."
        )));
    }
    Ok(text)
}

/// The name of an experiment, a run or a registered model.
pub(super) fn title<'a>(what: &str, text: &'a str) -> Result<&'a str> {
    if text.trim().is_empty() {
        return Err(Error::Invalid(format!(
            "Missing value for required parameter 'name' of the {what}."
        )));
    }
    if text.chars().count() > LONGEST_TITLE || text.chars().any(char::is_control) {
        return Err(Error::Invalid(format!(
            "The name of the {what} is longer than {LONGEST_TITLE} characters or has control characters."
        )));
    }
    Ok(text)
}

/// Words that say that something is in service, in any writing.
const LIVE: [&str; 17] = [
    "champion",
    "production",
    "prod",
    "live",
    "deployed",
    "deployment",
    "serving",
    "inservice",
    "active",
    "approved",
    "rejected",
    "released",
    "release",
    "golive",
    "staging",
    "archived",
    "none",
];

/// An alias of a registered model.
///
/// # Errors
/// [`Error::Forbidden`] for a word that says what only a review decides.
pub(super) fn alias(text: &str) -> Result<&str> {
    let text = title("alias", text)?;
    let allowed = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.');
    if !text.chars().all(allowed) {
        return Err(Error::Invalid(format!(
            "Invalid alias name: '{text}'. Use letters, digits, '-', '_' and '.'."
        )));
    }
    let is_version =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if text.eq_ignore_ascii_case("latest")
        || is_version(text)
        || text.strip_prefix(['v', 'V']).is_some_and(is_version)
    {
        return Err(Error::Invalid(format!(
            "Invalid alias name: '{text}' reads as a version."
        )));
    }
    let plain: String = text
        .to_lowercase()
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .collect();
    if LIVE.contains(&plain.as_str()) {
        return Err(Error::forbidden(
            domain::RefusalCode::ReviewRequired,
            format!(
                "The alias '{text}' says that a model is in service. Only a review in Tenure puts a version into service; choose another alias."
            ),
        ));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_that_mean_live_are_forbidden_however_written() {
        for word in [
            "champion",
            "Champion",
            "PRODUCTION",
            "in-service",
            "prod",
            "go_live",
            "live",
        ] {
            assert!(
                matches!(alias(word), Err(Error::Forbidden { .. })),
                "{word}"
            );
        }
        for word in ["challenger", "champion-2026", "candidate_3", "best.f1"] {
            assert_eq!(alias(word).ok(), Some(word));
        }
        for word in ["", "v3", "7", "latest", "a/b"] {
            assert!(matches!(alias(word), Err(Error::Invalid(_))), "{word}");
        }
    }

    #[test]
    fn names_are_those_of_mlflow() {
        for good in ["loss", "val/loss", "a b:c-d_e.f", "größe"] {
            assert!(name("metric", good).is_ok(), "{good}");
        }
        for wrong in ["", "a\nb", "../x", "/x", "a//b", "a;b", "é<script>"] {
            assert!(name("metric", wrong).is_err(), "{wrong}");
        }
    }
}

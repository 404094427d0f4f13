//! Pages of a list, by tokens that clients hand back.

use crate::{Error, Result};

/// Where a page begins. A token that we did not give is an error.
pub(super) fn offset(token: &str) -> Result<usize> {
    if token.is_empty() {
        return Ok(0);
    }
    token
        .strip_prefix("after-")
        .and_then(|number| number.parse::<u32>().ok())
        .map(|number| number as usize)
        .ok_or_else(|| Error::Invalid("Invalid page token, not one of this server.".into()))
}

/// The token of the page that begins at `offset`.
pub(super) fn token(offset: usize) -> String {
    format!("after-{offset}")
}

/// How many a client may ask for.
pub(super) fn limit(asked: Option<i64>, usual: usize, most: usize) -> Result<usize> {
    let Some(asked) = asked else {
        return Ok(usual);
    };
    usize::try_from(asked)
        .ok()
        .filter(|asked| (1..=most).contains(asked))
        .ok_or_else(|| {
            Error::Invalid(format!(
                "Invalid value {asked} for parameter 'max_results'. It must be between 1 and {most}."
            ))
        })
}

/// The page of a list that begins at the token, and the token of the next.
pub(super) fn page<T>(all: Vec<T>, token_text: &str, limit: usize) -> Result<(Vec<T>, String)> {
    let first = offset(token_text)?;
    let next = if all.len() > first.saturating_add(limit) {
        token(first + limit)
    } else {
        String::new()
    };
    Ok((all.into_iter().skip(first).take(limit).collect(), next))
}

//! Lists in pages, by cursor: each page names the next one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ProblemCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use workflow::Error;

/// Items of a page, unless the request asks for another number.
const USUAL: usize = 100;
/// Items of a page, at most.
pub const MOST: usize = 1000;

/// Which page of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// Items of a page, 1 to 1000; 100 when absent.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<usize>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500)]
    pub cursor: Option<String>,
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T: ToSchema> {
    pub items: Vec<T>,
    /// For the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// How many items a page has.
///
/// # Errors
/// [`Error::Fields`] for another number than 1 to [`MOST`].
pub fn limit(asked: Option<usize>) -> Result<usize, Error> {
    let limit = asked.unwrap_or(USUAL);
    if (1..=MOST).contains(&limit) {
        return Ok(limit);
    }
    Err(Error::field(
        "limit",
        ProblemCode::OutOfRange,
        format!("Ask for 1 to {MOST} items."),
    ))
}

/// A cursor as callers see it.
pub fn encode(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(key)
}

/// What a cursor holds.
///
/// # Errors
/// [`Error::Fields`] for a text that is none of ours.
pub fn decode(cursor: &str) -> Result<String, Error> {
    URL_SAFE_NO_PAD
        .decode(cursor)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(unknown)
}

/// The number that a cursor holds.
///
/// # Errors
/// As [`decode`].
pub fn decode_number<T: std::str::FromStr>(cursor: &str) -> Result<T, Error> {
    decode(cursor)?.parse().map_err(|_| unknown())
}

fn unknown() -> Error {
    Error::field(
        "cursor",
        ProblemCode::Format,
        "This is no cursor of this list, or what it stands on is gone. Begin again without one.",
    )
}

/// The page of `all` that is asked for. `key`: what names an item; a cursor stays good while its
/// item is there.
///
/// # Errors
/// [`Error::Fields`] for a limit or cursor that is none.
pub fn page<T: ToSchema>(
    all: Vec<T>,
    paging: &Paging,
    key: impl Fn(&T) -> String,
) -> Result<Page<T>, Error> {
    let limit = limit(paging.limit)?;
    let start = match &paging.cursor {
        None => 0,
        Some(cursor) => {
            let last = decode(cursor)?;
            let place = all.iter().position(|item| key(item) == last);
            place.ok_or_else(unknown)? + 1
        }
    };
    let more = all.len() > start + limit;
    let items: Vec<T> = all.into_iter().skip(start).take(limit).collect();
    let next_cursor = items.last().filter(|_| more).map(|last| encode(&key(last)));
    Ok(Page { items, next_cursor })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn pages_follow_each_other_and_end() {
        let all = || {
            (0..5)
                .map(|number: u32| number.to_string())
                .collect::<Vec<_>>()
        };
        let mut paging = Paging {
            limit: Some(2),
            cursor: None,
        };
        let mut seen = Vec::new();
        loop {
            let page = page(all(), &paging, Clone::clone).unwrap();
            seen.extend(page.items);
            match page.next_cursor {
                Some(cursor) => paging.cursor = Some(cursor),
                None => break,
            }
        }
        assert_eq!(seen, all());
        paging.cursor = Some(encode("gone"));
        assert!(page(all(), &paging, Clone::clone).is_err());
        paging.cursor = Some("***".into());
        assert!(page(all(), &paging, Clone::clone).is_err());
    }

    #[test]
    fn a_limit_is_in_its_range() {
        assert_eq!(limit(None).unwrap(), USUAL);
        assert!(limit(Some(0)).is_err() && limit(Some(MOST + 1)).is_err());
    }
}

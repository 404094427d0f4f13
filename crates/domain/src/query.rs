//! The address of the people table: what is asked for is in the query string, so that a link, the
//! back button, the CSV and a form all say the same thing. One definition for the server and the
//! browser.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::people::PeopleQuery;

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Percent-encodes a part of an address.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Percent-decodes a part of an address. Bytes that are not UTF-8 become the replacement character.
pub fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Prefix of the keys of segment filters: `f.Department=Sales`.
pub const FILTER_PREFIX: &str = "f.";

impl PeopleQuery {
    /// Reads decoded key-value pairs of a query string. Keys of other parts of the page are left
    /// alone; an empty value is ignored.
    ///
    /// # Errors
    /// A sentence, when the page is not a whole number of at least 1 or the direction is neither
    /// `asc` nor `desc`.
    pub fn from_pairs<K: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self, String> {
        let mut query = Self {
            page: 1,
            ..Self::default()
        };
        for (key, value) in pairs {
            let (key, value) = (key.as_ref(), value.as_ref().trim());
            if value.is_empty() {
                continue;
            }
            match key {
                "search" => query.search = value.to_owned(),
                "band" => query.band = value.to_owned(),
                "min_risk" => query.min_risk = value.to_owned(),
                "sort" => query.sort = value.to_owned(),
                "order" => match value {
                    "asc" => query.ascending = true,
                    "desc" => query.ascending = false,
                    _ => return Err(format!("“{value}” is not a valid order. Use asc or desc.")),
                },
                "page" => match value.parse() {
                    Ok(page) if page >= 1 => query.page = page,
                    _ => return Err(format!("“{value}” is not a valid page number.")),
                },
                _ => {
                    if let Some(field) = key.strip_prefix(FILTER_PREFIX) {
                        query.filters.insert(field.to_owned(), value.to_owned());
                    }
                }
            }
        }
        Ok(query)
    }

    /// The query string with its question mark; empty for the plain table. Equal queries give equal
    /// texts.
    pub fn to_query_string(&self) -> String {
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut push = |key: &str, value: &str| {
            if !value.is_empty() {
                pairs.push((key.to_owned(), value.to_owned()));
            }
        };
        push("search", &self.search);
        push("band", &self.band);
        push("min_risk", &self.min_risk);
        for (field, value) in &self.filters {
            push(&format!("{FILTER_PREFIX}{field}"), value);
        }
        push("sort", &self.sort);
        push("order", if self.ascending { "asc" } else { "" });
        push(
            "page",
            &if self.page > 1 {
                self.page.to_string()
            } else {
                String::new()
            },
        );
        query_string(&pairs)
    }

    /// The least probability that is listed, from 0 to 1: written as a percentage (`50%`), as a
    /// probability (`0.5`), or as a number above 1, which is a percentage too. `None` without one.
    ///
    /// # Errors
    /// A sentence, when it is not a number, lies outside the range, or is a bare 1, which could be
    /// 1% or 100%.
    pub fn least_risk(&self) -> Result<Option<f64>, String> {
        let text = self.min_risk.trim();
        if text.is_empty() {
            return Ok(None);
        }
        if text.parse() == Ok(1.0) {
            return Err(format!("“{text}” can be read in two ways. Use 1% or 100%."));
        }
        let risk = match text.strip_suffix('%') {
            Some(percent) => percent
                .trim_end()
                .parse::<f64>()
                .map(|percent| percent / 100.0),
            None => text
                .parse::<f64>()
                .map(|risk| if risk > 1.0 { risk / 100.0 } else { risk }),
        };
        let risk = risk.ok().filter(|risk| (0.0..=1.0).contains(risk));
        risk.map(Some).ok_or_else(|| format!("“{text}” is not a valid risk. Use a percentage such as 50%, or a number from 0 to 1."))
    }

    /// Another page of the same table.
    pub fn with_page(&self, page: u32) -> Self {
        Self {
            page,
            ..self.clone()
        }
    }

    /// Sorted by `column`, from the first page; the other way round when it is sorted by it
    /// already. Risk and its change start with the highest, all else with the lowest.
    pub fn sorted_by(&self, column: &str) -> Self {
        let ascending = if self.column() == column {
            !self.ascending
        } else {
            !matches!(column, "risk" | "change")
        };
        Self {
            sort: column.to_owned(),
            ascending,
            page: 1,
            ..self.clone()
        }
    }

    /// The column that the table is sorted by.
    pub fn column(&self) -> &str {
        if self.sort.is_empty() {
            "risk"
        } else {
            &self.sort
        }
    }

    /// Without the filter of one key (`search`, `band`, `min_risk` or a segment field), from the
    /// first page.
    pub fn without(&self, key: &str) -> Self {
        let mut query = Self {
            page: 1,
            ..self.clone()
        };
        match key {
            "search" => query.search.clear(),
            "band" => query.band.clear(),
            "min_risk" => query.min_risk.clear(),
            field => {
                query.filters.remove(field);
            }
        }
        query
    }

    /// The same order with no filter, from the first page.
    pub fn unfiltered(&self) -> Self {
        Self {
            sort: self.sort.clone(),
            ascending: self.ascending,
            page: 1,
            ..Self::default()
        }
    }

    /// True when any filter is set.
    pub fn is_filtered(&self) -> bool {
        !(self.search.is_empty()
            && self.band.is_empty()
            && self.min_risk.is_empty()
            && self.filters.is_empty())
    }
}

/// The path when it leads to a page of this site, else the start: an address that came from outside
/// must not lead away.
pub fn local(path: &str) -> &str {
    let leads_away = path.starts_with("//") || path.contains(['\\', '\r', '\n', '\t']);
    if path.starts_with('/') && !leads_away {
        path
    } else {
        "/"
    }
}

/// `?key=value&…` of pairs, encoded as forms are; empty without pairs.
pub fn query_string<K: AsRef<str>, V: AsRef<str>>(pairs: &[(K, V)]) -> String {
    if pairs.is_empty() {
        return String::new();
    }
    let mut text = form_urlencoded::Serializer::for_suffix("?".to_owned(), 1);
    text.extend_pairs(pairs);
    text.finish()
}

/// The decoded pairs of a query string, with or without its question mark. Bytes that are not UTF-8
/// become the replacement character.
pub fn pairs(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.strip_prefix('?').unwrap_or(query).as_bytes())
        .into_owned()
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn filtered() -> PeopleQuery {
        PeopleQuery::from_pairs([
            ("band", "High"),
            ("f.Department", "R&D, Ünit"),
            ("order", "asc"),
            ("sort", "id"),
            ("page", "3"),
        ])
        .unwrap()
    }

    #[test]
    fn a_query_survives_its_address() {
        assert_eq!(
            filtered().to_query_string(),
            "?band=High&f.Department=R%26D%2C+%C3%9Cnit&sort=id&order=asc&page=3"
        );
        assert_eq!(
            PeopleQuery::from_pairs::<&str, &str>([])
                .unwrap()
                .to_query_string(),
            ""
        );
    }

    #[test]
    fn pairs_are_read_as_forms_and_people_write_them() {
        let read = |query| {
            pairs(query)
                .into_iter()
                .map(|(key, value)| format!("{key}>{value}"))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(read("?a=b+c&d=%C3%9C&e&=f&g=1%"), "a>b c d>Ü e> >f g>1%");
        assert_eq!(
            PeopleQuery::from_pairs(pairs(&filtered().to_query_string())).unwrap(),
            filtered()
        );
    }

    #[test]
    fn a_change_of_order_or_filter_goes_back_to_the_first_page() {
        assert_eq!(filtered().sorted_by("risk").page, 1);
        assert_eq!(filtered().without("Department").page, 1);
        assert!(!filtered().unfiltered().is_filtered());
    }

    #[test]
    fn the_least_risk_is_a_filter_like_the_others() {
        let query = PeopleQuery::from_pairs([("min_risk", " 50% "), ("page", "2")]).unwrap();
        assert_eq!(query.to_query_string(), "?min_risk=50%25&page=2");
        assert_eq!(
            PeopleQuery::from_pairs(pairs(&query.to_query_string())).unwrap(),
            query
        );
        assert_eq!(query.with_page(3).min_risk, "50%");
        assert!(query.is_filtered());
        assert!(!query.unfiltered().is_filtered());
        let without = query.without("min_risk");
        assert_eq!((without.is_filtered(), without.page), (false, 1));
    }

    #[test]
    fn the_least_risk_is_a_percentage_or_a_probability() {
        let least = |text: &str| {
            PeopleQuery {
                min_risk: text.to_owned(),
                ..PeopleQuery::default()
            }
            .least_risk()
        };
        assert_eq!(least(""), Ok(None));
        for (text, risk) in [
            ("50%", 0.5),
            ("50 %", 0.5),
            ("50", 0.5),
            ("0.50", 0.5),
            ("0.15", 0.15),
            ("0", 0.0),
            ("100%", 1.0),
        ] {
            assert_eq!(least(text), Ok(Some(risk)), "{text}");
        }
        for text in [
            "1", "1.0", "high", "101%", "101", "-0.1", "NaN", "inf", "%", "0,5",
        ] {
            assert!(least(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sorting_twice_turns_the_order_round() {
        let plain = PeopleQuery::default();
        assert!(
            plain.sorted_by("risk").ascending,
            "the plain table shows the highest risk first"
        );
        assert!(plain.sorted_by("id").ascending);
        assert!(!plain.sorted_by("id").sorted_by("id").ascending);
    }

    #[test]
    fn a_way_back_stays_on_this_site() {
        assert_eq!(local("/use-case/a?page=2"), "/use-case/a?page=2");
        for away in [
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "javascript:alert(1)",
        ] {
            assert_eq!(local(away), "/", "{away}");
        }
    }

    #[test]
    fn nonsense_is_refused_and_foreign_keys_are_not() {
        for (key, value) in [
            ("page", "0"),
            ("page", "abc"),
            ("page", "-1"),
            ("order", "up"),
        ] {
            assert!(
                PeopleQuery::from_pairs([(key, value)]).is_err(),
                "{key}={value}"
            );
        }
        assert!(PeopleQuery::from_pairs([("capacity", "50"), ("page", "")]).is_ok());
    }
}

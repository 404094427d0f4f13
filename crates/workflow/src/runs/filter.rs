//! The filter language of runs: `metrics.roc_auc > 0.8 and parameters.candidate = blend and status
//! != failed`.

use domain::ProblemCode;
use store::runs::Condition;

use crate::{Error, Result};

const OPERATORS: [&str; 7] = ["<=", ">=", "!=", "=", "<", ">", "like"];

/// Conditions joined by `and`; the empty text asks for nothing.
///
/// # Errors
/// [`Error::Fields`] for the field `filter`; it names the part that makes no sense and gives an example.
pub fn parse(text: &str) -> Result<Vec<Condition>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    split_and(text)
        .into_iter()
        .map(|part| condition(part.trim()))
        .collect()
}

/// Splits at the word `and` outside quotes.
fn split_and(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (index, letter) in text.char_indices() {
        quoted ^= letter == '\'' || letter == '"';
        let here = text[index..]
            .get(..5)
            .is_some_and(|word| word.eq_ignore_ascii_case(" and "));
        if here && !quoted {
            parts.push(&text[start..index]);
            start = index + 5;
        }
    }
    parts.push(&text[start..]);
    parts
}

fn condition(part: &str) -> Result<Condition> {
    let wrong = |what: &str| {
        let message = format!(
            "The filter “{part}” {what}. Example: metrics.roc_auc > 0.8 and status = finished."
        );
        Error::field("filter", ProblemCode::Format, message)
    };
    let place = |operator: &&'static str| {
        let needle = if *operator == "like" {
            " like "
        } else {
            operator
        };
        part.find(needle)
            .map(|position| (position, needle, *operator))
    };
    // The operator that stands first; of two at one place the longer (`<=` before `<`).
    let found = OPERATORS
        .iter()
        .filter_map(place)
        .min_by_key(|(position, needle, _)| (*position, usize::MAX - needle.len()));
    let (position, needle, operator) = found.ok_or_else(|| wrong("has no operator"))?;
    let name = part[..position].trim();
    let value = part[position + needle.len()..]
        .trim()
        .trim_matches(['\'', '"'])
        .to_owned();
    let own = |prefixes: &[&str]| {
        prefixes
            .iter()
            .find_map(|prefix| name.strip_prefix(prefix))
            .filter(|rest| !rest.is_empty())
            .map(str::to_owned)
    };
    if let Some(name) = own(&["metrics.", "metric."]) {
        let value = value
            .parse()
            .map_err(|_| wrong("compares a metric with a non-numeric value"))?;
        if operator == "like" {
            return Err(wrong("uses like on a metric"));
        }
        return Ok(Condition::Metric {
            name,
            operator,
            value,
        });
    }
    if !matches!(operator, "=" | "!=" | "like") {
        return Err(wrong(
            "compares text with an operator other than =, != or like",
        ));
    }
    if let Some(name) = own(&["parameters.", "params.", "parameter."]) {
        return Ok(Condition::Parameter {
            name,
            operator,
            value,
        });
    }
    if let Some(name) = own(&["tags.", "tag."]) {
        return Ok(Condition::Tag {
            name,
            operator,
            value,
        });
    }
    match name {
        "name" => Ok(Condition::Attribute {
            column: "name",
            operator,
            value,
        }),
        "status" => Ok(Condition::Attribute {
            column: "status",
            operator,
            value,
        }),
        "author" => Ok(Condition::Attribute {
            column: "author",
            operator,
            value,
        }),
        _ => Err(wrong("uses an unknown field")),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn conditions_are_read() {
        assert_eq!(parse("  ").unwrap(), []);
        let found =
            parse("metrics.roc_auc >= 0.8 and params.candidate = 'a and b' AND status != failed")
                .unwrap();
        assert_eq!(
            found,
            [
                Condition::Metric {
                    name: "roc_auc".into(),
                    operator: ">=",
                    value: 0.8
                },
                Condition::Parameter {
                    name: "candidate".into(),
                    operator: "=",
                    value: "a and b".into()
                },
                Condition::Attribute {
                    column: "status",
                    operator: "!=",
                    value: "failed".into()
                },
            ]
        );
        for wrong in [
            "roc_auc",
            "metrics.x > high",
            "color = red",
            "name > a",
            "metrics. > 1",
        ] {
            let error = parse(wrong).unwrap_err();
            assert!(
                matches!(&error, Error::Fields(problems) if problems[0].field == "filter"),
                "{wrong}: {error}"
            );
        }
    }
}

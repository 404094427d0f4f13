//! One person's texts as a program sends them.

use domain::Date;
use model::{Cell, Field, Problem, Record, Role, Span, UnseenPolicy, UseCase};

use crate::since::count;
use crate::words::{Levels, is_missing};

/// A record as forms have it: a date becomes what lies between it and `day`, under the name of its
/// field, and a text that counts as the level "Other" becomes this level. Under the field's own name
/// a number stays one; under another name of its column there is only a date. A date is written as
/// YYYY-MM-DD, with a time of day or without.
///
/// # Errors
/// Every date that is none, is after `day`, or is given twice under two names of its column.
pub fn as_fields(use_case: &UseCase, record: &Record, day: Date) -> Result<Record, Vec<Problem>> {
    let mut found = record.clone();
    let mut problems = Vec::new();
    for (field, span) in use_case.counted() {
        // A column may feed a field of its own name and others.
        let is_field = |name: &str| use_case.field(name).is_some();
        let own = record.get_key_value(&field.name);
        let mut others = field
            .aliases
            .iter()
            .filter(|alias| **alias != field.name)
            .filter_map(|alias| record.get_key_value(alias))
            .filter(|(alias, _)| own.is_none() || !is_field(alias));
        let (other, more) = (others.next(), others.next());
        let (Some((name, text)), second) = (own.or(other), own.and(other).or(more)) else {
            continue;
        };
        let text = text.trim();
        let counted = match second {
            Some((second, _)) => Err(format!("is also given as {second}; leave one of them out")),
            None if own.is_none() && is_field(name) && is_number(text) => continue,
            None if own.is_none() && is_number(text) => Err(format!(
                "must be a date, for example 2026-01-31; the number of {} is given as {}",
                span.word(),
                field.name
            )),
            None => counted(span, text, day),
        };
        if !is_field(name) {
            found.remove(name);
        }
        match counted {
            Ok(text) => drop(found.insert(field.name.clone(), text)),
            Err(rule) => problems.push(Problem {
                column: name.clone(),
                value: text.to_owned(),
                rule,
            }),
        }
    }
    let with_other =
        |field: &&Field| field.role != Role::Ignored && field.unseen == Some(UnseenPolicy::Other);
    for field in use_case.fields.iter().filter(with_other) {
        if let Some(text) = found.get_mut(&field.name)
            && let Ok(Cell::Level(code)) = Levels::new(field).parse(text)
            && let Some(level) = field.levels.get(code as usize)
        {
            text.clone_from(level);
        }
    }
    if problems.is_empty() {
        Ok(found)
    } else {
        Err(problems)
    }
}

fn is_number(text: &str) -> bool {
    !is_missing(text) && text.parse::<f64>().is_ok()
}

/// A text as a number: what it says, or what lies between its date and the day.
fn counted(span: Span, text: &str, day: Date) -> Result<String, String> {
    if is_missing(text) || is_number(text) {
        return Ok(text.to_owned());
    }
    let what = span.word();
    let date = || {
        let (date, time) = text.split_at_checked(10)?;
        let is_whole = time.is_empty() || time.starts_with(['T', ' ']);
        date.parse::<Date>().ok().filter(|_| is_whole)
    };
    let date = date().ok_or_else(|| {
        format!("must be a date, for example 2026-01-31, or a whole number of {what}")
    })?;
    let number = count(span, date, day)
        .ok_or_else(|| format!("must not be after {day}, up to which {what} are counted"))?;
    Ok(number.to_string())
}

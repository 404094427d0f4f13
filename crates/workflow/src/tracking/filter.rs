//! MLflow's filter language: `metrics.auc > 0.9 and params.model = 'tree' and tags."my tag" LIKE
//! '%x%'`, read into clauses. What a clause may be about is decided by each search.

use crate::{Error, Result};

/// A clause: all must hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Clause {
    /// What is before the first point: `metrics`, `params`, `tags`, `attributes`; empty: an
    /// attribute.
    pub entity: String,
    pub key: String,
    pub operator: Operator,
    pub value: Value,
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    /// `=`, `!=`, `<`, `<=`, `>`, `>=`
    Compare(&'static str),
    Like,
    /// Without regard to capital letters.
    ILike,
    In,
    NotIn,
    IsNull,
    IsNotNull,
}

/// With what it is compared.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Number(f64),
    Text(String),
    Texts(Vec<String>),
    Nothing,
}

/// An order: `metrics.auc DESC`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order {
    pub entity: String,
    pub key: String,
    pub descending: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// A bare word; points are part of it.
    Word(String),
    /// In backticks or double quotes behind a point.
    Quoted(String),
    Text(String),
    Sign(&'static str),
}

fn wrong(text: &str, what: &str) -> Error {
    Error::Invalid(format!(
        "Invalid filter '{text}': {what}. Example: metrics.auc > 0.9 and params.model = 'tree'."
    ))
}

/// Reads a filter; the empty text asks for nothing.
///
/// # Errors
/// [`Error::Invalid`] that says what is wrong.
pub(crate) fn clauses(text: &str) -> Result<Vec<Clause>> {
    let tokens = tokens(text)?;
    let mut rest = tokens.as_slice();
    let mut found = Vec::new();
    while !rest.is_empty() {
        if !found.is_empty() {
            rest = match rest {
                [Token::Word(word), after @ ..] if word.eq_ignore_ascii_case("and") => after,
                _ => return Err(wrong(text, "clauses are joined by AND only")),
            };
        }
        found.push(clause(text, &mut rest)?);
    }
    Ok(found)
}

/// Reads one order; ascending where nothing is said.
///
/// # Errors
/// [`Error::Invalid`] that says what is wrong.
pub(crate) fn order(text: &str) -> Result<Order> {
    let tokens = tokens(text)?;
    let mut rest = tokens.as_slice();
    let (entity, key) = identifier(text, &mut rest)?;
    let descending = match rest {
        [] => false,
        [Token::Word(word)] if word.eq_ignore_ascii_case("asc") => false,
        [Token::Word(word)] if word.eq_ignore_ascii_case("desc") => true,
        _ => return Err(Error::Invalid(format!("Invalid order_by clause '{text}'."))),
    };
    Ok(Order {
        entity,
        key,
        descending,
    })
}

fn tokens(text: &str) -> Result<Vec<Token>> {
    let letters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let letter = letters[at];
        let two: String = letters[at..].iter().take(2).collect();
        if letter.is_whitespace() {
            at += 1;
        } else if let Some(sign) = ["!=", "<>", "<=", ">="]
            .into_iter()
            .find(|sign| *sign == two)
        {
            found.push(Token::Sign(if sign == "<>" { "!=" } else { sign }));
            at += 2;
        } else if let Some(sign) = ["=", "<", ">", "(", ")", ","]
            .into_iter()
            .find(|sign| sign.starts_with(letter))
        {
            found.push(Token::Sign(sign));
            at += 1;
        } else if matches!(letter, '\'' | '"' | '`') {
            let end = letters[at + 1..]
                .iter()
                .position(|other| *other == letter)
                .ok_or_else(|| wrong(text, "a quotation is not closed"))?;
            let inside = letters[at + 1..at + 1 + end].iter().collect();
            found.push(if letter == '`' {
                Token::Quoted(inside)
            } else {
                Token::Text(inside)
            });
            at += end + 2;
        } else {
            let start = at;
            while at < letters.len()
                && !letters[at].is_whitespace()
                && !matches!(
                    letters[at],
                    '=' | '<' | '>' | '!' | '(' | ')' | ',' | '\'' | '"' | '`'
                )
            {
                at += 1;
            }
            if at == start {
                return Err(wrong(text, "a sign is not understood"));
            }
            found.push(Token::Word(letters[start..at].iter().collect()));
        }
    }
    Ok(found)
}

/// `metrics.auc`, `tags."my tag"`, `` params.`x` ``, `name`, `"Run name"`.
fn identifier(text: &str, rest: &mut &[Token]) -> Result<(String, String)> {
    match *rest {
        [
            Token::Word(entity),
            Token::Quoted(key) | Token::Text(key),
            after @ ..,
        ] if entity.ends_with('.') => {
            *rest = after;
            Ok((entity.trim_end_matches('.').to_owned(), key.clone()))
        }
        [Token::Word(word), after @ ..] => {
            *rest = after;
            Ok(match word.split_once('.') {
                Some((entity, key)) if !key.is_empty() => (entity.to_owned(), key.to_owned()),
                _ => (String::new(), word.clone()),
            })
        }
        [Token::Quoted(key) | Token::Text(key), after @ ..] => {
            *rest = after;
            Ok((String::new(), key.clone()))
        }
        _ => Err(wrong(text, "a name is missing")),
    }
}

fn clause(text: &str, rest: &mut &[Token]) -> Result<Clause> {
    let (entity, key) = identifier(text, rest)?;
    let is = |word: &String, expected: &str| word.eq_ignore_ascii_case(expected);
    let (operator, after) = match *rest {
        [
            Token::Sign(sign @ ("=" | "!=" | "<" | "<=" | ">" | ">=")),
            after @ ..,
        ] => (Operator::Compare(sign), after),
        [Token::Word(word), after @ ..] if is(word, "like") => (Operator::Like, after),
        [Token::Word(word), after @ ..] if is(word, "ilike") => (Operator::ILike, after),
        [Token::Word(word), after @ ..] if is(word, "in") => (Operator::In, after),
        [Token::Word(not), Token::Word(word), after @ ..] if is(not, "not") && is(word, "in") => {
            (Operator::NotIn, after)
        }
        [Token::Word(word), Token::Word(null), after @ ..]
            if is(word, "is") && is(null, "null") =>
        {
            (Operator::IsNull, after)
        }
        [
            Token::Word(word),
            Token::Word(not),
            Token::Word(null),
            after @ ..,
        ] if is(word, "is") && is(not, "not") && is(null, "null") => (Operator::IsNotNull, after),
        _ => return Err(wrong(text, &format!("'{key}' has no operator"))),
    };
    *rest = after;
    let value = match operator {
        Operator::IsNull | Operator::IsNotNull => Value::Nothing,
        Operator::In | Operator::NotIn => Value::Texts(list(text, rest)?),
        Operator::Compare(_) | Operator::Like | Operator::ILike => match *rest {
            [Token::Text(value), after @ ..] => {
                *rest = after;
                Value::Text(value.clone())
            }
            [Token::Word(word), after @ ..] => {
                *rest = after;
                let number = word.parse().map_err(|_| {
                    wrong(
                        text,
                        &format!("the value {word} must be a number or in quotes"),
                    )
                })?;
                Value::Number(number)
            }
            _ => return Err(wrong(text, &format!("'{key}' has no value"))),
        },
    };
    Ok(Clause {
        entity,
        key,
        operator,
        value,
    })
}

fn list(text: &str, rest: &mut &[Token]) -> Result<Vec<String>> {
    let unclear = || wrong(text, "a list is written ('a', 'b')");
    let [Token::Sign("("), after @ ..] = *rest else {
        return Err(unclear());
    };
    *rest = after;
    let mut texts = Vec::new();
    loop {
        match *rest {
            [Token::Text(value), Token::Sign(","), after @ ..] => {
                texts.push(value.clone());
                *rest = after;
            }
            [Token::Text(value), Token::Sign(")"), after @ ..] => {
                texts.push(value.clone());
                *rest = after;
                return Ok(texts);
            }
            _ => return Err(unclear()),
        }
    }
}

/// What a clause is about, for lists that are searched in memory.
pub(crate) enum Held<'a> {
    Text(&'a str),
    Number(f64),
    Missing,
}

impl Clause {
    /// Whether the clause holds for a value. A comparison with what is missing never does.
    ///
    /// # Errors
    /// When a text is compared with a number.
    pub(crate) fn holds(&self, held: Held<'_>) -> Result<bool> {
        let mismatch = || {
            Error::Invalid(format!(
                "Invalid filter: '{}' is compared with a value of another type.",
                self.key
            ))
        };
        Ok(match (self.operator, &self.value, held) {
            (Operator::IsNull, _, held) => matches!(held, Held::Missing),
            (Operator::IsNotNull, _, held) => !matches!(held, Held::Missing),
            (_, _, Held::Missing) => false,
            (Operator::Compare(sign), Value::Text(value), Held::Text(text)) => {
                compares(sign, text.cmp(value.as_str()))
            }
            (Operator::Compare(sign), Value::Number(value), Held::Number(number)) => number
                .partial_cmp(value)
                .is_some_and(|order| compares(sign, order)),
            (Operator::Like, Value::Text(pattern), Held::Text(text)) => like(pattern, text),
            (Operator::ILike, Value::Text(pattern), Held::Text(text)) => {
                like(&pattern.to_lowercase(), &text.to_lowercase())
            }
            (Operator::In, Value::Texts(texts), Held::Text(text)) => {
                texts.iter().any(|own| own == text)
            }
            (Operator::NotIn, Value::Texts(texts), Held::Text(text)) => {
                texts.iter().all(|own| own != text)
            }
            _ => return Err(mismatch()),
        })
    }
}

fn compares(sign: &str, order: std::cmp::Ordering) -> bool {
    match sign {
        "=" => order.is_eq(),
        "!=" => order.is_ne(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        _ => order.is_ge(),
    }
}

/// Whether a text has the pattern, in which `%` is any text and `_` any letter. Takes time in
/// proportion to the product of their lengths at most.
fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    // Whether the pattern so far matches the text up to each place.
    let mut fits = vec![false; text.len() + 1];
    fits[0] = true;
    for sign in pattern {
        if sign == '%' {
            for at in 1..fits.len() {
                fits[at] |= fits[at - 1];
            }
        } else {
            for at in (1..fits.len()).rev() {
                fits[at] = fits[at - 1] && (sign == '_' || sign == text[at - 1]);
            }
            fits[0] = false;
        }
    }
    fits[text.len()]
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_examples_of_mlflow_are_read() {
        let found = clauses(
            "metrics.`f 1` >= 0.5 and params.model != 'a and b' AND tags.\"mlflow.source.name\" ILIKE '%x%' and attributes.run_id IN ('a', 'b') and status = \"FINISHED\" and tags.a.b IS NOT NULL",
        )
        .unwrap();
        let about: Vec<(&str, &str)> = found
            .iter()
            .map(|clause| (clause.entity.as_str(), clause.key.as_str()))
            .collect();
        assert_eq!(
            about,
            [
                ("metrics", "f 1"),
                ("params", "model"),
                ("tags", "mlflow.source.name"),
                ("attributes", "run_id"),
                ("", "status"),
                ("tags", "a.b")
            ]
        );
        assert_eq!(found[0].value, Value::Number(0.5));
        assert_eq!(found[1].value, Value::Text("a and b".into()));
        assert_eq!(found[3].value, Value::Texts(vec!["a".into(), "b".into()]));
        assert_eq!(found[5].operator, Operator::IsNotNull);
        assert_eq!(clauses("  ").unwrap(), []);
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        for text in [
            "metrics.a > 1 or metrics.b > 2",
            "metrics.a",
            "metrics.a >",
            "params.a = b",
            "params.a = 'b",
            "a in ()",
            "a in 'b'",
            "; drop table run",
            "params.a = 'x' params.b = 'y'",
            "= 3",
        ] {
            assert!(clauses(text).is_err(), "{text}");
        }
    }

    #[test]
    fn orders_are_read() {
        let by = order("metrics.`a b` DESC").unwrap();
        assert_eq!(
            (by.entity.as_str(), by.key.as_str(), by.descending),
            ("metrics", "a b", true)
        );
        assert!(!order("start_time").unwrap().descending);
        assert!(order("a b c").is_err());
    }

    #[test]
    fn a_pattern_is_any_text_and_any_letter() {
        assert!(like("%", "") && like("a%c", "abbc") && like("_b_", "abc") && like("%%b", "aab"));
        assert!(!like("a%c", "abd") && !like("_", "") && !like("a", "A"));
        assert!(
            !like(&"%a".repeat(200), &"b".repeat(5000)),
            "no backtracking"
        );
    }
}

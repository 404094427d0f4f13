//! What kind of values a column holds, with levels and range, and why.

use std::collections::BTreeMap;

use model::{Kind, OTHER_LEVEL, UnseenPolicy};

use super::days;
use super::scale;
use super::shape::Shape;
use super::values::{Value, Values, number};
use super::vocabulary::{AMOUNT, CODE, COUNT, NO, RATING, YES, has};

/// Levels up to which a field keeps them all.
pub(crate) const MOST_LEVELS: usize = 200;
/// Rows per level from which levels say something.
const ROWS_PER_LEVEL: usize = 10;
/// Rows from which a level is kept where there are too many; the rarer ones count as one.
const LEAST_ROWS: usize = 20;
/// Levels that are kept then, at most.
const MOST_KEPT: usize = 50;
/// The share of the rows, as one in so many, that the kept levels must have.
const KEPT_SHARE: usize = 4;
/// Highest number of a rating.
const HIGHEST_RATING: f64 = 10.0;
/// Letters on average from which texts are sentences.
const SENTENCE: usize = 40;

/// Looks at the values of a column, and at its header where the values leave it open.
pub(crate) fn shape(values: &Values<'_>) -> Shape {
    let mut shape = match values.distinct.as_slice() {
        [] => Shape::none("has no values"),
        [only] => one_value(values, only),
        [one, other] => two_values(values, one, other),
        _ => many_values(values),
    };
    if shape.kind.is_some() {
        for (word, rows) in &values.missing_words {
            let rows_word = if *rows == 1 { "row" } else { "rows" };
            shape =
                shape.doubt(format!("\"{word}\" ({rows} {rows_word}) is read as a missing value. Add it to `levels` if it is a value."));
        }
    }
    shape
}

/// The column as the kind that somebody chose; `order` gives the levels of ordered ones, those of
/// the file when it is empty.
pub(crate) fn shape_as(values: &Values<'_>, kind: Kind, order: &[String]) -> Shape {
    let shape = Shape::of(kind, "as chosen");
    let mut by_text: Vec<&Value> = values.distinct.iter().collect();
    by_text.sort_by(|one, other| one.text.cmp(&other.text));
    match kind {
        Kind::Integer | Kind::Real => shape,
        Kind::YearsSince | Kind::MonthsSince | Kind::DaysSince => {
            days::shape(values, Some(kind))
        }
        Kind::Nominal => shape.levels(&by_text),
        Kind::Boolean => match by_text.as_slice() {
            [one, other] if has(YES, &one.folded) && !has(YES, &other.folded) => {
                shape.levels(&[other, one])
            }
            _ => shape.levels(&by_text).doubt(
                "Of two levels, the first is read as no and the second as yes. Correct their order in the file of the use case if it is the other way around.",
            ),
        },
        Kind::Ordinal if order.is_empty() && values.distinct_numbers().is_some() => shape,
        Kind::Ordinal if order.is_empty() => {
            let known = scale::words(&values.distinct).or_else(|| scale::ranges(&values.distinct));
            match known {
                Some(known) => {
                    let levels: Vec<&Value> =
                        known.into_iter().map(|index| &values.distinct[index]).collect();
                    shape.levels(&levels)
                }
                None => shape
                    .levels(&by_text)
                    .doubt("The order of the levels is not known: they are in the order of the alphabet. Put them in order."),
            }
        }
        Kind::Ordinal => {
            let of_file = |level: &String| {
                values.distinct.iter().find(|value| {
                    value.text.eq_ignore_ascii_case(level) || value.others.contains(level)
                })
            };
            let found: Vec<&Value> = order.iter().filter_map(of_file).collect();
            let mut shape = shape.levels(&found);
            // A level that the file lacks belongs to the scale all the same.
            shape.levels = order
                .iter()
                .map(|level| of_file(level).map_or(level, |value| &value.text).clone())
                .collect();
            shape
        }
    }
}

fn one_value(values: &Values<'_>, only: &Value) -> Shape {
    if values.missing > 0 && has(YES, &only.folded) {
        let mut shape = Shape::of(Kind::Boolean, format!("\"{}\" or blank", only.text)).doubt(format!(
            "A blank is read as no, because the column holds only \"{}\". Remove `level_aliases` if a blank means that it is not known.",
            only.text
        ));
        let no = if number(&only.text).is_some() {
            "0"
        } else {
            "no"
        };
        shape.levels = vec![no.to_owned(), only.text.clone()];
        shape.level_aliases = BTreeMap::from([(String::new(), no.to_owned())]);
        return shape;
    }
    let shape = Shape::none(format!(
        "has only one value, \"{}\"",
        crate::refusal::shown(&only.text)
    ));
    if values.missing == 0 {
        return shape;
    }
    shape.doubt("Some rows are blank and all others are the same: if a blank means no, make it a boolean field with `level_aliases = { \"\" = … }`.")
}

fn two_values(values: &Values<'_>, one: &Value, other: &Value) -> Shape {
    let yes = |value: &Value| has(YES, &value.folded);
    let no = |value: &Value| has(NO, &value.folded) || starts_with_no(&value.folded);
    let pair = match ((yes(one), no(one)), (yes(other), no(other))) {
        ((_, true), (true, _)) => Some([one, other]),
        ((true, _), (_, true)) => Some([other, one]),
        ((_, true), (false, false)) if starts_with_no(&one.folded) && shares_a_word(one, other) => {
            Some([one, other])
        }
        ((false, false), (_, true))
            if starts_with_no(&other.folded) && shares_a_word(one, other) =>
        {
            Some([other, one])
        }
        _ => None,
    };
    match pair {
        Some(pair) => Shape::of(
            Kind::Boolean,
            format!("\"{}\" or \"{}\"", pair[0].text, pair[1].text),
        )
        .levels(&pair),
        None => many_values(values),
    }
}

fn starts_with_no(folded: &str) -> bool {
    [
        "no ", "not ", "non ", "kein ", "keine ", "nicht ", "sin ", "sem ", "geen ", "without ",
        "never ",
    ]
    .iter()
    .any(|start| folded.starts_with(start))
}

fn shares_a_word(one: &Value, other: &Value) -> bool {
    one.folded
        .split(' ')
        .skip(1)
        .any(|word| word.len() > 3 && other.folded.split(' ').any(|own| own == word))
}

fn many_values(values: &Values<'_>) -> Shape {
    if days::are_dates(values) {
        return days::shape(values, None);
    }
    if let Some(numbers) = values.distinct_numbers() {
        return numbers_shape(values, &numbers);
    }
    if let Some(order) = scale::words(&values.distinct) {
        let levels: Vec<&Value> = order
            .into_iter()
            .map(|index| &values.distinct[index])
            .collect();
        let listed = levels
            .iter()
            .map(|value| value.text.as_str())
            .collect::<Vec<_>>()
            .join(" < ");
        return Shape::of(Kind::Ordinal, format!("ordered words: {listed}")).levels(&levels);
    }
    if let Some(order) = scale::ranges(&values.distinct) {
        let levels: Vec<&Value> = order
            .into_iter()
            .map(|index| &values.distinct[index])
            .collect();
        let ends = (
            levels[0].text.clone(),
            levels[levels.len() - 1].text.clone(),
        );
        return Shape::of(
            Kind::Ordinal,
            format!("ordered ranges from {} to {}", ends.0, ends.1),
        )
        .levels(&levels);
    }
    texts_shape(values)
}

/// What is asked of numbers that mean more than their size.
fn numbers_shape(values: &Values<'_>, numbers: &[f64]) -> Shape {
    let (low, high) = (numbers[0], numbers[numbers.len() - 1]);
    let is_whole = numbers.iter().all(|number| number.fract() == 0.0);
    let zeros = values.distinct.iter().any(|value| {
        value.text.len() > 1
            && value.text.starts_with('0')
            && value.text.bytes().all(|byte| byte.is_ascii_digit())
    });
    let code = values.header.find(CODE).filter(|_| is_whole);
    if zeros || code.is_some() {
        let why = if zeros {
            "numbers with leading zeros, which are codes".to_owned()
        } else {
            "numbers that are codes by the header".to_owned()
        };
        return codes_shape(values, why);
    }
    let amount = values.header.find(AMOUNT).is_some();
    let (rating, count) = (
        values.header.find(RATING).is_some(),
        values.header.find(COUNT).is_some(),
    );
    let steps = is_whole && numbers.len() >= 2 && low >= 0.0 && high <= HIGHEST_RATING;
    // Without a word in the header: every step from 1 to 3, 4 or 5.
    let looks_like_rating =
        low == 1.0 && (3.0..=5.0).contains(&high) && numbers.len() as f64 == high;
    if steps && !count && (!amount || rating) && (rating || looks_like_rating) {
        let shape = Shape::of(Kind::Ordinal, format!("a rating from {low} to {high}"));
        if low <= 1.0 {
            return shape
                .range(Some([low, high]))
                .doubt(format!("The range {low} to {high} is that of the file. Extend it if the scale has more steps."));
        }
        return shape.doubt(format!(
            "The file has the ratings {low} to {high} only. Set `range` if you know the scale."
        ));
    }
    let is_share = !is_whole && low >= 0.0 && high <= 1.0;
    let is_age = values
        .header
        .find("age, alter, edad, idade, leeftijd, yas, yasi, lebensalter")
        .is_some()
        && low >= 14.0
        && high <= 100.0;
    let range = if is_share {
        Some([0.0, 1.0])
    } else if is_age {
        Some([14.0, 100.0])
    } else {
        None
    };
    let kind = if is_whole && !amount {
        Kind::Integer
    } else {
        Kind::Real
    };
    let what = if is_whole { "whole numbers" } else { "numbers" };
    let shape = Shape::of(kind, format!("{what} from {low} to {high}")).range(range);
    if is_whole && numbers.len() == 2 && !count && !amount {
        return shape.doubt(format!("The only values are {low} and {high}: make it nominal, with `levels`, if they are names."));
    }
    shape
}

fn codes_shape(values: &Values<'_>, why: String) -> Shape {
    if has_too_many_levels(values) {
        if let Some(shape) = with_other(values, &why) {
            return shape;
        }
        return Shape::none(format!("{why}, with {} different values", values.distinct.len()))
            .doubt("Too many different codes for a field. Group them in the file, for example by region, to use them.");
    }
    let mut levels: Vec<&Value> = values.distinct.iter().collect();
    levels.sort_by(|one, other| (one.text.len(), &one.text).cmp(&(other.text.len(), &other.text)));
    Shape::of(Kind::Nominal, why).levels(&levels)
}

fn has_too_many_levels(values: &Values<'_>) -> bool {
    let levels = values.distinct.len();
    levels > MOST_LEVELS || (levels > 20 && levels * ROWS_PER_LEVEL > values.filled())
}

/// The frequent levels of too many, and one for all others; `None` where too few are frequent.
fn with_other(values: &Values<'_>, why: &str) -> Option<Shape> {
    let mut kept: Vec<&Value> = values
        .distinct
        .iter()
        .filter(|value| value.rows >= LEAST_ROWS && !value.text.eq_ignore_ascii_case(OTHER_LEVEL))
        .take(MOST_KEPT)
        .collect();
    let rows: usize = kept.iter().map(|value| value.rows).sum();
    let (others, filled) = (values.distinct.len() - kept.len(), values.filled());
    if kept.len() < 2 || KEPT_SHARE * rows < filled {
        return None;
    }
    kept.sort_by(|one, other| (one.text.len(), &one.text).cmp(&(other.text.len(), &other.text)));
    let all = values.distinct.len();
    let reason = format!("{why}: {} of {all} values, the others as one", kept.len());
    let mut shape = Shape::of(Kind::Nominal, reason).levels(&kept);
    shape.levels.push(OTHER_LEVEL.to_owned());
    shape.unseen = Some(UnseenPolicy::Other);
    Some(shape.doubt(format!(
        "{others} rare values ({} of {filled} rows) count as the level \"{OTHER_LEVEL}\", and so does every value that this file does not have. Add those that matter to `levels`, or group them in the file.",
        filled - rows
    )))
}

fn texts_shape(values: &Values<'_>) -> Shape {
    let rows: usize = values.distinct.iter().map(|value| value.rows).sum();
    let numeric: usize = values
        .distinct
        .iter()
        .filter(|value| number(&value.text).is_some())
        .map(|value| value.rows)
        .sum();
    if numeric * 20 >= rows * 19 {
        let wrong: Vec<String> = values
            .distinct
            .iter()
            .filter(|value| number(&value.text).is_none())
            .take(5)
            .map(|value| format!("\"{}\"", crate::refusal::shown(&value.text)))
            .collect();
        return Shape::of(Kind::Real, "numbers, but for a few texts").doubt(format!(
            "These values are not numbers and will be refused: {}. Clear these cells in the file.",
            wrong.join(", ")
        ));
    }
    let letters: usize = values
        .distinct
        .iter()
        .map(|value| value.text.chars().count())
        .sum::<usize>()
        / values.distinct.len();
    if letters > SENTENCE && values.distinct.len() > 20 {
        return Shape::none("holds free text");
    }
    if has_too_many_levels(values) {
        let why = format!("{} different texts", values.distinct.len());
        if let Some(shape) = with_other(values, &why) {
            return shape;
        }
        return if values.is_unique() {
            Shape::none("holds a different text in every row")
        } else {
            Shape::none(format!("has {} different texts", values.distinct.len()))
                .doubt("Too many different texts for a field. Group them in the file, or list the levels that matter.")
        };
    }
    let mut levels: Vec<&Value> = values.distinct.iter().collect();
    levels.sort_by(|one, other| one.text.cmp(&other.text));
    let shape =
        Shape::of(Kind::Nominal, format!("{} different texts", levels.len())).levels(&levels);
    match alike(&levels) {
        Some((one, other)) => shape.doubt(format!(
            "\"{one}\" and \"{other}\" look like spellings of one level. If so, keep one of them and name the other in `level_aliases`."
        )),
        None => shape,
    }
}

/// Two levels that differ by signs and blanks, or by a single letter of many.
fn alike<'v>(levels: &[&'v Value]) -> Option<(&'v str, &'v str)> {
    let bare = |value: &Value| {
        value
            .folded
            .chars()
            .filter(|letter| letter.is_alphanumeric())
            .collect::<String>()
    };
    let bare: Vec<String> = levels.iter().map(|value| bare(value)).collect();
    let is_misspelt = |one: &str, other: &str| {
        one.len() >= 8
            && one.chars().all(char::is_alphabetic)
            && other.chars().all(char::is_alphabetic)
            && strsim::osa_distance(one, other) == 1
    };
    (1..levels.len()).find_map(|index| {
        let earlier = (0..index).find(|&earlier| {
            bare[earlier] == bare[index] || is_misspelt(&bare[earlier], &bare[index])
        })?;
        Some((levels[earlier].text.as_str(), levels[index].text.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use model::Kind;

    use super::{Shape, shape};
    use crate::draft::values::Values;

    fn of(name: &str, texts: &[&str]) -> Shape {
        let texts: crate::Texts = texts.iter().collect();
        shape(&Values::new(name, &texts))
    }

    #[test]
    fn booleans_have_no_first() {
        for (texts, levels) in [
            (&["Yes", "No", "no "][..], ["No", "Yes"]),
            (&["1", "0"], ["0", "1"]),
            (&["Ja", "Nein"], ["Nein", "Ja"]),
            (&["sí", "no"], ["no", "sí"]),
            (&["Evet", "Hayır"], ["Hayır", "Evet"]),
            (
                &["Has relevant experience", "No relevant experience"],
                ["No relevant experience", "Has relevant experience"],
            ),
        ] {
            let shape = of("x", texts);
            assert_eq!(
                (shape.kind, shape.levels.as_slice()),
                (Some(Kind::Boolean), &levels.map(str::to_owned)[..]),
                "{texts:?}"
            );
        }
        assert_eq!(of("gender", &["F", "M"]).kind, Some(Kind::Nominal));
        let blank = of("promoted", &["1", "", ""]);
        assert_eq!(
            (
                blank.kind,
                blank.level_aliases[""].as_str(),
                blank.doubts.len()
            ),
            (Some(Kind::Boolean), "0", 1)
        );
    }

    #[test]
    fn numbers_may_be_ratings_codes_shares_or_numbers() {
        for (name, texts, kind, range) in [
            (
                "JobSatisfaction",
                &["1", "2", "3", "4"][..],
                Kind::Ordinal,
                Some([1.0, 4.0]),
            ),
            ("PerformanceRating", &["3", "4"], Kind::Ordinal, None),
            (
                "Arbeitszufriedenheit",
                &["1", "3", "5"],
                Kind::Ordinal,
                Some([1.0, 5.0]),
            ),
            ("x", &["1", "2", "3"], Kind::Ordinal, Some([1.0, 3.0])),
            (
                "TrainingTimesLastYear",
                &["0", "1", "2", "3"],
                Kind::Integer,
                None,
            ),
            ("n_projects", &["1", "2", "3"], Kind::Integer, None),
            (
                "Postleitzahl",
                &["80331", "10115", "80331"],
                Kind::Nominal,
                None,
            ),
            ("Area code", &["415", "408", "510"], Kind::Nominal, None),
            ("plant", &["007", "012", "100"], Kind::Nominal, None),
            (
                "satisfaction",
                &["0.5", "0.25", "1"],
                Kind::Real,
                Some([0.0, 1.0]),
            ),
            ("MonthlyIncome", &["1000", "2500", "900"], Kind::Real, None),
            (
                "Age",
                &["20", "35", "61"],
                Kind::Integer,
                Some([14.0, 100.0]),
            ),
        ] {
            let shape = of(name, texts);
            assert_eq!((shape.kind, shape.range), (Some(kind), range), "{name}");
        }
    }

    #[test]
    fn levels_are_folded_and_keep_their_spellings() {
        let shape = of(
            "Department",
            &["Verkauf", "verkauf", "Größe", "GRÖSSE", "größe", "R&D"],
        );
        assert_eq!(shape.kind, Some(Kind::Nominal));
        let shape = of(
            "Abteilung",
            &["Übersee", "übersee", "Übersee", "Nord", "Süd"],
        );
        assert_eq!(shape.levels, ["Nord", "Süd", "Übersee"]);
        assert_eq!(shape.level_aliases["übersee"], "Übersee");
        assert!(
            !of("reason", &["Resignation", "Resignaton", "Layoff"])
                .doubts
                .is_empty()
        );
    }

    #[test]
    fn what_cannot_be_a_field_says_why() {
        assert!(of("x", &["", ""]).kind.is_none());
        assert!(of("x", &["Y", "Y"]).kind.is_none());
        assert!(
            of("hired", &["2020-01", "2021-02", "2019-05"])
                .kind
                .is_none()
        );
        let names: Vec<String> = (0..100).map(|number| format!("Person {number}")).collect();
        assert!(
            of("who", &names.iter().map(String::as_str).collect::<Vec<_>>())
                .kind
                .is_none()
        );
    }
}

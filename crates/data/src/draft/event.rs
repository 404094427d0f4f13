//! Which value of the target is the event. Where the words do not say, the person is asked.

use super::values::{Value, Values};
use super::vocabulary::{EVENT, NO_EVENT, STAYING, has};
use super::{Answers, Blank, DraftError};

/// What the target's values mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    pub positive: Vec<String>,
    pub negative: Vec<String>,
    /// Blank cells mean that it did not happen; otherwise that it is not yet known.
    pub blank: Option<Blank>,
    pub reason: String,
    pub doubts: Vec<String>,
}

/// Finds the event among the values of the target.
///
/// # Errors
/// When the answer is not in the file: the message lists the values and names the option that
/// answers.
pub(crate) fn event(target: &Values<'_>, answers: &Answers) -> Result<Event, DraftError> {
    if target.distinct.is_empty() {
        return Err(DraftError::EmptyTarget(target.name.to_owned()));
    }
    let mut event = if answers.event.is_empty() {
        by_words(target)?
    } else {
        by_answer(target, &answers.event)?
    };
    if target.missing > 0 {
        let blank = answers.blank.ok_or_else(|| DraftError::BlankTarget {
            target: target.name.to_owned(),
            rows: target.missing,
        })?;
        event.blank = Some(blank);
    } else if event.negative.is_empty() {
        return Err(DraftError::OneOutcome {
            target: target.name.to_owned(),
            values: target.listed(5),
        });
    }
    if event.negative.is_empty() && event.blank != Some(Blank::Negative) {
        return Err(DraftError::OneOutcome {
            target: target.name.to_owned(),
            values: format!("{} and blank cells", target.listed(5)),
        });
    }
    Ok(event)
}

fn by_answer(target: &Values<'_>, words: &[String]) -> Result<Event, DraftError> {
    let is_meant = |value: &Value| {
        words
            .iter()
            .any(|word| super::header::fold(word) == value.folded)
    };
    if let Some(unknown) = words.iter().find(|word| {
        !target
            .distinct
            .iter()
            .any(|value| super::header::fold(word) == value.folded)
    }) {
        return Err(DraftError::UnknownEvent {
            word: unknown.clone(),
            target: target.name.to_owned(),
            values: target.listed(20),
        });
    }
    let (positive, negative): (Vec<&Value>, Vec<&Value>) =
        target.distinct.iter().partition(|value| is_meant(value));
    let mut doubts = Vec::new();
    if negative.len() > 1 {
        let listed: Vec<String> = negative
            .iter()
            .map(|value| format!("\"{}\"", crate::refusal::shown(&value.text)))
            .collect();
        doubts.push(format!("Counted as no event: {}.", listed.join(", ")));
    }
    Ok(Event {
        positive: texts(&positive),
        negative: texts(&negative),
        blank: None,
        reason: "the event as chosen".into(),
        doubts,
    })
}

fn by_words(target: &Values<'_>) -> Result<Event, DraftError> {
    let ask = || DraftError::WhichEvent {
        target: target.name.to_owned(),
        values: target.listed(12),
    };
    // Under a header such as "active", yes means that somebody stayed.
    let is_staying = target.header.find(STAYING).is_some();
    let says =
        |value: &Value, words: &str| has(words, value.folded.replace(['_', '-'], " ").trim());
    let positive = |value: &Value| says(value, EVENT) && !says(value, NO_EVENT);
    let negative = |value: &Value| says(value, NO_EVENT) && !says(value, EVENT);
    // A single letter or digit means little on its own: its counterpart must be one, too.
    let is_code =
        |value: &Value| value.folded.chars().count() == 1 || value.folded.parse::<f64>().is_ok();
    let is_event = |value: &Value, other: &Value| {
        let by_one = (positive(value) && !positive(other) && !is_code(value))
            || (negative(other) && !negative(value) && !is_code(other));
        by_one || (positive(value) && negative(other))
    };
    let values: Vec<&Value> = target.distinct.iter().collect();
    let event = |positive: &[&Value], negative: &[&Value]| {
        let reason = format!("\"{}\" is the event by its word", positive[0].text);
        Event {
            positive: texts(positive),
            negative: texts(negative),
            blank: None,
            reason,
            doubts: Vec::new(),
        }
    };
    match values[..] {
        _ if is_staying => Err(ask()),
        [only] if positive(only) && target.missing > 0 => Ok(event(&[only], &[])),
        [one, other] if is_event(one, other) => Ok(event(&[one], &[other])),
        [one, other] if is_event(other, one) => Ok(event(&[other], &[one])),
        _ => Err(ask()),
    }
}

/// The texts of the values with their other spellings; whole numbers also as programs write them.
fn texts(values: &[&Value]) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for value in values {
        let number = match value.text.as_str() {
            "1" | "0" => Some(format!("{}.0", value.text)),
            "1.0" | "0.0" => Some(value.text[..1].to_owned()),
            _ => None,
        };
        for text in std::iter::once(&value.text)
            .chain(&value.others)
            .chain(&number)
        {
            if !texts.iter().any(|known| known.eq_ignore_ascii_case(text)) {
                texts.push(text.clone());
            }
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::event;
    use crate::draft::values::Values;
    use crate::draft::{Answers, Blank, DraftError};

    fn of(
        name: &str,
        texts: &[&str],
        answers: &Answers,
    ) -> Result<(Vec<String>, Vec<String>), DraftError> {
        let texts: crate::Texts = texts.iter().collect();
        event(&Values::new(name, &texts), answers).map(|event| (event.positive, event.negative))
    }

    #[test]
    fn words_say_which_value_is_the_event() {
        for (event, other) in [
            ("Yes", "No"),
            ("1", "0"),
            ("True", "False"),
            ("Left", "Stayed"),
            ("TERMINATED", "ACTIVE"),
            ("Attrited Customer", "Existing Customer"),
            ("Ja", "Nein"),
            ("ausgeschieden", "aktiv"),
            ("Parti", "En poste"),
            ("oui", "non"),
            ("Baja", "Activo"),
            ("sí", "no"),
            ("Desligado", "Ativo"),
            ("sim", "não"),
            ("Vertrokken", "In dienst"),
            ("Ayrıldı", "Çalışıyor"),
            ("Evet", "Hayır"),
        ] {
            let (positive, negative) =
                of("status", &[other, event, other], &Answers::default()).unwrap();
            assert_eq!((positive[0].as_str(), negative[0].as_str()), (event, other));
        }
    }

    #[test]
    fn what_words_do_not_say_is_asked() {
        let none = Answers::default();
        for (name, texts) in [
            ("target", &["A", "B"][..]),
            ("target", &["1", "2"]),
            ("active", &["Yes", "No"]),
            ("status", &["Active", "Terminated", "Retired"]),
            ("status", &["yes", "true"]),
        ] {
            assert!(
                matches!(of(name, texts, &none), Err(DraftError::WhichEvent { .. })),
                "{texts:?}"
            );
        }
        let retired = Answers {
            event: vec!["terminated".into(), "Retired".into()],
            ..Answers::default()
        };
        let (positive, negative) =
            of("status", &["Active", "Terminated", "Retired"], &retired).unwrap();
        assert_eq!((positive.len(), negative), (2, vec!["Active".to_owned()]));
        assert!(matches!(
            of("status", &["Active", "Left"], &retired),
            Err(DraftError::UnknownEvent { .. })
        ));
    }

    #[test]
    fn blanks_are_asked_about() {
        let texts = ["Left", "", ""];
        assert!(matches!(
            of("status", &texts, &Answers::default()),
            Err(DraftError::BlankTarget { rows: 2, .. })
        ));
        let negative = Answers {
            blank: Some(Blank::Negative),
            ..Answers::default()
        };
        assert_eq!(
            of("status", &texts, &negative).unwrap(),
            (vec!["Left".to_owned()], Vec::new())
        );
        let unknown = Answers {
            blank: Some(Blank::Unknown),
            ..Answers::default()
        };
        assert!(matches!(
            of("status", &texts, &unknown),
            Err(DraftError::OneOutcome { .. })
        ));
        assert!(of("status", &["Left", "Stayed", ""], &unknown).is_ok());
    }
}

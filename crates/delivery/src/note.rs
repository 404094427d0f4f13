//! What is told, whoever it is told to.

use domain::{AlertEvent, AlertSeverity, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Longest subject, in characters.
const LONGEST_SUBJECT: usize = 150;

/// Some lines under a heading: label and value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// The heading.
    pub title: String,
    /// Label and value of each line.
    pub rows: Vec<(String, String)>,
}

impl Section {
    /// With its lines.
    pub fn new(title: &str, rows: Vec<(&str, String)>) -> Self {
        let own = |(label, value): (&str, String)| (label.to_owned(), value);
        Self {
            title: title.to_owned(),
            rows: rows.into_iter().map(own).collect(),
        }
    }
}

/// A message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// The same for every attempt.
    pub id: String,
    /// What happened.
    pub event: AlertEvent,
    /// Id of the alert: the same for everything that is told of it.
    pub alert: String,
    /// What the alert is about, for example `drift`.
    pub kind: String,
    /// The use case.
    pub use_case: String,
    /// How urgent it is.
    pub severity: AlertSeverity,
    /// One line.
    pub subject: String,
    /// What was found, in a sentence.
    pub summary: String,
    /// The particulars.
    pub sections: Vec<Section>,
    /// The same for programs.
    pub facts: Value,
    /// Address of the page about it; `None` where the public address is not known.
    pub link: Option<String>,
    /// When it happened.
    pub at: Timestamp,
}

impl Note {
    /// The message as plain text, below its subject.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n", one_line(&self.summary, usize::MAX));
        for section in &self.sections {
            text.push_str(&format!("\n{}\n", one_line(&section.title, usize::MAX)));
            for (label, value) in &section.rows {
                let (label, value) = (one_line(label, usize::MAX), one_line(value, usize::MAX));
                text.push_str(&format!("  {label}: {value}\n"));
            }
        }
        if let Some(link) = &self.link {
            text.push_str(&format!("\n{link}\n"));
        }
        text
    }

    /// The subject: one line of limited length.
    pub fn subject_line(&self) -> String {
        one_line(&self.subject, LONGEST_SUBJECT)
    }
}

/// The text on one line, cut after so many characters. What could begin another line, or turn the
/// direction of the text, becomes a space.
pub fn one_line(text: &str, most: usize) -> String {
    let is_break = |letter: char| {
        letter.is_control()
            || letter.is_whitespace()
            || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let plain: String = text
        .split(is_break)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    if plain.chars().count() <= most {
        return plain;
    }
    let cut: String = plain.chars().take(most.saturating_sub(1)).collect();
    format!("{cut}…")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub fn note(subject: &str) -> Note {
        Note {
            id: "n1".into(),
            event: AlertEvent::Opened,
            alert: "a1".into(),
            kind: "drift".into(),
            use_case: "attrition".into(),
            severity: AlertSeverity::Critical,
            subject: subject.into(),
            summary: "11 of 30 features drifted".into(),
            sections: vec![Section::new(
                "Feature drift",
                vec![("Drifted features", "<b>Age</b> @team".into())],
            )],
            facts: serde_json::json!({ "drift_detected": true }),
            link: Some("https://tenure.example/use-case/attrition/alerts/a1".into()),
            at: Timestamp::from_micros(1_700_000_000_000_000),
        }
    }

    #[test]
    fn a_subject_is_one_line() {
        let own = note("New:\r\nBcc: all@example.org\u{2028}x\u{202e}y\0z").subject_line();
        assert_eq!(own, "New: Bcc: all@example.org x y z");
        assert_eq!(note(&"é".repeat(400)).subject_line().chars().count(), 150);
    }

    #[test]
    fn the_text_has_every_line_and_the_link() {
        let text = note("x").text();
        for part in [
            "11 of 30 features drifted\n",
            "\nFeature drift\n  Drifted features: <b>Age</b> @team\n",
            "\nhttps://tenure.example/use-case/attrition/alerts/a1\n",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }
}

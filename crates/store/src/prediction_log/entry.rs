//! What an entry holds, and how it is written on a line of a file.

use std::collections::BTreeMap;

use domain::{
    AccountName, Date, InputPolicy, PredictionId, PredictionKind, Reason, RetentionClass,
    ScoreBasis, Timestamp, UseCaseId, VersionNumber,
};
use serde::{Deserialize, Serialize};

use super::Logged;
use crate::Result;
use crate::artifacts::hash;

/// What was scored, as the policy keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// Field → text, as it was sent, without the identifier.
    Full(BTreeMap<String, String>),
    /// Keyed hash of the same.
    Hashed(String),
}

/// What was answered. Numbers are written so that they read back to the same bits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// From 0 to 1.
    pub probability: f64,
    /// At or above the cutoff.
    pub decision: bool,
    /// Name of the band.
    pub band: String,
    /// Calibration range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
    /// Whether the model that scored had learned from the person.
    pub basis: ScoreBasis,
    /// Which model of the version scored; `None`: the final one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fold: Option<u8>,
    /// The strongest first.
    pub reasons: Vec<Reason>,
}

/// A record of the file of a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Pseudonym.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// As the policy keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Input>,
    /// What was answered.
    pub answer: Answer,
}

/// An entry of the prediction log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Sorts by time.
    pub id: PredictionId,
    /// When it was answered.
    #[serde(with = "micros")]
    pub at: Timestamp,
    /// What led to it.
    pub kind: PredictionKind,
    /// What was predicted.
    pub use_case: UseCaseId,
    /// What scored.
    pub version: VersionNumber,
    /// SHA-256 of its model file.
    pub model: String,
    /// The day that the record describes.
    pub as_of: Date,
    /// The policy that held.
    pub policy: InputPolicy,
    /// Pseudonym; `None` where no id was given, and for batches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// As the policy keeps it; a batch has a file instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Input>,
    /// How many reasons were asked for.
    pub reasons_asked: usize,
    /// What was answered; a batch has a file instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// Records that were scored.
    pub records: usize,
    /// Of a batch: hash of the file of [`Line`]s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Of a large batch that was answered in parts: the id of the first, and the part from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<(PredictionId, u32)>,
    /// Microseconds from the request to the score.
    pub latency_us: u64,
    /// Account.
    pub caller: AccountName,
    /// Key of the purpose, where one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// How long it is kept.
    pub retention: RetentionClass,
}

/// Unix microseconds: the text of a time has seconds only.
mod micros {
    use domain::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(at.micros())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        i64::deserialize(deserializer).map(Timestamp::from_micros)
    }
}

/// Length of the hash before each line.
const MARK: usize = 16;

impl Entry {
    /// The line of a file: the beginning of the hash of the rest, a blank, JSON, a line feed.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn line(&self) -> Result<Vec<u8>> {
        let json = serde_json::to_string(self)?;
        let mut line = Vec::with_capacity(MARK + json.len() + 2);
        line.extend_from_slice(&hash(json.as_bytes()).as_bytes()[..MARK]);
        line.push(b' ');
        line.extend_from_slice(json.as_bytes());
        line.push(b'\n');
        Ok(line)
    }

    /// The row of an entry whose JSON is `text`.
    pub fn row(self, text: String) -> Logged {
        Logged {
            prediction_id: self.id,
            use_case: self.use_case,
            at: self.at,
            kind: self.kind,
            version: self.version,
            subject: self.subject,
            caller: self.caller,
            retention: self.retention,
            file: self.file,
            entry: text,
        }
    }
}

/// What the bytes of a file hold: the rows, and how many lines are damaged. A last line that was cut
/// was never answered, and counts as neither.
pub(super) fn read_lines(bytes: &[u8]) -> (Vec<Logged>, usize) {
    let (mut rows, mut damaged) = (Vec::new(), 0);
    let whole = bytes.iter().rposition(|byte| *byte == b'\n');
    let Some(whole) = whole else {
        return (rows, damaged);
    };
    for line in bytes[..whole].split(|byte| *byte == b'\n') {
        match read_line(line) {
            Some(row) => rows.push(row),
            None => damaged += 1,
        }
    }
    (rows, damaged)
}

fn read_line(line: &[u8]) -> Option<Logged> {
    let (mark, rest) = line.split_at_checked(MARK)?;
    let json = rest.strip_prefix(b" ")?;
    if hash(json).as_bytes()[..MARK] != *mark {
        return None;
    }
    let text = std::str::from_utf8(json).ok()?;
    let entry: Entry = serde_json::from_str(text).ok()?;
    Some(entry.row(text.to_owned()))
}

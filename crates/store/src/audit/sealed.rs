//! Rows whose content the record vouches for: the entry that tells of a row carries the row's hash,
//! so that a row which is changed, removed or slipped in past the database's own rules no longer
//! agrees with the chain.

use std::collections::{BTreeMap, BTreeSet};

use domain::{RequestId, UseCaseId, VersionNumber};
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;

use super::Entry;
use crate::sql::{Column as _, sql};
use crate::{Reader, Result, artifacts};

/// A row that an entry can vouch for.
#[derive(Debug, Clone, Copy)]
pub enum Row<'a> {
    /// A model version.
    Version(&'a UseCaseId, VersionNumber),
    /// By its sequence.
    LiveChange(&'a UseCaseId, i64),
    /// A review request.
    Request(&'a RequestId),
    /// A decision, by its id.
    Decision(&'a str),
    /// A waiver, by its id.
    Waiver(&'a str),
    /// A comment, by its id.
    Comment(&'a str),
    /// By its number.
    CardRevision(&'a UseCaseId, VersionNumber, i64),
    /// A note on a drift check, by its id.
    DriftNote(&'a str),
    /// By its number.
    Definition(&'a UseCaseId, u32),
}

impl Row<'_> {
    fn table(&self) -> &'static Table {
        match self {
            Self::Version(..) => &VERSION,
            Self::LiveChange(..) => &LIVE_CHANGE,
            Self::Request(_) => &REQUEST,
            Self::Decision(_) => &DECISION,
            Self::Waiver(_) => &WAIVER,
            Self::Comment(_) => &COMMENT,
            Self::CardRevision(..) => &CARD_REVISION,
            Self::DriftNote(_) => &DRIFT_NOTE,
            Self::Definition(..) => &DEFINITION,
        }
    }

    /// The row's id, or its parts with slashes between them, for example `attrition/3`.
    fn key(&self) -> String {
        match self {
            Self::Version(use_case, number) => format!("{use_case}/{number}"),
            Self::LiveChange(use_case, sequence) => format!("{use_case}/{sequence}"),
            Self::Definition(use_case, version) => format!("{use_case}/{version}"),
            Self::Request(id) => id.to_string(),
            Self::Decision(id) | Self::Waiver(id) | Self::Comment(id) | Self::DriftNote(id) => {
                (*id).to_owned()
            }
            Self::CardRevision(use_case, number, revision) => {
                format!("{use_case}/{number}/{revision}")
            }
        }
    }
}

/// A table of which each row is told of once; none of these columns changes afterwards.
struct Table {
    name: &'static str,
    /// SQL for the text by which a row is called.
    key: &'static str,
    columns: &'static [&'static str],
}

const VERSION: Table = Table {
    name: "model_version",
    key: "use_case || '/' || cast(version as text)",
    columns: &[
        "use_case",
        "version",
        "run_id",
        "dataset_id",
        "model_hash",
        "candidate",
        "author",
        "author_key",
        "created_at",
    ],
};
const LIVE_CHANGE: Table = Table {
    name: "live_history",
    key: "use_case || '/' || cast(sequence as text)",
    columns: &[
        "use_case",
        "sequence",
        "version",
        "changed_by",
        "changed_by_key",
        "reason",
        "changed_at",
        "kind",
    ],
};
const REQUEST: Table = Table {
    name: "review_request",
    key: "request_id",
    columns: &[
        "request_id",
        "use_case",
        "version",
        "evidence_hash",
        "approvals_needed",
        "note",
        "requested_by",
        "requested_by_key",
        "requested_at",
    ],
};
const DECISION: Table = Table {
    name: "review_decision",
    key: "decision_id",
    columns: &[
        "decision_id",
        "request_id",
        "reviewer",
        "reviewer_key",
        "decision",
        "reason",
        "checklist",
        "waivers",
        "evidence_hash",
        "decided_at",
    ],
};
const WAIVER: Table = Table {
    name: "review_waiver",
    key: "waiver_id",
    columns: &[
        "waiver_id",
        "use_case",
        "version",
        "gate",
        "owner",
        "reason",
        "granted_by",
        "granted_by_key",
        "granted_at",
        "expires_on",
    ],
};
const COMMENT: Table = Table {
    name: "review_comment",
    key: "comment_id",
    columns: &[
        "comment_id",
        "use_case",
        "version",
        "author",
        "body",
        "written_at",
    ],
};
const CARD_REVISION: Table = Table {
    name: "card_revision",
    key: "use_case || '/' || cast(version as text) || '/' || cast(revision as text)",
    columns: &[
        "use_case",
        "version",
        "revision",
        "text",
        "written_by",
        "written_at",
    ],
};
const DRIFT_NOTE: Table = Table {
    name: "drift_note",
    key: "note_id",
    columns: &["note_id", "check_id", "note", "created_by", "created_at"],
};

const DEFINITION: Table = Table {
    name: "use_case_version",
    key: "use_case || '/' || cast(version as text)",
    columns: &[
        "use_case",
        "version",
        "origin",
        "content_hash",
        "text",
        "created_by",
        "created_at",
    ],
};

const TABLES: [&Table; 9] = [
    &VERSION,
    &LIVE_CHANGE,
    &REQUEST,
    &DECISION,
    &WAIVER,
    &COMMENT,
    &CARD_REVISION,
    &DRIFT_NOTE,
    &DEFINITION,
];

impl Table {
    /// The row's key under `row_key`, and its content as texts, `text_` before the name of each
    /// column.
    fn select(&self) -> String {
        let columns: Vec<String> = self
            .columns
            .iter()
            .map(|column| format!("cast({column} as text) as text_{column}"))
            .collect();
        format!(
            "select {} as row_key, {} from {}",
            self.key,
            columns.join(", "),
            self.name
        )
    }

    fn hash(&self, row: &AnyRow) -> Result<String> {
        let fields = self
            .columns
            .iter()
            .map(|column| Option::<String>::get(row, &format!("text_{column}")));
        let fields: Vec<Option<String>> = fields.collect::<sqlx::Result<_>>()?;
        Ok(artifacts::hash(
            serde_json::to_string(&(self.name, fields))?.as_bytes(),
        ))
    }
}

/// A row as an entry vouches for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    table: String,
    key: String,
    hash: String,
}

/// What may change of stages, requests and the pointer must follow from what cannot: the sentence,
/// and a query for the rows that do not.
const STATES: [(&str, &str); 3] = [
    (
        "live_model {} does not point to the latest deployment",
        "select l.use_case from live_model l where not exists (select 1 from live_history h where h.use_case = l.use_case and \
         h.sequence = l.sequence and coalesce(h.version, -1) = coalesce(l.version, -1) and \
         h.sequence = (select max(sequence) from live_history where use_case = l.use_case))",
    ),
    (
        "the stage of model_version {} does not match the live version",
        "select v.use_case || '/' || cast(v.version as text) from model_version v where (v.stage = 'Production') <> exists \
         (select 1 from live_history h where h.use_case = v.use_case and h.version = v.version and \
         h.sequence = (select max(sequence) from live_history where use_case = v.use_case))",
    ),
    (
        "review_request {} is closed without the required decisions",
        "select r.request_id from review_request r where (r.state = 'approved' and r.approvals_needed > (select count(*) from review_decision d \
         where d.request_id = r.request_id and d.decision = 'approve' and d.evidence_hash = r.evidence_hash)) or (r.state = 'rejected' and \
         not exists (select 1 from review_decision d where d.request_id = r.request_id and d.decision = 'reject')) or \
         (r.state = 'changes_requested' and not exists (select 1 from review_decision d where d.request_id = r.request_id and \
         d.decision = 'request_changes'))",
    ),
];

/// The seal of a row that was just written, within the same transaction.
///
/// # Errors
/// When there is no such row, or the database fails.
pub(super) async fn seal(reader: &mut Reader, row: &Row<'_>) -> Result<Sealed> {
    let (table, key) = (row.table(), row.key());
    let found = sql(format!("{} where {} = $1", table.select(), table.key))
        .bind(&key)
        .rows(reader)
        .await?;
    let found = found.first().ok_or(sqlx::Error::RowNotFound)?;
    Ok(Sealed {
        table: table.name.to_owned(),
        hash: table.hash(found)?,
        key,
    })
}

/// The rows that a record tells of: by table and key the entry's number and the row's hash.
#[derive(Debug, Default)]
pub struct Told(BTreeMap<(String, String), (i64, String)>);

impl Told {
    /// Adds what an entry tells of.
    pub(super) fn add(&mut self, entry: &Entry) {
        #[derive(Deserialize)]
        struct Detail {
            #[serde(default)]
            rows: Vec<Sealed>,
        }
        if !entry.detail.contains("\"rows\"") {
            return;
        }
        // A detail that is no longer JSON is reported by the chain's own check.
        let rows = serde_json::from_str::<Detail>(&entry.detail)
            .map(|detail| detail.rows)
            .unwrap_or_default();
        self.0.extend(
            rows.into_iter()
                .map(|row| ((row.table, row.key), (entry.sequence, row.hash))),
        );
    }
}

/// Checks every row of the sealed tables against the audit log (changed, removed, or without an
/// entry), and stages, requests and the pointer against those rows.
///
/// # Errors
/// When the database fails.
pub async fn verify_rows(reader: &mut Reader, Told(told): &Told) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let mut found = BTreeSet::new();
    for table in TABLES {
        for row in sql(table.select()).rows(reader).await? {
            let place = (table.name.to_owned(), String::get(&row, "row_key")?);
            let hash = table.hash(&row)?;
            match told.get(&place) {
                Some((_, told)) if *told == hash => {}
                Some((number, _)) => problems.push(format!(
                    "{} {} does not match audit entry {number}: it was changed",
                    place.0, place.1
                )),
                None => problems.push(format!(
                    "{} {} has no audit entry: it was inserted outside the audit log",
                    place.0, place.1
                )),
            }
            found.insert(place);
        }
    }
    let gone = told.iter().filter(|(place, _)| !found.contains(place));
    for (sentence, query) in STATES {
        let keys: Vec<String> = sql(query).scalars(reader).await?;
        problems.extend(keys.iter().map(|key| sentence.replace("{}", key)));
    }
    problems.extend(gone.map(|((table, key), (number, _))| {
        format!("{table} {key}, recorded in audit entry {number}, was removed")
    }));
    Ok(problems)
}

//! How long entries are kept: classes, legal holds, purges with proof.

use domain::{
    AccountName, AuditEvent, PredictionId, ProblemCode, RetentionClass, Subject, Timestamp,
    UseCaseId,
};
use serde::Serialize;
use store::{audit, prediction_log};

use super::policy::stated;
use crate::{Admin, Error, Member, Result, Tenure};

/// Entries per transaction and audit entry.
const PART: i64 = 5000;
/// Seconds of a day.
const DAY: i64 = 24 * 3600;

/// Who purges by the clock, in the audit log.
const BY_THE_CLOCK: &str = "server";

/// What a purge did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Purged {
    /// Entries that were deleted.
    pub entries: u64,
    /// Files of batches that were deleted.
    pub files: u64,
    /// Entries whose time is over and that are held.
    pub held: u64,
    /// SHA-256 over the ids and hashes of the deleted entries, one for each audit entry.
    pub hashes: Vec<String>,
}

/// A hold to be placed.
#[derive(Debug, Clone, Default)]
pub struct NewHold {
    pub use_case: String,
    /// Id of a person; `None`: all entries of the use case.
    pub person: Option<String>,
    pub reason: String,
}

impl Tenure {
    /// Deletes the entries of a use case whose time is over and that nobody holds. The audit log
    /// says how many, until when, and the hash of what they were. With `dry_run` it is only counted.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn purge_predictions(
        &self,
        admin: &Admin<'_>,
        use_case: &str,
        dry_run: bool,
    ) -> Result<Purged> {
        self.flush_predictions().await?;
        self.purge(admin.name(), use_case, dry_run).await
    }

    /// What is due of all use cases, by the clock of the server.
    pub(super) async fn purge_due(&self) -> Result<()> {
        let by = AccountName::from(BY_THE_CLOCK);
        for use_case in self.use_cases() {
            self.purge(&by, &use_case.id, false).await?;
        }
        Ok(())
    }

    async fn purge(&self, by: &AccountName, use_case: &str, dry_run: bool) -> Result<Purged> {
        let use_case: UseCaseId = self.use_case(use_case)?.id.as_str().into();
        let now = store::now();
        let mut purged = Purged::default();
        for class in RetentionClass::ALL {
            let until = now.plus_seconds(-i64::from(class.days()) * DAY);
            let mut reader = self.store.read().await?;
            let held = prediction_log::held(&mut reader, &use_case, *class, until).await?;
            drop(reader);
            let held = held.unsigned_abs();
            purged.held += held;
            if dry_run {
                let mut reader = self.store.read().await?;
                let due = prediction_log::expired(&mut reader, &use_case, *class, until, i64::MAX)
                    .await?;
                purged.entries += due.len() as u64;
                purged.files += due.iter().filter(|row| row.file.is_some()).count() as u64;
                continue;
            }
            while self
                .purge_part(by, &use_case, *class, until, held, &mut purged)
                .await?
            {}
        }
        Ok(purged)
    }

    /// Deletes some entries of a class; false when none was left.
    async fn purge_part(
        &self,
        by: &AccountName,
        use_case: &UseCaseId,
        class: RetentionClass,
        until: Timestamp,
        held: u64,
        purged: &mut Purged,
    ) -> Result<bool> {
        let mut transaction = self.store.begin().await?;
        let due = prediction_log::expired(&mut transaction, use_case, class, until, PART).await?;
        if due.is_empty() {
            return Ok(false);
        }
        let ids: Vec<PredictionId> = due.iter().map(|row| row.prediction_id.clone()).collect();
        let files: Vec<&String> = due.iter().filter_map(|row| row.file.as_ref()).collect();
        let hash = proof(&due);
        let entries = prediction_log::delete(&mut transaction, &ids).await?;
        let event = AuditEvent::PredictionLogPurge {
            entries,
            files: files.len() as u64,
            held,
            until,
            hash: hash.clone(),
        };
        let subject = Subject::UseCase(use_case.clone());
        audit::append(&mut transaction, by, &subject, &event).await?;
        transaction.commit().await?;
        // No entry names these any more; a file that stays by a fault is named by nobody.
        for file in &files {
            self.store.remove_artifact(file).await?;
        }
        purged.entries += entries;
        purged.files += files.len() as u64;
        purged.hashes.push(hash);
        Ok(true)
    }

    /// Keeps entries beyond their time: those of a person, or all of a use case.
    ///
    /// # Errors
    /// [`Error::Fields`] without a reason.
    pub async fn hold_predictions(
        &self,
        admin: &Admin<'_>,
        new: &NewHold,
    ) -> Result<prediction_log::Hold> {
        let use_case: UseCaseId = self.use_case(&new.use_case)?.id.as_str().into();
        let reason = stated(&new.reason)?;
        let person = new
            .person
            .as_deref()
            .map(str::trim)
            .filter(|id| !id.is_empty());
        let subject = match person {
            Some(id) => Some(self.store.spool().key()?.subject(&use_case, id)),
            None => None,
        };
        let hold = prediction_log::Hold {
            hold_id: store::new_id(),
            use_case: use_case.clone(),
            subject,
            reason: reason.clone(),
            set_by: admin.name().clone(),
            set_at: store::now(),
            released_by: None,
            released_at: None,
        };
        let mut transaction = self.store.begin().await?;
        prediction_log::insert_hold(&mut transaction, &hold).await?;
        let event = AuditEvent::PredictionLogHold {
            hold: hold.hold_id.clone(),
            of_person: hold.subject.is_some(),
            reason,
        };
        let about = Subject::UseCase(use_case);
        audit::append(&mut transaction, admin.name(), &about, &event).await?;
        transaction.commit().await?;
        Ok(hold)
    }

    /// Releases a hold: what it kept is purged when its time is over.
    ///
    /// # Errors
    /// [`Error::Fields`] without a reason, [`Error::NotFound`] when there is no such hold.
    pub async fn release_predictions(
        &self,
        admin: &Admin<'_>,
        use_case: &str,
        hold: &str,
        reason: &str,
    ) -> Result<()> {
        let use_case: UseCaseId = self.use_case(use_case)?.id.as_str().into();
        let reason = stated(reason)?;
        let mut transaction = self.store.begin().await?;
        let released =
            prediction_log::release_hold(&mut transaction, &use_case, hold, admin.name()).await?;
        if !released {
            return Err(Error::field(
                "hold",
                ProblemCode::UnknownValue,
                "There is no such hold that is in force.",
            ));
        }
        let event = AuditEvent::PredictionLogRelease {
            hold: hold.to_owned(),
            reason,
        };
        let about = Subject::UseCase(use_case);
        audit::append(&mut transaction, admin.name(), &about, &event).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The holds of a use case, newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such use case.
    pub async fn prediction_holds(
        &self,
        _: &Member<'_>,
        use_case: &str,
    ) -> Result<Vec<prediction_log::Hold>> {
        let use_case: UseCaseId = self.use_case(use_case)?.id.as_str().into();
        Ok(prediction_log::holds(&mut self.store.read().await?, &use_case).await?)
    }
}

/// The hash of what is deleted: ids and hashes of the entries, in the order of the ids.
fn proof(due: &[prediction_log::Logged]) -> String {
    let mut lines: Vec<String> = due
        .iter()
        .map(|row| {
            let hash = store::artifacts::hash(row.entry.as_bytes());
            format!("{} {hash}\n", row.prediction_id)
        })
        .collect();
    lines.sort_unstable();
    store::artifacts::hash(lines.concat().as_bytes())
}

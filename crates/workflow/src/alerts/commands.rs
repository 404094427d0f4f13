//! Somebody takes an alert up: acknowledges it, puts it aside, or gives it to somebody.

use domain::{
    AccountName, AlertEvent, AlertId, AlertState, AuditEvent, RefusalCode, Subject, Timestamp,
    UseCaseId,
};
use store::alerts::{self, Alert};
use store::{Writer, accounts, audit};

use super::messages::tell;
use crate::{Contributor, Error, Result, Tenure};

/// Longest note, in characters.
const LONGEST_NOTE: usize = 1000;
/// Longest snooze.
const MOST_DAYS: i64 = 90;

impl Tenure {
    /// Somebody knows of an alert: no more messages about it unless it gets worse. Who has no owner
    /// yet, gets this one.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Conflict`] when it is resolved, [`Error::Fields`] for a very long note.
    pub async fn acknowledge_alert(
        &self,
        contributor: &Contributor<'_>,
        use_case: &str,
        alert_id: &AlertId,
        note: &str,
    ) -> Result<Alert> {
        let note = checked_note(note)?;
        let now = store::now();
        let mut transaction = self.store.begin().await?;
        let before = open_alert(&mut transaction, use_case, alert_id).await?;
        let by = contributor.name();
        let again = before.state == AlertState::Acknowledged;
        let alert = Alert {
            state: AlertState::Acknowledged,
            snoozed_until: None,
            owner: before.owner.clone().or_else(|| Some(by.clone())),
            handled_by: Some(by.clone()),
            handled_at: Some(now),
            note,
            ..before
        };
        alerts::update(&mut transaction, &alert).await?;
        if !again {
            let place = self.place(&alert.use_case);
            tell(
                &mut transaction,
                &place,
                &alert,
                AlertEvent::Acknowledged,
                now,
            )
            .await?;
        }
        let event = AuditEvent::AlertAcknowledge { kind: alert.kind };
        record(&mut transaction, by, &alert, &event).await?;
        transaction.commit().await?;
        Ok(alert)
    }

    /// Puts an alert aside for some days: no messages until then, unless it gets worse.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Conflict`] when it is resolved, [`Error::Fields`] without a reason or for another number of days than 1 to 90.
    pub async fn snooze_alert(
        &self,
        contributor: &Contributor<'_>,
        use_case: &str,
        alert_id: &AlertId,
        days: i64,
        reason: &str,
    ) -> Result<Alert> {
        let reason = crate::review::required("reason", reason)?;
        let reason = checked_note(reason)?;
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(Error::field(
                "days",
                domain::ProblemCode::OutOfRange,
                format!("Enter a number of days from 1 to {MOST_DAYS}."),
            ));
        }
        let now = store::now();
        let until = now.plus_seconds(days * 24 * 3600);
        let mut transaction = self.store.begin().await?;
        let before = open_alert(&mut transaction, use_case, alert_id).await?;
        let by = contributor.name();
        let alert = Alert {
            state: AlertState::Snoozed,
            snoozed_until: Some(until),
            handled_by: Some(by.clone()),
            handled_at: Some(now),
            note: reason,
            ..before
        };
        alerts::update(&mut transaction, &alert).await?;
        let kind = alert.kind;
        record(&mut transaction, by, &alert, &snoozed(kind, until)).await?;
        transaction.commit().await?;
        Ok(alert)
    }

    /// Names the account that looks after an alert; nobody for an empty name.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Conflict`] when it is resolved, [`Error::Fields`] when nobody of this name can sign in.
    pub async fn assign_alert(
        &self,
        contributor: &Contributor<'_>,
        use_case: &str,
        alert_id: &AlertId,
        owner: &str,
    ) -> Result<Alert> {
        let owner = owner.trim();
        let mut transaction = self.store.begin().await?;
        let before = open_alert(&mut transaction, use_case, alert_id).await?;
        let owner: Option<AccountName> = match owner {
            "" => None,
            name => {
                let found = accounts::by_name(&mut transaction, &name.into()).await?;
                let found = found.filter(|own| own.disabled_at.is_none() && !own.roles.is_empty());
                let found = found.ok_or_else(|| {
                    Error::field(
                        "owner",
                        domain::ProblemCode::UnknownValue,
                        "No user of this name can sign in.",
                    )
                })?;
                Some(found.name.as_str().into())
            }
        };
        let alert = Alert { owner, ..before };
        alerts::update(&mut transaction, &alert).await?;
        let event = AuditEvent::AlertAssign { kind: alert.kind };
        record(&mut transaction, contributor.name(), &alert, &event).await?;
        transaction.commit().await?;
        Ok(alert)
    }
}

fn snoozed(kind: domain::AlertKind, until: Timestamp) -> AuditEvent {
    AuditEvent::AlertSnooze { kind, until }
}

async fn record(
    writer: &mut Writer,
    by: &AccountName,
    alert: &Alert,
    event: &AuditEvent,
) -> Result<()> {
    let subject = Subject::Alert(alert.use_case.clone(), alert.alert_id.clone());
    Ok(audit::append(writer, by, &subject, event).await?)
}

/// The alert of a use case, while it is not resolved.
async fn open_alert(writer: &mut Writer, use_case: &str, alert_id: &AlertId) -> Result<Alert> {
    let id: UseCaseId = use_case.into();
    let found = alerts::find(writer, alert_id).await?;
    let alert = found
        .filter(|alert| alert.use_case == id)
        .ok_or_else(|| Error::NotFound(format!("{use_case} has no alert {alert_id}.")))?;
    if alert.state == AlertState::Resolved {
        return Err(Error::conflict(
            RefusalCode::AlertResolved,
            "The alert is resolved. There is nothing to do.",
        ));
    }
    Ok(alert)
}

fn checked_note(note: &str) -> Result<String> {
    let note = note.trim();
    if note.chars().count() > LONGEST_NOTE {
        return Err(Error::field(
            "note",
            domain::ProblemCode::TooLong,
            format!("Use at most {LONGEST_NOTE} characters."),
        ));
    }
    Ok(note.to_owned())
}

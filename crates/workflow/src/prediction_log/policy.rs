//! What the log keeps of a use case: which version is in force, and how it is changed.

use domain::{
    AccountName, AuditEvent, InputPolicy, LogFailure, ProblemCode, RefusalCode, RetentionClass,
    Subject, Timestamp, UseCaseId,
};
use serde::Serialize;
use store::{audit, prediction_log};

use super::log_policy::LogPolicy;
use crate::{Admin, Error, Member, Result, Tenure};

/// Longest reason, in characters.
const LONGEST_REASON: usize = 2000;

/// A version of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogPolicyVersion {
    /// 0: never set, so the default holds.
    pub version: u32,
    #[serde(flatten)]
    pub policy: LogPolicy,
    pub reason: String,
    /// `None` for version 0.
    pub set_by: Option<AccountName>,
    pub set_at: Option<Timestamp>,
}

/// A change; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct LogPolicyChange {
    pub use_case: String,
    pub input: Option<InputPolicy>,
    pub on_failure: Option<LogFailure>,
    pub retention: Option<RetentionClass>,
    pub reason: String,
    /// The version that the change was made from; `None`: whichever is in force.
    pub from_version: Option<u32>,
}

impl From<prediction_log::Policy> for LogPolicyVersion {
    fn from(row: prediction_log::Policy) -> Self {
        Self {
            version: row.version,
            policy: LogPolicy {
                input: row.input,
                on_failure: row.on_failure,
                retention: row.retention,
            },
            reason: row.reason,
            set_by: Some(row.set_by),
            set_at: Some(row.set_at),
        }
    }
}

/// What holds before anything was set.
fn unset() -> LogPolicyVersion {
    LogPolicyVersion {
        version: 0,
        policy: LogPolicy::default(),
        reason: String::new(),
        set_by: None,
        set_at: None,
    }
}

impl Tenure {
    /// Every version of the policy of a use case, newest first; the last is the default.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such use case.
    pub async fn log_policies(
        &self,
        _: &Member<'_>,
        use_case: &str,
    ) -> Result<Vec<LogPolicyVersion>> {
        self.use_case(use_case)?;
        let rows =
            prediction_log::policies(&mut self.store.read().await?, &use_case.into()).await?;
        Ok(rows
            .into_iter()
            .map(LogPolicyVersion::from)
            .chain([unset()])
            .collect())
    }

    /// The policy in force.
    pub(crate) async fn log_policy(&self, use_case: &str) -> Result<LogPolicy> {
        let read = || async {
            let mut reader = self.store.read().await?;
            let row = prediction_log::policy(&mut reader, &use_case.into()).await?;
            Ok(row.map_or_else(LogPolicy::default, |row| LogPolicyVersion::from(row).policy))
        };
        self.current(&self.currents.policies, use_case, read).await
    }

    /// Sets the policy of a use case. It holds for the entries that are written from now on: those
    /// that are there keep their class.
    ///
    /// # Errors
    /// [`Error::Fields`] without a reason, [`Error::Conflict`] when nothing would change or somebody else has changed it.
    pub async fn set_log_policy(
        &self,
        admin: &Admin<'_>,
        change: &LogPolicyChange,
    ) -> Result<LogPolicyVersion> {
        let use_case: UseCaseId = self.use_case(&change.use_case)?.id.as_str().into();
        let reason = stated(&change.reason)?;
        let mut transaction = self.store.begin().await?;
        let before = prediction_log::policy(&mut transaction, &use_case)
            .await?
            .map_or_else(unset, LogPolicyVersion::from);
        if change
            .from_version
            .is_some_and(|from| from != before.version)
        {
            return Err(Error::conflict(
                RefusalCode::Changed,
                "Somebody else has changed the policy in the meantime. Look at it again.",
            ));
        }
        let policy = LogPolicy {
            input: change.input.unwrap_or(before.policy.input),
            on_failure: change.on_failure.unwrap_or(before.policy.on_failure),
            retention: change.retention.unwrap_or(before.policy.retention),
        };
        if policy == before.policy {
            return Err(Error::conflict(
                RefusalCode::NothingChanges,
                "Nothing would change: this policy is in force.",
            ));
        }
        let row = prediction_log::Policy {
            use_case: use_case.clone(),
            version: before.version + 1,
            input: policy.input,
            on_failure: policy.on_failure,
            retention: policy.retention,
            reason: reason.clone(),
            set_by: admin.name().clone(),
            set_at: store::now(),
        };
        prediction_log::insert_policy(&mut transaction, &row).await?;
        let event = AuditEvent::PredictionLogPolicy {
            version: row.version,
            input: row.input,
            on_failure: row.on_failure,
            retention: row.retention,
            reason,
        };
        let subject = Subject::UseCase(use_case);
        audit::append(&mut transaction, admin.name(), &subject, &event).await?;
        transaction.commit().await?;
        Ok(row.into())
    }
}

/// A reason that was stated.
pub(super) fn stated(text: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        let message = "Enter a reason.";
        return Err(Error::field("reason", ProblemCode::Required, message));
    }
    if text.chars().count() > LONGEST_REASON {
        let message = format!("The reason may have up to {LONGEST_REASON} characters.");
        return Err(Error::field("reason", ProblemCode::TooLong, message));
    }
    Ok(text.to_owned())
}

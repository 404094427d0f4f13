//! The monitoring policy of a use case: which version is in force, and how it is changed.

use domain::{
    AccountName, AuditEvent, FieldProblem, MonitoringSetting, ProblemCode, RefusalCode, Subject,
    Timestamp, UseCaseId,
};
use monitoring::MonitoringPolicy;
use serde::Serialize;
use store::monitoring::policies::{self, PolicyVersion};
use store::{Reader, audit};

use crate::error::Problems;
use crate::{Admin, Error, Member, Result, Tenure};

/// Longest reason for a change, in characters.
const LONGEST_REASON: usize = 2000;

/// A version of a monitoring policy.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct MonitoringPolicyVersion {
    /// 0: never set, so the preset that the definition names holds.
    pub version: u32,
    #[schema(value_type = Object)]
    pub policy: MonitoringPolicy,
    /// The limits that differ from the version before; for version 0 none.
    pub changes: Vec<MonitoringSetting>,
    pub reason: String,
    /// `None` for version 0.
    pub set_by: Option<AccountName>,
    pub set_at: Option<Timestamp>,
}

/// A change of a monitoring policy.
#[derive(Debug, Clone, Default)]
pub struct PolicyChange {
    pub use_case: String,
    /// The preset to begin with; empty: the version in force.
    pub preset: String,
    /// Limits as text.
    pub settings: Vec<(MonitoringSetting, String)>,
    pub reason: String,
    /// The version that the change was made from; `None`: whichever is in force.
    pub from_version: Option<u32>,
}

impl Tenure {
    /// The monitoring policy in force.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such use case.
    pub async fn monitoring_policy(
        &self,
        _: &Member<'_>,
        use_case: &str,
    ) -> Result<MonitoringPolicyVersion> {
        let versions = self.policy_versions(use_case).await?;
        let newest = versions.into_iter().next();
        newest.ok_or_else(|| Error::internal("a use case has no monitoring policy"))
    }

    /// Every version of the monitoring policy, newest first; the last is the preset that the
    /// definition names.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such use case.
    pub async fn monitoring_policies(
        &self,
        _: &Member<'_>,
        use_case: &str,
    ) -> Result<Vec<MonitoringPolicyVersion>> {
        self.policy_versions(use_case).await
    }

    /// Sets the monitoring policy of a use case. It holds from the next drift check on; checks that
    /// were made keep what they said.
    ///
    /// # Errors
    /// [`Error::Fields`] with everything that is wrong, [`Error::Conflict`] when somebody else has
    /// changed it in the meantime or nothing would change.
    pub async fn set_monitoring_policy(
        &self,
        admin: &Admin<'_>,
        change: &PolicyChange,
    ) -> Result<MonitoringPolicyVersion> {
        let use_case: UseCaseId = self.use_case(&change.use_case)?.id.as_str().into();
        let mut problems = Problems::default();
        let reason = problems.note(reason(&change.reason))?;
        let mut transaction = self.store.begin().await?;
        let (in_force, number) = self.in_force(&mut transaction, &use_case).await?;
        if change.from_version.is_some_and(|from| from != number) {
            return Err(Error::conflict(
                RefusalCode::Changed,
                "Somebody else has changed the monitoring policy in the meantime. Look at it again.",
            ));
        }
        let mut policy = match change.preset.trim() {
            "" => in_force.clone(),
            name => problems
                .note(preset(name))?
                .unwrap_or_else(|| in_force.clone()),
        };
        for (setting, text) in &change.settings {
            problems.note(policy.set(*setting, text).map_err(field))?;
        }
        problems.none()?;
        policy.check().map_err(Error::Fields)?;
        if policy.preset == in_force.preset && policy.changes(&in_force).is_empty() {
            return Err(Error::conflict(
                RefusalCode::NothingChanges,
                "Nothing would change: these limits are in force.",
            ));
        }
        let reason = reason.ok_or_else(|| Error::internal("the reason is missing"))?;
        let as_shipped = preset(&policy.preset)?.drift;
        policy.drift.name = as_shipped.name.clone();
        if policy.drift != as_shipped {
            policy.drift.name = format!("{} (version {})", policy.preset, number + 1);
        }
        let row = PolicyVersion {
            use_case: use_case.clone(),
            version: i64::from(number) + 1,
            policy: serde_json::to_string(&policy).map_err(store::Error::from)?,
            reason: reason.clone(),
            set_by: admin.name().clone(),
            set_at: store::now(),
        };
        policies::insert(&mut transaction, &row).await?;
        let changes = policy.changes(&in_force);
        let event = AuditEvent::MonitoringPolicySet {
            version: number + 1,
            preset: policy.preset.clone(),
            changes: changes.clone(),
            reason: reason.clone(),
        };
        let subject = Subject::UseCase(use_case);
        audit::append(&mut transaction, admin.name(), &subject, &event).await?;
        transaction.commit().await?;
        Ok(MonitoringPolicyVersion {
            version: number + 1,
            policy,
            changes,
            reason,
            set_by: Some(row.set_by),
            set_at: Some(row.set_at),
        })
    }

    /// The policy in force.
    pub(crate) async fn policy_in_force(&self, use_case: &str) -> Result<MonitoringPolicy> {
        let mut reader = self.store.read().await?;
        Ok(self.in_force(&mut reader, &use_case.into()).await?.0)
    }

    async fn in_force(
        &self,
        reader: &mut Reader,
        use_case: &UseCaseId,
    ) -> Result<(MonitoringPolicy, u32)> {
        match policies::newest(reader, use_case).await? {
            Some(row) => Ok((read(&row)?, number(&row)?)),
            None => Ok((self.preset_of(use_case)?, 0)),
        }
    }

    /// The preset that the definition of a use case names.
    fn preset_of(&self, use_case: &str) -> Result<MonitoringPolicy> {
        preset(&self.use_case(use_case)?.policies.drift)
    }

    async fn policy_versions(&self, use_case: &str) -> Result<Vec<MonitoringPolicyVersion>> {
        let mut before = self.preset_of(use_case)?;
        let mut rows = policies::versions(&mut self.store.read().await?, &use_case.into()).await?;
        rows.reverse();
        let mut versions = vec![MonitoringPolicyVersion {
            version: 0,
            policy: before.clone(),
            changes: Vec::new(),
            reason: String::new(),
            set_by: None,
            set_at: None,
        }];
        for row in rows {
            let policy = read(&row)?;
            versions.push(MonitoringPolicyVersion {
                version: number(&row)?,
                changes: policy.changes(&before),
                policy: policy.clone(),
                reason: row.reason,
                set_by: Some(row.set_by),
                set_at: Some(row.set_at),
            });
            before = policy;
        }
        versions.reverse();
        Ok(versions)
    }
}

fn number(row: &PolicyVersion) -> Result<u32> {
    u32::try_from(row.version)
        .map_err(|_| Error::internal("the version of a monitoring policy is out of range"))
}

fn read(row: &PolicyVersion) -> Result<MonitoringPolicy> {
    let broken = || {
        Error::internal(format!(
            "version {} of the monitoring policy of {} cannot be read",
            row.version, row.use_case
        ))
    };
    let policy: MonitoringPolicy = serde_json::from_str(&row.policy).map_err(|_| broken())?;
    policy.check().map_err(|_| broken())?;
    Ok(policy)
}

pub(crate) fn preset(name: &str) -> Result<MonitoringPolicy> {
    MonitoringPolicy::preset(name).ok_or_else(|| {
        let known = monitoring::policy::NAMES.join(", ");
        Error::field(
            "preset",
            ProblemCode::UnknownValue,
            format!("There is no preset “{name}”. Use one of {known}."),
        )
    })
}

fn reason(text: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        let message = "Enter a reason for the change.";
        return Err(Error::field("reason", ProblemCode::Required, message));
    }
    if text.chars().count() > LONGEST_REASON {
        let message = format!("The reason may have up to {LONGEST_REASON} characters.");
        return Err(Error::field("reason", ProblemCode::TooLong, message));
    }
    Ok(text.to_owned())
}

fn field(problem: FieldProblem) -> Error {
    Error::Fields(vec![problem])
}

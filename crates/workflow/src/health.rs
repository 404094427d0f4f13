//! How the live model is doing: what every screen says of its newest drift check.

use domain::{CheckId, HealthLevel, Recommendation};
use serde::{Deserialize, Serialize};
use store::monitoring::checks;

use crate::{Live, Result, Tenure};

/// How a live model is doing, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelHealth {
    pub level: HealthLevel,
    /// Why it is not healthy; empty when it is.
    pub reasons: Vec<String>,
    /// The check that says so; `None` when there was none yet.
    pub check: Option<CheckId>,
}

impl Tenure {
    pub(crate) async fn model_health(&self, live: &Live) -> Result<ModelHealth> {
        let (use_case, version) = (&live.version.use_case, live.version.version);
        let newest = checks::newest(&mut self.store.read().await?, use_case, version).await?;
        let days_live = i64::from(store::today().days_since(live.change.changed_at.date()));
        let policy = self.policy_in_force(use_case).await?;
        let limit = i64::from(policy.check_after_days);
        let mut health = health(newest.as_ref(), days_live, limit);
        let review = self.next_review(use_case, version).await?;
        if let Some(review) = review.filter(|review| review.overdue) {
            health.level = health.level.max(HealthLevel::Warning);
            health.reasons.push(format!(
                "The review of the live version was due on {}.",
                review.due.long()
            ));
        }
        Ok(health)
    }
}

/// `days_live`: since the version went live; `check_after`: a check that is older says little about
/// today.
fn health(newest: Option<&checks::Check>, days_live: i64, check_after: i64) -> ModelHealth {
    let Some(check) = newest else {
        let late = days_live > check_after;
        return ModelHealth {
            level: HealthLevel::Warning,
            reasons: vec![if late {
                format!("The live version has not been checked for drift in {days_live} days.")
            } else {
                "The live version has not been checked for drift yet.".to_owned()
            }],
            check: None,
        };
    };
    let age = i64::from(store::today().days_since(check.created_at.date()));
    let mut reasons = Vec::new();
    let mut level = match check.recommendation {
        Recommendation::Retrain | Recommendation::CheckFeed => HealthLevel::Critical,
        Recommendation::Wait | Recommendation::Unclear => HealthLevel::Warning,
        Recommendation::Keep => HealthLevel::Healthy,
    };
    if level != HealthLevel::Healthy {
        reasons.push(check.reason.clone());
    }
    if age > check_after {
        level = level.max(HealthLevel::Warning);
        reasons.push(format!("The last drift check is {age} days old."));
    }
    ModelHealth {
        level,
        reasons,
        check: Some(check.check_id.clone()),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn check(recommendation: Recommendation, age: i64) -> checks::Check {
        let then = store::now().micros() - age * 24 * 3600 * 1_000_000;
        checks::Check {
            check_id: "c".into(),
            use_case: "attrition".into(),
            version: domain::VersionNumber::FIRST,
            dataset_id: "d".into(),
            as_of: "2026-01-01".parse().unwrap(),
            verdict: domain::DriftVerdict::Stable,
            share_drifted: None,
            prediction_verdict: domain::DriftVerdict::Stable,
            recommendation,
            reason: "why".into(),
            report_hash: String::new(),
            created_by: "ann".into(),
            created_at: domain::Timestamp::from_micros(then),
        }
    }

    #[test]
    fn the_newest_check_decides_unless_it_is_old() {
        let level = |own, age| health(Some(&check(own, age)), 100, 45).level;
        assert_eq!(level(Recommendation::Keep, 3), HealthLevel::Healthy);
        assert_eq!(level(Recommendation::Keep, 46), HealthLevel::Warning);
        assert_eq!(level(Recommendation::Unclear, 3), HealthLevel::Warning);
        assert_eq!(level(Recommendation::Wait, 3), HealthLevel::Warning);
        assert_eq!(level(Recommendation::Retrain, 46), HealthLevel::Critical);
        assert_eq!(level(Recommendation::CheckFeed, 3), HealthLevel::Critical);
        assert_eq!(health(None, 0, 45).level, HealthLevel::Warning);
        // Each level but healthy says why.
        assert_eq!(
            health(Some(&check(Recommendation::Retrain, 46)), 1, 45)
                .reasons
                .len(),
            2
        );
        assert!(
            health(Some(&check(Recommendation::Keep, 1)), 1, 45)
                .reasons
                .is_empty()
        );
    }
}

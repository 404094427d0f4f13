//! The actions behind the review forms. Each redirects back to the page with a success message or
//! an error.

use super::query::anchor;
use domain::query::query_string;
use domain::{Decision, Route, Stage, VersionNumber};
use leptos::prelude::*;
use workflow::{Actor, Checklist, DecisionInput, Tenure, Waive};

use crate::error::PageError;

/// Redirects to the review of a version. `stays` goes into the query string (`doing`, `gate`),
/// `flash` is shown once (`done`, `field`, `problem`, …).
fn back(use_case: &str, version: VersionNumber, stays: &[(&str, &str)], flash: &[(&str, &str)]) {
    let route = Route::ModelReview {
        use_case: use_case.into(),
        version,
    };
    crate::context::redirect_with_flash(&route, &query_string(stays), flash);
}

/// The message with a capital first letter and a final full stop.
fn sentence(error: &PageError) -> String {
    let text = domain::format::capitalized(&error.message);
    if text.ends_with('.') {
        text
    } else {
        format!("{text}.")
    }
}

fn answer(
    use_case: &str,
    version: VersionNumber,
    done: &str,
    field: &str,
    result: Result<(), workflow::Error>,
) {
    match result.map_err(PageError::from) {
        Ok(()) => {
            let route = Route::ModelReview {
                use_case: use_case.into(),
                version,
            };
            crate::context::redirect_with_flash(&route, anchor(done), &[("done", done)]);
        }
        Err(error) => back(
            use_case,
            version,
            &[],
            &[("field", field), ("problem", &sentence(&error))],
        ),
    }
}

#[server(prefix = "/fn", endpoint = "review-request")]
pub async fn review_request(
    use_case: String,
    version: VersionNumber,
    #[server(default)] note: String,
) -> Result<(), PageError> {
    let (tenure, actor) = crate::context::get()?;
    let result = tenure
        .request_review(&actor.contributor()?, &use_case, version, &note)
        .await;
    answer(&use_case, version, "request", "", result.map(|_| ()));
    Ok(())
}

#[server(prefix = "/fn", endpoint = "review-comment")]
pub async fn review_comment(
    use_case: String,
    version: VersionNumber,
    #[server(default)] body: String,
) -> Result<(), PageError> {
    let (tenure, actor) = crate::context::get()?;
    let result = tenure
        .comment(&actor.contributor()?, &use_case, version, &body)
        .await;
    answer(&use_case, version, "comment", "comment", result.map(|_| ()));
    Ok(())
}

/// Turns shadow scoring of the version on or off.
#[server(prefix = "/fn", endpoint = "review-shadow")]
pub async fn review_shadow(
    use_case: String,
    version: VersionNumber,
    #[server(default)] on: bool,
) -> Result<(), PageError> {
    let (tenure, actor) = crate::context::get()?;
    actor.member()?;
    let result = tenure.set_shadow(&actor, &use_case, version, on).await;
    let done = if on { "shadow_on" } else { "shadow_off" };
    answer(&use_case, version, done, "", result);
    Ok(())
}

/// Saves the checklist, and opens the decision panel if a decision was chosen.
#[server(prefix = "/fn", endpoint = "review-checklist")]
pub async fn review_checklist(
    use_case: String,
    version: VersionNumber,
    #[server(default)] items: Vec<String>,
    #[server(default)] findings: String,
    #[server(default)] then: String,
) -> Result<(), PageError> {
    let (tenure, actor) = crate::context::get()?;
    let kept = async {
        let kept = tenure
            .saved_checklist(&actor.reviewer()?, &use_case, version)
            .await?;
        let Checklist { done, findings, .. } =
            Checklist::from_keys(items.iter().map(String::as_str), &findings)?;
        let checklist = Checklist {
            done,
            findings,
            ..kept
        };
        tenure
            .save_checklist(&actor.reviewer()?, &use_case, version, &checklist)
            .await
    };
    match kept.await {
        Ok(()) if then.parse::<Decision>().is_ok() => {
            back(&use_case, version, &[("doing", &then)], &[])
        }
        result => answer(&use_case, version, "checklist", "", result),
    }
    Ok(())
}

/// Decides, rolls back or undeploys. All require a reason and the user's password.
#[server(prefix = "/fn", endpoint = "review-decide")]
pub async fn review_decide(
    use_case: String,
    version: VersionNumber,
    doing: String,
    #[server(default)] reason: String,
    #[server(default)] password: String,
    #[server(default)] evidence: String,
) -> Result<(), PageError> {
    let (tenure, actor) = crate::context::get()?;
    let panel = Panel {
        tenure: &tenure,
        actor: &actor,
        use_case: &use_case,
        version,
        stays: &[("doing", &doing)],
    };
    if doing == "undeploy" {
        let undeployed = tenure
            .undeploy(&actor, Some(&password), &use_case, &reason)
            .await;
        return panel.answer("undeploy", undeployed.map(|_| ()), &[]);
    }
    let reviewer = actor.reviewer()?;
    let done = async {
        // A form without the hash did not come from the page that shows the evidence, so the empty
        // hash must not match.
        let input = |choice| DecisionInput {
            choice,
            reason: &reason,
            checklist: None,
            evidence: Some(&evidence),
        };
        // Report missing fields before the password is checked.
        input(Decision::Approve).check()?;
        let signed = tenure.sign(reviewer, Some(&password)).await?;
        if doing == "rollback" {
            return tenure
                .rollback(&signed, &use_case, Some(version), &reason)
                .await
                .map(|_| "rollback");
        }
        if doing == "recertify" {
            return tenure
                .recertify(&signed, &use_case, version, &reason)
                .await
                .map(|_| "recertify");
        }
        let unknown = || {
            workflow::Error::Invalid(
                "Unknown decision. Choose approve, reject or request changes.".into(),
            )
        };
        let choice: Decision = doing.parse().map_err(|_| unknown())?;
        let decided = tenure
            .decide(&signed, &use_case, version, input(choice))
            .await?;
        Ok(match choice {
            Decision::Approve if decided.approvals_missing > 0 => "approval",
            Decision::Approve if decided.version.stage != Stage::Production => "not_live",
            Decision::Approve | Decision::Reject | Decision::RequestChanges => choice.as_str(),
        })
    };
    match done.await {
        Ok(done) => panel.answer(done, Ok(()), &[]),
        Err(error) => {
            panel
                .keep(|kept| Checklist {
                    reason: reason.trim().to_owned(),
                    ..kept
                })
                .await;
            panel.answer("", Err(error), &[])
        }
    }
}

#[server(prefix = "/fn", endpoint = "review-waive")]
pub async fn review_waive(
    use_case: String,
    version: VersionNumber,
    gate: String,
    #[server(default)] owner: String,
    #[server(default)] expires_on: String,
    #[server(default)] reason: String,
    #[server(default)] password: String,
) -> Result<(), PageError> {
    let (tenure, actor) = crate::context::get()?;
    let stays = [("doing", "waive"), ("gate", gate.as_str())];
    let panel = Panel {
        tenure: &tenure,
        actor: &actor,
        use_case: &use_case,
        version,
        stays: &stays,
    };
    let reviewer = actor.reviewer()?;
    let waived = async {
        let waive = Waive {
            gate: &gate,
            owner: &owner,
            reason: &reason,
            expires_on: &expires_on,
        };
        waive.check()?;
        let signed = tenure.sign(reviewer, Some(&password)).await?;
        tenure
            .waive(&signed, &use_case, version, waive)
            .await
            .map(|_| ())
    };
    let waived = waived.await;
    if waived.is_err() {
        panel
            .keep(|kept| Checklist {
                waiver: reason.trim().to_owned(),
                ..kept
            })
            .await;
    }
    panel.answer(
        "waive",
        waived,
        &[("owner", &owner), ("expires_on", &expires_on)],
    )
}

/// The open panel to return to.
struct Panel<'a> {
    tenure: &'a Tenure,
    actor: &'a Actor,
    use_case: &'a str,
    version: VersionNumber,
    stays: &'a [(&'a str, &'a str)],
}

impl Panel<'_> {
    /// Returns to the review on success, or to the panel with the error at its field and the
    /// submitted values.
    fn answer(
        &self,
        done: &str,
        result: Result<(), workflow::Error>,
        written: &[(&str, &str)],
    ) -> Result<(), PageError> {
        match result.map_err(PageError::from) {
            Ok(()) => back(self.use_case, self.version, &[], &[("done", done)]),
            Err(error) => {
                let problem = sentence(&error);
                let flash = [
                    &[("field", error.field()), ("problem", problem.as_str())],
                    written,
                ]
                .concat();
                back(self.use_case, self.version, self.stays, &flash);
            }
        }
        Ok(())
    }

    /// Keeps the submitted text when another field is invalid: it is saved with the reviewer's
    /// checklist, never in a URL.
    async fn keep(&self, with: impl FnOnce(Checklist) -> Checklist) {
        let kept = async {
            let reviewer = self.actor.reviewer()?;
            let checklist = with(
                self.tenure
                    .saved_checklist(&reviewer, self.use_case, self.version)
                    .await?,
            );
            self.tenure
                .save_checklist(&reviewer, self.use_case, self.version, &checklist)
                .await
        };
        // Without a pending request there is no checklist to save it with, and the text must be
        // entered again.
        _ = kept.await;
    }
}

//! What the forms of the review do. Each comes back to the page by a redirect, with what was done or what is wrong.

use leptos::prelude::*;
use views::address::{encode, query_string};
use workflow::{Actor, Checklist, Choice, Ruling, Tenure, Waive};

use crate::error::AppError;

/// The review of a version, with what stays in its address (`doing`, `gate`) and what it shows once (`done`, `field`, `problem`, …).
fn back(use_case: &str, version: i64, stays: &[(&str, &str)], once: &[(&str, &str)]) {
    let stays: Vec<(String, String)> = stays.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    crate::context::go_to(&format!("/use-case/{}/models/{version}/review", encode(use_case)), &query_string(&stays), once);
}

/// A sentence begins with a capital and ends with a full stop.
fn sentence(error: &AppError) -> String {
    let text = crate::format::capitalised(&error.message);
    if text.ends_with('.') { text } else { format!("{text}.") }
}

fn answer(use_case: &str, version: i64, done: &str, field: &str, result: Result<(), workflow::Error>) {
    match result.map_err(AppError::from) {
        Ok(()) => back(use_case, version, &[], &[("done", done)]),
        Err(error) => back(use_case, version, &[], &[("field", field), ("problem", &sentence(&error))]),
    }
}

#[server(prefix = "/fn", endpoint = "review-request")]
pub async fn review_request(use_case: String, version: i64, #[server(default)] note: String) -> Result<(), AppError> {
    let (tenure, actor) = crate::context::desk()?;
    let result = tenure.request_review(&actor.contributor()?, &use_case, version, &note).await;
    answer(&use_case, version, "request", "", result.map(|_| ()));
    Ok(())
}

#[server(prefix = "/fn", endpoint = "review-comment")]
pub async fn review_comment(use_case: String, version: i64, #[server(default)] body: String) -> Result<(), AppError> {
    let (tenure, actor) = crate::context::desk()?;
    let result = tenure.comment(&actor.contributor()?, &use_case, version, &body).await;
    answer(&use_case, version, "comment", "comment", result.map(|_| ()));
    Ok(())
}

/// Keeps the checklist, and goes on to the decision where one was chosen.
#[server(prefix = "/fn", endpoint = "review-checklist")]
pub async fn review_checklist(
    use_case: String,
    version: i64,
    #[server(default)] items: Vec<String>,
    #[server(default)] findings: String,
    #[server(default)] then: String,
) -> Result<(), AppError> {
    let (tenure, actor) = crate::context::desk()?;
    let kept = async {
        let kept = tenure.kept_checklist(&actor.reviewer()?, &use_case, version).await?;
        let Checklist { done, findings, .. } = Checklist::from_keys(items.iter().map(String::as_str), &findings)?;
        let checklist = Checklist { done, findings, ..kept };
        tenure.keep_checklist(&actor.reviewer()?, &use_case, version, &checklist).await
    };
    match kept.await {
        Ok(()) if Choice::from_name(&then).is_some() => back(&use_case, version, &[("doing", &then)], &[]),
        result => answer(&use_case, version, "checklist", "", result),
    }
    Ok(())
}

/// Decides, rolls back or stops: all ask for a reason, and for the password once more.
#[server(prefix = "/fn", endpoint = "review-decide")]
pub async fn review_decide(
    use_case: String,
    version: i64,
    doing: String,
    #[server(default)] reason: String,
    #[server(default)] password: String,
    #[server(default)] evidence: String,
) -> Result<(), AppError> {
    let (tenure, actor) = crate::context::desk()?;
    let panel = Panel { tenure: &tenure, actor: &actor, use_case: &use_case, version, stays: &[("doing", &doing)] };
    if doing == "stop" {
        // Administrators may, too: they sign with the password alone.
        actor.reviewer().map(|_| ()).or_else(|_| actor.admin().map(|_| ()))?;
        if !panel.has_reason(&reason) {
            return Ok(());
        }
        if let Err(error) = tenure.confirm_password(&actor, &password).await {
            panel.again(&[("field", "password"), ("problem", &sentence(&error.into()))]);
            return Ok(());
        }
        answer(&use_case, version, "stop", "", tenure.take_out_of_service(&actor, &use_case, &reason).await.map(|_| ()));
        return Ok(());
    }
    let reviewer = actor.reviewer()?;
    if !panel.has_reason(&reason) {
        return Ok(());
    }
    let signed = match tenure.sign(reviewer, Some(&password)).await {
        Ok(signed) => signed,
        Err(error) => {
            panel.keep(|kept| Checklist { reason: reason.trim().to_owned(), ..kept }).await;
            panel.again(&[("field", "password"), ("problem", &sentence(&error.into()))]);
            return Ok(());
        }
    };
    let done = async {
        if doing == "rollback" {
            return tenure.rollback(&signed, &use_case, Some(version), &reason).await.map(|_| "rollback");
        }
        let unknown = || workflow::Error::Invalid("that cannot be decided".into());
        let choice = Choice::from_name(&doing).ok_or_else(unknown)?;
        // A form without the hash was not made by the page that shows the evidence: then it is another one's.
        let ruling = Ruling { choice, reason: &reason, checklist: None, evidence: Some(&evidence) };
        let decided = tenure.decide(&signed, &use_case, version, ruling).await?;
        Ok(match choice {
            Choice::Approve if decided.approvals_missing > 0 => "approval",
            Choice::Approve if decided.version.stage != "Production" => "not_live",
            choice => choice.name(),
        })
    };
    match done.await {
        Ok(done) => back(&use_case, version, &[], &[("done", done)]),
        Err(error) => {
            panel.keep(|kept| Checklist { reason: reason.trim().to_owned(), ..kept }).await;
            panel.again(&[("problem", &sentence(&error.into()))]);
        }
    }
    Ok(())
}

#[server(prefix = "/fn", endpoint = "review-waive")]
pub async fn review_waive(
    use_case: String,
    version: i64,
    gate: String,
    #[server(default)] owner: String,
    #[server(default)] expires: String,
    #[server(default)] reason: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    let (tenure, actor) = crate::context::desk()?;
    let stays = [("doing", "waive"), ("gate", gate.as_str())];
    let panel = Panel { tenure: &tenure, actor: &actor, use_case: &use_case, version, stays: &stays };
    let reviewer = actor.reviewer()?;
    let waived = async {
        if owner.trim().is_empty() {
            return Err(("owner", workflow::Error::Invalid("name who answers for it".into())));
        }
        if reason.trim().is_empty() {
            return Err(("reason", workflow::Error::Invalid("give a reason: it becomes part of the record".into())));
        }
        let signed = tenure.sign(reviewer, Some(&password)).await.map_err(|error| ("password", error))?;
        let waive = Waive { gate: &gate, owner: &owner, reason: &reason, expires_on: &expires };
        let field = |error: &workflow::Error| if error.to_string().contains("last day") { "expires" } else { "" };
        tenure.waive(&signed, &use_case, version, waive).await.map_err(|error| (field(&error), error))
    };
    match waived.await {
        Ok(_) => back(&use_case, version, &[], &[("done", "waive")]),
        Err((field, error)) => {
            panel.keep(|kept| Checklist { waiver: reason.trim().to_owned(), ..kept }).await;
            panel.again(&[("field", field), ("problem", &sentence(&error.into())), ("owner", &owner), ("expires", &expires)]);
        }
    }
    Ok(())
}

/// The open panel, to come back to.
struct Panel<'a> {
    tenure: &'a Tenure,
    actor: &'a Actor,
    use_case: &'a str,
    version: i64,
    stays: &'a [(&'a str, &'a str)],
}

impl Panel<'_> {
    /// Back to the panel with what it shows once.
    fn again(&self, once: &[(&str, &str)]) {
        back(self.use_case, self.version, self.stays, once);
    }

    /// False, and the person is sent back, without a reason.
    fn has_reason(&self, reason: &str) -> bool {
        let is_there = !reason.trim().is_empty();
        if !is_there {
            self.again(&[("field", "reason"), ("problem", "Give a reason: it becomes part of the record.")]);
        }
        is_there
    }

    /// What was written is not lost when something else is wrong: it is kept with the reviewer's checklist, and never in an address.
    async fn keep(&self, with: impl FnOnce(Checklist) -> Checklist) {
        let kept = async {
            let reviewer = self.actor.reviewer()?;
            let checklist = with(self.tenure.kept_checklist(&reviewer, self.use_case, self.version).await?);
            self.tenure.keep_checklist(&reviewer, self.use_case, self.version, &checklist).await
        };
        // Without a pending request there is nothing to keep it with: then it must be written again.
        _ = kept.await;
    }
}

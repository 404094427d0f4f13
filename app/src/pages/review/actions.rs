//! What the forms of the review do. Each comes back to the page by a redirect, with what was done or what is wrong.

use leptos::prelude::*;
use views::address::{encode, query_string};
use workflow::{Actor, Checklist, Choice, Ruling, Tenure, Waive};

use crate::error::AppError;

/// Back to the review of a version.
fn back(use_case: &str, version: i64, pairs: &[(&str, &str)]) {
    let pairs: Vec<(String, String)> =
        pairs.iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    leptos_axum::redirect(&format!("/use-case/{}/models/{version}/review{}", encode(use_case), query_string(&pairs)));
}

/// A sentence begins with a capital and ends with a full stop.
fn sentence(error: &AppError) -> String {
    let text = crate::format::capitalised(&error.message);
    if text.ends_with('.') { text } else { format!("{text}.") }
}

fn answer(use_case: &str, version: i64, done: &str, field: &str, result: Result<(), workflow::Error>) {
    match result.map_err(AppError::from) {
        Ok(()) => back(use_case, version, &[("done", done)]),
        Err(error) => back(use_case, version, &[("field", field), ("problem", &sentence(&error))]),
    }
}

#[server(prefix = "/fn", endpoint = "review-request")]
pub async fn review_request(use_case: String, version: i64, #[server(default)] note: String) -> Result<(), AppError> {
    let (tenure, actor) = crate::desk::desk()?;
    let result = tenure.request_review(&actor.member()?, &use_case, version, &note).await;
    answer(&use_case, version, "request", "", result.map(|_| ()));
    Ok(())
}

#[server(prefix = "/fn", endpoint = "review-comment")]
pub async fn review_comment(use_case: String, version: i64, #[server(default)] body: String) -> Result<(), AppError> {
    let (tenure, actor) = crate::desk::desk()?;
    let result = tenure.comment(&actor.member()?, &use_case, version, &body).await;
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
    let (tenure, actor) = crate::desk::desk()?;
    let kept = async {
        let checklist = Checklist::from_keys(items.iter().map(String::as_str), &findings)?;
        tenure.keep_checklist(&actor.reviewer()?, &use_case, version, &checklist).await
    };
    match kept.await {
        Ok(()) if Choice::from_name(&then).is_some() => back(&use_case, version, &[("doing", &then)]),
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
    let (tenure, actor) = crate::desk::desk()?;
    let panel = Panel { use_case: &use_case, version, pairs: &[("doing", &doing)] };
    if !panel.is_signed(&tenure, &actor, &reason, &password).await {
        return Ok(());
    }
    let done = async {
        match doing.as_str() {
            "rollback" => tenure.rollback(&actor.reviewer()?, &use_case, Some(version), &reason).await.map(|_| "rollback"),
            "stop" => tenure.take_out_of_service(&actor, &use_case, &reason).await.map(|_| "stop"),
            name => {
                let unknown = || workflow::Error::Invalid("that cannot be decided".into());
                let choice = Choice::from_name(name).ok_or_else(unknown)?;
                let evidence = (!evidence.is_empty()).then_some(evidence.as_str());
                let ruling = Ruling { choice, reason: &reason, checklist: None, evidence };
                let decided = tenure.decide(&actor.reviewer()?, &use_case, version, ruling).await?;
                Ok(if decided.approvals_missing > 0 { "approval" } else { choice.name() })
            }
        }
    };
    match done.await {
        Ok(done) => back(&use_case, version, &[("done", done)]),
        Err(error) => {
            keep_reason(&tenure, &actor, &use_case, version, &reason).await;
            panel.again("", &sentence(&AppError::from(error)));
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
    let (tenure, actor) = crate::desk::desk()?;
    let panel = Panel { use_case: &use_case, version, pairs: &[("doing", "waive"), ("gate", &gate)] };
    if !panel.is_signed(&tenure, &actor, &reason, &password).await {
        return Ok(());
    }
    let waive = Waive { gate: &gate, owner: &owner, reason: &reason, expires_on: &expires };
    let done = async { tenure.waive(&actor.reviewer()?, &use_case, version, waive).await };
    match done.await {
        Ok(_) => back(&use_case, version, &[("done", "waive")]),
        Err(error) => panel.again("owner", &sentence(&AppError::from(error))),
    }
    Ok(())
}

/// The open panel, to come back to.
struct Panel<'a> {
    use_case: &'a str,
    version: i64,
    pairs: &'a [(&'a str, &'a str)],
}

impl Panel<'_> {
    /// Back to the panel with a problem of one of its fields.
    fn again(&self, field: &str, problem: &str) {
        back(self.use_case, self.version, &[self.pairs, &[("field", field), ("problem", problem)]].concat());
    }

    /// True with a reason and the right password; otherwise the person is sent back.
    async fn is_signed(&self, tenure: &Tenure, actor: &Actor, reason: &str, password: &str) -> bool {
        if reason.trim().is_empty() {
            self.again("reason", "Give a reason: it becomes part of the record.");
            return false;
        }
        let Err(error) = tenure.confirm_password(actor, password).await else { return true };
        keep_reason(tenure, actor, self.use_case, self.version, reason).await;
        self.again("password", &sentence(&AppError::from(error)));
        false
    }
}

/// What was written is not lost when something else is wrong: it is kept with the checklist, and never in an address.
async fn keep_reason(tenure: &Tenure, actor: &Actor, use_case: &str, version: i64, reason: &str) {
    let kept = async {
        let page = tenure.review_page(&actor.member()?, use_case, version).await?;
        let checklist = Checklist { reason: reason.trim().to_owned(), ..page.checklist };
        tenure.keep_checklist(&actor.reviewer()?, use_case, version, &checklist).await
    };
    // A rollback has no request to keep it with: then it must be written again.
    _ = kept.await;
}

//! The last step before something happens: what will happen, by name; a reason; and the password once more.

use domain::VersionNumber;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use workflow::ReviewPage;

use super::actions::{ReviewDecide, ReviewWaive};
use super::{Asked, route_of};
use crate::boxed::Erase;
use crate::server_page::escaped;

/// "There is a problem": takes the focus as the page opens, without a script too, and leads to the field.
pub fn problem(field: &str, sentence: &str) -> AnyView {
    let text = match field {
        "" => view! { <p>{sentence.to_owned()}</p> }.erase(),
        field => view! { <ul><li><a href=format!("#{field}") rel="external">{sentence.to_owned()}</a></li></ul> }.erase(),
    };
    view! {
        <div class="error-summary" role="alert" tabindex="-1" autofocus>
            <h2>"There is a problem"</h2>
            {text}
        </div>
    }
    .erase()
}

/// What the person is about to do; nothing when that is nothing, or may not be done.
pub fn panel(page: &ReviewPage, asked: &Asked) -> AnyView {
    let number = page.version.version;
    let live = page.package.sources.champion.as_ref().map(|(live, _)| *live);
    let decides = page.may_decide.is_ok();
    let (title, what, button) = match asked.doing.as_str() {
        "approve" if decides => (format!("Approve version {number}?"), approving(page, number, live), "Approve"),
        "reject" if decides => (
            format!("Reject version {number}?"),
            vec![format!("Version {number} is archived and cannot be proposed again. What is live does not change.")],
            "Reject",
        ),
        "request_changes" if decides => (
            format!("Send version {number} back?"),
            vec!["The request is closed. When what you ask for is done, a new review can be asked for. What is live does not change.".to_owned()],
            "Request changes",
        ),
        "rollback" if page.may_roll_back && page.was_live && !page.live => (
            format!("Put version {number} back into service?"),
            vec![
                format!("Version {number} serves at once: dashboard, API and /health name it."),
                "The version that is live now is archived and can be put back the same way. Requests that wait are void: they were compared with another version."
                    .to_owned(),
            ],
            "Put it back",
        ),
        "undeploy" if page.may_undeploy && page.live => (
            format!("Take version {number} out of service?"),
            vec!["Nobody is scored from now on, by nobody: dashboard, API and /health say so. A rollback puts a version back.".to_owned()],
            "Take it out of service",
        ),
        "waive" if page.may_waive && !asked.gate.is_empty() => (
            format!("Waive a gate of version {number}?"),
            vec![format!("“{}” does not block the approval any more, until the day that you name.", asked.gate)],
            "Waive the gate",
        ),
        _ => return ().erase(),
    };
    let what = what.into_iter().map(|text| view! { <li>{text}</li> }.erase()).collect::<Vec<_>>();
    let cancel = route_of(page).path();
    let action = if asked.doing == "waive" { ReviewWaive::PATH } else { ReviewDecide::PATH };
    let wrong =
        |field: &str| asked.problem.as_ref().filter(|(own, _)| own == field).map(|(_, sentence)| sentence.clone()).unwrap_or_default();
    let error = |field: &'static str| {
        let sentence = wrong(field);
        (!sentence.is_empty())
            .then(|| view! { <p class="error" id=format!("{field}-error")><span class="visually-hidden">"Error: "</span>{sentence}</p> })
    };
    let class = |field: &str| if wrong(field).is_empty() { "field" } else { "field invalid" };
    let described = |field: &str| (!wrong(field).is_empty()).then(|| format!("{field}-error"));
    let waiver = (asked.doing == "waive").then(|| {
        view! {
            <input type="hidden" name="gate" value=asked.gate.clone() />
            <div class=class("owner")>
                <label for="owner">"Who answers for it"</label>
                {error("owner")}
                <input id="owner" name="owner" autocomplete="off" aria-required="true" value=asked.owner.clone() aria-describedby=described("owner") />
            </div>
            <div class=class("expires_on")>
                <label for="expires_on">"Until"</label>
                {error("expires_on")}
                <input id="expires_on" name="expires_on" type="date" aria-required="true" value=asked.expires_on.clone() aria-describedby=described("expires_on") />
            </div>
        }
    });
    let reason = if asked.doing == "waive" { page.checklist.waiver.clone() } else { page.checklist.reason.clone() };
    view! {
        <section class="confirm" aria-labelledby="confirm-title">
            <h2 id="confirm-title">{title}</h2>
            <ul>{what}</ul>
            <form method="post" action=action class="review-form">
                <input type="hidden" name="use_case" value=page.version.use_case.to_string() />
                <input type="hidden" name="version" value=number.to_string() />
                <input type="hidden" name="doing" value=asked.doing.clone() />
                <input type="hidden" name="evidence" value=page.evidence_hash.clone().unwrap_or_default() />
                {waiver}
                <div class=class("reason")>
                    <label for="reason">"Reason, for the record"</label>
                    {error("reason")}
                    <textarea id="reason" name="reason" rows="3" aria-required="true" aria-describedby=described("reason")>{escaped(&reason)}</textarea>
                </div>
                <div class=class("password")>
                    <label for="password">"Your password, as a signature"</label>
                    {error("password")}
                    <input id="password" name="password" type="password" autocomplete="current-password" aria-required="true" aria-describedby=described("password") />
                </div>
                <p class="actions">
                    <button class="button">{button}</button>
                    <a class="button quiet" href=cancel>"Back"</a>
                </p>
            </form>
        </section>
    }
    .erase()
}

fn approving(page: &ReviewPage, number: VersionNumber, live: Option<VersionNumber>) -> Vec<String> {
    let mut what = Vec::new();
    let approvals = page.decisions.len() as i64 + 1;
    if let Some(request) = page.request.as_ref().filter(|request| approvals < request.approvals_needed) {
        what.push(format!(
            "Yours is approval {approvals} of {}: the version goes live with the last one, and nothing changes until then.",
            request.approvals_needed
        ));
    } else {
        what.push(format!("Version {number} goes live at once: dashboard, API and /health name it, and the next scores are its own."));
        what.push(match live {
            Some(live) => format!("Version {live} is archived, and can be put back by a rollback."),
            None => "Nothing is live now: it is the first version in service.".to_owned(),
        });
        what.push("The people that it was trained on and their scores are kept as the baseline of monitoring.".to_owned());
    }
    let failing = page.package.failing();
    if !failing.is_empty() {
        what.push(format!("You approve although these gates fail: {}.", failing.join("; ")));
    }
    let (open, all) = (page.checklist.open().len(), workflow::Checklist::keys().count());
    if open > 0 && page.package.policy.checklist_required {
        what.push(format!("{open} of {all} items of your checklist are not ticked: the policy asks for all of them, so tick them first."));
    } else if open > 0 {
        what.push(format!("{open} of {all} items of your checklist are not ticked: the record will say so."));
    }
    what
}

//! The confirmation step: consequences, reason and password.

use domain::VersionNumber;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use workflow::{GateResult, ReviewPage};

use super::actions::{ReviewDecide, ReviewWaive};
use super::gates;
use super::query::{Asked, route_of};
use app::server_page::escaped;

/// The error summary: takes the focus when the page opens, even without JavaScript, and links to
/// the field.
pub fn problem(field: &str, sentence: &str) -> AnyView {
    let text = match field {
        "" => view! { <p>{sentence.to_owned()}</p> }.into_any(),
        field => view! { <ul><li><a href=format!("#{field}") rel="external">{sentence.to_owned()}</a></li></ul> }.into_any(),
    };
    view! {
        <div class="error-summary" role="alert" tabindex="-1" autofocus>
            <h2>"There is a problem"</h2>
            {text}
        </div>
    }
    .into_any()
}

/// The confirmation panel, or nothing when no action was chosen or it is not allowed.
pub fn panel(page: &ReviewPage, params: &Asked) -> AnyView {
    let number = page.version.version;
    let live = page
        .package
        .sources
        .champion
        .as_ref()
        .map(|(live, _)| *live);
    let decides = page.may_decide.is_ok();
    if params.doing == "approve"
        && decides
        && let Some(refused) = refused(page)
    {
        return refused;
    }
    let (title, what, button) = match params.doing.as_str() {
        "approve" if decides => (format!("Approve version {number}?"), approving(page, number, live), "Approve"),
        "reject" if decides => (
            format!("Reject version {number}?"),
            vec![format!("Version {number} is archived and cannot be submitted again. The live version does not change.")],
            "Reject",
        ),
        "request_changes" if decides => (
            format!("Request changes to version {number}?"),
            vec!["The review request is closed. A new review can be requested once the changes are made. The live version does not change.".to_owned()],
            "Request changes",
        ),
        "rollback" if page.may_roll_back && page.was_live && !page.live => (
            format!("Restore version {number}?"),
            vec![
                format!("Version {number} goes live immediately in the dashboard, the API and /health."),
                "The current live version is archived and can be restored the same way. Pending review requests become void, because they were compared with another version."
                    .to_owned(),
            ],
            "Restore",
        ),
        "undeploy" if page.may_undeploy && page.live => (
            format!("Undeploy version {number}?"),
            vec!["No one will be scored until a version is restored with a rollback. The dashboard, the API and /health report that no version is live.".to_owned()],
            "Undeploy",
        ),
        "recertify" if page.may_recertify => (
            format!("Re-certify version {number}?"),
            vec!["The version may serve on until the next review date, which moves by the days that the gate policy states. Nothing else changes.".to_owned()],
            "Re-certify",
        ),
        "waive" if page.may_waive && !params.gate.is_empty() => {
            let gate = page.blocking_gates().find(|result| result.is_called(&params.gate));
            let title = gate.map_or(params.gate.as_str(), |result| &result.title);
            let what = format!("“{title}” will not block approval while the waiver is valid. Enter the last day on which it is valid.");
            (format!("Waive a gate for version {number}?"), vec![what], "Waive gate")
        }
        _ => return ().into_any(),
    };
    let what = what
        .into_iter()
        .map(|text| view! { <li>{text}</li> }.into_any())
        .collect::<Vec<_>>();
    let cancel = route_of(page).path();
    let action = if params.doing == "waive" {
        ReviewWaive::PATH
    } else {
        ReviewDecide::PATH
    };
    let wrong = |field: &str| {
        params
            .problem
            .as_ref()
            .filter(|(own, _)| own == field)
            .map(|(_, sentence)| sentence.clone())
            .unwrap_or_default()
    };
    let error = |field: &'static str| {
        let sentence = wrong(field);
        (!sentence.is_empty())
            .then(|| view! { <p class="error" id=format!("{field}-error")><span class="visually-hidden">"Error: "</span>{sentence}</p> })
    };
    let class = |field: &str| {
        if wrong(field).is_empty() {
            "field"
        } else {
            "field invalid"
        }
    };
    let described = |field: &str| (!wrong(field).is_empty()).then(|| format!("{field}-error"));
    let waiver = (params.doing == "waive").then(|| {
        view! {
            <input type="hidden" name="gate" value=params.gate.clone() />
            <div class=class("owner")>
                <label for="owner">"Owner"</label>
                {error("owner")}
                <input id="owner" name="owner" autocomplete="off" aria-required="true" value=params.owner.clone() aria-describedby=described("owner") />
            </div>
            <div class=class("expires_on")>
                <label for="expires_on">"Valid until"</label>
                {error("expires_on")}
                <input id="expires_on" name="expires_on" type="date" aria-required="true" value=params.expires_on.clone() aria-describedby=described("expires_on") />
            </div>
        }
    });
    let reason = if params.doing == "waive" {
        page.checklist.waiver.clone()
    } else {
        page.checklist.reason.clone()
    };
    view! {
        <section class="confirm" aria-labelledby="confirm-title">
            <h2 id="confirm-title">{title}</h2>
            <ul>{what}</ul>
            <form method="post" action=action class="review-form">
                <input type="hidden" name="use_case" value=page.version.use_case.to_string() />
                <input type="hidden" name="version" value=number.to_string() />
                <input type="hidden" name="doing" value=params.doing.clone() />
                <input type="hidden" name="evidence" value=page.evidence_hash.clone().unwrap_or_default() />
                {waiver}
                <div class=class("reason")>
                    <label for="reason">"Reason (recorded)"</label>
                    {error("reason")}
                    <textarea id="reason" name="reason" rows="3" aria-required="true" aria-describedby=described("reason")>{escaped(&reason)}</textarea>
                </div>
                <div class=class("password")>
                    <label for="password">"Confirm with your password"</label>
                    {error("password")}
                    <input id="password" name="password" type="password" autocomplete="current-password" aria-required="true" aria-describedby=described("password") />
                </div>
                <p class="actions">
                    <button class="button">{button}</button>
                    <a class="button quiet" href=cancel>"Cancel"</a>
                </p>
            </form>
        </section>
    }
    .into_any()
}

/// What stands in the way of an approval, in place of the form that would be refused; `None` when
/// nothing does.
fn refused(page: &ReviewPage) -> Option<AnyView> {
    let number = page.version.version;
    if !page.cannot_be_approved() {
        return None;
    }
    let (open, all) = (page.items_missing(), workflow::Checklist::keys().count());
    let route = route_of(page);
    let can_waive = page.package.policy.waivers && page.may_waive;
    let gate = |result: &GateResult| {
        let link = can_waive.then(|| {
            let href = route.with_query(&[("doing", "waive"), ("gate", result.id())]);
            view! { " "<a href=href rel="external">"Waive…"</a> }
        });
        view! { <li>{result.title.clone()}{link}</li> }.into_any()
    };
    let blocking = page.blocking_gates().map(gate).collect::<Vec<_>>();
    let blocking =
        (!blocking.is_empty()).then(|| view! { <h3>"Blocking gates"</h3><ul>{blocking}</ul> });
    let waived = gates::waiver_terms(page)
        .into_iter()
        .map(|terms| view! { <li>{terms}</li> }.into_any())
        .collect::<Vec<_>>();
    let waived = (!waived.is_empty()).then(|| view! { <h3>"Waived gates"</h3><ul>{waived}</ul> });
    let unfinished = (open > 0).then(|| {
        let text = format!(
            "{open} of {all} checklist items are not checked. The policy requires all of them."
        );
        view! { <p>{text}" "<a href="#decide" rel="external">"Go to the checklist"</a></p> }
    });
    let panel = view! {
        <section class="confirm" aria-labelledby="confirm-title">
            <h2 id="confirm-title">{format!("Version {number} cannot be approved yet")}</h2>
            <p>"Resolve the following first, or request changes or reject the version."</p>
            {blocking}
            {waived}
            {unfinished}
            <p class="actions"><a class="button quiet" href=route.path()>"Back to the evidence"</a></p>
        </section>
    };
    Some(panel.into_any())
}

fn approving(page: &ReviewPage, number: VersionNumber, live: Option<VersionNumber>) -> Vec<String> {
    let mut what = Vec::new();
    let approvals = page.decisions.len() as i64 + 1;
    if let Some(request) = page
        .request
        .as_ref()
        .filter(|request| approvals < request.approvals_needed)
    {
        what.push(format!(
            "This is approval {approvals} of {}. The version goes live with the last approval; nothing changes until then.",
            request.approvals_needed
        ));
    } else {
        what.push(format!("Version {number} goes live immediately in the dashboard, the API and /health, and is used for all new scores."));
        what.push(match live {
            Some(live) => {
                format!("Version {live} is archived and can be restored with a rollback.")
            }
            None => "No version is currently live.".to_owned(),
        });
        what.push(
            "Its training data and scores are saved as the baseline for monitoring.".to_owned(),
        );
    }
    let waived = gates::waiver_terms(page);
    let is_waived = |title: &&str| page.waived().any(|(gate, _)| gate.title == **title);
    let failing: Vec<&str> = page
        .package
        .failing()
        .into_iter()
        .filter(|title| !is_waived(title))
        .collect();
    if !failing.is_empty() {
        what.push(format!(
            "You are approving despite failed gates that do not block: {}.",
            failing.join("; ")
        ));
    }
    if !waived.is_empty() {
        what.push(format!("Waived gates: {}.", waived.join("; ")));
    }
    let (open, all) = (
        page.checklist.open().len(),
        workflow::Checklist::keys().count(),
    );
    if open > 0 {
        what.push(format!(
            "{open} of {all} checklist items are not checked. This will be recorded."
        ));
    }
    what
}

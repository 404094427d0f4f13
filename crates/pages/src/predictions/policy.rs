//! What the log keeps: the policy with its form, legal holds, purge, and the versions.

use domain::{InputPolicy, LogFailure, RetentionClass, Route, UseCaseId};
use leptos::prelude::*;
use workflow::Role;
use workflow::prediction_log::{Hold, LogPolicyVersion};

use super::said;
use crate::error::PageError;
use crate::query::Query;
use app::components::form::Field;
use app::components::heading::PageHeading;
use app::components::table::{Cell, Facts, Heading, Row, Table};
use app::server_page::ServerPage;

/// Writes the page.
pub async fn write(use_case: &str) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let member = actor.member()?;
    let versions = tenure.log_policies(&member, use_case).await?;
    let holds = tenure.prediction_holds(&member, use_case).await?;
    let id: UseCaseId = use_case.into();
    let flash = Query(crate::context::take_flash(&Route::PredictionPolicy {
        use_case: id.clone(),
    }));
    let [in_force, ..] = &versions[..] else {
        return Err(workflow::Error::NotFound("There is no policy.".into()).into());
    };
    let is_admin = actor.is(Role::Admin);
    let said = said(&flash, &["reason", "hold-reason", "hold"]);
    let facts = facts(in_force);
    let forms = is_admin.then(|| policy_form(&id, in_force));
    let holds = holds_view(&id, &holds, is_admin);
    let purge = is_admin.then(|| {
        let action = Route::PredictionPurge {
            use_case: id.clone(),
        };
        view! {
            <section>
                <h2>"Purge"</h2>
                <p>"The server purges every hour what is over and not held. The audit log has the number of entries and the hash of what they were."</p>
                <form method="post" action=action.path()><p class="actions"><button class="button quiet">"Purge now"</button></p></form>
            </section>
        }
    });
    let history = history(&versions);
    let crumb = actor.is(Role::Analyst).then(|| {
        let list = Route::Predictions { use_case: id };
        view! { <nav class="crumbs" aria-label="Breadcrumb"><a href=list.path()>"Prediction log"</a></nav> }
    });
    Ok(ServerPage::page(
        "Prediction log policy",
        view! {
            {crumb}
            <PageHeading title="Prediction log policy">
                <p>"What the log keeps of each prediction, for how long, and what happens while it cannot be written. A change holds for entries from now on."</p>
            </PageHeading>
            {said}
            <section><h2>{format!("In force: version {}", in_force.version)}</h2>{facts}</section>
            {forms}
            {holds}
            {purge}
            <section><h2>"Versions"</h2>{history}</section>
        },
    ))
}

fn facts(version: &LogPolicyVersion) -> AnyView {
    let policy = version.policy;
    let facts = vec![
        (
            "Values".to_owned(),
            Cell::text(policy.input.label().to_owned()),
        ),
        (
            "Kept for".to_owned(),
            Cell::text(policy.retention.label().to_owned()),
        ),
        (
            "While the log cannot be written".to_owned(),
            Cell::text(policy.on_failure.label().to_owned()),
        ),
    ];
    view! { <Facts facts class="facts" /> }.into_any()
}

fn choice(
    id: &'static str,
    label: &'static str,
    chosen: &'static str,
    options: Vec<(&'static str, &'static str)>,
) -> AnyView {
    let options = options
        .into_iter()
        .map(|(value, label)| {
            view! { <option value=value selected={value == chosen}>{label}</option> }
        })
        .collect_view();
    view! { <Field id=id label=label><select id=id name=id>{options}</select></Field> }.into_any()
}

fn policy_form(use_case: &UseCaseId, in_force: &LogPolicyVersion) -> AnyView {
    let action = Route::PredictionPolicySave {
        use_case: use_case.clone(),
    };
    let policy = in_force.policy;
    let input = choice(
        "input",
        "Values",
        policy.input.as_str(),
        InputPolicy::ALL
            .iter()
            .map(|own| (own.as_str(), own.label()))
            .collect(),
    );
    let retention = choice(
        "retention",
        "Kept for",
        policy.retention.as_str(),
        RetentionClass::ALL
            .iter()
            .map(|own| (own.as_str(), own.label()))
            .collect(),
    );
    let failure = choice(
        "on_failure",
        "While the log cannot be written",
        policy.on_failure.as_str(),
        LogFailure::ALL
            .iter()
            .map(|own| (own.as_str(), own.label()))
            .collect(),
    );
    let version = in_force.version.to_string();
    view! {
        <details class="change" id="change">
            <summary>"Change policy"</summary>
            <form method="post" action=action.path() class="sheet">
                <input type="hidden" name="version" value=version />
                {input}
                {retention}
                {failure}
                <Field id="reason" label="Reason for the change" help="Shown with the version and in the audit log.">
                    <input id="reason" name="reason" required maxlength="2000" autocomplete="off" aria-describedby="reason-help" />
                </Field>
                <p class="actions"><button class="button">"Save policy"</button></p>
            </form>
        </details>
    }
    .into_any()
}

fn holds_view(use_case: &UseCaseId, holds: &[Hold], is_admin: bool) -> AnyView {
    let release = Route::PredictionRelease {
        use_case: use_case.clone(),
    }
    .path();
    let rows: Vec<Row> = holds
        .iter()
        .map(|hold| {
            let of = if hold.subject.is_some() {
                "One person"
            } else {
                "The whole use case"
            };
            let state = match (&hold.released_at, is_admin) {
                (Some(at), _) => Cell::brief(format!("Released {}", at.long())),
                (None, false) => Cell::brief("In force".to_owned()),
                (None, true) => {
                    let (action, id) = (release.clone(), hold.hold_id.clone());
                    let (label, control) = (format!("release-{id}"), format!("release-{id}"));
                    Cell::view(view! {
                        <form method="post" action=action>
                            <input type="hidden" name="hold" value=id />
                            <label class="visually-hidden" for=label>"Reason for the release"</label>
                            <input id=control name="reason" required maxlength="2000" placeholder="Reason" autocomplete="off" />
                            " "<button class="button quiet">"Release"</button>
                        </form>
                    })
                }
            };
            Row::new(vec![
                Cell::text(of.to_owned()),
                Cell::text(hold.reason.clone()),
                Cell::brief(hold.set_by.to_string()),
                Cell::brief(hold.set_at.long()),
                state,
            ])
        })
        .collect();
    let headings = vec![
        Heading::text("Holds"),
        Heading::text("Reason"),
        Heading::text("Set by"),
        Heading::text("On"),
        Heading::text("State"),
    ];
    let list = if rows.is_empty() {
        view! { <p>"No holds."</p> }.into_any()
    } else {
        view! { <Table headings rows class="list" scroll="Legal holds" /> }.into_any()
    };
    let form = is_admin.then(|| {
        let action = Route::PredictionHold {
            use_case: use_case.clone(),
        };
        view! {
            <details class="change">
                <summary>"Place a hold"</summary>
                <form method="post" action=action.path() class="sheet">
                    <Field id="person" label="Person (id)" help="Leave empty for all entries of the use case.">
                        <input id="person" name="person" maxlength="200" autocomplete="off" aria-describedby="person-help" />
                    </Field>
                    <Field id="hold-reason" label="Reason">
                        <input id="hold-reason" name="reason" required maxlength="2000" autocomplete="off" />
                    </Field>
                    <p class="actions"><button class="button">"Place hold"</button></p>
                </form>
            </details>
        }
    });
    view! {
        <section>
            <h2>"Legal holds"</h2>
            <p>"Entries under a hold are not purged."</p>
            {list}
            {form}
        </section>
    }
    .into_any()
}

fn history(versions: &[LogPolicyVersion]) -> AnyView {
    let rows = versions
        .iter()
        .map(|version| {
            let who = version
                .set_by
                .as_ref()
                .map_or_else(|| "Default".to_owned(), ToString::to_string);
            Row::new(vec![
                Cell::number(version.version.to_string()),
                Cell::text(version.policy.input.label().to_owned()),
                Cell::text(version.policy.retention.label().to_owned()),
                Cell::text(version.policy.on_failure.label().to_owned()),
                Cell::text(version.reason.clone()),
                Cell::text(who),
                Cell::brief(version.set_at.map(|at| at.long()).unwrap_or_default()),
            ])
        })
        .collect();
    let headings = vec![
        Heading::number("Version"),
        Heading::text("Values"),
        Heading::text("Kept for"),
        Heading::text("On failure"),
        Heading::text("Reason"),
        Heading::text("Set by"),
        Heading::text("On"),
    ];
    view! { <Table headings rows class="list" scroll="Versions of the policy" /> }.into_any()
}

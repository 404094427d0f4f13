//! The monitoring policy of a use case: its limits, a form for administrators, and its versions.

use domain::{MonitoringSetting, Route, format};
use leptos::prelude::*;
use monitoring::MonitoringPolicy;
use workflow::{MonitoringPolicyVersion, Role};

use crate::error::PageError;
use crate::query::Query;
use app::components::form::{ErrorSummary, Field};
use app::components::heading::PageHeading;
use app::components::table::{Cell, Facts, Heading, Row, Table};
use app::server_page::ServerPage;

/// Writes the page. `?preset=` fills the form with a preset; nothing is saved by that.
pub async fn write(use_case: &str, query: &Query) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let versions = tenure
        .monitoring_policies(&actor.member()?, use_case)
        .await?;
    let route = Route::MonitoringPolicy {
        use_case: use_case.into(),
    };
    let flash = Query(crate::context::take_flash(&route));
    let can_edit = actor.is(Role::Admin);
    let [in_force, ..] = &versions[..] else {
        return Err(workflow::Error::NotFound("There is no monitoring policy.".into()).into());
    };
    let preset = query.one("preset").to_owned();
    let form = can_edit.then(|| form(use_case, in_force, &preset, &flash));
    let limits = limits(in_force);
    let history = history(&versions);
    let drift = Route::DriftHistory {
        use_case: use_case.into(),
    };
    let done = flash.one("done").to_owned();
    let done = (!done.is_empty()).then(|| view! { <p class="note" role="status">{done}</p> });
    let problem = flash.one("problem").to_owned();
    let problem =
        (!problem.is_empty()).then(|| view! { <p class="note warn" role="alert">{problem}</p> });
    Ok(ServerPage::page(
        "Monitoring policy",
        view! {
            <nav class="crumbs" aria-label="Breadcrumb"><a href=drift.path()>"Drift history"</a></nav>
            <PageHeading title="Monitoring policy">
                <p>"Which change counts as drift, when retraining is recommended, and how often. A change holds from the next drift check on."</p>
            </PageHeading>
            {problem}
            {done}
            <section><h2>{in_force_title(in_force)}</h2>{limits}</section>
            {form}
            <section><h2>"Versions"</h2>{history}</section>
        },
    ))
}

fn in_force_title(version: &MonitoringPolicyVersion) -> String {
    let preset = format::drift_policy_label(&version.policy.preset);
    match version.version {
        0 => format!("In force: {preset}, as shipped"),
        number => format!("In force: version {number}, based on {preset}"),
    }
}

/// A limit as a person reads it.
fn shown(policy: &MonitoringPolicy, setting: MonitoringSetting) -> String {
    let text = policy.get(setting);
    match (setting, text.as_str()) {
        (MonitoringSetting::ScheduleDays, "") => "not a reason".to_owned(),
        (MonitoringSetting::RetrainingsAYear, "") => "no limit".to_owned(),
        (MonitoringSetting::RetrainingsAYear, _) => format!("{text} in 365 days"),
        (
            MonitoringSetting::ScheduleDays
            | MonitoringSetting::CooldownDays
            | MonitoringSetting::CheckAfterDays,
            _,
        ) => format!("{text} days"),
        (MonitoringSetting::Adjustment, "benjamini_hochberg") => {
            "Benjamini–Hochberg (false discovery rate)".to_owned()
        }
        (MonitoringSetting::Adjustment, "holm") => "Holm (family-wise error rate)".to_owned(),
        (MonitoringSetting::Overall, "any") => "drifted when one feature has".to_owned(),
        (MonitoringSetting::Overall, _) => format!("drifted when {text} of the features have"),
        _ => text,
    }
}

fn limits(version: &MonitoringPolicyVersion) -> AnyView {
    let facts = MonitoringSetting::ALL
        .iter()
        .map(|setting| {
            (
                setting.label().to_owned(),
                Cell::text(shown(&version.policy, *setting)),
            )
        })
        .collect::<Vec<_>>();
    view! { <Facts facts class="facts" /> }.into_any()
}

fn form(
    use_case: &str,
    in_force: &MonitoringPolicyVersion,
    preset: &str,
    flash: &Query,
) -> AnyView {
    let route = Route::MonitoringPolicy {
        use_case: use_case.into(),
    };
    let action = Route::MonitoringPolicySave {
        use_case: use_case.into(),
    };
    let sent = flash.one("preset");
    let chosen = if sent.is_empty() { preset } else { sent };
    let filled = MonitoringPolicy::preset(chosen).unwrap_or_else(|| in_force.policy.clone());
    let presets = monitoring::policy::NAMES
        .map(|name| {
            let href = format!("{}#change", route.with_query(&[("preset", name)]));
            let current = (name == filled.preset).then_some("true");
            view! { <li><a href=href aria-current=current>{format::drift_policy_label(name)}</a></li> }
        })
        .to_vec();
    let problem = |field: &str| match flash.one(&format!("problem-{field}")) {
        "" => String::new(),
        problem => format::sentence(problem),
    };
    let named = MonitoringSetting::ALL
        .iter()
        .map(|setting| setting.as_str())
        .chain(["reason"]);
    let errors: Vec<(String, String)> = named
        .map(|field| (field.to_owned(), problem(field)))
        .filter(|(_, problem)| !problem.is_empty())
        .collect();
    let was_sent = !sent.is_empty();
    let fields = MonitoringSetting::ALL.iter().map(|&setting| {
        let key = setting.as_str();
        let value = if was_sent {
            flash.one(key).to_owned()
        } else {
            filled.get(setting)
        };
        let error = problem(key);
        let described = if error.is_empty() {
            format!("{key}-help")
        } else {
            format!("{key}-help {key}-error")
        };
        let control = if setting.choices().is_empty() {
            view! { <input id=key name=key value=value autocomplete="off" maxlength="40" aria-describedby=described /> }.into_any()
        } else {
            let options = setting.choices().iter().map(|choice| {
                view! { <option value=*choice selected={**choice == value}>{choice.replace('_', "–")}</option> }
            });
            view! { <select id=key name=key aria-describedby=described>{options.collect_view()}</select> }.into_any()
        };
        view! { <Field id=key label=setting.label() help=setting.help() error=error>{control}</Field> }.into_any()
    });
    let fields: Vec<AnyView> = fields.collect();
    let open = was_sent || !preset.is_empty();
    let (version, preset) = (in_force.version.to_string(), filled.preset.clone());
    let reason = flash.one("reason").to_owned();
    let reason_error = problem("reason");
    view! {
        <ErrorSummary errors />
        <details class="change" id="change" open=open>
            <summary>"Change policy"</summary>
            <nav class="use-cases" aria-label="Presets"><p>"Fill the form with a preset:"</p><ul>{presets}</ul></nav>
            <form method="post" action=action.path() class="sheet">
                <input type="hidden" name="version" value=version />
                <input type="hidden" name="preset" value=preset />
                {fields}
                <Field id="reason" label="Reason for the change" help="Shown with the version and in the audit log." error=reason_error>
                    <input id="reason" name="reason" value=reason required maxlength="2000" autocomplete="off" aria-describedby="reason-help" />
                </Field>
                <p class="actions"><button class="button">"Save policy"</button></p>
            </form>
        </details>
    }
    .into_any()
}

fn history(versions: &[MonitoringPolicyVersion]) -> AnyView {
    let rows = versions
        .iter()
        .enumerate()
        .map(|(place, version)| {
            let before = versions.get(place + 1);
            let changed: Vec<String> = version
                .changes
                .iter()
                .map(|setting| {
                    let now = shown(&version.policy, *setting);
                    match before {
                        Some(before) => format!(
                            "{}: {now}, before {}",
                            setting.label(),
                            shown(&before.policy, *setting)
                        ),
                        None => format!("{}: {now}", setting.label()),
                    }
                })
                .collect();
            let changed = if version.version == 0 {
                "As shipped".to_owned()
            } else {
                changed.join("; ")
            };
            let who = version
                .set_by
                .as_ref()
                .map_or_else(|| "Use-case definition".to_owned(), |name| name.to_string());
            Row::new(vec![
                Cell::number(version.version.to_string()),
                Cell::text(format::drift_policy_label(&version.policy.preset)),
                Cell::text(changed),
                Cell::text(version.reason.clone()),
                Cell::text(who),
                Cell::brief(version.set_at.map(|at| at.long()).unwrap_or_default()),
            ])
        })
        .collect();
    let headings = vec![
        Heading::number("Version"),
        Heading::text("Preset"),
        Heading::text("Changes"),
        Heading::text("Reason"),
        Heading::text("Set by"),
        Heading::text("On"),
    ];
    view! { <Table headings rows class="list" scroll="Versions of the monitoring policy" /> }
        .into_any()
}

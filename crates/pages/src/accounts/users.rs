//! User administration: who can sign in, and with which roles.

use domain::{Route, Timestamp};
use leptos::prelude::*;
use workflow::Role;
use workflow::accounts::AccountRow;

use crate::error::PageError;
use crate::query::Query;
use app::components::badge::{StateBadge, Tone};
use app::components::form::{ErrorSummary, Field};
use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table};
use app::server_page::ServerPage;
use domain::format;

/// Writes the page.
pub async fn write() -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let accounts = tenure.accounts(&actor.admin()?).await?;
    let flash = Query(crate::context::take_flash(&Route::Users));
    Ok(ServerPage::page(
        "Users",
        view! { <Users accounts flash own=actor.name().to_string() /> },
    ))
}

/// The result of the submitted form: success message or error summary.
pub fn said(flash: &Query) -> AnyView {
    let (done, problem, field) = (
        flash.one("done").to_owned(),
        flash.one("problem"),
        flash.one("field"),
    );
    let errors = if problem.is_empty() {
        Vec::new()
    } else {
        vec![(field.to_owned(), format::sentence(problem))]
    };
    let done = (!done.is_empty()).then(|| view! { <p class="note" role="status">{done}</p> });
    view! { <ErrorSummary errors />{done} }.into_any()
}

#[component]
fn Users(accounts: Vec<AccountRow>, flash: Query, own: String) -> AnyView {
    let link = flash.one("link").to_owned();
    let new = (!link.is_empty()).then(|| {
        let name = flash.one("name").to_owned();
        view! {
            <div class="note" role="status">
                <h2>{format!("Set-up link for {name}")}</h2>
                <Field id="set-up-link" label="Set-up link"><input id="set-up-link" class="secret" value=link readonly autocomplete="off" spellcheck="false" /></Field>
                <p>"Copy it now and send it privately to the user, who sets a password with it. It will not be shown again, works once, and expires after three days."</p>
            </div>
        }
    });
    let headings = vec![
        Heading::text("Name"),
        Heading::text("Roles"),
        Heading::text("Status"),
        Heading::text("Added"),
        Heading::text("Last sign-in"),
        Heading::hidden("Actions"),
    ];
    let rows = accounts
        .into_iter()
        .enumerate()
        .map(|(position, account)| row(position, account, &own))
        .collect();
    view! {
        <PageHeading title="Users"><p>"Who can sign in, and with which roles. Users cannot be deleted, because the audit log refers to them, but they can be disabled."</p></PageHeading>
        {said(&flash)}
        {new}
        <section id="accounts"><Table headings rows class="list" scroll="Users" /></section>
        <section>
            <h2>"Add user"</h2>
            <form method="post" action=Route::Users.path() class="sheet">
                <Field id="name" label="Name" help="Shown in the audit log. Cannot be changed later.">
                    <input id="name" name="name" autocomplete="off" required maxlength="64" aria-describedby="name-help" />
                </Field>
                <Roles held=Vec::new() />
                <p class="actions"><button class="button">"Add user and create link"</button></p>
            </form>
        </section>
    }
    .into_any()
}

#[component]
fn Roles(held: Vec<String>) -> AnyView {
    let choice = |role: Role| {
        let checked = held.iter().any(|name| name == role.as_str());
        view! { <label class="check"><input type="checkbox" name="role" value=role.as_str() checked=checked />{meaning(role)}</label> }
    };
    view! { <fieldset class="choices"><legend>"Roles"</legend>{Role::ALL.iter().copied().map(choice).collect_view()}</fieldset> }.into_any()
}

fn meaning(role: Role) -> &'static str {
    match role {
        Role::Analyst => "Analyst: individual records, scores and drivers",
        Role::Reviewer => {
            "Reviewer: evidence and decisions on model versions; no individual records"
        }
        Role::Admin => "Administrator: data, training, settings and users; no individual records",
    }
}

fn row(position: usize, account: AccountRow, own: &str) -> Row {
    let (tone, word) = match account.state.as_str() {
        "active" => (Tone::Good, "active"),
        "waiting" => (Tone::Watch, "password not set"),
        _ => (Tone::Neutral, "disabled"),
    };
    let disabled = account.state == "disabled";
    let change =
        view! { <Change name=account.name.clone() held=account.roles.clone() disabled position /> };
    let name = account.name.clone();
    Row::new(vec![
        if name == own {
            Cell::with_aside(name, "you")
        } else {
            Cell::text(name)
        },
        Cell::text(account.roles.join(", ")),
        Cell::view(view! { <StateBadge tone word /> }),
        Cell::with_aside(
            account.created_at.long(),
            format!("by {}", account.created_by),
        ),
        Cell::brief(
            account
                .signed_in_at
                .map_or_else(|| "Never".into(), Timestamp::long),
        ),
        Cell::view(change),
    ])
}

/// The collapsed form that edits one user.
#[component]
fn Change(name: String, held: Vec<String>, disabled: bool, position: usize) -> AnyView {
    let id = format!("change-{position}");
    let who = || {
        let name = name.clone();
        view! { <input type="hidden" name="name" value=name /> }
    };
    let switch = if disabled { "Enable" } else { "Disable" };
    let link = (!disabled)
        .then(|| view! { <form method="post" action=Route::RenewSetUp.path()>{who()}<button class="button quiet">"New set-up link"</button></form> });
    view! {
        <details class="change" id=id>
            <summary>"Edit"<span class="visually-hidden">{format!(" {name}")}</span></summary>
            <form method="post" action=Route::SetRoles.path()>{who()}<Roles held /><button class="button quiet">"Save roles"</button></form>
            <div class="actions">
                {link}
                <form method="post" action=Route::SetDisabled.path()>
                    {who()}
                    <input type="hidden" name="disabled" value=(!disabled).to_string() />
                    <button class="button quiet">{switch}</button>
                </form>
            </div>
        </details>
    }
    .into_any()
}

//! The own account: password, sessions, API tokens.

use domain::{Route, Timestamp};
use leptos::prelude::*;
use workflow::accounts::TokenRow;
use workflow::{Actor, Role, Scope};

use crate::boxed::Erase;
use crate::components::badge::{StateBadge, Tone};
use crate::components::form::Field;
use crate::components::heading::PageHeading;
use crate::components::table::{Cell, Heading, Row, Table};
use crate::error::AppError;
use crate::pages::Query;
use crate::pages::accounts::sign_in::NewPassword;
use crate::pages::accounts::users::said;
use crate::server_page::Written;

/// Days that a new token may be good.
const DAYS: [u32; 4] = [7, 30, 90, 365];

/// Writes the page.
pub async fn write() -> Result<Written, AppError> {
    let (tenure, actor) = crate::context::get()?;
    let flash = Query(crate::context::take_flash(&Route::Account));
    let sessions = tenure.session_count(&actor).await?;
    let tokens = tenure.tokens(&actor, actor.name()).await?;
    Ok(Written::page("Your account", view! { <Account actor sessions tokens flash /> }))
}

#[component]
fn Account(actor: Actor, sessions: i64, tokens: Vec<TokenRow>, flash: Query) -> AnyView {
    let roles = actor.roles().iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
    let browsers = if sessions == 1 { "one browser".to_owned() } else { format!("{sessions} browsers") };
    let lead = format!("{}, with the roles: {roles}.", actor.name());
    view! {
        <PageHeading title="Your account"><p>{lead}</p></PageHeading>
        {said(&flash)}
        <Tokens tokens roles=actor.roles().to_vec() secret=flash.one("secret").to_owned() until=flash.one("until").to_owned() />
        <section>
            <h2>"Password"</h2>
            <form method="post" action=Route::ChangePassword.path() class="sheet">
                <Field id="old" label="Password now"><input id="old" name="old" type="password" autocomplete="current-password" required /></Field>
                <NewPassword label="New password" />
                <p class="actions"><button class="button">"Change the password"</button></p>
            </form>
            <p class="aside">"Every session ends with it, and every token is revoked: you sign in again with the new one."</p>
        </section>
        <section>
            <h2>"Sessions"</h2>
            <p>{format!("You are signed in with {browsers}. A session ends after 30 minutes without use, and after 12 hours in any case.")}</p>
            <form method="post" action=Route::SignOutEverywhere.path()><button class="button quiet">"Sign out everywhere"</button></form>
            <p class="aside">"Your tokens are revoked with it."</p>
        </section>
    }
    .erase()
}

#[component]
fn Tokens(tokens: Vec<TokenRow>, roles: Vec<Role>, secret: String, until: String) -> AnyView {
    let new = (!secret.is_empty()).then(|| {
        view! {
            <div class="note" role="status">
                <h3>"Your new token"</h3>
                <p><code class="secret">{secret}</code></p>
                <p>{format!("Copy it now: it is shown this once. It is good until {until}. A program sends it as ")}<code>"Authorization: Bearer …"</code>"."</p>
            </div>
        }
    });
    let headings = vec![
        Heading::text("For"),
        Heading::text("May"),
        Heading::text("State"),
        Heading::text("Good until"),
        Heading::text("Last used"),
        Heading::hidden("Action"),
    ];
    let list = (!tokens.is_empty())
        .then(|| view! { <Table headings rows=tokens.into_iter().map(row).collect() class="list" scroll="Your tokens" /> });
    let scopes = Scope::ALL.iter().copied().filter(|scope| scope.role().is_none_or(|role| roles.contains(&role)));
    let scopes = scopes.map(|scope| {
        view! { <label class="check"><input type="checkbox" name="scope" value=scope.as_str() checked=scope == Scope::Read />{meaning(scope)}</label> }
    });
    let days = DAYS.map(|days| view! { <option value=days selected=days == 30>{format!("{days} days")}</option> });
    view! {
        <section id="tokens">
            <h2>"API tokens"</h2>
            <p>"A program signs in with a token instead of a password. Only its hash is kept."</p>
            {new}
            {list}
            <form method="post" action=Route::CreateToken.path() class="sheet">
                <Field id="label" label="What it is for"><input id="label" name="label" maxlength="64" autocomplete="off" required /></Field>
                <fieldset class="choices"><legend>"What it may do"</legend>{scopes.collect_view()}</fieldset>
                <Field id="days" label="Good for"><select id="days" name="days">{days.collect_view()}</select></Field>
                <Field id="password-again" label="Your password, once more">
                    <input id="password-again" name="password" type="password" autocomplete="current-password" required />
                </Field>
                <p class="actions"><button class="button">"Make a token"</button></p>
            </form>
        </section>
    }
    .erase()
}

fn meaning(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "Read: runs, versions, checks",
        Scope::Predict => "Predict: people and their scores",
        Scope::Review => "Review: decisions on versions",
        Scope::Manage => "Manage: data, training, settings",
    }
}

fn row(token: TokenRow) -> Row {
    let (tone, active) = if token.state == "active" { (Tone::Good, true) } else { (Tone::Neutral, false) };
    let label = if token.label.is_empty() { "No name".to_owned() } else { token.label };
    let (id, what) = (token.id, format!("Revoke {label}"));
    let revoke = active.then(|| {
        view! { <form method="post" action=Route::RevokeToken.path()><input type="hidden" name="id" value=id /><button class="link" aria-label=what>"Revoke"</button></form> }
    });
    Row::new(vec![
        Cell::text(label),
        Cell::text(token.scopes.join(", ")),
        Cell::view(view! { <StateBadge tone word=token.state /> }),
        Cell::brief(token.expires_at.map(Timestamp::long).unwrap_or_default()),
        Cell::brief(token.last_used_at.map_or_else(|| "never".into(), Timestamp::long)),
        Cell::view(revoke),
    ])
}

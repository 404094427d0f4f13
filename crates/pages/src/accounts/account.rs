//! The signed-in user's account: password, sessions, API tokens.

use domain::{Route, Timestamp};
use leptos::prelude::*;
use workflow::accounts::TokenRow;
use workflow::{Actor, Role, Scope};

use crate::accounts::sign_in::NewPassword;
use crate::accounts::users::said;
use crate::error::PageError;
use crate::query::Query;
use app::components::badge::{StateBadge, Tone};
use app::components::form::Field;
use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table};
use app::server_page::ServerPage;

/// Lifetimes offered for a new token, in days.
const DAYS: [u32; 4] = [7, 30, 90, 365];

/// Writes the page.
pub async fn write() -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let flash = Query(crate::context::take_flash(&Route::Account));
    let sessions = tenure.session_count(&actor).await?;
    let tokens = tenure.tokens(&actor, actor.name()).await?;
    Ok(ServerPage::page(
        "Your account",
        view! { <Account actor sessions tokens flash /> },
    ))
}

#[component]
fn Account(actor: Actor, sessions: i64, tokens: Vec<TokenRow>, flash: Query) -> AnyView {
    let roles = actor
        .roles()
        .iter()
        .map(|role| role.as_str())
        .collect::<Vec<_>>()
        .join(", ");
    let browsers = if sessions == 1 {
        "1 browser".to_owned()
    } else {
        format!("{sessions} browsers")
    };
    let lead = format!("Name: {}. Roles: {roles}.", actor.name());
    view! {
        <PageHeading title="Your account"><p>{lead}</p></PageHeading>
        {said(&flash)}
        <Tokens tokens roles=actor.roles().to_vec() secret=flash.one("secret").to_owned() until=flash.one("until").to_owned() />
        <section>
            <h2>"Password"</h2>
            <form method="post" action=Route::ChangePassword.path() class="sheet">
                <Field id="old" label="Current password"><input id="old" name="old" type="password" autocomplete="current-password" required /></Field>
                <NewPassword label="New password" />
                <p class="actions"><button class="button">"Change password"</button></p>
            </form>
            <p class="aside">"Changing your password ends all sessions and revokes all API tokens. Sign in again with the new password."</p>
        </section>
        <section>
            <h2>"Sessions"</h2>
            <p>{format!("You are signed in on {browsers}. A session ends after 30 minutes of inactivity, and after 12 hours at the latest.")}</p>
            <form method="post" action=Route::SignOutEverywhere.path()><button class="button quiet">"Sign out everywhere"</button></form>
            <p class="aside">"This also revokes your API tokens."</p>
        </section>
    }
    .into_any()
}

#[component]
fn Tokens(tokens: Vec<TokenRow>, roles: Vec<Role>, secret: String, until: String) -> AnyView {
    let new = (!secret.is_empty()).then(|| {
        view! {
            <div class="note" role="status">
                <h3>"Your new token"</h3>
                <Field id="secret" label="Token"><input id="secret" class="secret" value=secret readonly autocomplete="off" spellcheck="false" /></Field>
                <p>{format!("Copy it now. It will not be shown again. It expires on {until}. Send it in the header ")}<code>"Authorization: Bearer …"</code>"."</p>
            </div>
        }
    });
    let headings = vec![
        Heading::text("Name"),
        Heading::text("Scopes"),
        Heading::text("Status"),
        Heading::text("Expires"),
        Heading::text("Last used"),
        Heading::hidden("Actions"),
    ];
    let list = (!tokens.is_empty())
        .then(|| view! { <Table headings rows=tokens.into_iter().map(row).collect() class="list" scroll="Your API tokens" /> });
    let scopes = Scope::ALL
        .iter()
        .copied()
        .filter(|scope| scope.role().is_none_or(|role| roles.contains(&role)));
    let scopes = scopes.map(|scope| {
        view! { <label class="check"><input type="checkbox" name="scope" value=scope.as_str() checked=scope == Scope::Read />{scope.meaning()}</label> }
    });
    let days = DAYS.map(
        |days| view! { <option value=days selected=days == 30>{format!("{days} days")}</option> },
    );
    view! {
        <section id="tokens">
            <h2>"API tokens"</h2>
            <p>"Programs authenticate with a token instead of a password. Only the hash of a token is stored. "<a href="/api/docs" rel="external">"API documentation"</a></p>
            {new}
            {list}
            <form method="post" action=Route::CreateToken.path() class="sheet">
                <Field id="label" label="Token name"><input id="label" name="label" maxlength="64" autocomplete="off" required /></Field>
                <fieldset class="choices"><legend>"Scopes"</legend>{scopes.collect_view()}</fieldset>
                <Field id="days" label="Expires in"><select id="days" name="days">{days.collect_view()}</select></Field>
                <Field id="password-again" label="Confirm your password">
                    <input id="password-again" name="password" type="password" autocomplete="current-password" required />
                </Field>
                <p class="actions"><button class="button">"Create token"</button></p>
            </form>
        </section>
    }
    .into_any()
}

fn row(token: TokenRow) -> Row {
    let (tone, active) = if token.state == "active" {
        (Tone::Good, true)
    } else {
        (Tone::Neutral, false)
    };
    let label = if token.label.is_empty() {
        "Unnamed".to_owned()
    } else {
        token.label
    };
    let (id, what) = (token.id, format!("Revoke {label}"));
    let revoke = active.then(|| {
        view! { <form method="post" action=Route::RevokeToken.path()><input type="hidden" name="id" value=id /><button class="link" aria-label=what>"Revoke"</button></form> }
    });
    Row::new(vec![
        Cell::text(label),
        Cell::text(token.scopes.join(", ")),
        Cell::view(view! { <StateBadge tone word=token.state /> }),
        Cell::brief(token.expires_at.map(Timestamp::long).unwrap_or_default()),
        Cell::brief(
            token
                .last_used_at
                .map_or_else(|| "Never".into(), Timestamp::long),
        ),
        Cell::view(revoke),
    ])
}

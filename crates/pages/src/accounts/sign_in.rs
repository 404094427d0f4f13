//! Sign-in, and setting a password through a link. The server's routes handle the forms and
//! redirect.

use domain::Route;
use leptos::prelude::*;
use workflow::SetUp;

use crate::error::PageError;
use crate::query::Query;
use app::components::form::{ErrorSummary, Field};
use app::components::heading::PageHeading;
use app::server_page::ServerPage;

/// Writes the sign-in page. `return` in the query string is where to go afterwards.
pub fn write(query: &Query) -> ServerPage {
    let flash = Query(crate::context::take_flash(&Route::SignIn));
    let back = [flash.one("return"), query.one("return")]
        .into_iter()
        .find(|back| !back.is_empty())
        .unwrap_or_default();
    let (back, name) = (
        domain::query::local(back).to_owned(),
        flash.one("name").to_owned(),
    );
    let (done, problem) = (
        flash.one("done").to_owned(),
        flash.one("problem").to_owned(),
    );
    ServerPage::page("Sign in", view! { <SignIn back name done problem /> })
}

/// Writes the page behind a set-up link.
pub async fn write_set_up(link: &str) -> Result<ServerPage, PageError> {
    let tenure = crate::context::tenure()?;
    let route = Route::SetUp {
        link: link.to_owned(),
    };
    let flash = Query(crate::context::take_flash(&route));
    let (name, problem) = (
        flash.one("name").to_owned(),
        flash.one("problem").to_owned(),
    );
    let whom = tenure.set_up_for(link).await?;
    Ok(ServerPage::page(
        "Set a password",
        view! { <ChoosePassword action=route.path() whom name problem /> },
    ))
}

fn summary(field: &str, problem: String) -> AnyView {
    let errors = if problem.is_empty() {
        Vec::new()
    } else {
        vec![(field.to_owned(), domain::format::sentence(&problem))]
    };
    view! { <ErrorSummary errors /> }.into_any()
}

#[component]
fn SignIn(back: String, name: String, done: String, problem: String) -> AnyView {
    let done = (!done.is_empty()).then(|| view! { <p class="note" role="status">{done}</p> });
    let first = name.is_empty();
    view! {
        <PageHeading title="Sign in" />
        {done}
        {summary("name", problem)}
        <form method="post" action=Route::SignIn.path() class="sheet">
            <input type="hidden" name="return" value=back />
            <Field id="name" label="Name">
                <input id="name" name="name" value=name autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus=first />
            </Field>
            <Field id="password" label="Password">
                <input id="password" name="password" type="password" autocomplete="current-password" required autofocus=!first />
            </Field>
            <p class="actions"><button class="button">"Sign in"</button></p>
        </form>
        <p class="aside">"No account, or forgot your password? Ask an administrator for a set-up link."</p>
    }
    .into_any()
}

#[component]
fn ChoosePassword(action: String, whom: SetUp, name: String, problem: String) -> AnyView {
    let (title, lead, who) = match whom {
        SetUp::FirstAdmin => (
            "Create the first administrator",
            "The administrator adds users, imports data and trains models.".to_owned(),
            view! {
                <Field id="name" label="Name" help="Shown in the audit log. Cannot be changed later.">
                    <input id="name" name="name" value=name autocomplete="username" required maxlength="64" aria-describedby="name-help" />
                </Field>
            }
            .into_any(),
        ),
        SetUp::Account(name) => (
            "Set your password",
            format!("You will sign in as {name}."),
            view! { <input type="hidden" name="name" value=name autocomplete="username" /> }.into_any(),
        ),
    };
    view! {
        <PageHeading title=title><p>{lead}</p></PageHeading>
        {summary("password", problem)}
        <form method="post" action=action class="sheet">
            {who}
            <NewPassword label="Password" />
            <p class="actions"><button class="button">"Set password"</button></p>
        </form>
        <p class="aside">"This link can be used only once."</p>
    }
    .into_any()
}

/// A new password and its confirmation.
#[component]
pub fn NewPassword(label: &'static str) -> AnyView {
    view! {
        <Field id="password" label=label help="At least 12 characters. A few unrelated words are easy to remember and hard to guess.">
            <input id="password" name="password" type="password" autocomplete="new-password" required minlength="12" maxlength="256" aria-describedby="password-help" />
        </Field>
        <Field id="again" label="Confirm password">
            <input id="again" name="again" type="password" autocomplete="new-password" required minlength="12" maxlength="256" />
        </Field>
    }
    .into_any()
}

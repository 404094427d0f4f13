//! The audit log: filters, export and verification.

use domain::{FieldProblem, Route};
use leptos::prelude::*;
use workflow::{AuditQuery, AuditRow, Error, Tenure};

use crate::boxed::IntoBoxed;
use crate::components::badge::{StateBadge, Tone};
use crate::components::empty::Empty;
use crate::components::form::{ErrorSummary, Field, problem_of};
use crate::components::heading::PageHeading;
use crate::components::pagination::pagination;
use crate::components::table::{Cell, Heading, Row, Table, TextList};
use crate::error::AppError;
use crate::format;
use crate::pages::query::Query;
use crate::server_page::ServerPage;

/// Writes the page.
pub async fn write(query: &Query) -> Result<ServerPage, AppError> {
    let (tenure, actor) = crate::context::get()?;
    let member = actor.member()?;
    let params = AuditQuery { page: crate::context::page_number(query.one("page"))? as usize, ..AuditQuery::from_pairs(&query.0) };
    let ((rows, total, actions), problems) = match tenure.audit_page(&member, &params).await {
        Err(Error::Fields(problems)) => {
            // The form stays as it was filled in, above no entries.
            let (_, _, actions) = tenure.audit_page(&member, &AuditQuery { page: 1, ..AuditQuery::default() }).await?;
            ((Vec::new(), 0, actions), problems)
        }
        found => (found?, Vec::new()),
    };
    let verify = query.one("verify") == "yes";
    let (head, problems) = if verify {
        let (head, problems) = tenure.audit_verify(&member).await?;
        (head, Some(problems))
    } else {
        (tenure.audit_head(&member).await?, None)
    };
    let chain = Chain { entries: head.sequence as u32, head: head.hash, problems };
    let status = if problems.is_empty() { 200 } else { 422 };
    let page = ServerPage::page("Audit log", view! { <Audit rows total=total as u32 actions params chain problems /> });
    Ok(ServerPage { status, ..page })
}

/// State of the hash chain.
struct Chain {
    entries: u32,
    head: String,
    /// `None`: not verified.
    problems: Option<Vec<String>>,
}

fn href(route: &Route, params: &AuditQuery, page: u32) -> String {
    let page = if page > 1 { page.to_string() } else { String::new() };
    route.with_query(&[
        ("who", &params.who),
        ("action", &params.action),
        ("subject", &params.subject),
        ("from", &params.from),
        ("until", &params.until),
        ("page", &page),
    ])
}

#[component]
fn Audit(rows: Vec<AuditRow>, total: u32, actions: Vec<String>, params: AuditQuery, chain: Chain, problems: Vec<FieldProblem>) -> AnyView {
    let pages = total.div_ceil(Tenure::audit_page_size() as u32).max(1);
    let links = pagination(params.page as u32, pages, false, "Audit log pages", &|to| href(&Route::AuditLog, &params, to));
    let csv = href(&Route::AuditCsv, &params, 1);
    let row = |row: AuditRow| {
        Row::new(vec![
            Cell::number(row.sequence.to_string()),
            Cell::brief(row.at.long()),
            Cell::text(row.who),
            Cell::code(row.action),
            Cell::text(row.subject),
            Cell::view(
                view! { <details><summary>"Details"</summary><code class="breaking">{row.detail}</code><br /><code class="breaking aside">{row.hash}</code></details> },
            ),
        ])
    };
    let list = if !problems.is_empty() {
        view! { <Empty title="Filter not applied"><p>"Correct the filter above."</p></Empty> }.boxed()
    } else if rows.is_empty() {
        view! { <Empty title="No matching entries"><p><a href=Route::AuditLog.path()>"Clear all filters"</a></p></Empty> }.boxed()
    } else {
        let headings = vec![
            Heading::number("Entry"),
            Heading::text("Time"),
            Heading::text("User"),
            Heading::text("Action"),
            Heading::text("Subject"),
            Heading::text("Details and hash"),
        ];
        view! { <Table headings rows=rows.into_iter().map(row).collect() class="list" scroll="Audit log" /> }.boxed()
    };
    let options = actions.into_iter().map(|action| {
        let chosen = action == params.action;
        view! { <option value=action.clone() selected=chosen>{action.clone()}</option> }.boxed()
    });
    let options = options.collect::<Vec<_>>();
    let day = |name: &'static str, label: &'static str, value: &str| {
        let (error, value) = (problem_of(&problems, name), value.to_owned());
        let described = (!error.is_empty()).then(|| format!("{name}-error"));
        view! { <Field id=name label error><input id=name name=name type="date" value=value aria-describedby=described /></Field> }.boxed()
    };
    let days = [day("from", "From", &params.from), day("until", "To", &params.until)].into_iter().collect::<Vec<_>>();
    let errors = problems.iter().map(|problem| (problem.field.clone(), problem.message.clone())).collect::<Vec<_>>();
    view! {
        <PageHeading title="Audit log">
            <p>{format!("Who did what, and when. Entries: {}.", format::count(chain.entries))}</p>
        </PageHeading>
        <ErrorSummary errors />
        {chain_state(&chain)}
        <form method="get" action=Route::AuditLog.path() class="filters" role="search">
            <div class="field"><label for="who">"User"</label><input id="who" name="who" value=params.who.clone() autocomplete="off" /></div>
            <div class="field">
                <label for="action">"Action"</label>
                <select id="action" name="action"><option value="">"All actions"</option>{options}</select>
            </div>
            <div class="field"><label for="subject">"Subject"</label><input id="subject" name="subject" value=params.subject.clone() autocomplete="off" /></div>
            {days}
            <button class="button">"Apply filters"</button>
        </form>
        <p class="actions">
            <a class="button quiet" href=csv rel="external" download="">"Export filtered entries (CSV)"</a>
            <a class="button quiet" href=Route::AuditExport.path() rel="external" download="">"Export full log for verification"</a>
        </p>
        {list}
        {links}
    }
    .boxed()
}

fn chain_state(chain: &Chain) -> AnyView {
    let head = view! { <span class="aside">"Latest hash (store separately): "<code class="breaking">{chain.head.clone()}</code></span> };
    let Some(problems) = &chain.problems else {
        let verify = Route::AuditLog.with_query(&[("verify", "yes")]);
        return view! { <p><a class="button quiet" href=verify>"Verify hash chain"</a>" "{head}</p> }.boxed();
    };
    if problems.is_empty() {
        return view! {
            <p role="status"><StateBadge tone=Tone::Good word="Hash chain verified" />" The logged data is unchanged. "{head}</p>
        }
        .boxed();
    }
    view! {
        <div class="note warn" role="alert">
            <h2>"Audit log verification failed"</h2>
            <TextList texts=problems.clone() />
        </div>
    }
    .boxed()
}

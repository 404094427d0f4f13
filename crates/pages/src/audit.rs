//! The audit log: filters, export and verification.

use std::collections::BTreeMap;

use domain::{AuditAction, FieldProblem, Role, Route, Subject, UseCaseId};
use leptos::prelude::*;
use workflow::{AuditQuery, AuditRow, Error, Tenure};

use crate::components::empty::Empty;
use crate::components::form::problem_of;
use crate::components::pagination::pagination;
use crate::error::PageError;
use crate::query::Query;
use app::components::badge::{StateBadge, Tone};
use app::components::form::{ErrorSummary, Field};
use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table, TextList};
use app::server_page::ServerPage;
use domain::format;

/// Writes the page.
pub async fn write(query: &Query) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let member = actor.member()?;
    let params = AuditQuery {
        page: crate::context::page_number(query.one("page"))? as usize,
        ..AuditQuery::from_pairs(&query.0)
    };
    let ((rows, total, actions), problems) = match tenure.audit_page(&member, &params).await {
        Err(Error::Fields(problems)) => {
            // The form stays as it was filled in, above no entries.
            let (_, _, actions) = tenure
                .audit_page(
                    &member,
                    &AuditQuery {
                        page: 1,
                        ..AuditQuery::default()
                    },
                )
                .await?;
            ((Vec::new(), 0, actions), problems)
        }
        found => (found?, Vec::new()),
    };
    let links = Links {
        use_cases: tenure.audit_use_cases(&member, &rows).await?,
        roles: actor.roles().to_vec(),
    };
    let verify = query.one("verify") == "yes";
    let (head, findings) = if verify {
        let (head, findings) = tenure.audit_verify(&member).await?;
        (head, Some(findings))
    } else {
        (tenure.audit_head(&member).await?, None)
    };
    let chain = Chain {
        entries: head.sequence as u32,
        head: head.hash,
        problems: findings,
    };
    let status = if problems.is_empty() { 200 } else { 422 };
    let page = ServerPage::page(
        "Audit log",
        view! { <Audit rows links total=total as u32 actions params chain problems /> },
    );
    Ok(ServerPage { status, ..page })
}

/// What the addresses of subjects are made with.
struct Links {
    /// By subject.
    use_cases: BTreeMap<String, UseCaseId>,
    /// Of the reader.
    roles: Vec<Role>,
}

impl Links {
    /// The page about a subject; `None` when there is none that the reader may see.
    fn page(&self, text: &str) -> Option<Route> {
        let may = |role: Role| self.roles.contains(&role).then_some(());
        let use_case = || self.use_cases.get(text).cloned();
        Some(match Subject::parse(text)? {
            Subject::Account(_) => {
                may(Role::Admin)?;
                Route::Users
            }
            Subject::Alert(use_case, alert) => Route::Alert { use_case, alert },
            Subject::Check(check) => Route::DriftCheck {
                use_case: use_case()?,
                check,
            },
            Subject::Cycle(use_case, cycle) => Route::Cycle { use_case, cycle },
            Subject::Dataset(dataset) => Route::Dataset {
                use_case: use_case()?,
                dataset,
            },
            Subject::Job(job) => Route::Job { job },
            Subject::Model(use_case, version) => Route::Model { use_case, version },
            Subject::Person(use_case, person) => {
                may(Role::Analyst)?;
                Route::Person { use_case, person }
            }
            Subject::Run(run) => Route::Run { run },
            Subject::UseCase(use_case) => crate::navigation::start(&use_case, &self.roles),
            Subject::AuditLog
            | Subject::Batch(_)
            | Subject::Channel(_)
            | Subject::Experiment(_)
            | Subject::RegisteredModel(_)
            | Subject::Outcomes(_)
            | Subject::Prediction(_) => {
                return None;
            }
        })
    }
}

/// An action in words, with its code.
pub fn action(code: &str) -> Cell {
    let (text, code) = (label(code).to_owned(), code.to_owned());
    Cell::view(view! { {text}" "<code class="aside">{code}</code> })
}

/// An action in words; the code where there are none.
fn label(code: &str) -> &str {
    code.parse::<AuditAction>()
        .map_or(code, |action| action.label())
}

/// State of the hash chain.
struct Chain {
    entries: u32,
    head: String,
    /// `None`: not verified.
    problems: Option<Vec<String>>,
}

fn href(route: &Route, params: &AuditQuery, page: u32) -> String {
    let page = if page > 1 {
        page.to_string()
    } else {
        String::new()
    };
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
fn Audit(
    rows: Vec<AuditRow>,
    links: Links,
    total: u32,
    actions: Vec<String>,
    params: AuditQuery,
    chain: Chain,
    problems: Vec<FieldProblem>,
) -> AnyView {
    let pages = total.div_ceil(Tenure::audit_page_size() as u32).max(1);
    let pagination = pagination(params.page as u32, pages, false, "Audit log pages", &|to| {
        href(&Route::AuditLog, &params, to)
    });
    let csv = href(&Route::AuditCsv, &params, 1);
    let row = |row: AuditRow| {
        let subject = match links.page(&row.subject) {
            Some(page) => Cell::link(page.path(), row.subject),
            None => Cell::text(row.subject),
        };
        Row::new(vec![
            Cell::number(row.sequence.to_string()),
            Cell::brief(row.at.long()),
            Cell::text(row.who),
            action(&row.action),
            subject,
            Cell::view(
                view! { <details><summary>"Details"</summary><code class="breaking">{row.detail}</code><br /><code class="breaking aside">{row.hash}</code></details> },
            ),
        ])
    };
    let list = if !problems.is_empty() {
        view! { <Empty title="Filter not applied"><p>"Correct the filter above."</p></Empty> }
            .into_any()
    } else if rows.is_empty() {
        view! { <Empty title="No matching entries"><p><a href=Route::AuditLog.path()>"Clear all filters"</a></p></Empty> }.into_any()
    } else {
        let headings = vec![
            Heading::number("Entry"),
            Heading::text("Time"),
            Heading::text("User"),
            Heading::text("Action"),
            Heading::text("Subject"),
            Heading::text("Details and hash"),
        ];
        view! { <Table headings rows=rows.into_iter().map(row).collect() class="list" scroll="Audit log" /> }.into_any()
    };
    let options = actions.into_iter().map(|code| {
        let (chosen, text) = (code == params.action, format!("{} ({code})", label(&code)));
        view! { <option value=code selected=chosen>{text}</option> }.into_any()
    });
    let options = options.collect::<Vec<_>>();
    let day = |name: &'static str, label: &'static str, value: &str| {
        let (error, value) = (problem_of(&problems, name), value.to_owned());
        let described = (!error.is_empty()).then(|| format!("{name}-error"));
        view! { <Field id=name label error><input id=name name=name type="date" value=value aria-describedby=described /></Field> }.into_any()
    };
    let days = [
        day("from", "From", &params.from),
        day("until", "To", &params.until),
    ]
    .into_iter()
    .collect::<Vec<_>>();
    let errors = problems
        .iter()
        .map(|problem| (problem.field.clone(), problem.message.clone()))
        .collect::<Vec<_>>();
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
        {pagination}
    }
    .into_any()
}

fn chain_state(chain: &Chain) -> AnyView {
    let head = view! { <span class="aside">"Latest hash (store separately): "<code class="breaking">{chain.head.clone()}</code></span> };
    let Some(problems) = &chain.problems else {
        let verify = Route::AuditLog.with_query(&[("verify", "yes")]);
        return view! { <p><a class="button quiet" href=verify>"Verify hash chain"</a>" "{head}</p> }.into_any();
    };
    if problems.is_empty() {
        return view! {
            <p role="status"><StateBadge tone=Tone::Good word="Hash chain verified" />" The logged data is unchanged. "{head}</p>
        }
        .into_any();
    }
    view! {
        <div class="note warn" role="alert">
            <h2>"Audit log verification failed"</h2>
            <TextList texts=problems.clone() />
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(roles: &[Role]) -> Links {
        Links {
            use_cases: [("dataset d1".to_owned(), UseCaseId::from("attrition"))].into(),
            roles: roles.to_vec(),
        }
    }

    #[test]
    fn a_subject_leads_to_its_page() {
        let path =
            |roles: &[Role], subject: &str| links(roles).page(subject).map(|page| page.path());
        let path = |roles: &[Role], subject: &str| path(roles, subject).unwrap_or_default();
        assert_eq!(
            path(&[], "model attrition/3"),
            "/use-case/attrition/models/3"
        );
        assert_eq!(path(&[], "dataset d1"), "/use-case/attrition/data/d1");
        assert_eq!(path(&[], "run 0190"), "/runs/0190");
        assert_eq!(
            path(&[Role::Reviewer], "use case attrition"),
            "/use-case/attrition/review"
        );
        for gone in ["dataset d2", "batch b", "audit", "model attrition"] {
            assert_eq!(path(&[], gone), "", "{gone}");
        }
    }

    #[test]
    fn pages_about_people_and_users_are_for_those_who_may_see_them() {
        let page = |role: Role, subject: &str| links(&[role]).page(subject);
        assert!(page(Role::Analyst, "person attrition/7").is_some());
        assert_eq!(page(Role::Analyst, "person erased ~ab/c"), None);
        assert_eq!(page(Role::Reviewer, "person attrition/7"), None);
        assert!(page(Role::Admin, "account ann").is_some());
        assert_eq!(page(Role::Analyst, "account ann"), None);
    }

    #[test]
    fn an_action_is_told_in_words() {
        assert_eq!(label("person.view"), "Person viewed");
        assert_eq!(label("something.new"), "something.new");
    }
}

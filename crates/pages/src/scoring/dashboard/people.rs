//! The people table: filters as a form, order and pages as links, the top drivers in each row.

use domain::query::FILTER_PREFIX;
use domain::{FieldProblem, PeopleQuery, Reason, Route, TableFormat, UseCaseId};
use leptos::prelude::*;
use workflow::scoring::PeoplePage;
use workflow::scoring::{FilterField, PersonRow};

use crate::components::empty::Empty;
use crate::components::form::problem_of;
use crate::components::pagination::pagination;
use app::components::badge::RiskBadge;
use app::components::form::Field;
use app::components::table::{Cell, Heading, Row, Table};
use domain::format;

#[component]
pub fn People(
    page: PeoplePage,
    use_case: String,
    query: PeopleQuery,
    problems: Vec<FieldProblem>,
) -> AnyView {
    let use_case = UseCaseId::from(use_case);
    let dashboard = Route::Dashboard {
        use_case: use_case.clone(),
    };
    let href = |query: &PeopleQuery| format!("{dashboard}{}#people", query.to_query_string());
    let chips = chips(&page, &query).into_iter().map(|(key, text)| {
        let href = href(&query.without(&key));
        view! { <li><a class="chip" href=href><span class="visually-hidden">"Remove filter "</span>{text}<span aria-hidden="true">" ×"</span></a></li> }
    });
    let (chips, clear) = (chips.collect_view(), href(&query.unfiltered()));
    let chips = query
        .is_filtered()
        .then(|| view! { <ul class="chips" aria-label="Active filters">{chips}<li><a href=clear>"Clear all"</a></li></ul> });
    let downloads = downloads(&use_case, &query, &page);
    let found = if page.total == 1 {
        "1 person".to_owned()
    } else {
        format!("{} people", format::count(page.total))
    };
    let pages = pagination(page.page, page.pages, false, "Table pages", &|to| {
        href(&query.with_page(to))
    });
    let heading = |column: &str, label: &str, numeric: bool| {
        let order = (query.column() == column).then_some(query.ascending);
        let heading = if numeric {
            Heading::number(label)
        } else {
            Heading::text(label)
        };
        heading.sorted(href(&query.sorted_by(column)), order)
    };
    let table = if let Some(id) = &page.withheld {
        let href = Route::Person {
            use_case: use_case.clone(),
            person: id.into(),
        }
        .path();
        let open = format!("Open {id}");
        view! {
            <Empty title="1 match">
                <p>"Opening the data of one person requires a reason for access."</p>
                <p><a class="button" href=href>{open}</a></p>
            </Empty>
        }
        .into_any()
    } else if page.rows.is_empty() {
        view! { <Empty title="No matches"><p>"Remove a filter or search for a different ID."</p></Empty> }.into_any()
    } else {
        let mut headings = vec![
            heading("id", "ID", false),
            heading("risk", "Risk", true),
            Heading::text("Band"),
        ];
        if page.compared_with.is_some() {
            headings.push(heading("change", "Change (points)", true));
        }
        headings.extend(
            page.segments
                .iter()
                .map(|segment| heading(&segment.field, &segment.label, false)),
        );
        headings.push(Heading::text("Top drivers (percentage points)"));
        let rows = page
            .rows
            .iter()
            .map(|person| row(person, &use_case, page.compared_with.is_some()))
            .collect();
        let change = page.compared_with.map(|(day, _)| {
            format!(
                " Change: percentage points since {}, where the same model scored both times. The difference between two models is not a change of the person.",
                day.long()
            )
        });
        view! {
            <Table headings rows class="list" scroll="People by risk" />
            <p class="aside">{format!("Risk: {}. ", page.horizon)}"Beside each risk: the calibration range for similar scores. It describes the model, not how certain the score of a person is."{change}</p>
        }
        .into_any()
    };
    view! {
        <div class="section-heading">
            <h2>"People"</h2>
            <p class="aside" role="status">{found}</p>
            {downloads}
        </div>
        {unapplied(&page, &problems)}
        <Filters page=page.clone() action=dashboard.path() query=query.clone() problems />
        {chips}
        {table}
        {pages}
    }
    .into_any()
}

/// The filters without a field in the form; those with one show their problem there.
fn unapplied(page: &PeoplePage, problems: &[FieldProblem]) -> AnyView {
    let shown = |field: &str| {
        matches!(field, "band" | "min_risk")
            || page
                .segments
                .iter()
                .any(|own| field.strip_prefix(FILTER_PREFIX) == Some(own.field.as_str()))
    };
    let others = problems
        .iter()
        .filter(|problem| !shown(&problem.field))
        .map(|problem| problem.message.clone());
    let others = others.collect::<Vec<_>>().join(" ");
    (!others.is_empty()).then(|| view! { <p class="note warn" role="alert">{others}" The filter is not applied."</p> }).into_any()
}

/// The downloads: links, or buttons of a form where a reason is required.
fn downloads(use_case: &UseCaseId, query: &PeopleQuery, page: &PeoplePage) -> AnyView {
    let use_case = || use_case.clone();
    let pairs = query.with_page(1).to_query_string();
    let files = TableFormat::ALL.iter().map(|&format| {
        let route = match format {
            TableFormat::Csv => Route::PeopleCsv {
                use_case: use_case(),
            },
            TableFormat::Excel => Route::PeopleExcel {
                use_case: use_case(),
            },
            TableFormat::Parquet => Route::PeopleParquet {
                use_case: use_case(),
            },
        };
        (route.path(), format!("Download {}", format.label()))
    });
    if page.purposes.is_empty() {
        return files
            .map(|(path, label)| view! { <a class="button quiet" href=format!("{path}{pairs}") download="" rel="external">{label}</a> })
            .collect_view()
            .into_any();
    }
    let hidden = domain::query::pairs(&pairs)
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> });
    let hidden = hidden.collect_view();
    let options = page
        .purposes
        .iter()
        .map(|(key, text)| view! { <option value=key.clone()>{text.clone()}</option> })
        .collect_view();
    let buttons = files
        .map(
            |(path, label)| view! { <button class="button quiet" formaction=path>{label}</button> },
        )
        .collect_view();
    view! {
        <form method="get" class="inline-form">
            {hidden}
            <label for="why">"Reason for access"</label>
            <select id="why" name="why" required><option value="">"Choose a reason"</option>{options}</select>
            {buttons}
        </form>
    }
    .into_any()
}

fn row(person: &PersonRow, use_case: &UseCaseId, compared: bool) -> Row {
    let interval = person
        .interval
        .map(format::percent_range)
        .unwrap_or_default();
    let risk = format::percent(person.probability);
    let reasons = person
        .reasons
        .iter()
        .take(3)
        .map(reason)
        .collect::<Vec<_>>();
    let mut cells = vec![
        Cell::link(
            Route::Person {
                use_case: use_case.clone(),
                person: (&person.id).into(),
            }
            .path(),
            &person.id,
        ),
        Cell::view(view! { <b>{risk}</b>" "<span class="aside">{interval}</span> }).numeric(),
        Cell::view(view! { <RiskBadge band=person.band.clone() probability=person.probability /> }),
    ];
    if compared {
        cells.push(match person.change.points {
            Some(points) => Cell::number(format::points(points)),
            None => Cell::aside(super::super::no_change(person.change.basis).unwrap_or_default()),
        });
    }
    cells.extend(person.segments.iter().map(Cell::text));
    cells.push(Cell::view(view! { <ul class="reasons">{reasons}</ul> }));
    Row::new(cells)
}

fn reason(reason: &Reason) -> AnyView {
    let class = if reason.points < 0.0 { "down" } else { "up" };
    let points = format::points(reason.points);
    view! { <li>{reason.label.clone()}" "<span class="aside">{reason.value.clone()}</span>" "<span class=class>{points}</span></li> }
        .into_any()
}

/// Key and text of each active filter.
fn chips(page: &PeoplePage, query: &PeopleQuery) -> Vec<(String, String)> {
    let mut chips = Vec::new();
    if !query.search.is_empty() {
        chips.push((
            "search".to_owned(),
            format!("ID contains “{}”", query.search),
        ));
    }
    if !query.band.is_empty() {
        chips.push(("band".to_owned(), format!("Band: {}", query.band)));
    }
    if let Ok(Some(risk)) = query.least_risk() {
        let percent = format::number(100.0 * risk, 2);
        chips.push((
            "min_risk".to_owned(),
            format!(
                "Risk at or above {}%",
                percent.trim_end_matches('0').trim_end_matches('.')
            ),
        ));
    }
    for (field, value) in &query.filters {
        let known = page.segments.iter().find(|segment| segment.field == *field);
        let label = known.map_or(field, |segment| &segment.label);
        let value = known
            .and_then(|segment| segment.values.iter().find(|(name, _)| name == value))
            .map_or(value, |(_, label)| label);
        chips.push((field.clone(), format!("{label}: {value}")));
    }
    chips
}

/// The filters: a GET form, so that the address holds the filters.
#[component]
fn Filters(
    page: PeoplePage,
    action: String,
    query: PeopleQuery,
    problems: Vec<FieldProblem>,
) -> AnyView {
    let bands = page
        .bands
        .iter()
        .rev()
        .map(|band| (band.clone(), band.clone()))
        .collect();
    let segments = page.segments.iter().map(
        |FilterField {
             field,
             label,
             values,
         }| {
            let chosen = query.filters.get(field).cloned().unwrap_or_default();
            let name = format!("{FILTER_PREFIX}{field}");
            let error = problem_of(&problems, &name);
            view! { <Choice name label=label.clone() values=values.clone() chosen error /> }
        },
    );
    let segments = segments.collect_view();
    let wrong = |field: &str| {
        let problem = problem_of(&problems, field);
        if problem.is_empty() {
            problem
        } else {
            format!("{problem} This filter is not applied.")
        }
    };
    let (wrong_band, wrong_risk) = (wrong("band"), wrong("min_risk"));
    let (least_risk, described) = (
        query.min_risk.clone(),
        (!wrong_risk.is_empty()).then_some("min_risk-error"),
    );
    view! {
        <form method="get" action=format!("{action}#people") class="filters" role="search">
            <div class="field">
                <label for="search">"ID"</label>
                <input id="search" name="search" type="search" value=query.search.clone() autocomplete="off" />
            </div>
            <Choice name="band" label="Band" values=bands chosen=query.band.clone() error=wrong_band />
            <Field id="min_risk" label="Minimum risk" error=wrong_risk>
                <input id="min_risk" name="min_risk" value=least_risk placeholder="50%" size="5" autocomplete="off" aria-describedby=described />
            </Field>
            {segments}
            {(!query.sort.is_empty()).then(|| view! { <input type="hidden" name="sort" value=query.sort.clone() /> })}
            {query.ascending.then(|| view! { <input type="hidden" name="order" value="asc" /> })}
            <button class="button">"Filter"</button>
        </form>
    }
    .into_any()
}

#[component]
fn Choice(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    values: Vec<(String, String)>,
    chosen: String,
    error: String,
) -> AnyView {
    let described = (!error.is_empty()).then(|| format!("{name}-error"));
    let options = values.into_iter().map(|(value, label)| {
        let selected = value == chosen;
        view! { <option value=value selected=selected>{label}</option> }.into_any()
    });
    let options = options.collect::<Vec<_>>();
    let id = name.clone();
    view! {
        <Field id=name label error>
            <select id=id.clone() name=id aria-describedby=described>
                <option value="">"All"</option>
                {options}
            </select>
        </Field>
    }
    .into_any()
}

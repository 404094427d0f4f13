//! What-if: the live model in the browser. The form scores as the slider moves; without a script it is submitted, and the server answers
//! with the same numbers.

mod address;
mod browser;
mod curve;
mod form;
#[cfg(feature = "ssr")]
mod form_of;
mod judge;
mod outcome;
mod scenarios;

use std::sync::Arc;

#[cfg(feature = "ssr")]
use domain::Route;
use domain::query::encode;
use domain::route::{fill, pattern};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::counterfactual::Counterfactuals;
use model::use_case::Words;
use model::vary::Curve;
use model::{ModelExplainer, Problem, Record};
use serde::{Deserialize, Serialize};

use crate::boxed::Erase;
use crate::components::form::ErrorSummary;
use crate::components::heading::PageHeading;
use crate::error::AppError;
use crate::pages::{Place, address_of};
use crate::server_page::{PageTitle, Written, show_page, written};
use judge::{Entry, Judgement};

/// The form, the scenario and its result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WhatIfData {
    use_case: String,
    words: Words,
    /// Changes with the model: names the file that the browser fetches.
    model_hash: String,
    entries: Vec<Entry>,
    /// The person that it starts from, and the purpose of access where one is required.
    person: Option<[String; 2]>,
    start: Record,
    values: Record,
    started: Result<Judgement, Vec<Problem>>,
    judged: Result<Judgement, Vec<Problem>>,
    changes: Option<Counterfactuals>,
    focused: String,
    response: Option<Curve>,
}

/// `query`: the query string of the address.
#[server(prefix = "/fn", endpoint = "what-if", input = GetUrl)]
pub async fn load_what_if(path: String, #[server(default)] query: String) -> Result<Written, AppError> {
    Ok(write(&path, &query).await.unwrap_or_else(crate::components::failure::failure))
}

#[cfg(feature = "ssr")]
async fn write(path: &str, query: &str) -> Result<Written, AppError> {
    let use_case = crate::pages::use_case_of(path).into_string();
    let (tenure, actor) = crate::context::get()?;
    let asked = address::Asked::from_pairs(domain::query::pairs(query));
    let analyst = actor.analyst()?;
    let live = match tenure.live_model(&analyst, &use_case).await {
        Ok(live) => live,
        Err(error) => return crate::pages::scoring::first_steps::instead_of(error, "What-if", &tenure, &actor, &use_case).await,
    };
    let (explainer, model_hash) = (std::sync::Arc::clone(&live.explainer), live.version.model_hash.clone());
    if let Some(person) = &asked.person
        && let Some(question) = crate::pages::scoring::purpose::asked(
            &tenure,
            &use_case,
            &asked.why,
            &Route::WhatIf { use_case: (&use_case).into() },
            &[("person", person)],
        )
    {
        return Ok(question);
    }
    let base = match &asked.person {
        Some(person) => tenure.what_if_start(&analyst, &use_case, person, &asked.why).await?,
        None => form_of::typical(explainer.model()),
    };
    let (start, values) = asked.over(base);
    let person = asked.person.map(|person| [person, asked.why]);
    let work = move || WhatIfData::new(&explainer, use_case, model_hash, person, start, values);
    let data = tokio::task::spawn_blocking(work).await.map_err(crate::context::broken)?;
    Written { status: 200, title: "What-if".to_owned(), ..Written::default() }.with_data(&data)
}

#[cfg(feature = "ssr")]
impl WhatIfData {
    fn new(
        explainer: &ModelExplainer,
        use_case: String,
        model_hash: String,
        person: Option<[String; 2]>,
        start: Record,
        values: Record,
    ) -> Self {
        let (started, judged) = (judge::judge(explainer, &start), judge::judge(explainer, &values));
        let changes = judged.as_ref().ok().and_then(|judged| judge::smallest_changes(explainer, &values, judged.probability));
        let entries = form_of::entries(explainer.model());
        let strongest = judged.as_ref().ok().and_then(|judged| judged.reasons.first()).map(|reason| reason.field.clone());
        let focused = strongest.or_else(|| entries.first().map(|entry| entry.name.clone())).unwrap_or_default();
        let response = judge::response(explainer, &values, &focused);
        Self {
            use_case,
            words: explainer.model().use_case.words.clone(),
            model_hash,
            entries,
            person,
            start,
            values,
            started,
            judged,
            changes,
            focused,
            response,
        }
    }
}

/// State shared by the parts of the page. Everything is derived from the values once the model is loaded.
#[derive(Clone, Copy)]
pub struct Desk {
    entries: StoredValue<Vec<Entry>>,
    words: StoredValue<Words>,
    page: StoredValue<String>,
    start: StoredValue<Record>,
    started: StoredValue<Result<Judgement, Vec<Problem>>>,
    values: RwSignal<Record>,
    /// The values after the last pause: work that takes longer than a frame follows these.
    rested: RwSignal<Record>,
    /// The field whose response curve is shown.
    focused: RwSignal<String>,
    /// Whether the model is loaded: from then on the page answers by itself.
    ready: Signal<bool>,
    #[cfg(feature = "hydrate")]
    explainer: RwSignal<Option<Arc<ModelExplainer>>>,
    judged: Memo<Result<Judgement, Vec<Problem>>>,
    response: Memo<Option<Curve>>,
    changes: RwSignal<Option<Counterfactuals>>,
}

impl Desk {
    fn new(data: WhatIfData, use_case: &str) -> Self {
        let values = RwSignal::new(data.values.clone());
        let rested = RwSignal::new(data.values.clone());
        let focused = RwSignal::new(data.focused.clone());
        let explainer = RwSignal::new(None::<Arc<ModelExplainer>>);
        let (judged, response) = (data.judged, data.response);
        // The curve of a field does not depend on the field's own value: moving its slider does not redraw it.
        let start = data.values.clone();
        let others = Memo::new(move |_| {
            let field = focused.get();
            let mut others = values.get();
            if let Some(own) = start.get(&field) {
                others.insert(field, own.clone());
            }
            others
        });
        Self {
            entries: StoredValue::new(data.entries),
            words: StoredValue::new(data.words),
            page: StoredValue::new(fill(pattern::WhatIf, &[use_case])),
            start: StoredValue::new(data.start),
            started: StoredValue::new(data.started),
            values,
            rested,
            focused,
            ready: Signal::derive(move || explainer.with(Option::is_some)),
            #[cfg(feature = "hydrate")]
            explainer,
            judged: Memo::new(move |_| match explainer.get() {
                Some(explainer) => values.with(|values| judge::judge(&explainer, values)),
                None => judged.clone(),
            }),
            response: Memo::new(move |_| match explainer.get() {
                Some(explainer) => others.with(|values| judge::response(&explainer, values, &focused.get())),
                None => response.clone(),
            }),
            changes: RwSignal::new(data.changes),
        }
    }

    /// Puts a value in a field.
    fn set(self, field: &str, value: String) {
        self.values.update(|values| {
            values.insert(field.to_owned(), value);
        });
    }

    /// The error of a field, if any.
    fn problem(self, field: &str) -> Option<String> {
        self.judged.with(|judged| judged.as_ref().err()?.iter().find(|problem| problem.column == field).map(|problem| problem.rule.clone()))
    }

    /// The address that shares the scenario.
    fn address(self) -> String {
        self.start.with_value(|start| self.rested.with(|values| self.page.with_value(|page| address::share(page, start, values))))
    }
}

#[component]
pub fn WhatIfPage() -> AnyView {
    let address = address_of(Place::WhatIf);
    written(
        move || address.get(),
        |[path, query]| Box::pin(load_what_if(path, query)),
        |answer: Written| match answer.open() {
            Some(data) => view! { <PageTitle title=answer.title /><WhatIf data /> }.erase(),
            None => show_page(answer),
        },
    )
}

#[component]
fn WhatIf(data: WhatIfData) -> AnyView {
    let use_case = data.use_case.clone();
    let (person, hash) = (data.person.clone(), data.model_hash.clone());
    let problems = data.judged.as_ref().err().cloned().unwrap_or_default();
    let summary = problems.into_iter().map(|problem| (address::control_name(&problem.column), problem.to_string())).collect();
    let desk = Desk::new(data, &use_case);
    browser::bring_model(desk, &use_case, &hash);
    let back = person.as_ref().map(|[person, why]| {
        let page = fill(pattern::Person, &[&use_case, person]);
        let why = if why.is_empty() { String::new() } else { format!("?why={}", encode(why)) };
        (format!("{page}{why}"), person.clone())
    });
    let one = desk.words.with_value(|words| words.one.clone());
    let (href, from) = match back {
        Some((href, person)) => (href, format!("{} {person}", crate::format::capitalised(&one))),
        None => (fill(pattern::Dashboard, &[&use_case]), "Dashboard".to_owned()),
    };
    let typical = if person.is_none() {
        "Typical profile: the median of each number and the most frequent category in the training data. Its score is not an average. "
    } else {
        ""
    };
    let lead = format!(
        "{typical}This shows how the model responds, not what causes an outcome. It may reflect spurious patterns in past data and is not advice \
         about an individual."
    );
    let title = format!("Explore changes for {} {one}", if person.is_some() { "this" } else { "a typical" });
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=href>{from}</a></nav>
        <PageHeading title=title>
            <p>{lead}</p>
        </PageHeading>
        <ErrorSummary errors=summary />
        <div class="what-if" data-ready=desk.ready>
            <form::ScenarioForm desk person />
            <outcome::Outcome desk />
        </div>
        <scenarios::Scenarios desk />
    }
    .erase()
}

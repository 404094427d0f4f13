//! The form that starts a training run: data, search budget, and the chance of passing the gates.

#![expect(
    clippy::too_many_arguments,
    reason = "a server function takes each field of its form"
)]

use domain::Route;
use domain::query::query_string;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use workflow::training::{GateForecast, TrainingChoices};
use workflow::{Error, Role, TrainingForm};

use crate::components::empty::Empty;
use crate::error::PageError;
use crate::query::Query;
use app::components::form::{ErrorSummary, Field};
use app::components::heading::PageHeading;
use app::server_page::ServerPage;
use domain::format;

const FIELDS: [&str; 7] = [
    "dataset",
    "accepted_data",
    "trials",
    "minutes",
    "candidates",
    "metric",
    "seed",
];

/// Writes the page. The values of a rejected form are in the query string, its errors in the flash
/// cookie.
pub async fn write(use_case: &str, query: &Query) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let choices = tenure
        .training_choices(&actor.member()?, use_case, query.one("dataset"))
        .await?;
    let params = TrainingForm {
        use_case: use_case.to_owned(),
        dataset: query.one("dataset").to_owned(),
        trials: or(query.one("trials"), &choices.trials.to_string()),
        minutes: query.one("minutes").to_owned(),
        candidates: query.all("candidates").map(str::to_owned).collect(),
        metric: or(query.one("metric"), "roc_auc"),
        seed: or(query.one("seed"), &choices.seed.to_string()),
        include_protected: query.one("include_protected") == "true",
        accepted_data: query.one("accepted_data").to_owned(),
    };
    let flash = Query(crate::context::take_flash(&Route::Train {
        use_case: use_case.into(),
    }));
    let problem = |field: &str| (field.to_owned(), flash.one(field).to_owned());
    let problems: Vec<(String, String)> = FIELDS
        .map(problem)
        .into_iter()
        .filter(|(_, sentence)| !sentence.is_empty())
        .collect();
    let can_edit = actor.is(Role::Admin);
    Ok(ServerPage::page(
        "Train a model",
        view! { <Train choices params problems can_edit /> },
    ))
}

fn or(text: &str, otherwise: &str) -> String {
    if text.is_empty() { otherwise } else { text }.to_owned()
}

/// Starts the training and goes to the job's page, or back to the form when a field is invalid.
#[server(prefix = "/fn", endpoint = "start-training")]
pub async fn start_training(
    use_case: String,
    #[server(default)] dataset: String,
    #[server(default)] trials: String,
    #[server(default)] minutes: String,
    #[server(default)] candidates: Vec<String>,
    #[server(default)] metric: String,
    #[server(default)] seed: String,
    #[server(default)] include_protected: bool,
    #[server(default)] accepted_data: String,
) -> Result<(), PageError> {
    let (tenure, actor) = crate::context::get()?;
    let form = TrainingForm {
        use_case,
        dataset,
        trials,
        minutes,
        candidates,
        metric,
        seed,
        include_protected,
        accepted_data,
    };
    match tenure.start_training_form(&actor.admin()?, &form).await {
        Ok(job) => leptos_axum::redirect(&Route::Job { job: (&job).into() }.path()),
        Err(Error::Fields(problems)) => {
            let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
            let mut pairs = vec![
                pair("dataset", &form.dataset),
                pair("trials", &form.trials),
                pair("accepted_data", &form.accepted_data),
                pair("minutes", &form.minutes),
                pair("metric", &form.metric),
                pair("seed", &form.seed),
                pair(
                    "include_protected",
                    if form.include_protected { "true" } else { "" },
                ),
            ];
            pairs.extend(form.candidates.iter().map(|name| pair("candidates", name)));
            let flash: Vec<(&str, &str)> = problems
                .iter()
                .map(|problem| (problem.field.as_str(), problem.message.as_str()))
                .collect();
            let page = Route::Train {
                use_case: (&form.use_case).into(),
            };
            crate::context::redirect_with_flash(&page, &query_string(&pairs), &flash);
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

#[component]
fn Train(
    choices: TrainingChoices,
    params: TrainingForm,
    problems: Vec<(String, String)>,
    can_edit: bool,
) -> AnyView {
    let runs = Route::Runs {
        use_case: (&params.use_case).into(),
    };
    let crumbs = view! { <nav class="crumbs" aria-label="Breadcrumb"><a href=runs.path()>"Training runs"</a></nav> };
    let lead = view! { <PageHeading title="Train a model"><p>"Searches several model types, records every trial, and evaluates the best model on hold-out data."</p></PageHeading> };
    if choices.datasets.is_empty() {
        let command = format!(
            "tenure data import FILE --use-case {} --for training",
            params.use_case
        );
        let empty = view! { <Empty title="No training data"><p>"Import a file with outcomes first: " <code>{command}</code></p></Empty> };
        return view! { {crumbs}{lead}{empty} }.into_any();
    }
    let jobs = Route::Jobs {
        use_case: (&params.use_case).into(),
    };
    let forecast = choices
        .gate_forecast
        .clone()
        .map(|forecast| view! { <Expectation forecast policy=choices.gate_policy.clone() jobs /> });
    let form = if can_edit {
        view! { <Form choices params problems /> }.into_any()
    } else {
        view! { <p class="note">"Training requires the administrator role. You can view the runs and their results."</p> }.into_any()
    };
    view! { {crumbs}{lead}{forecast}{form} }.into_any()
}

/// The chance of passing the gates, shown before a training starts.
#[component]
fn Expectation(forecast: GateForecast, policy: String, jobs: Route) -> AnyView {
    let (class, title) = match forecast.passed {
        0 => ("note warn", "Very unlikely to pass the metric gates"),
        _ if forecast.is_unlikely() => ("note warn", "Unlikely to pass the metric gates"),
        _ => ("note", "Likely to pass the metric gates"),
    };
    view! {
        <div class=class>
            <h2>{title}</h2>
            <p>{forecast.sentence}</p>
            <p class="aside">{format!("Policy: {}. Gates on fairness, data and the comparison with the live model are evaluated after training. ", format::gate_policy_label(&policy))}<a href=jobs.path()>"View jobs"</a></p>
        </div>
    }
    .into_any()
}

#[component]
fn Form(
    choices: TrainingChoices,
    params: TrainingForm,
    problems: Vec<(String, String)>,
) -> AnyView {
    let problem = |field: &str| {
        problems
            .iter()
            .find(|(own, _)| own == field)
            .map(|(_, sentence)| sentence.clone())
            .unwrap_or_default()
    };
    let field = |id: &'static str, label: &str, help: &str, control: &dyn Fn(String) -> AnyView| {
        let error = problem(id);
        let described = if error.is_empty() {
            format!("{id}-help")
        } else {
            format!("{id}-help {id}-error")
        };
        let (control, label, help) = (control(described), label.to_owned(), help.to_owned());
        view! { <Field id label help error>{control}</Field> }.into_any()
    };
    let number = |id: &'static str, label: &str, help: &str, value: &str| {
        let control = |described: String| {
            let value = value.to_owned();
            view! { <input id=id name=id inputmode="numeric" autocomplete="off" value=value aria-describedby=described /> }.into_any()
        };
        field(id, label, help, &control)
    };
    let choice = |id: &'static str,
                  label: &str,
                  help: &str,
                  pairs: &[(String, String)],
                  chosen: &str| {
        let option = |(value, label): &(String, String)| {
            view! { <option value=value.clone() selected=value == chosen>{label.clone()}</option> }
                .into_any()
        };
        let control = |described: String| {
            let options = pairs.iter().map(option).collect::<Vec<_>>();
            view! { <select id=id name=id aria-describedby=described>{options}</select> }.into_any()
        };
        field(id, label, help, &control)
    };
    let data = choice(
        "dataset",
        "Dataset",
        "Datasets with known outcomes, newest first.",
        &choices.datasets,
        &params.dataset,
    );
    let trials = number(
        "trials",
        "Trials",
        "Total across all candidates. 50 is usually enough.",
        &params.trials,
    );
    let minutes = number(
        "minutes",
        "Time limit in minutes (optional)",
        "No new trial starts after this time.",
        &params.minutes,
    );
    let metric = choice(
        "metric",
        "Optimize for",
        "Measured out of fold on the training data.",
        &choices.metrics,
        &params.metric,
    );
    let seed = number(
        "seed",
        "Seed",
        "The same seed reproduces the same model.",
        &params.seed,
    );
    let all = params.candidates.is_empty() && problem("candidates").is_empty();
    let candidate = |(name, label, _): &(String, String, bool)| {
        let checked = all || params.candidates.contains(name);
        let (name, label) = (name.clone(), label.clone());
        view! { <label class="check"><input type="checkbox" name="candidates[]" value=name checked=checked />{label}</label> }.into_any()
    };
    let candidates = choices.candidates.iter().map(candidate).collect::<Vec<_>>();
    let candidates_error = Some(problem("candidates")).filter(|sentence| !sentence.is_empty()).map(|sentence| {
        view! { <p class="error" id="candidates-error"><span class="visually-hidden">"Error: "</span>{sentence}</p> }
    });
    let protected = (!choices.protected.is_empty()).then(|| {
        let label = format!("Use protected attributes as inputs ({})", choices.protected.join(", "));
        let checked = params.include_protected;
        view! {
            <div class="field">
                <label class="check">
                    <input type="checkbox" name="include_protected" value="true" checked=checked aria-describedby="protected-help" />
                    {label}
                </label>
                <p class="help" id="protected-help">"They are audited either way. Their use is recorded on the model card and requires a documented legal basis."</p>
            </div>
        }
    });
    // Asked only where the data looks suspect.
    let accepted = (!problem("accepted_data").is_empty() || !params.accepted_data.is_empty())
        .then(|| {
            let control = |described: String| {
                let value = params.accepted_data.clone();
                view! { <input id="accepted_data" name="accepted_data" maxlength="2000" autocomplete="off" value=value aria-describedby=described /> }.into_any()
            };
            field(
                "accepted_data",
                "Reason for training on this data nevertheless",
                "Recorded with the run. Leave empty to train on other data.",
                &control,
            )
        });
    view! {
        <ErrorSummary errors=problems.clone() />
        <form method="post" action=StartTraining::PATH class="sheet training-form">
            <input type="hidden" name="use_case" value=params.use_case />
            {data}
            {accepted}
            <div class="together">{trials}{minutes}{metric}{seed}</div>
            <fieldset id="candidates" tabindex="-1">
                <legend>"Candidates"</legend>
                <p class="help">"The simplest candidate within one standard error of the best is selected. The stacked ensemble combines the others."</p>
                {candidates_error}
                <div class="checks">{candidates}</div>
            </fieldset>
            {protected}
            <p class="actions"><button class="button">"Start training"</button></p>
        </form>
    }
    .into_any()
}

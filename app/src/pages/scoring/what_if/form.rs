//! The form: fields under their headings. A slider and a number box are one field; the box is
//! submitted.

use leptos::ev::{Event, FocusEvent, MouseEvent};
use leptos::prelude::*;

use super::address::control_name;
use super::judge::{Control, Entry};
use super::scenario::Scenario;
use crate::boxed::{Handler, IntoBoxed};
use crate::format;

#[component]
pub fn ScenarioForm(scenario: Scenario, person: Option<[String; 2]>) -> AnyView {
    let mut groups: Vec<(String, Vec<Entry>)> = Vec::new();
    for entry in scenario.entries.get_value() {
        match groups.iter_mut().find(|(name, _)| *name == entry.group) {
            Some((_, members)) => members.push(entry),
            None => groups.push((entry.group.clone(), vec![entry])),
        }
    }
    let groups = groups.into_iter().map(|(name, entries)| {
        let name = if name.is_empty() {
            "Other".to_owned()
        } else {
            name
        };
        let fields = entries
            .into_iter()
            .map(|entry| field(scenario, entry))
            .collect::<Vec<_>>();
        view! { <fieldset><legend>{name}</legend>{fields}</fieldset> }.boxed()
    });
    let groups = groups.collect::<Vec<_>>();
    let hidden = |name: &'static str, value: String| {
        (!value.is_empty()).then(|| view! { <input type="hidden" name=name value=value /> })
    };
    let person =
        person.map(|[person, why]| view! { {hidden("person", person)}{hidden("why", why)} });
    let restart: Handler<MouseEvent> =
        Box::new(move |_| scenario.values.set(scenario.start.get_value()));
    view! {
        <form method="get" action=scenario.page.get_value() class="scenario">
            {person}
            {groups}
            <p class="actions">
                <button class="button only-without-script">"Calculate"</button>
                <button class="button quiet needs-script" type="button" on:click=restart>"Reset all"</button>
            </p>
        </form>
    }
    .boxed()
}

fn field(scenario: Scenario, entry: Entry) -> AnyView {
    let id = control_name(&entry.name);
    let name = entry.name.clone();
    let control = match &entry.control {
        Control::Number { low, high, step } => number(scenario, &entry, *low, *high, *step),
        Control::Choice(choices) => choice(scenario, &entry, choices),
    };
    let unit = if entry.unit.is_empty() {
        String::new()
    } else {
        format!(" in {}", entry.unit)
    };
    let trained = entry
        .trained
        .map(|[low, high]| format!("training range {low} to {high}"));
    let help = [
        Some(entry.help.clone()).filter(|help| !help.is_empty()),
        trained,
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(" · ");
    let fixed = if entry.actionable { "" } else { "fixed" };
    let (label, help_id) = (entry.label.clone(), format!("{id}-help"));
    let focus: Handler<FocusEvent> = Box::new(move |_| scenario.focused.set(name.clone()));
    view! {
        <div class=format!("field {fixed}") on:focusin=focus>
            <label for=id>{label}<span class="aside">{unit}</span></label>
            {control}
            <p class="help" id=help_id>{help}</p>
            {remarks(scenario, entry)}
        </div>
    }
    .boxed()
}

/// Below a field: its error, its warning about the training range, and the reset button.
fn remarks(scenario: Scenario, entry: Entry) -> AnyView {
    let name = entry.name.clone();
    let wrong = text(move || scenario.problem(&name).unwrap_or_default());
    let name = entry.name.clone();
    let unseen = text(move || {
        scenario.judged.with(|judged| {
            let warnings = judged.as_ref().map_or(&[][..], |judged| &judged.warnings);
            let own = warnings.iter().find(|(fields, _)| fields.contains(&name));
            own.map(|(_, sentence)| sentence.clone())
                .unwrap_or_default()
        })
    });
    let seen = Signal::derive(move || unseen.with(String::is_empty));
    let start = scenario
        .start
        .with_value(|start| start.get(&entry.name).cloned().unwrap_or_default());
    let (value, before) = (value_of(scenario, entry.name.clone()), start.clone());
    let unchanged = Signal::derive(move || value.with(|value| *value == before));
    let back_text = format!("Reset to {start}");
    let id = format!("{}-error", control_name(&entry.name));
    let back: Handler<MouseEvent> = Box::new(move |_| scenario.set(&entry.name, start.clone()));
    view! {
        <p class="error" id=id role="alert">{wrong}</p>
        <p class="unseen" hidden=seen>{unseen}</p>
        <button type="button" class="link needs-script" hidden=unchanged on:click=back>{back_text}</button>
    }
    .boxed()
}

/// A text that notifies only when it changes: a step of one field does not update the others.
fn text(of: impl Fn() -> String + Send + Sync + 'static) -> Memo<String> {
    let of: Box<dyn Fn() -> String + Send + Sync> = Box::new(of);
    Memo::new(move |_| of())
}

fn value_of(scenario: Scenario, field: String) -> Memo<String> {
    text(move || {
        scenario
            .values
            .with(|values| values.get(&field).cloned().unwrap_or_default())
    })
}

fn setter(scenario: Scenario, field: String) -> Handler<Event> {
    Box::new(move |event| scenario.set(&field, event_target_value(&event)))
}

fn number(scenario: Scenario, entry: &Entry, low: f64, high: f64, step: f64) -> AnyView {
    let id = control_name(&entry.name);
    let value = value_of(scenario, entry.name.clone());
    let now = value.get_untracked();
    let name = entry.name.clone();
    let invalid = text(move || scenario.problem(&name).is_some().to_string());
    // The slider covers the training range in round steps; the box accepts every allowed value.
    let [from, to] = entry.trained.unwrap_or([low, high]);
    let [from, to] = [(from / step).ceil() * step, (to / step).floor() * step];
    let [low, high, from, to, step] = [low, high, from, to, step].map(|end| end.to_string());
    let slider = format!("{}, slider", entry.label);
    let described = format!("{id}-help {id}-error");
    let [set, slide] = [(); 2].map(|()| setter(scenario, entry.name.clone()));
    view! {
        <div class="pair">
            <input
                id=id.clone()
                name=id
                type="number"
                min=low
                max=high
                step="any"
                required
                value=now.clone()
                prop:value=value
                aria-describedby=described
                aria-invalid=invalid
                on:input=set
            />
            <input
                class="needs-script"
                type="range"
                min=from
                max=to
                step=step
                aria-label=slider
                value=now
                prop:value=value
                on:input=slide
            />
        </div>
    }
    .boxed()
}

fn choice(scenario: Scenario, entry: &Entry, choices: &[(String, String)]) -> AnyView {
    let id = control_name(&entry.name);
    let value = value_of(scenario, entry.name.clone());
    let now = value.get_untracked();
    let options = choices.iter().map(|(value, label)| {
        let selected = *value == now;
        view! { <option value=value.clone() selected=selected>{label.clone()}</option> }.boxed()
    });
    let options = options.collect::<Vec<_>>();
    let described = format!("{id}-help {id}-error");
    let set = setter(scenario, entry.name.clone());
    view! { <select id=id.clone() name=id prop:value=value aria-describedby=described on:input=set>{options}</select> }.boxed()
}

/// The change between two probabilities: "+12.3 points".
pub fn change_text(from: f64, to: f64) -> String {
    format!("{} points", format::points((to - from) * 100.0))
}

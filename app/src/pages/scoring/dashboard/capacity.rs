//! "We can talk to N people": what cut-off that means, whom it would have caught, and how many conversations would have been in vain.

use domain::CapacityPoint;
use leptos::prelude::*;
use model::use_case::Words;
use serde::{Deserialize, Serialize};

use crate::boxed::{Erase, Handler, live};
use crate::components::figure::Scale;
use crate::components::table::{Cell, Facts};
use crate::format;

/// The widest list that `capacity` conversations allow; the shortest list when even that is too long.
pub fn at_capacity(points: &[CapacityPoint], capacity: u32) -> Option<&CapacityPoint> {
    let within = points.iter().filter(|point| point.people <= capacity).max_by_key(|point| point.people);
    within.or_else(|| points.iter().min_by_key(|point| point.people))
}

/// What the control needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CapacityData {
    pub points: Vec<CapacityPoint>,
    /// Everybody of today.
    pub people: u32,
    /// The number in the address; without one, a tenth of the people.
    pub asked: Option<u32>,
    pub words: Words,
    /// The rest of the address, carried along by the form.
    pub kept: Vec<(String, String)>,
}

#[component]
pub fn Capacity(data: CapacityData) -> AnyView {
    let CapacityData { points, people, asked, words, kept } = data;
    if points.is_empty() {
        return view! {
            <section class="capacity">
                <h2>{format!("How many {} can you talk to?", words.many)}</h2>
                <p class="aside">"The live model has no scores of unseen people from which to say how far a list would reach."</p>
            </section>
        }
        .erase();
    }
    let (capacity, set_capacity) = signal(asked.unwrap_or(people.div_ceil(10)).clamp(1, people.max(1)));
    let change = move || -> Handler<leptos::ev::Event> {
        Box::new(move |event| {
            if let Ok(number) = event_target_value(&event).parse::<u32>() {
                set_capacity.set(number.clamp(1, people.max(1)));
            }
        })
    };
    let shown = Signal::derive(move || capacity.get().to_string());
    let (now, most) = (shown.get_untracked(), people.to_string());
    let kept = kept.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> }.erase()).collect::<Vec<_>>();
    let many = words.many.clone();
    let result = move || at_capacity(&points, capacity.get()).cloned().map_or_else(|| ().erase(), |point| reach(point, &words));
    view! {
        <section class="capacity">
            <h2>{format!("How many {many} can you talk to?")}</h2>
            <form method="get" class="capacity-form">
                {kept}
                <label for="capacity">"Conversations"</label>
                <input
                    id="capacity"
                    name="capacity"
                    type="number"
                    min="1"
                    max=most.clone()
                    inputmode="numeric"
                    value=now.clone()
                    prop:value=shown
                    on:input=change()
                />
                <input
                    class="needs-script"
                    type="range"
                    min="1"
                    max=most
                    aria-label="Conversations, as a slider"
                    value=now
                    prop:value=shown
                    on:input=change()
                />
                <button class="button quiet only-without-script">"Show"</button>
            </form>
            <div role="status">{live(result)}</div>
        </section>
    }
    .erase()
}

fn reach(point: CapacityPoint, words: &Words) -> AnyView {
    let list = format!("{} {}", format::count(point.people), if point.people == 1 { &words.one } else { &words.many });
    let facts = vec![
        (format!("Past {} that such a list would have named", words.event_many), Cell::figure(Some(point.caught), Scale::Percent)),
        (format!("Of those named, {}", words.event_many), Cell::figure(Some(point.precision), Scale::Percent)),
    ];
    view! {
        <p class="finding">"List the " <b>{list}</b> " with a risk of " <b>{format::percent(point.cutoff)}</b> " or more."</p>
        <Facts facts class="pairs" />
        <p class="aside">"Measured on people that the model had not seen, with 95% intervals."</p>
    }
    .erase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Estimate;

    fn point(people: u32) -> CapacityPoint {
        CapacityPoint { cutoff: 0.5, people, caught: Estimate::point(0.5, 10), precision: Estimate::point(0.5, 10) }
    }

    #[test]
    fn the_widest_list_that_fits_is_taken() {
        let points = [point(100), point(40), point(10)];
        let people = |capacity| at_capacity(&points, capacity).map(|point| point.people);
        assert_eq!([people(99), people(100), people(5)], [Some(40), Some(100), Some(10)]);
        assert_eq!(at_capacity(&[], 5), None);
    }
}

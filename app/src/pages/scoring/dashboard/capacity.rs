//! The number of conversations that can be held, and the cutoff, recall and precision that follow
//! from it.

use domain::CapacityPoint;
use leptos::prelude::*;
use model::use_case::Terminology;
use serde::{Deserialize, Serialize};

use crate::boxed::{Handler, IntoBoxed, live};
use crate::components::figure::Scale;
use crate::components::table::{Cell, Facts};
use crate::format;

/// The widest list that `capacity` conversations allow; the shortest list when even that is too
/// long.
pub fn at_capacity(points: &[CapacityPoint], capacity: u32) -> Option<&CapacityPoint> {
    let within = points
        .iter()
        .filter(|point| point.people <= capacity)
        .max_by_key(|point| point.people);
    within.or_else(|| points.iter().min_by_key(|point| point.people))
}

/// What the control needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CapacityData {
    pub points: Vec<CapacityPoint>,
    /// All current people.
    pub people: u32,
    /// The number in the address; without one, a tenth of the people.
    pub requested: Option<u32>,
    pub words: Terminology,
    /// The rest of the address, kept by the form.
    pub kept: Vec<(String, String)>,
}

#[component]
pub fn Capacity(data: CapacityData) -> AnyView {
    let CapacityData {
        points,
        people,
        requested,
        words,
        kept,
    } = data;
    if points.is_empty() {
        return view! {
            <section class="capacity">
                <h2>"Conversation capacity"</h2>
                <p class="aside">"No out-of-fold scores are stored for the live model, so recall and precision cannot be estimated."</p>
            </section>
        }
        .boxed();
    }
    let (capacity, set_capacity) = signal(
        requested
            .unwrap_or(people.div_ceil(10))
            .clamp(1, people.max(1)),
    );
    let change = move || -> Handler<leptos::ev::Event> {
        Box::new(move |event| {
            if let Ok(number) = event_target_value(&event).parse::<u32>() {
                set_capacity.set(number.clamp(1, people.max(1)));
            }
        })
    };
    let shown = Signal::derive(move || capacity.get().to_string());
    let (now, most) = (shown.get_untracked(), people.to_string());
    let kept = kept
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> }.boxed())
        .collect::<Vec<_>>();
    let result = move || {
        at_capacity(&points, capacity.get())
            .cloned()
            .map_or_else(|| ().boxed(), |point| reach(point, capacity.get(), &words))
    };
    view! {
        <section class="capacity">
            <h2>"Conversation capacity"</h2>
            <form method="get" class="capacity-form">
                {kept}
                <label for="capacity">"Conversations you can hold this month"</label>
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
                    aria-label="Conversations, slider"
                    value=now
                    prop:value=shown
                    on:input=change()
                />
                <button class="button quiet only-without-script">"Update"</button>
            </form>
            <div role="status">{live(result)}</div>
        </section>
    }
    .boxed()
}

fn reach(point: CapacityPoint, capacity: u32, words: &Terminology) -> AnyView {
    // Cutoffs are whole percentages, so that two decimals lose nobody.
    let href = format!(
        "?capacity={capacity}&min_risk={}#people",
        format::number(point.cutoff, 2)
    );
    let list = format!(
        "{} {}",
        format::count(point.people),
        if point.people == 1 {
            &words.one
        } else {
            &words.many
        }
    );
    let facts = vec![
        (
            format!(
                "{} captured (recall)",
                format::capitalized(&words.event_many)
            ),
            Cell::figure(Some(point.caught), Scale::Percent),
        ),
        (
            format!(
                "{} among those listed (precision)",
                format::capitalized(&words.event_many)
            ),
            Cell::figure(Some(point.precision), Scale::Percent),
        ),
    ];
    view! {
        <p class="finding"><b>{list}</b> " at or above " <b>{format::percent(point.cutoff)}</b> ". "<a href=href>"View list"</a></p>
        <Facts facts class="pairs" />
        <p class="aside">"The cutoff moves in steps of 5 points, and equal scores are not split, so the list can be shorter or longer than your capacity. Out-of-fold estimates with 95% intervals."</p>
    }
    .boxed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Estimate;

    fn point(people: u32) -> CapacityPoint {
        CapacityPoint {
            cutoff: 0.5,
            people,
            caught: Estimate::point(0.5, 10),
            precision: Estimate::point(0.5, 10),
        }
    }

    #[test]
    fn the_widest_list_that_fits_is_taken() {
        let points = [point(100), point(40), point(10)];
        let people = |capacity| at_capacity(&points, capacity).map(|point| point.people);
        assert_eq!(
            [people(99), people(100), people(5)],
            [Some(40), Some(100), Some(10)]
        );
        assert_eq!(at_capacity(&[], 5), None);
    }
}

//! The key figures.

use leptos::prelude::*;
use workflow::scoring::Headline;

use app::components::figure::Scale;
use domain::format;

#[component]
pub fn Headlines(headlines: Vec<Headline>) -> AnyView {
    view! { <section class="headlines" aria-label="Key figures">{headlines.into_iter().map(headline).collect::<Vec<_>>()}</section> }
        .into_any()
}

fn headline(headline: Headline) -> AnyView {
    let scale = match headline.unit.as_str() {
        "%" => Scale::Percent,
        "" => Scale::Metric,
        _ => Scale::Count,
    };
    let Headline {
        label,
        figure,
        unit,
        change,
        note,
    } = headline;
    let unit = (unit != "%").then_some(unit);
    let value = match figure.value {
        Some(value) => {
            view! { <p class="number">{scale.text(value)}{unit.map(|unit| view! { " "<span class="unit">{unit}</span> })}</p> }.into_any()
        }
        None => view! { <p class="number unknown">"Not computed"</p><p class="aside">{figure.why}</p> }.into_any(),
    };
    let interval =
        figure.interval.map(|interval| view! { <p class="aside">{format!("95% interval {}", scale.interval_text(interval))}</p> });
    let change = change.map(|change| {
        let text =
            if scale == Scale::Percent { format!("{} points", format::signed(change * 100.0, 1)) } else { format::signed(change, 0) };
        view! { <p class="change">{text}" "<span class="aside">"since the previous cycle"</span></p> }
    });
    view! {
        <div class="headline">
            <h2>{label}</h2>
            {value}
            {interval}
            {change}
            <p class="explained">{note}</p>
        </div>
    }
    .into_any()
}

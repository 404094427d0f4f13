//! The strongest drivers of the scores over all people.

use leptos::prelude::*;

use app::components::table::{Cell, Heading, Mark, Row, Table};
use domain::format;

#[component]
pub fn Drivers(drivers: Vec<(String, f64)>) -> AnyView {
    let Some((first, widest)) = drivers.first().cloned() else {
        return view! { <section class="drivers"><h2>"Top drivers"</h2><p class="aside">"No drivers are stored with these scores."</p></section> }
            .into_any();
    };
    let row = |(label, points): (String, f64)| {
        let bar = Mark {
            class: "bar",
            from: 0.0,
            width: 100.0 * points / widest,
        };
        Row::new(vec![
            Cell::text(label),
            Cell::track(vec![bar]),
            Cell::number(format::number(points, 1)),
        ])
    };
    let rows = drivers.into_iter().take(10).map(row).collect();
    let headings = vec![
        Heading::text("Factor"),
        Heading::hidden("Chart"),
        Heading::number("Points"),
    ];
    view! {
        <section class="drivers">
            <h2>{format!("{first} is the strongest driver")}</h2>
            <p class="aside">"Mean absolute contribution in percentage points, counting the three strongest factors of each person. Contributions describe the model, not causes."</p>
            <Table headings rows class="bars" />
        </section>
    }
    .into_any()
}

//! What moves the scores most, over everybody.

use leptos::prelude::*;

use crate::erase::Erase;
use crate::format;

#[component]
pub fn Drivers(drivers: Vec<(String, f64)>) -> AnyView {
    let Some((first, widest)) = drivers.first().cloned() else {
        return view! { <section class="drivers"><h2>"What moves the scores"</h2><p class="aside">"No reasons were stored with these scores."</p></section> }
            .erase();
    };
    let rows = drivers.into_iter().take(10).map(|(label, points)| {
        view! {
            <tr>
                <th scope="row">{label}</th>
                <td class="track" aria-hidden="true"><span class="bar" style=format!("--from:0%;--width:{:.2}%", 100.0 * points / widest)></span></td>
                <td class="number">{format::number(points, 1)}</td>
            </tr>
        }
    });
    view! {
        <section class="drivers">
            <h2>{format!("{first} moves the scores most")}</h2>
            <p class="aside">"Mean size of each field's contribution, in percentage points of probability. It describes the model, not a cause."</p>
            <table class="bars">
                <thead><tr><th scope="col">"Field"</th><td></td><th scope="col" class="number">"Points"</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </section>
    }
    .erase()
}

//! The channels that alerts are sent to. They are added on the command line.

use domain::{Route, UseCaseId};
use leptos::prelude::*;
use workflow::ChannelRow;

use super::delivery_state;
use app::components::table::{Cell, Heading, Row, Table};

/// The section of the page.
pub(super) fn section(channels: &[ChannelRow], use_case: &UseCaseId) -> AnyView {
    let list = if channels.is_empty() {
        view! { <p>"No channels yet: alerts are shown here only."</p> }.into_any()
    } else {
        let headings = vec![
            Heading::text("Channel"),
            Heading::text("Alerts"),
            Heading::text("Newest message"),
            Heading::hidden("Actions"),
        ];
        let rows = channels.iter().map(|own| row(own, use_case)).collect();
        view! { <Table headings rows class="list" scroll="Channels" /> }.into_any()
    };
    let command =
        format!("tenure alert channel add NAME --kind email --use-case {use_case} --to …");
    view! {
        <section id="channels">
            <h2>"Channels"</h2>
            {list}
            <p class="aside">"Channels are added on the command line, by whoever has access to the machine: "<code>{command}</code></p>
        </section>
    }
    .into_any()
}

fn row(own: &ChannelRow, use_case: &UseCaseId) -> Row {
    let channel = &own.channel;
    let target = channel.target.lines().collect::<Vec<_>>().join(", ");
    let (name, kind) = (channel.name.clone(), channel.kind.label());
    let about = [kind.to_owned(), target]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(": ");
    let kinds = if channel.kinds.is_empty() {
        "All kinds".to_owned()
    } else {
        let names: Vec<&str> = channel.kinds.iter().map(|kind| kind.label()).collect();
        names.join(", ")
    };
    let role = channel.role.map_or_else(
        || "for everybody".to_owned(),
        |role| format!("for the role {role}"),
    );
    let digest = if channel.digest {
        ", monthly digest"
    } else {
        ""
    };
    let newest = match &own.newest {
        None => Cell::aside("None yet"),
        Some(newest) => {
            let (state, at) = (delivery_state(newest.state), newest.created_at.long());
            let error = newest.last_error.clone();
            Cell::view(view! { {state}" "<span class="aside">{at}" "{error}</span> })
        }
    };
    Row::new(vec![
        Cell::view(view! { {name}<br /><span class="aside">{about}</span> }),
        Cell::with_aside(kinds, format!("{role}{digest}")),
        newest,
        Cell::view(actions(own, use_case)),
    ])
}

fn actions(own: &ChannelRow, use_case: &UseCaseId) -> AnyView {
    let name = own.channel.name.clone();
    let (test, switch) = (
        Route::ChannelTest {
            use_case: use_case.clone(),
            channel: name.clone(),
        },
        Route::ChannelSwitch {
            use_case: use_case.clone(),
            channel: name.clone(),
        },
    );
    let spoken = |text: String| view! { <span class="visually-hidden">{text}</span> }.into_any();
    let enabled = own.channel.enabled;
    let word = if enabled { "Disable" } else { "Enable" };
    let send = enabled.then(|| {
        view! { <form method="post" action=test.path()><button class="button quiet">"Send a test"{spoken(format!(" to {name}"))}</button></form> }
    });
    view! {
        <div class="actions">
            {send}
            <form method="post" action=switch.path()>
                <input type="hidden" name="enabled" value=(!enabled).to_string() />
                <button class="button quiet">{word}{spoken(format!(" {name}"))}</button>
            </form>
        </div>
    }
    .into_any()
}

//! How well the inputs give away who belongs to a protected group.

use leptos::prelude::*;
use stats::fairness::STRONG_PROXY;
use workflow::fairness::ProxyRow;

use super::badge::proxy_badge;
use app::components::figure::Scale;
use app::components::table::{Cell, Heading, Row, Table};
use domain::format;

/// The table with what it means; nothing without rows.
#[component]
pub fn Proxies(rows: Vec<ProxyRow>) -> AnyView {
    if rows.is_empty() {
        return ().into_any();
    }
    let row = |proxy: ProxyRow| {
        // A field that carries less than a hundredth gives nothing away.
        let through = proxy.through.iter().filter(|(_, share)| *share >= 0.01);
        let through: Vec<String> = through
            .map(|(field, share)| format!("{field} {}", format::percent(*share)))
            .collect();
        Row::new(vec![
            Cell::text(proxy.label),
            Cell::text(proxy.group),
            Cell::view(proxy_badge(&proxy.roc_auc)),
            Cell::figure(Some(proxy.roc_auc), Scale::Metric),
            Cell::text(through.join(", ")),
        ])
    };
    let rows = rows.into_iter().map(row).collect();
    let headings = vec![
        Heading::text("Attribute"),
        Heading::text("Most predictable group"),
        Heading::text("Verdict"),
        Heading::number("Predictability (ROC AUC)"),
        Heading::text("Top proxies (share)"),
    ];
    let limit = format!("Strong proxy: the whole 95% interval is above {STRONG_PROXY}. ");
    view! {
        <p class="aside">
            "How well the unprotected inputs together predict membership in a group, out of fold (gradient boosting, 5 folds). 0.5 = chance, 1 = perfect. " {limit}
            "Removing an attribute does not help if its proxies remain."
        </p>
        <Table headings rows class="list wrapping" scroll="Proxy analysis by attribute" />
    }
    .into_any()
}

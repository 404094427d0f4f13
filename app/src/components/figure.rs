//! A measured figure: value, interval and number of rows, or the reason why there is none.

use domain::Estimate;
use leptos::prelude::*;

use crate::boxed::IntoBoxed;
use crate::format;

/// How the number of a figure is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scale {
    /// Three decimals: a metric from 0 to 1.
    #[default]
    Metric,
    /// A share from 0 to 1 as percent.
    Percent,
    /// A whole number with grouped digits.
    Count,
}

impl Scale {
    pub fn text(self, value: f64) -> String {
        match self {
            Self::Metric => format::number(value, 3),
            Self::Percent => format::percent(value),
            Self::Count if value >= 0.0 => format::count(value.round() as u32),
            Self::Count => format::number(value, 0),
        }
    }

    /// `0.790 to 0.870`
    pub fn interval_text(self, interval: [f64; 2]) -> String {
        match self {
            Self::Percent => format::percent_interval(interval),
            Self::Metric | Self::Count => interval.map(|end| self.text(end)).join(" to "),
        }
    }
}

/// A figure in running text or a table cell.
#[component]
pub fn FigureValue(
    figure: Estimate,
    #[prop(optional)] scale: Scale,
    #[prop(optional)] with_n: bool,
) -> AnyView {
    let Some(value) = figure.value else {
        let why = figure.why.unwrap_or_else(|| "no reason given".to_owned());
        return view! { <span class="figure unknown"><span class="value">"Not computed"</span> <span class="aside">{why}</span></span> }
            .boxed();
    };
    let interval = figure.interval.map(|interval| {
        view! { " "<span class="aside"><span class="visually-hidden">"95 percent interval "</span>{scale.interval_text(interval)}</span> }
    });
    let rows = figure
        .n
        .filter(|_| with_n)
        .map(|n| view! { " "<span class="aside">"n\u{a0}=\u{a0}"{format::count(n)}</span> });
    view! { <span class="figure"><span class="value">{scale.text(value)}</span>{interval}{rows}</span> }.boxed()
}

#[cfg(test)]
mod tests {
    use super::Scale;

    #[test]
    fn scales_write_their_numbers() {
        assert_eq!(
            Scale::Metric.interval_text([0.79, 0.8701]),
            "0.790 to 0.870"
        );
        assert_eq!(Scale::Percent.interval_text([0.124, 0.27]), "12–27%");
        assert_eq!(Scale::Count.text(1234.4), "1,234");
    }
}

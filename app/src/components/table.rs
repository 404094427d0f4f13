//! Tables: one component for all, so that pages define only the content of a table and the browser
//! build has the code once. Cells may hold a chart: bars, dots and intervals along a line.

use domain::Estimate;
use leptos::prelude::*;

use super::figure::{FigureValue, Scale};
use crate::boxed::IntoBoxed;

/// A column's heading.
pub struct Heading {
    label: AnyView,
    class: &'static str,
    sort: Option<&'static str>,
}

impl Heading {
    pub fn text(label: impl Into<String>) -> Self {
        Self {
            label: label.into().boxed(),
            class: "",
            sort: None,
        }
    }

    /// Over numbers: right-aligned.
    pub fn number(label: impl Into<String>) -> Self {
        Self {
            class: "number",
            ..Self::text(label)
        }
    }

    /// Over a column whose heading is for screen readers only.
    pub fn hidden(label: &'static str) -> Self {
        Self {
            label: view! { <span class="visually-hidden">{label}</span> }.boxed(),
            class: "",
            sort: None,
        }
    }

    pub fn linked(self, href: String) -> Self {
        let label = view! { <a href=href>{self.label}</a> }.boxed();
        Self { label, ..self }
    }

    /// A link that sorts the table. `order` is `Some(ascending)` when the table is sorted by this
    /// column.
    pub fn sorted(self, href: String, order: Option<bool>) -> Self {
        let (sort, arrow) = match order {
            Some(true) => (Some("ascending"), "↑"),
            Some(false) => (Some("descending"), "↓"),
            None => (None, ""),
        };
        let label = view! { <a href=href>{self.label}<span class="arrow" aria-hidden="true">{arrow}</span></a> }.boxed();
        Self {
            label,
            sort,
            ..self
        }
    }
}

/// A cell: content and alignment.
pub struct Cell {
    content: AnyView,
    class: &'static str,
}

impl Cell {
    pub fn view(content: impl IntoView + 'static) -> Self {
        Self {
            content: content.into_view().boxed(),
            class: "",
        }
    }

    pub fn text(text: impl Into<String>) -> Self {
        Self {
            content: text.into().boxed(),
            class: "",
        }
    }

    pub fn number(text: impl Into<String>) -> Self {
        Self {
            class: "number",
            ..Self::text(text)
        }
    }

    /// With less emphasis than other cells.
    pub fn aside(text: impl Into<String>) -> Self {
        Self {
            class: "aside",
            ..Self::text(text)
        }
    }

    /// Not broken over lines: dates and names of people.
    pub fn brief(text: impl Into<String>) -> Self {
        Self {
            class: "brief",
            ..Self::text(text)
        }
    }

    /// A text followed by another one with less emphasis.
    pub fn with_aside(text: impl Into<String>, aside: impl Into<String>) -> Self {
        let (text, aside) = (text.into(), aside.into());
        Self::view(view! { {text}" "<span class="aside">{aside}</span> })
    }

    pub fn code(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::view(view! { <code>{text}</code> })
    }

    pub fn link(href: String, text: impl Into<String>) -> Self {
        let text = text.into();
        Self::view(view! { <a href=href>{text}</a> })
    }

    /// A figure, or nothing.
    pub fn figure(figure: Option<Estimate>, scale: Scale) -> Self {
        let content = figure.map_or_else(
            || ().boxed(),
            |figure| view! { <FigureValue figure scale /> }.boxed(),
        );
        Self {
            content,
            class: "number",
        }
    }

    /// A chart that repeats the values of other cells.
    pub fn track(marks: Vec<Mark>) -> Self {
        let marks = marks
            .into_iter()
            .map(|mark| view! { <span class=mark.class style=mark.style()></span> }.boxed())
            .collect::<Vec<_>>();
        Self {
            content: view! { <span class="track" aria-hidden="true">{marks}</span> }.boxed(),
            class: "drawn",
        }
    }

    pub fn numeric(self) -> Self {
        Self {
            class: "number",
            ..self
        }
    }
}

/// A mark on a track: where it starts and how wide it is, in percent of the track.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    pub class: &'static str,
    pub from: f64,
    pub width: f64,
}

impl Mark {
    pub fn style(&self) -> String {
        format!("--from:{:.2}%;--width:{:.2}%", self.from, self.width)
    }
}

/// A row. Its first cell is the row header, unless [`Row::named_by`] sets another one.
pub struct Row {
    cells: Vec<Cell>,
    class: &'static str,
    name: usize,
}

impl Row {
    pub fn new(cells: Vec<Cell>) -> Self {
        Self {
            cells,
            class: "",
            name: 0,
        }
    }

    pub fn class(self, class: &'static str) -> Self {
        Self { class, ..self }
    }

    /// The cell at `position` is the row header.
    pub fn named_by(self, position: usize) -> Self {
        Self {
            name: position,
            ..self
        }
    }
}

/// A table. With `scroll` (its accessible name) it may be wider than the screen and scrolls, also
/// by keyboard.
#[component]
pub fn Table(
    headings: Vec<Heading>,
    rows: Vec<Row>,
    #[prop(optional)] class: &'static str,
    #[prop(optional, into)] caption: String,
    #[prop(optional, into)] scroll: String,
) -> AnyView {
    let heads = headings.into_iter().map(heading).collect::<Vec<_>>();
    let body = rows.into_iter().map(row).collect::<Vec<_>>();
    let caption = if caption.is_empty() {
        ().boxed()
    } else {
        view! { <caption>{caption}</caption> }.boxed()
    };
    let table = view! {
        <table class=class>
            {caption}
            <thead>
                <tr>{heads}</tr>
            </thead>
            <tbody>{body}</tbody>
        </table>
    }
    .boxed();
    if scroll.is_empty() {
        return table;
    }
    view! { <div class="table-scroll" role="region" aria-label=scroll tabindex="0">{table}</div> }
        .boxed()
}

fn heading(heading: Heading) -> AnyView {
    view! { <th scope="col" class=heading.class aria-sort=heading.sort>{heading.label}</th> }
        .boxed()
}

fn row(row: Row) -> AnyView {
    let name = row.name;
    let cells = row.cells.into_iter().enumerate().map(|(position, cell)| {
        if position == name {
            view! { <th scope="row" class=cell.class>{cell.content}</th> }.boxed()
        } else {
            view! { <td class=cell.class>{cell.content}</td> }.boxed()
        }
    });
    view! { <tr class=row.class>{cells.collect::<Vec<_>>()}</tr> }.boxed()
}

/// Terms and their values.
#[component]
pub fn Facts(facts: Vec<(String, Cell)>, class: &'static str) -> AnyView {
    let facts = facts
        .into_iter()
        .map(|(term, cell)| view! { <div><dt>{term}</dt><dd>{cell.content}</dd></div> }.boxed());
    view! { <dl class=class>{facts.collect::<Vec<_>>()}</dl> }.boxed()
}

/// Texts as a list.
#[component]
pub fn TextList(texts: Vec<String>, #[prop(optional)] class: &'static str) -> AnyView {
    let items = texts
        .into_iter()
        .map(|text| view! { <li>{text}</li> }.boxed());
    view! { <ul class=class>{items.collect::<Vec<_>>()}</ul> }.boxed()
}

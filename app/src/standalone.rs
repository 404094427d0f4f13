//! A page as one file: the same view as on the screen, with the style sheet inside and nothing to load.

use crate::server_page::escaped;
use leptos::prelude::*;

use crate::boxed::Erase;

/// Every style that a report may use, in the order of the site's style sheet.
const STYLE: &str = concat!(
    include_str!("../../style/tokens.css"),
    include_str!("../../style/base.css"),
    include_str!("../../style/layout.css"),
    include_str!("../../style/figures.css"),
    include_str!("../../style/tables.css"),
    include_str!("../../style/charts.css"),
    include_str!("../../style/explanation.css"),
    include_str!("../../style/report.css"),
    include_str!("../../style/drift.css"),
    include_str!("../../style/print.css"),
);

/// The whole document around `content`. `source` says where it comes from and when it was made.
pub fn document(title: &str, source: &str, content: impl FnOnce() -> AnyView) -> String {
    // Views may own reactive values: somebody has to own them in turn, also where no request is being answered.
    let owner = Owner::new();
    let (title, source) = (title.to_owned(), source.to_owned());
    let body = owner.with(|| {
        let content = content();
        view! { <div class="stage standalone"><main id="main">{content}</main><footer class="aside">{source}</footer></div> }
            .erase()
            .to_html()
    });
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{}</title><style>{}</style></head><body>{body}</body></html>\n",
        escaped(&title),
        without_fonts(STYLE),
    )
}

/// Fonts are files of the site: a page of its own uses those of the reader's machine.
fn without_fonts(style: &str) -> String {
    let mut parts = style.split("@font-face");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |kept, part| kept + part.split_once('}').map_or("", |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_loads_nothing() {
        let page = document("a < b", "made by Tenure", || view! { <h1>"A report"</h1> }.erase());
        assert!(page.contains("<title>a &lt; b</title>") && page.contains("A report") && page.contains("--accent"));
        for loads in ["url(", "src=", "@import", "@font-face", "<script", "http"] {
            assert!(!page.contains(loads), "{loads}");
        }
    }
}

//! A drawing as a file of its own.

/// Colors in light and dark, as the pages have them.
const STYLE: &str = "svg{color-scheme:light dark;font-family:Inter,system-ui,sans-serif;background:#fbfaf7;--ink:#1b1d1f;--ink-soft:#5b5f62;\
                     --line:#e0ddd3;--series-0:#0b6b68;--series-1:#b4542c;--series-2:#5a4fa3;--series-3:#7a6a1d}\
                     @media(prefers-color-scheme:dark){svg{background:#14171a;--ink:#ecebe7;--ink-soft:#a3a8ab;--line:#2d3338;\
                     --series-0:#6fc9c2;--series-1:#eb9166;--series-2:#a99ff0;--series-3:#cdbb62}}";

/// The drawing with its title and the colors that a page would give it; `None` when there is
/// nothing to draw.
pub fn stand_alone(title: &str, svg: &str) -> Option<String> {
    let inner = svg.strip_prefix("<svg aria-hidden=\"true\" ")?;
    let (attributes, rest) = inner.split_once('>')?;
    let namespace = if attributes.contains("xmlns=") {
        ""
    } else {
        " xmlns=\"http://www.w3.org/2000/svg\""
    };
    let title = title
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    Some(format!(
        "<svg {attributes}{namespace}><title>{title}</title><style>{STYLE}</style>{rest}"
    ))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_file_brings_its_colors_and_its_name() {
        let svg = crate::histogram::scores(&[1; 20], "people").svg;
        let file = super::stand_alone("Scores <all>", &svg).unwrap_or_default();
        assert!(
            file.contains("xmlns=\"http://www.w3.org/2000/svg\"")
                && file.contains("<title>Scores &lt;all&gt;</title>"),
            "{file}"
        );
        assert_eq!(file.matches("<svg").count(), 1);
        for color in ["--ink", "--ink-soft", "--line", "--series-0"] {
            assert!(
                file.contains(&format!("{color}:#")) || !file.contains(&format!("var({color})")),
                "{color}"
            );
        }
        assert_eq!(super::stand_alone("nothing", ""), None);
    }
}

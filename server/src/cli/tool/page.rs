//! A data profile as one HTML file that needs nothing but itself.

use std::fmt::Write;

use monitoring::data_profile::{AgainstTarget, Bars, ColumnSummary, Correlations, DataProfile};

use super::profile::short;

/// The whole page.
pub fn profile(title: &str, profile: &DataProfile) -> String {
    let columns: String = profile.columns.iter().map(column).collect();
    let warnings: String = profile.warnings.iter().map(|warning| format!("<li>{}</li>", escaped(&warning.sentence))).collect();
    let warnings = if warnings.is_empty() { String::new() } else { format!("<h2>Warnings</h2><ul>{warnings}</ul>") };
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Data profile: {title}</title><style>{STYLE}</style></head><body><main>\
         <h1>Data profile: {title}</h1>\
         <p class=\"facts\">{} rows · {} columns · {} repeated rows · {} constant columns</p>\
         <h2>Data quality</h2>{}{warnings}<h2>Columns</h2><div class=\"columns\">{columns}</div>{}\
         <footer>Outliers lie beyond the quartiles by more than 1.5 interquartile ranges (Tukey). Whiskers are 95 % intervals (Wilson). \
         Made by Tenure.</footer></main></body></html>\n",
        profile.rows,
        profile.columns.len(),
        profile.duplicate_rows,
        profile.constant_columns.len(),
        gates(profile),
        correlations(&profile.correlations),
        title = escaped(title),
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn gates(profile: &DataProfile) -> String {
    let row = |gate: &monitoring::data_profile::Gate| {
        let (class, word) = match gate.passed {
            Some(true) => ("good", "✓ pass"),
            Some(false) => ("bad", "✗ fail"),
            None => ("watch", "? could not be computed"),
        };
        let more = if gate.offenders.len() > 5 { format!(" and {} more", gate.offenders.len() - 5) } else { String::new() };
        let offenders = escaped(&gate.offenders.iter().take(5).cloned().collect::<Vec<_>>().join(", "));
        format!("<tr><td class=\"{class}\">{word}</td><td>{}</td><td>{offenders}{more}</td></tr>", escaped(&gate.sentence))
    };
    let rows: String = profile.gates.iter().map(row).collect();
    format!(
        "<div class=\"scroll\"><table><thead><tr><th>Verdict</th><th>Figure</th><th>At or beyond the limit</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )
}

fn column(column: &ColumnSummary) -> String {
    let mut facts =
        vec![("Missing", format!("{} ({:.1} %)", column.missing, 100.0 * column.missing_rate)), ("Distinct", column.distinct.to_string())];
    if let Some(numbers) = &column.numbers {
        facts.extend([
            ("Range", format!("{} to {}", short(numbers.min), short(numbers.max))),
            ("Mean", format!("{} ± {}", short(numbers.mean), short(numbers.standard_deviation))),
            ("Quartiles", [2, 3, 4].map(|at| short(numbers.quantiles[at])).join(" · ")),
            ("Zeros", format!("{:.1} %", 100.0 * numbers.zeros)),
            ("Outliers", numbers.outliers.to_string()),
            ("Skewness", short(numbers.skewness)),
        ]);
    }
    if let Some(strength) = column.against_target.as_ref().and_then(|target| target.strength) {
        facts.push(("Strength", short(strength)));
    }
    let facts: String = facts.iter().map(|(name, value)| format!("<div><dt>{name}</dt><dd>{value}</dd></div>")).collect();
    format!(
        "<section><h3>{}</h3><p class=\"kind\">{}</p>{}<dl>{facts}</dl>{}</section>",
        escaped(&column.name),
        column.kind,
        bars(&column.name, &column.bars),
        column.against_target.as_ref().map(against).unwrap_or_default(),
    )
}

/// A histogram of numbers, or bars of levels with their names.
fn bars(name: &str, bars: &Bars) -> String {
    let most = bars.counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    if bars.counts.is_empty() {
        return "<p class=\"none\">No value to draw.</p>".into();
    }
    if !bars.levels.is_empty() {
        let level = |(level, count): (&String, &u64)| {
            let share = 100.0 * *count as f64 / most;
            let level = escaped(level);
            format!("<li><span>{level}</span><i style=\"width:{share:.1}%\"></i><b>{count}</b></li>")
        };
        let mut list: String = bars.levels.iter().zip(&bars.counts).take(10).map(level).collect();
        let rest = bars.other + bars.counts.iter().skip(10).sum::<u64>();
        if rest > 0 {
            let _ = write!(list, "<li><span>others</span><b>{rest}</b></li>");
        }
        return format!("<ul class=\"levels\">{list}</ul>");
    }
    let width = 300.0 / bars.counts.len() as f64;
    let bar = |(at, count): (usize, &u64)| {
        let height = 90.0 * *count as f64 / most;
        let range = bars.edges.get(at..=at + 1).map(|edges| format!("{} to {}", short(edges[0]), short(edges[1]))).unwrap_or_default();
        let (x, y, width) = (width * at as f64, 90.0 - height, (width - 1.0).max(0.5));
        format!("<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{width:.2}\" height=\"{height:.2}\"><title>{range}: {count}</title></rect>")
    };
    let drawn: String = bars.counts.iter().enumerate().map(bar).collect();
    let end = |edge: Option<&f64>| edge.copied().map(short).unwrap_or_default();
    format!(
        "<figure><svg viewBox=\"0 0 300 91\" role=\"img\" aria-label=\"Histogram of {}\">{drawn}<line x2=\"300\" y1=\"90.5\" y2=\"90.5\"/></svg>\
         <figcaption><span>{}</span><span>{}</span></figcaption></figure>",
        escaped(name),
        end(bars.edges.first()),
        end(bars.edges.last()),
    )
}

/// Share of the outcome by value: a dot with its interval, on one scale.
fn against(target: &AgainstTarget) -> String {
    let top = target.groups.iter().filter_map(|group| Some(group.rate.interval?[1])).fold(0.05_f64, f64::max);
    let rows: String = target.groups.iter().take(12).map(|group| {
        let drawn = match (group.rate.value, group.rate.interval) {
            (Some(value), Some(interval)) => {
                let [x, low, high] = [value, interval[0], interval[1]].map(|share| 100.0 * share / top);
                format!(
                    "<svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><line x1=\"{low:.1}\" x2=\"{high:.1}\" y1=\"5\" y2=\"5\"/>\
                     <rect x=\"{:.1}\" y=\"1.5\" width=\"1.6\" height=\"7\"/></svg>",
                    x - 0.8
                )
            }
            _ => String::new(),
        };
        let share = group.rate.value.map(|rate| format!("{:.1} %", 100.0 * rate)).unwrap_or_default();
        format!("<tr><td>{}</td><td>{}</td><td class=\"dot\">{drawn}</td><td>{share}</td></tr>", escaped(&group.label), group.n)
    }).collect();
    format!(
        "<details><summary>Against the outcome</summary><table><thead><tr><th>Value</th><th>Rows</th><th></th><th>Share</th></tr></thead><tbody>{rows}</tbody></table></details>"
    )
}

/// The heat map and the strongest pairs.
fn correlations(correlations: &Correlations) -> String {
    let count = correlations.names.len();
    if count < 2 {
        return String::new();
    }
    let head: String = correlations.names.iter().map(|name| format!("<th><span>{}</span></th>", escaped(name))).collect();
    let cell = |value: &Option<f64>| match value {
        None => "<td class=\"none\">·</td>".to_owned(),
        Some(value) => {
            let side = if *value < 0.0 { "down" } else { "up" };
            format!("<td style=\"--share:{:.0}%\" class=\"{side}\" title=\"{value:.2}\">{value:.1}</td>", 100.0 * value.abs())
        }
    };
    let row = |(name, values): (&String, &[Option<f64>])| {
        let cells: String = values.iter().map(cell).collect();
        format!("<tr><th>{}</th>{cells}</tr>", escaped(name))
    };
    let rows: String = correlations.names.iter().zip(correlations.matrix.chunks(count)).map(row).collect();
    let pair = |pair: &monitoring::data_profile::Correlation| {
        let [first, second] = [pair.first, pair.second].map(|at| escaped(&correlations.names[at]));
        format!("<tr><td>{first}</td><td>{second}</td><td>{}</td><td>{:.3}</td></tr>", pair.measure.label(), pair.value)
    };
    let pairs: String = correlations.strongest.iter().take(15).map(pair).collect();
    format!(
        "<h2>Correlations</h2><p>Pearson between numbers, Cramér's V between levels, the correlation ratio between the two; over {} rows.</p>\
         <div class=\"scroll\"><table class=\"heat\"><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table></div>\
         <h2>Strongest pairs</h2><div class=\"scroll\"><table><thead><tr><th>Column</th><th>Column</th><th>Measure</th><th>Value</th></tr></thead><tbody>{pairs}</tbody></table></div>",
        correlations.rows
    )
}

const STYLE: &str = "\
:root{color-scheme:light dark;--ground:light-dark(#fbfaf7,#14171a);--raised:light-dark(#fff,#1b1f23);--ink:light-dark(#1b1d1f,#ecebe7);\
--soft:light-dark(#5b5f62,#a3a8ab);--line:light-dark(#e0ddd3,#2d3338);--accent:light-dark(#0b5d5b,#6fc9c2);--bar:light-dark(#3f8d89,#58aea7);\
--up:light-dark(#b4542c,#eb9166);--good:light-dark(#1d6b45,#79c99d);--bad:light-dark(#9c2f23,#f0968a);--watch:light-dark(#8a5a00,#e2b45c)}\
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:0.9375rem/1.5 Inter,system-ui,sans-serif;font-variant-numeric:tabular-nums}\
main{max-width:84rem;margin:0 auto;padding:2rem 1.5rem}h1{font-size:1.75rem;margin:0}h2{font-size:1.1875rem;margin:2.5rem 0 .75rem}h3{font-size:1rem;margin:0;overflow-wrap:anywhere}\
.facts,.kind,footer,figcaption,dt,.none{color:var(--soft)}.kind{margin:0 0 .75rem;font-size:.8125rem}footer{margin-top:3rem;font-size:.8125rem}\
.columns{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(19rem,100%),1fr));gap:1rem}\
section{background:var(--raised);border:1px solid var(--line);border-radius:.375rem;padding:1rem;min-width:0}\
figure{margin:0}figure svg{width:100%;height:auto;display:block}svg rect{fill:var(--bar)}svg line{stroke:var(--soft);stroke-width:1;vector-effect:non-scaling-stroke}\
figcaption{display:flex;justify-content:space-between;font-size:.75rem}\
dl{display:grid;grid-template-columns:1fr 1fr;gap:.25rem 1rem;margin:.75rem 0 0;font-size:.8125rem}dl div{display:flex;justify-content:space-between;gap:.5rem;flex-wrap:wrap}dd{margin:0}\
.levels{list-style:none;margin:0;padding:0;font-size:.8125rem}.levels li{display:grid;grid-template-columns:minmax(0,9rem) 1fr auto;gap:.5rem;align-items:center}\
.levels span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.levels i{height:.625rem;background:var(--bar)}.levels b{font-weight:400;grid-column:3}\
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.8125rem}th,td{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid var(--line)}th{font-weight:600}\
.good{color:var(--good)}.bad{color:var(--bad)}.watch{color:var(--watch)}details{margin-top:.75rem;font-size:.8125rem}summary{cursor:pointer;color:var(--accent)}\
.dot{width:40%}.dot svg{width:100%;height:.75rem;display:block}.dot rect{fill:var(--accent)}\
.heat{width:auto;font-size:.6875rem}.heat td{padding:.125rem .25rem;text-align:center;border:1px solid var(--ground);min-width:1.75rem}\
.heat tbody th{white-space:nowrap;font-weight:400}.heat thead th{vertical-align:bottom;padding:0 .25rem;border:0}.heat thead span{writing-mode:vertical-rl;font-weight:400}\
.heat .up{background:color-mix(in srgb,var(--up) var(--share),var(--raised))}.heat .down{background:color-mix(in srgb,var(--bar) var(--share),var(--raised))}\
:focus-visible{outline:.1875rem solid var(--accent);outline-offset:2px}@media print{section{break-inside:avoid}}";

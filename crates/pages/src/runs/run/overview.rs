//! The overview of a training run: headline metrics, gates, comparison with the live model, and
//! pipeline steps.

use domain::Estimate;
use leptos::prelude::*;
use stats::comparison::Comparison;
use stats::{Metric, Verdict};
use workflow::runs::{GateRow, RunEvidence};
use workflow::runs::{RunPage as Page, Stage};
use workflow::scoring::Headline;

use crate::components::badge::verdict_badge;
use crate::runs::list::metric;
use crate::scoring::dashboard::headlines::Headlines;
use app::components::figure::Scale;
use app::components::table::{Cell, Heading, Mark, Row, Table, TextList};
use domain::format;

/// Metrics shown as headlines.
const HEADLINES: [(&str, Metric); 4] = [
    ("roc_auc", Metric::RocAuc),
    ("average_precision", Metric::AveragePrecision),
    ("brier", Metric::Brier),
    ("ece_quantile", Metric::EceQuantile),
];
/// Metrics of the comparison with the live model.
const COMPARED: [Metric; 8] = [
    Metric::RocAuc,
    Metric::AveragePrecision,
    Metric::Brier,
    Metric::LogLoss,
    Metric::EceQuantile,
    Metric::Precision,
    Metric::Recall,
    Metric::TopDecileLift,
];

/// The part.
pub fn view(page: &Page, evidence: RunEvidence) -> AnyView {
    let rows = format!("on {} hold-out rows", format::count(evidence.holdout_rows));
    let headline = |(name, of): (&str, Metric)| {
        let crossed = metric(&page.run.metrics, &format!("{}{name}", format::OUT_OF_FOLD))
            .and_then(|figure| figure.value);
        let crossed = crossed
            .map(|value| format!("; {} out of fold", format::number(value, 3)))
            .unwrap_or_default();
        Headline {
            label: of.label().to_owned(),
            figure: metric(&page.run.metrics, name)
                .unwrap_or_else(|| Estimate::unknown("not recorded")),
            unit: String::new(),
            change: None,
            note: format!("{} {}{crossed}.", of.sentence(), format::capitalized(&rows)),
        }
    };
    let headlines = HEADLINES.map(headline).to_vec();
    let warnings = warnings(&evidence);
    let feasible = evidence
        .feasibility
        .filter(|found| !found.is_unlikely())
        .map(|found| found.sentence);
    let gates = view! { <Gates gates=evidence.gates policy=evidence.gate_policy passes=evidence.gates_pass feasible=feasible.unwrap_or_default() /> };
    let against = view! { <AgainstLive compared=evidence.against_live /> };
    let stages = view! { <Stages stages=page.stages.clone() /> };
    view! { {warnings}<Headlines headlines />{gates}{against}{stages} }.into_any()
}

/// Warnings about leakage, gates that are unlikely to pass, and inputs that carry nothing.
fn warnings(evidence: &RunEvidence) -> Vec<AnyView> {
    let unlikely = evidence.feasibility.as_ref().filter(|found| found.is_unlikely()).map(|found| {
        let sentence = found.sentence.clone();
        view! { <div class="note warn"><h2>"Unlikely to pass the metric gates"</h2><p>{sentence}</p></div> }.into_any()
    });
    let leaks = (!evidence.leaks.is_empty()).then(|| {
        let texts = evidence.leaks.clone();
        view! { <div class="note warn"><h2>"Possible leakage"</h2><TextList texts /></div> }
            .into_any()
    });
    let inputs = (!evidence.input_notes.is_empty()).then(|| {
        let texts = evidence.input_notes.clone();
        view! { <div class="note"><h2>"Inputs to check"</h2><TextList texts /></div> }.into_any()
    });
    leaks.into_iter().chain(unlikely).chain(inputs).collect()
}

#[component]
fn Gates(gates: Vec<GateRow>, policy: String, passes: bool, feasible: String) -> AnyView {
    let count = |of: &dyn Fn(&GateRow) -> bool| gates.iter().filter(|gate| of(gate)).count() as u32;
    let blocking = count(&|gate| gate.blocks == Some(true));
    let failed = count(&|gate| gate.verdict == Verdict::Fail && gate.blocks == Some(false));
    let open = count(&|gate| {
        matches!(
            gate.verdict,
            Verdict::Inconclusive | Verdict::CouldNotCompute
        ) && gate.blocks == Some(false)
    });
    let gates_word = |number: u32| {
        if number == 1 {
            "1 gate".to_owned()
        } else {
            format!("{} gates", format::count(number))
        }
    };
    let also = [(failed, "failed"), (open, "inconclusive or not computed")];
    let also: Vec<String> = also
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{} {what}", gates_word(*number)))
        .collect();
    let title = if gates.iter().any(|gate| gate.blocks.is_none()) {
        "Gates at training time; their policy is no longer available".to_owned()
    } else if !passes {
        format!("{} blocking review", gates_word(blocking))
    } else if also.is_empty() {
        "Ready for review".to_owned()
    } else {
        format!("Ready for review; {} (non-blocking)", also.join(", "))
    };
    let row = |gate: GateRow| {
        let note = match (gate.blocks, gate.verdict) {
            (Some(true), _) => "blocking",
            (Some(false), Verdict::Fail) => "non-blocking",
            (Some(false) | None, _) => "",
        };
        let badge = verdict_badge(gate.verdict);
        let verdict = Cell::view(view! { {badge}" "<span class="aside">{note}</span> });
        Row::new(vec![
            Cell::with_aside(gate.title, &gate.note),
            verdict,
            Cell::figure(Some(gate.shown), Scale::Metric),
        ])
    };
    let rows = gates.into_iter().map(row).collect();
    let headings = vec![
        Heading::text("Gate"),
        Heading::text("Verdict"),
        Heading::number("Estimate and 95% interval"),
    ];
    view! {
        <section>
            <h2>{title}</h2>
            <p class="aside">{format!("Policy: {}. Verdicts use the interval, not the point estimate. {feasible}", format::gate_policy_label(&policy))}</p>
            <Table headings rows class="list" scroll="Gates" />
        </section>
    }
    .into_any()
}

#[component]
fn AgainstLive(compared: Vec<Comparison>) -> AnyView {
    if compared.is_empty() {
        return view! {
            <section>
                <h2>"No comparison with a live model"</h2>
                <p class="aside">"No model was live, or fewer than 50 rows were unseen by both models."</p>
            </section>
        }
        .into_any();
    }
    let rows_compared = compared
        .first()
        .and_then(|first| first.difference.n)
        .map(format::count)
        .unwrap_or_default();
    let find = |metric: &Metric| compared.iter().find(|own| own.metric == *metric);
    let row = |own: &Comparison| {
        let p = own.p_value.map(format::p_value).unwrap_or_default();
        Row::new(vec![
            Cell::text(own.metric.label()),
            Cell::figure(Some(own.champion.clone()), Scale::Metric),
            Cell::figure(Some(own.challenger.clone()), Scale::Metric),
            Cell::figure(Some(own.difference.clone()), Scale::Metric),
            Cell::number(p),
        ])
    };
    let rows: Vec<Row> = COMPARED.iter().filter_map(find).map(row).collect();
    let better = find(&Metric::RocAuc)
        .and_then(|own| own.difference.interval)
        .map_or("", |[low, high]| match (low, high) {
            (low, _) if low > 0.0 => "Ranks better than the live model",
            (_, high) if high < 0.0 => "Ranks worse than the live model",
            _ => "No significant difference in ranking from the live model",
        });
    let title = if better.is_empty() {
        "Comparison with live model"
    } else {
        better
    };
    let headings = ["Live model", "This model", "Difference", "p"].map(Heading::number);
    let headings = std::iter::once(Heading::text("Metric"))
        .chain(headings)
        .collect();
    view! {
        <section>
            <h2>{title}</h2>
            <p class="aside">{format!("Paired on {rows_compared} rows unseen by both models. Difference: this model − live model, here and in the gates. ROC AUC: DeLong's test; other metrics: paired bootstrap.")}</p>
            <Table headings rows class="list" scroll="Comparison with live model" />
        </section>
    }
    .into_any()
}

/// The pipeline steps of the run, with their duration.
#[component]
fn Stages(stages: Vec<Stage>) -> AnyView {
    let longest = stages
        .iter()
        .map(|stage| stage.seconds)
        .fold(f64::MIN_POSITIVE, f64::max);
    let row = |stage: Stage| {
        let bar = Mark {
            class: "bar",
            from: 0.0,
            width: 100.0 * stage.seconds / longest,
        };
        Row::new(vec![
            Cell::text(format::capitalized(&stage.name)),
            Cell::track(vec![bar]),
            Cell::number(format::duration(stage.seconds)),
            Cell::aside(stage.note),
        ])
    };
    let rows: Vec<Row> = stages.into_iter().map(row).collect();
    let headings = vec![
        Heading::text("Step"),
        Heading::hidden("Chart"),
        Heading::number("Duration"),
        Heading::text("Details"),
    ];
    (!rows.is_empty())
        .then(|| view! { <section><h2>"Pipeline steps"</h2><Table headings rows class="bars" scroll="Pipeline steps" /></section> })
        .into_any()
}

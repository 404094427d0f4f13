//! Groups that cannot be evaluated get text, never an invalid number.
#![expect(clippy::unwrap_used, reason = "tests")]

use stats::fairness::{FairnessPolicy, audit};
use stats::groups::Groups;
use stats::local_law_144::local_law_144;
use stats::paired_fairness::compare_fairness;
use workflow::fairness::{AttributeReport, Effect, ExperimentRow, FairnessReport, GroupCurves};

use super::file;

/// A report of one attribute from labels, outcomes and scores.
fn report(labels: &[Option<&str>], truth: &[bool], scores: &[f64]) -> FairnessReport {
    let policy = FairnessPolicy::default();
    let decisions: Vec<bool> = scores.iter().map(|score| *score >= 0.25).collect();
    let groups = Groups::from_labels(labels.iter().copied());
    let nobody = vec![false; truth.len()];
    let changes = compare_fairness(truth, [&decisions, &nobody], &groups, &policy, 1).unwrap();
    let curves = GroupCurves {
        group: "Female".into(),
        n: 40,
        roc: Vec::new(),
        calibration: Vec::new(),
        scores: vec![0; 20],
    };
    let own = AttributeReport {
        name: "Gender".into(),
        label: "Gender".into(),
        order: vec!["Female".into(), "Male".into()],
        audit: audit(truth, &decisions, Some(scores), &groups, &policy, 1).unwrap(),
        local_law_144: local_law_144(&decisions, scores, &groups, policy.suppress_below).unwrap(),
        curves: vec![curves],
    };
    let metrics = stats::comparison::compare(truth, scores, scores, [0.25, 0.25], 1).unwrap();
    let effect = Effect {
        rows: 1,
        cutoff: 0.25,
        trials: [4, 8],
        metrics,
        fairness: [("Gender".to_owned(), changes)].into(),
    };
    let experiment = ExperimentRow {
        run: "r".into(),
        title: "without Age".into(),
        by: "ann".into(),
        at: domain::Timestamp::from_micros(0),
        effect,
    };
    let word = |text: &str| text.to_owned();
    FairnessReport {
        use_case: word("attrition"),
        title: word("Employee attrition"),
        words: model::use_case::Terminology {
            one: word("employee"),
            many: word("employees"),
            event_one: word("leaver"),
            event_many: word("leavers"),
            verb: word("leave"),
        },
        version: domain::VersionNumber::FIRST,
        trained_at: domain::Timestamp::from_micros(0),
        data_name: word("people.csv"),
        data_as_of: domain::Date::from_day_number(0),
        simulated: false,
        rows: truth.len() as u32,
        positives: truth.iter().filter(|left| **left).count() as u32,
        cutoff: 0.25,
        usual_cutoff: 0.25,
        limits: policy.limits,
        suppress_below: policy.suppress_below,
        judge_from: policy.judge_from,
        least_people: None,
        protected_inputs: Vec::new(),
        audited_only: vec![word("Gender")],
        attributes: vec![own.clone()],
        intersections: vec![AttributeReport {
            name: word("Gender × Age"),
            curves: Vec::new(),
            ..own
        }],
        proxies: Vec::new(),
        history: Vec::new(),
        experiments: vec![experiment],
        choices: Vec::new(),
    }
}

/// The text of the page without its tags, which must not contain invalid numbers.
fn text(page: &FairnessReport) -> String {
    let html = file(page, "today");
    let body = html.split_once("<body>").unwrap().1;
    for wrong in ["NaN", "inf%", "inf<", ">inf", "null"] {
        assert!(
            !body.contains(wrong),
            "{wrong}: {}",
            &body[body.find(wrong).unwrap().saturating_sub(200)..][..300]
        );
    }
    body.split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, text)| text))
        .collect::<Vec<_>>()
        .join(" ")
}

fn many(groups: &[(Option<&'static str>, usize)]) -> Vec<Option<&'static str>> {
    groups
        .iter()
        .flat_map(|(name, count)| std::iter::repeat_n(*name, *count))
        .collect()
}

fn halves(rows: usize) -> (Vec<bool>, Vec<f64>) {
    (
        (0..rows).map(|row| row % 4 == 0).collect(),
        (0..rows).map(|row| (row % 10) as f64 / 10.0).collect(),
    )
}

#[test]
fn a_group_of_one_person_is_not_shown() {
    let labels = many(&[(Some("Female"), 60), (Some("Male"), 59), (Some("Other"), 1)]);
    let (truth, scores) = halves(labels.len());
    let page = text(&report(&labels, &truth, &scores));
    assert!(
        page.contains("not shown") && page.contains("shown combined"),
        "{page}"
    );
}

#[test]
fn a_group_without_the_event_has_no_true_positive_rate() {
    let labels = many(&[(Some("Female"), 60), (Some("Male"), 60)]);
    let (mut truth, scores) = halves(labels.len());
    truth[60..].fill(false);
    let page = text(&report(&labels, &truth, &scores));
    assert!(
        page.contains("nobody in this group left") && page.contains("Could not compute"),
        "{page}"
    );
}

#[test]
fn people_without_a_value_are_counted_and_not_compared() {
    let labels = many(&[(Some("Female"), 60), (Some("Male"), 50), (None, 15)]);
    let (truth, scores) = halves(labels.len());
    let page = text(&report(&labels, &truth, &scores));
    assert!(
        page.contains("excluded from differences and ratios: 15."),
        "{page}"
    );
    assert!(
        page.contains("15 people with a missing value are excluded"),
        "{page}"
    );
}

#[test]
fn a_single_group_and_small_groups_are_not_judged() {
    let (truth, scores) = halves(80);
    let page = text(&report(&many(&[(Some("Female"), 80)]), &truth, &scores));
    assert!(
        page.contains("Fewer than two groups are large enough to compare"),
        "{page}"
    );
    let page = text(&report(
        &many(&[(Some("Female"), 60), (Some("Male"), 20)]),
        &truth,
        &scores,
    ));
    assert!(page.contains("too small to evaluate"), "{page}");
}

#[test]
fn equal_scores_list_nobody_or_everybody() {
    let labels = many(&[(Some("Female"), 60), (Some("Male"), 60)]);
    let (truth, _) = halves(labels.len());
    for score in [0.1, 0.9] {
        let page = text(&report(&labels, &truth, &vec![score; labels.len()]));
        assert!(
            page.contains("All groups have the same selection rate"),
            "{page}"
        );
    }
    let never = vec![false; labels.len()];
    text(&report(&labels, &never, &vec![0.1; labels.len()]));
}

#[test]
fn the_file_says_what_the_page_says_and_loads_nothing() {
    let labels = many(&[(Some("Female"), 60), (Some("Male"), 60)]);
    let (truth, scores) = halves(labels.len());
    let html = file(&report(&labels, &truth, &scores), "today");
    assert!(
        html.contains("Limitations of this report")
            && html.contains("Local Law 144")
            && html.contains("adjusted p")
    );
    for loads in ["src=", "<script", "<link", "url("] {
        assert!(!html.contains(loads), "{loads}");
    }
}

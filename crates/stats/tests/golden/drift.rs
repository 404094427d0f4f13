//! Every two-sample method against SciPy's and Evidently's numbers, on the splits of the golden
//! files.

use serde_json::Value;
use stats::two_sample::{Pair, Sorted, bins, contingency, divergence, ks, location, rank};

use crate::{load, numbers};

#[track_caller]
fn statistic(what: &str, ours: f64, expected: &Value) {
    let expected = expected.as_f64().unwrap();
    assert!(
        (ours - expected).abs() <= 1e-9 * expected.abs().max(1.0),
        "{what}: {ours} for {expected}"
    );
}

/// Relative; differences under 1e-14 are rounding of `1 - cdf` in the reference.
#[track_caller]
fn p_value(what: &str, ours: f64, expected: &Value) {
    let expected = expected.as_f64().unwrap();
    assert!(
        (ours - expected).abs() <= 1e-7 * expected.abs() + 1e-14,
        "{what}: {ours} for {expected}"
    );
}

/// For p-values that stay above underflow in both: relative alone, however small.
#[track_caller]
fn tail(what: &str, ours: f64, expected: &Value) {
    let expected = expected.as_f64().unwrap();
    assert!(
        (ours - expected).abs() <= 1e-7 * expected.abs(),
        "{what}: {ours} for {expected}"
    );
}

fn counts(value: &Value) -> Vec<u64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_u64().unwrap())
        .collect()
}

fn columns<'a>(golden: &'a Value, kind: &str) -> Vec<(String, &'a Value)> {
    let mut all = Vec::new();
    for (split, body) in golden["splits"].as_object().unwrap() {
        for (column, values) in body[kind].as_object().unwrap() {
            all.push((format!("{split} {column}"), values));
        }
    }
    let least = if golden["thinned"].is_string() { 4 } else { 28 };
    assert!(all.len() >= least, "{} columns", all.len());
    all
}

#[test]
fn numeric_columns() {
    for golden in load("drift.json") {
        for (what, expected) in columns(&golden, "numeric") {
            let (reference, current) = (
                Sorted::new(&numbers(&expected["ref"])),
                Sorted::new(&numbers(&expected["cur"])),
            );
            let pair = Pair::new(&reference, &current);
            for (key, method) in [
                ("ks_exact", ks::Method::Exact),
                ("ks_asymp", ks::Method::Asymptotic),
                ("ks_auto", ks::Method::Auto),
            ] {
                let found = ks::ks(&pair, method).unwrap();
                statistic(
                    &format!("{what} {key}"),
                    found.statistic,
                    &expected[key]["D"],
                );
                tail(
                    &format!("{what} {key} p"),
                    found.p_value,
                    &expected[key]["p"],
                );
                assert_eq!(
                    f64::from(found.sign),
                    expected[key]["sign"].as_f64().unwrap(),
                    "{what} {key} sign"
                );
                statistic(
                    &format!("{what} {key} location"),
                    found.location,
                    &expected[key]["loc"],
                );
            }
            statistic(
                &what,
                location::wasserstein(&pair).unwrap(),
                &expected["wasserstein_raw"],
            );
            statistic(
                &what,
                reference.standard_deviation(),
                &expected["std_ref_ddof0"],
            );
            statistic(
                &what,
                location::wasserstein_normed(&pair, &reference).unwrap(),
                &expected["wasserstein_normed"],
            );
            statistic(
                &what,
                location::energy_distance(&pair).unwrap(),
                &expected["energy_distance"],
            );
            let t = location::t_test(&reference, &current).unwrap();
            statistic(&what, t.statistic, &expected["t_test"]["t"]);
            tail(&what, t.p_value, &expected["t_test"]["p"]);
            let welch = location::welch(&reference, &current).unwrap();
            statistic(&what, welch.statistic, &expected["welch"]["t"]);
            tail(&what, welch.p_value, &expected["welch"]["p"]);
            let u = rank::mann_whitney(&pair).unwrap();
            statistic(&what, u.statistic, &expected["mannwhitney"]["U"]);
            tail(&what, u.p_value, &expected["mannwhitney"]["p"]);
            let cvm = rank::cramer_von_mises(&pair).unwrap();
            statistic(&what, cvm.statistic, &expected["cramer_von_mises"]["T"]);
            p_value(
                &format!("{what} Cramér-von Mises"),
                cvm.p_value,
                &expected["cramer_von_mises"]["p"],
            );
            let anderson = rank::anderson_darling(&pair).unwrap();
            p_value(
                &format!("{what} Anderson-Darling"),
                anderson.p_value,
                &expected["evidently"]["anderson"]["score"],
            );

            let deciles = &expected["psi_ref_deciles"];
            let edges = bins::decile_edges(&reference);
            let inner = numbers(&deciles["inner_edges"]);
            assert_eq!(edges.len(), inner.len(), "{what}");
            edges
                .iter()
                .zip(&deciles["inner_edges"].as_array().unwrap()[..])
                .for_each(|(edge, e)| statistic(&what, *edge, e));
            let (p, q) = bins::decile_shares(&reference, &current).unwrap();
            statistic(
                &format!("{what} PSI"),
                divergence::psi(&p, &q),
                &deciles["value"],
            );

            let low = reference.values()[0].min(current.values()[0]);
            let high = reference
                .values()
                .last()
                .unwrap()
                .max(*current.values().last().unwrap());
            assert_eq!(
                bins::sturges_edges(low, high, reference.n() + current.n()),
                numbers(&expected["sturges_edges"]),
                "{what}"
            );

            let evidently = &expected["evidently"];
            let (p, q) = bins::evidently_shares(&reference, &current).unwrap();
            statistic(
                &what,
                divergence::psi_evidently(&p, &q),
                &evidently["psi"]["score"],
            );
            statistic(
                &what,
                divergence::jensen_shannon(&p, &q),
                &evidently["jensenshannon"]["score"],
            );
            statistic(
                &what,
                divergence::kullback_leibler_evidently(&p, &q),
                &evidently["kl_div"]["score"],
            );
            statistic(
                &what,
                divergence::hellinger_evidently(&reference, &current).unwrap(),
                &evidently["hellinger"]["score"],
            );
            statistic(
                &what,
                location::energy_distance(&pair).unwrap(),
                &evidently["ed"]["score"],
            );
            tail(&what, t.p_value, &evidently["t_test"]["score"]);
        }
    }
}

#[test]
fn categorical_columns() {
    for golden in load("drift.json") {
        for (what, expected) in columns(&golden, "categorical") {
            let (reference, current) = (
                counts(&expected["ref_counts"]),
                counts(&expected["cur_counts"]),
            );
            for (key, yates) in [
                ("chi2_contingency", false),
                ("chi2_contingency_yates", true),
            ] {
                let found = contingency::chi_square(&reference, &current, yates).unwrap();
                statistic(
                    &format!("{what} {key}"),
                    found.statistic,
                    &expected[key]["chi2"],
                );
                tail(
                    &format!("{what} {key} p"),
                    found.p_value,
                    &expected[key]["p"],
                );
                assert_eq!(found.degrees as u64, expected[key]["dof"].as_u64().unwrap());
            }
            statistic(
                &what,
                contingency::cramers_v(&reference, &current).unwrap(),
                &expected["cramers_v"],
            );
            let (p, q) = (
                bins::shares(&reference).unwrap(),
                bins::shares(&current).unwrap(),
            );
            statistic(
                &what,
                divergence::jensen_shannon(&p, &q),
                &expected["js_base_e"],
            );
            statistic(
                &what,
                divergence::jensen_shannon_base_2(&p, &q),
                &expected["js_base_2"],
            );
            statistic(&what, divergence::total_variation(&p, &q), &expected["tvd"]);
            let evidently = &expected["evidently"];
            let fit = contingency::chi_square_evidently(&reference, &current).unwrap();
            tail(&what, fit.p_value, &evidently["chisquare"]["score"]);
            if let Some(expected) = expected.get("chisquare_gof_evidently") {
                statistic(&what, fit.statistic, &expected["chi2"]);
            }
            p_value(
                &what,
                contingency::z_evidently(&reference, &current)
                    .unwrap()
                    .p_value,
                &evidently["z"]["score"],
            );
            statistic(
                &what,
                divergence::psi_evidently(&p, &q),
                &evidently["psi"]["score"],
            );
            statistic(
                &what,
                divergence::jensen_shannon(&p, &q),
                &evidently["jensenshannon"]["score"],
            );
            statistic(
                &what,
                divergence::kullback_leibler_evidently(&p, &q),
                &evidently["kl_div"]["score"],
            );
            statistic(
                &what,
                divergence::hellinger(&p, &q),
                &evidently["hellinger"]["score"],
            );
        }
    }
}

#[test]
fn degenerate_samples_give_no_number() {
    let (empty, one, constant) = (
        Sorted::new(&[]),
        Sorted::new(&[3.0]),
        Sorted::new(&[2.0; 9]),
    );
    let all_missing = Sorted::new(&[f64::NAN; 5]);
    assert_eq!(all_missing, empty);
    let nothing = Pair::new(&empty, &constant);
    assert!(
        ks::ks(&nothing, ks::Method::Auto).is_none() && location::wasserstein(&nothing).is_none()
    );
    assert!(rank::mann_whitney(&nothing).is_none() && rank::cramer_von_mises(&nothing).is_none());
    assert!(
        location::t_test(&one, &constant).is_none() && bins::decile_shares(&empty, &one).is_none()
    );
    assert!(
        contingency::chi_square(&[0, 0], &[1, 2], true).is_none()
            && contingency::two_proportion_z(0, 0, 1, 2).is_none()
    );
    let same = Pair::new(&constant, &constant);
    assert_eq!(ks::ks(&same, ks::Method::Auto).unwrap().p_value, 1.0);
    assert!(rank::mann_whitney(&same).is_none() && rank::anderson_darling(&same).is_none());
    assert_eq!(
        contingency::chi_square(&[5], &[7], false).unwrap().p_value,
        1.0
    );
}

#[test]
fn exact_ks_agrees_with_enumeration_of_all_splits() {
    // All 8 choose 3 = 56 ways to split 8 distinct values; p of each observed distance by counting.
    let mut distances = Vec::new();
    for mask in 0u32..256 {
        if mask.count_ones() == 3 {
            let take = |wanted: bool| {
                (0..8)
                    .filter(|i| (mask >> i & 1 == 1) == wanted)
                    .map(f64::from)
                    .collect::<Vec<_>>()
            };
            let pair = Pair::new(&Sorted::new(&take(true)), &Sorted::new(&take(false)));
            let found = ks::ks(&pair, ks::Method::Exact).unwrap();
            distances.push((found.statistic, found.p_value));
        }
    }
    for &(statistic, p) in &distances {
        let counted = distances
            .iter()
            .filter(|(other, _)| *other >= statistic - 1e-12)
            .count() as f64
            / 56.0;
        assert!(
            (counted - p).abs() < 1e-12,
            "{statistic}: {p} for {counted}"
        );
    }
}

#[test]
fn counting_and_comparing_sort_alike() {
    let integers: Vec<f64> = (0..500).map(|i| f64::from(i * 7919 % 101) - 50.0).collect();
    let shifted: Vec<f64> = integers.iter().map(|v| v + 0.5).collect();
    let (counted, compared) = (Sorted::new(&integers), Sorted::new(&shifted));
    assert_eq!(counted.counts(), compared.counts());
    assert!(
        counted
            .values()
            .iter()
            .zip(compared.values())
            .all(|(a, b)| a + 0.5 == *b)
    );
    assert_eq!(
        counted.quantile(0.5),
        compared.quantile(0.5).map(|v| v - 0.5)
    );
}

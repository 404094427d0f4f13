//! Metrics, curves, DeLong and McNemar against scikit-learn and the reference implementations
//! (`metrics.json`).

use serde_json::Value;
use stats::{
    Metric, ScoreTable, comparison::compare, curves::CalibrationBin, delong::delong,
    mcnemar::mcnemar, metrics::PARTIAL_AUC_MAX_FPR, report::report,
};

use crate::{all_close, bools, close, load, numbers};

const TOLERANCE: f64 = 1e-12;

#[test]
fn every_metric_agrees() {
    for golden in load("metrics.json") {
        let truth = bools(&golden["y"]);
        for (name, expected) in golden["metrics"].as_object().unwrap() {
            let scores = numbers(&golden["preds"][name]);
            let table = ScoreTable::new(&truth, &scores).unwrap();
            let same = |what: &str, value: Option<f64>, expected: &Value| {
                close(
                    &format!("{name} {what}"),
                    value.unwrap(),
                    expected,
                    TOLERANCE,
                )
            };
            same("roc_auc", table.roc_auc(), &expected["roc_auc"]);
            same(
                "average precision",
                table.average_precision(),
                &expected["pr_auc"],
            );
            same("brier", table.brier(), &expected["brier"]);
            same("log loss", table.log_loss(), &expected["log_loss"]);
            same("ece", table.ece(), &expected["ece10"]);
            same(
                "partial auc",
                table.partial_auc(PARTIAL_AUC_MAX_FPR),
                &expected["roc_auc_max_fpr_0_1"],
            );
            same("ks", table.ks(), &expected["ks_stat"]);
            same(
                "best f1 cutoff",
                table.best_f1_cutoff(),
                &expected["best_f1_threshold"],
            );
            let (_, people) = table.top(0.1);
            assert_eq!(
                u64::from(people),
                expected["top_decile"]["n"].as_u64().unwrap()
            );
            for (bins, kind) in [
                (table.calibration_uniform(10), "calibration_uniform"),
                (table.calibration_quantile(10), "calibration_quantile"),
            ] {
                same_bins(&bins, &expected[kind]);
            }
            for at in expected["at"].as_object().unwrap().values() {
                same_report(&truth, &scores, name, expected, at);
            }
        }
    }
}

fn same_bins(bins: &[CalibrationBin], expected: &Value) {
    let (observed, predicted) = (
        numbers(&expected["frac_pos"]),
        numbers(&expected["mean_pred"]),
    );
    assert_eq!(bins.len(), observed.len());
    for ((bin, observed), predicted) in bins.iter().zip(observed).zip(predicted) {
        assert!(
            (bin.observed().unwrap() - observed).abs() < TOLERANCE
                && (bin.predicted().unwrap() - predicted).abs() < TOLERANCE
        );
    }
}

fn same_report(truth: &[bool], scores: &[f64], name: &str, expected: &Value, at: &Value) {
    let report = report(truth, scores, at["threshold"].as_f64().unwrap(), 7).unwrap();
    let [[tn, fp], [fn_, tp]] = <[[u32; 2]; 2]>::from(report.confusion);
    assert_eq!(
        [tn, fp, fn_, tp].map(f64::from).to_vec(),
        numbers(&at["confusion_tn_fp_fn_tp"])
    );
    let mut wanted = vec![
        (Metric::RocAuc, &expected["roc_auc"]),
        (Metric::Gini, &expected["gini"]),
        (Metric::Ece, &expected["ece10"]),
        (Metric::LogLoss, &expected["log_loss"]),
        (Metric::Accuracy, &at["accuracy"]),
        (Metric::BalancedAccuracy, &at["balanced_accuracy"]),
        (Metric::F1, &at["f1_pos"]),
        (Metric::F1Weighted, &at["f1_weighted"]),
        (Metric::F1Macro, &at["f1_macro"]),
        (Metric::Precision, &at["precision_pos"]),
        (Metric::Recall, &at["recall_pos"]),
        (Metric::PrecisionWeighted, &at["precision_weighted"]),
        (Metric::RecallWeighted, &at["recall_weighted"]),
        (Metric::Mcc, &at["mcc"]),
        (Metric::SelectionRate, &at["flagged"]),
    ];
    // With ties at the border of the top tenth the reference takes whoever stands first in the
    // file; we take equal shares.
    if name != "lr_rounded_ties" {
        wanted.extend([
            (
                Metric::TopDecilePrecision,
                &expected["top_decile"]["precision"],
            ),
            (Metric::TopDecileRecall, &expected["top_decile"]["recall"]),
        ]);
    }
    for (metric, expected) in wanted {
        close(
            &format!("{name} {metric:?}"),
            report.metrics[&metric].value.unwrap(),
            expected,
            TOLERANCE,
        );
    }
    for (metric, figure) in &report.metrics {
        let (value, [low, high]) = (figure.value.unwrap(), figure.interval.unwrap());
        assert!(
            low <= value && value <= high,
            "{name} {metric:?}: {low} {value} {high}"
        );
    }
    let interval = report.metrics[&Metric::RocAuc].interval.unwrap();
    for (end, expected) in interval.iter().zip(numbers(&expected["delong"]["ci95"])) {
        assert!((end - expected).abs() < 1e-10);
    }
}

#[test]
fn curves_agree_point_by_point() {
    for golden in load("metrics.json") {
        let truth = bools(&golden["y"]);
        for (name, expected) in golden["curves"].as_object().unwrap() {
            let table = ScoreTable::new(&truth, &numbers(&golden["preds"][name])).unwrap();
            for (drop_intermediate, kind) in [(true, "roc_drop_True"), (false, "roc_drop_False")] {
                let curve = table.roc_curve(drop_intermediate).unwrap();
                all_close("fpr", &curve.fpr, &expected[kind]["fpr"], TOLERANCE);
                all_close("tpr", &curve.tpr, &expected[kind]["tpr"], TOLERANCE);
                assert_eq!(curve.thresholds[0], None);
                let thresholds: Vec<f64> = curve.thresholds.iter().flatten().copied().collect();
                let wanted = Value::Array(expected[kind]["thr"].as_array().unwrap()[1..].to_vec());
                all_close("thresholds", &thresholds, &wanted, TOLERANCE);
            }
            let curve = table.precision_recall_curve().unwrap();
            all_close(
                "precision",
                &curve.precision,
                &expected["pr"]["precision"],
                TOLERANCE,
            );
            all_close(
                "recall",
                &curve.recall,
                &expected["pr"]["recall"],
                TOLERANCE,
            );
            all_close(
                "thresholds",
                &curve.thresholds,
                &expected["pr"]["thr"],
                TOLERANCE,
            );
        }
    }
}

#[test]
fn delong_and_mcnemar_agree() {
    for golden in load("metrics.json") {
        let truth = bools(&golden["y"]);
        let (lr, xgb) = (
            numbers(&golden["preds"]["lr"]),
            numbers(&golden["preds"]["xgb"]),
        );
        let expected = &golden["delong_paired_lr_vs_xgb"];
        let paired = delong(&truth, &[&lr, &xgb]).unwrap().unwrap();
        all_close("areas", &paired.areas, &expected["auc"], 1e-10);
        for (row, expected) in paired
            .covariance
            .iter()
            .zip(expected["cov"].as_array().unwrap())
        {
            all_close("covariance", row, expected, 1e-10);
        }
        let (_, _, z, p) = paired.difference(1, 0);
        close("z", z, &expected["z"], 1e-10);
        close("p", p, &expected["p"], 1e-10);

        let compared = compare(&truth, &xgb, &lr, [0.5; 2], 7).unwrap();
        assert_eq!(
            compared.iter().map(|row| row.metric).collect::<Vec<_>>(),
            Metric::ALL
        );
        close(
            "p of the comparison",
            compared[0].p_value.unwrap(),
            &expected["p"],
            1e-10,
        );
        let area = expected["auc"].as_array().unwrap();
        assert!(
            (compared[0].difference.value.unwrap()
                - (area[0].as_f64().unwrap() - area[1].as_f64().unwrap()))
            .abs()
                < 1e-12
        );
        let [low, high] = compared[1].difference.interval.unwrap();
        assert!(
            low < compared[1].difference.value.unwrap()
                && compared[1].difference.value.unwrap() < high
        );

        let flag = |scores: &[f64]| scores.iter().map(|&score| score >= 0.5).collect::<Vec<_>>();
        let test = mcnemar(&truth, &flag(&lr), &flag(&xgb)).unwrap();
        let expected = &golden["mcnemar_at_05"];
        assert_eq!(
            [test.first_only, test.second_only].map(u64::from),
            [&expected["b"], &expected["c"]].map(|count| count.as_u64().unwrap())
        );
        // P(X <= 10 | n = 23, 1/2) = 2 842 226 / 2^23.
        assert!((test.p_exact - 2.0 * 2_842_226.0 / f64::from(1 << 23)).abs() < 1e-12);
    }
}

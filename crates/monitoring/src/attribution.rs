//! Attribution drift: does the model lean on the same features as it did when it was trained?

use domain::{DriftVerdict, Estimate};
use serde::{Deserialize, Serialize};

/// Change of the order of importance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttributionDrift {
    /// Normalized discounted cumulative gain of the current order, 0..=1; 1 when the order is that
    /// of the reference.
    pub ndcg: Estimate,
    /// An NDCG below it is drift, 0..=1.
    pub limit: f64,
    /// What the figure says about the limit.
    pub verdict: DriftVerdict,
    /// Features whose rank moved most: (name, rank in the reference, rank now), 1-based, at most
    /// five.
    pub moved: Vec<(String, usize, usize)>,
}

/// From this NDCG on the order counts as unchanged (as Amazon SageMaker Clarify).
pub const LIMIT: f64 = 0.9;

/// NDCG (Järvelin and Kekäläinen 2002) of the current importance ranks with the reference's
/// importances as gains. Importances are mean absolute contributions by feature name, in any order;
/// both must name the same features.
pub fn attribution_drift(
    reference: &[(String, f64)],
    current: &[(String, f64)],
    limit: f64,
) -> AttributionDrift {
    let failed = |why: &str| AttributionDrift {
        ndcg: Estimate::unknown(why),
        limit,
        verdict: DriftVerdict::CouldNotCompute,
        moved: Vec::new(),
    };
    let (before, now) = (ranked(reference), ranked(current));
    if before.is_empty() || now.is_empty() {
        return failed("there are no importances to compare");
    }
    let gain = |name: &str| {
        before
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, gain)| *gain)
    };
    let discounted = |order: &[(&str, f64)]| -> Option<f64> {
        order
            .iter()
            .enumerate()
            .map(|(rank, (name, _))| Some(gain(name)? / ((rank + 2) as f64).log2()))
            .sum()
    };
    let (Some(found), Some(ideal)) = (
        discounted(&now).filter(|_| now.len() == before.len()),
        discounted(&before),
    ) else {
        return failed("the two models do not have the same features");
    };
    if ideal <= 0.0 {
        return failed("no feature had any importance in the baseline");
    }
    let ndcg = found / ideal;
    let mut moved: Vec<(String, usize, usize)> = before
        .iter()
        .enumerate()
        .filter_map(|(old, (name, _))| {
            Some((
                (*name).to_owned(),
                old + 1,
                now.iter().position(|(other, _)| other == name)? + 1,
            ))
        })
        .filter(|(_, old, new)| old != new)
        .collect();
    moved.sort_by_key(|(_, old, new)| std::cmp::Reverse(old.abs_diff(*new)));
    moved.truncate(5);
    AttributionDrift {
        ndcg: Estimate::point(ndcg, before.len()),
        limit,
        verdict: if ndcg < limit {
            DriftVerdict::Drifted
        } else {
            DriftVerdict::Stable
        },
        moved,
    }
}

/// Features by falling importance, ties by name.
fn ranked(importances: &[(String, f64)]) -> Vec<(&str, f64)> {
    let mut ranked: Vec<(&str, f64)> = importances
        .iter()
        .map(|(name, value)| (name.as_str(), value.abs()))
        .collect();
    ranked.retain(|(_, value)| value.is_finite());
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    ranked
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn named(values: &[f64]) -> Vec<(String, f64)> {
        values
            .iter()
            .enumerate()
            .map(|(i, &value)| (format!("x{i}"), value))
            .collect()
    }

    #[test]
    fn order_counts_not_size() {
        let reference = named(&[0.5, 0.3, 0.1, 0.05]);
        assert_eq!(
            attribution_drift(&reference, &named(&[5.0, 0.31, 0.3, 0.0]), LIMIT)
                .ndcg
                .value,
            Some(1.0)
        );
        let turned = attribution_drift(&reference, &named(&[0.0, 0.1, 0.3, 0.5]), LIMIT);
        // By hand: (0.05/1 + 0.1/log2 3 + 0.3/2 + 0.5/log2 5) / (0.5/1 + 0.3/log2 3 + 0.1/2 +
        // 0.05/log2 5).
        let (three, five) = (3f64.log2(), 5f64.log2());
        let expected =
            (0.05 + 0.1 / three + 0.15 + 0.5 / five) / (0.5 + 0.3 / three + 0.05 + 0.05 / five);
        assert!((turned.ndcg.value.unwrap() - expected).abs() < 1e-12);
        assert_eq!(
            (turned.verdict, turned.moved[0].clone()),
            (DriftVerdict::Drifted, ("x0".to_owned(), 1, 4))
        );
    }

    #[test]
    fn other_features_are_no_stability() {
        let found = attribution_drift(
            &named(&[0.5, 0.3]),
            &[("y".into(), 1.0), ("x0".into(), 0.5)],
            LIMIT,
        );
        assert_eq!(found.verdict, DriftVerdict::CouldNotCompute);
        assert_eq!(
            attribution_drift(&[], &[], LIMIT).verdict,
            DriftVerdict::CouldNotCompute
        );
    }
}

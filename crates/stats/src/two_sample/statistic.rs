//! Every drift statistic, in one list.

use super::contingency::{
    CHI2, CHI2_EVIDENTLY, CHI2_POOLED, CHI2_YATES, CRAMERS_V, G_TEST, Z, Z_EVIDENTLY,
};
use super::definition::{Applies, Counts, Decides, Definition, Numbers, Value};
use super::divergence::{
    HELLINGER, JENSEN_SHANNON, JENSEN_SHANNON_BASE_2, KL_DIVERGENCE, L_INFINITY, PSI,
    PSI_EVIDENTLY, TOTAL_VARIATION,
};
use super::ks::KS;
use super::location::{
    ENERGY_DISTANCE, STANDARDIZED_MEAN_DIFFERENCE, T_TEST, WASSERSTEIN, WASSERSTEIN_NORMED, WELCH,
};
use super::rank::{ANDERSON_DARLING, CRAMER_VON_MISES, MANN_WHITNEY};

macro_rules! statistics {
    ($($(#[$meta:meta])* $variant:ident = $name:literal, $definition:path;)+) => {
        /// A test or distance that compares a column of two samples.
        ///
        /// How to add one:
        /// 1. One file in this folder (or a place in one that fits) with the function on samples
        ///    and its `Definition`: label, what it must show to count as drift, and what it
        ///    compares.
        /// 2. One line in the list at the end of this file: variant, name in reports and commands,
        ///    definition.
        /// 3. Its numbers against a reference implementation in `tests/golden/drift.rs`.
        ///
        /// Reports, policies, `tenure tool drift --method`, the pages and their labels follow from
        /// the list. Only a fixed limit on a distance whose false-alarm rate can be derived wants
        /// one more arm, in `monitoring`'s `false_alarm.rs`; without it that rate is unknown.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum Statistic {
            $(
                $(#[$meta])*
                #[doc = ""]
                #[doc = concat!("Named `", $name, "` in reports and commands.")]
                #[serde(rename = $name)]
                $variant,
            )+
        }

        impl Statistic {
            /// Every statistic, in the order in which reports list them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Name in reports, policies and commands.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            fn definition(self) -> &'static Definition {
                match self {
                    $(Self::$variant => &$definition,)+
                }
            }
        }
    };
}

impl Statistic {
    /// Its label.
    pub fn label(self) -> &'static str {
        self.definition().label
    }

    /// True for a test; a distance has no p-value.
    pub fn has_p_value(self) -> bool {
        matches!(self.definition().decides, Decides::ByPValue)
    }

    /// The size from which a distance usually counts as drift. `None` for a test, and for a
    /// distance in the unit of the column.
    pub fn default_limit(self) -> Option<f64> {
        match self.definition().decides {
            Decides::From(limit) => Some(limit),
            Decides::ByPValue | Decides::Never => None,
        }
    }

    /// Whether it compares numbers; those that compare counts do where there are up to five
    /// distinct values.
    pub fn applies_to_numbers(self) -> bool {
        match self.definition().applies {
            Applies::Numbers(_)
            | Applies::Ordered(_)
            | Applies::Deciles(_)
            | Applies::Bins(_)
            | Applies::Both { .. } => true,
            Applies::Counts(_) => false,
        }
    }

    /// Whether it compares levels.
    pub fn applies_to_levels(self) -> bool {
        match self.definition().applies {
            Applies::Counts(_)
            | Applies::Ordered(_)
            | Applies::Deciles(_)
            | Applies::Bins(_)
            | Applies::Both { .. } => true,
            Applies::Numbers(_) => false,
        }
    }

    /// Whether every check computes it, whatever decides.
    pub fn is_usual(self) -> bool {
        self.definition().usual
    }

    /// Whether it takes levels in their order, which is worth computing only where it decides.
    pub fn needs_order(self) -> bool {
        matches!(self.definition().applies, Applies::Ordered(_))
    }

    /// The statistic of two samples of numbers; `None` where it does not apply or gives no finite
    /// number.
    ///
    /// ```
    /// use stats::two_sample::{Method, Numbers, Sorted, Statistic};
    ///
    /// let (reference, current) = (Sorted::new(&[0.0, 1.0, 3.0]), Sorted::new(&[5.0, 6.0, 8.0]));
    /// let samples = Numbers::new(&reference, &current, Method::Auto);
    /// assert_eq!(Statistic::Wasserstein.of_numbers(&samples).map(|value| value.statistic), Some(5.0));
    /// ```
    pub fn of_numbers(self, samples: &Numbers<'_>) -> Option<Value> {
        match self.definition().applies {
            Applies::Numbers(compute)
            | Applies::Both {
                numbers: compute, ..
            } => compute(samples),
            Applies::Counts(compute) => compute(samples.counts.as_ref()?),
            Applies::Ordered(compute) => compute(&samples.pair, samples.method),
            Applies::Deciles(distance) => samples.over_deciles(distance).map(Value::from),
            Applies::Bins(distance) => samples.over_bins(distance).map(Value::from),
        }
        .and_then(Value::finite)
    }

    /// The statistic of two samples of levels; `None` where it does not apply or gives no finite
    /// number.
    ///
    /// ```
    /// use stats::two_sample::{Counts, Method, Statistic};
    ///
    /// let counts = Counts::new(vec![10, 30], vec![20, 20], Method::Auto);
    /// assert_eq!(Statistic::TotalVariation.of_levels(&counts).map(|value| value.statistic), Some(0.25));
    /// ```
    pub fn of_levels(self, counts: &Counts) -> Option<Value> {
        match self.definition().applies {
            Applies::Numbers(_) => None,
            Applies::Counts(compute) => compute(counts),
            Applies::Ordered(compute) => compute(counts.pair(), counts.method),
            Applies::Deciles(distance)
            | Applies::Bins(distance)
            | Applies::Both {
                levels: distance, ..
            } => counts.distance(distance).map(Value::from),
        }
        .and_then(Value::finite)
    }
}

impl std::fmt::Display for Statistic {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

impl std::str::FromStr for Statistic {
    type Err = domain::UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL
            .iter()
            .copied()
            .find(|statistic| statistic.name() == text);
        known.ok_or_else(|| domain::UnknownWord {
            kind: "Statistic",
            text: text.to_owned(),
        })
    }
}

statistics! {
    KolmogorovSmirnov = "ks", KS;
    ChiSquare = "chi2", CHI2;
    ChiSquarePooled = "chi2_pooled", CHI2_POOLED;
    ChiSquareYates = "chi2_yates", CHI2_YATES;
    ChiSquareEvidently = "chi2_evidently", CHI2_EVIDENTLY;
    GTest = "g_test", G_TEST;
    Z = "z", Z;
    ZEvidently = "z_evidently", Z_EVIDENTLY;
    TTest = "t_test", T_TEST;
    Welch = "welch", WELCH;
    MannWhitney = "mann_whitney", MANN_WHITNEY;
    CramerVonMises = "cramer_von_mises", CRAMER_VON_MISES;
    AndersonDarling = "anderson_darling", ANDERSON_DARLING;
    Psi = "psi", PSI;
    PsiEvidently = "psi_evidently", PSI_EVIDENTLY;
    JensenShannon = "jensen_shannon", JENSEN_SHANNON;
    JensenShannonBase2 = "jensen_shannon_base_2", JENSEN_SHANNON_BASE_2;
    KullbackLeibler = "kl_divergence", KL_DIVERGENCE;
    Wasserstein = "wasserstein", WASSERSTEIN;
    WassersteinNormed = "wasserstein_normed", WASSERSTEIN_NORMED;
    EnergyDistance = "energy_distance", ENERGY_DISTANCE;
    Hellinger = "hellinger", HELLINGER;
    TotalVariation = "total_variation", TOTAL_VARIATION;
    LInfinity = "l_infinity", L_INFINITY;
    CramersV = "cramers_v", CRAMERS_V;
    StandardizedMeanDifference = "standardized_mean_difference", STANDARDIZED_MEAN_DIFFERENCE;
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::collections::HashSet;

    use super::super::{Method, Sorted};
    use super::*;

    fn numbers(of: fn(i32) -> f64) -> Sorted {
        Sorted::new(&(0..60).map(of).collect::<Vec<_>>())
    }

    #[test]
    fn each_statistic_has_a_name_a_label_and_something_that_decides() {
        let mut labels = HashSet::new();
        for statistic in Statistic::ALL {
            assert_eq!(statistic.name().parse::<Statistic>().unwrap(), *statistic);
            assert_eq!(
                serde_json::to_string(statistic).unwrap(),
                format!("\"{}\"", statistic.name())
            );
            assert!(
                labels.insert(statistic.label()) && statistic.label().len() > 3,
                "{statistic}: {}",
                statistic.label()
            );
            let limit = statistic.default_limit();
            assert!(
                limit.is_none_or(|limit| limit > 0.0 && limit < 1.0),
                "{statistic}: {limit:?}"
            );
            // The raw Wasserstein distance is in the unit of the column; nothing else is without a
            // criterion.
            let decides = statistic.has_p_value() != limit.is_some();
            assert_eq!(decides, *statistic != Statistic::Wasserstein, "{statistic}");
        }
        assert_eq!(
            "kolmogorov".parse::<Statistic>().unwrap_err().kind,
            "Statistic"
        );
    }

    #[test]
    fn each_statistic_computes_on_what_it_applies_to_and_on_nothing_else() {
        let (many, shifted) = (numbers(f64::from), numbers(|i| f64::from(i) * 1.1 + 9.0));
        let (few, other) = (
            numbers(|i| f64::from(i % 4)),
            numbers(|i| f64::from(i % 3 + i % 2)),
        );
        let many = Numbers::new(&many, &shifted, Method::Auto);
        let few = Numbers::new(&few, &other, Method::Auto);
        let levels = Counts::new(vec![30, 20], vec![20, 40], Method::Auto);
        for statistic in Statistic::ALL {
            assert_eq!(
                statistic.of_numbers(&many).is_some(),
                statistic.applies_to_numbers(),
                "{statistic}"
            );
            // Two proportions are those of two levels.
            let on_few = statistic.of_numbers(&few).is_some();
            assert_eq!(on_few, *statistic != Statistic::Z, "{statistic}");
            assert_eq!(
                statistic.of_levels(&levels).is_some(),
                statistic.applies_to_levels(),
                "{statistic}"
            );
            for value in [statistic.of_numbers(&many), statistic.of_levels(&levels)]
                .into_iter()
                .flatten()
            {
                assert_eq!(
                    value.p_value.is_some(),
                    statistic.has_p_value(),
                    "{statistic}"
                );
                assert!(
                    value.statistic.is_finite() && value.statistic != 0.0,
                    "{statistic}: {value:?}"
                );
                assert!(
                    value.p_value.is_none_or(|p| (0.0..0.5).contains(&p)),
                    "{statistic}: {value:?}"
                );
            }
        }
    }

    #[test]
    fn nothing_is_computed_of_nothing() {
        let (nothing, some) = (Sorted::new(&[]), numbers(f64::from));
        for [reference, current] in [[&nothing, &some], [&some, &nothing], [&nothing, &nothing]] {
            let samples = Numbers::new(reference, current, Method::Auto);
            let found: Vec<_> = Statistic::ALL
                .iter()
                .filter(|statistic| statistic.of_numbers(&samples).is_some())
                .collect();
            assert!(found.is_empty(), "{found:?}");
        }
        let levels = Counts::new(vec![0, 0], vec![20, 40], Method::Auto);
        let found: Vec<_> = Statistic::ALL
            .iter()
            .filter(|statistic| statistic.of_levels(&levels).is_some())
            .collect();
        assert!(found.is_empty(), "{found:?}");
    }
}

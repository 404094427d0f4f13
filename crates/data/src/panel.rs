//! What a panel tells only as a whole.

use domain::{Period, PeriodRange};

/// Takes the outcomes of the last periods as not known yet where no event is recorded in them: a
/// newest snapshot whose column says "no" for everybody was written before anybody could leave, and
/// to learn from it would be to learn that nobody does. Gives these periods; `None` where the
/// newest period has events, or no period has.
pub fn forget_unsettled(labels: &mut [Option<bool>], periods: &[Period]) -> Option<PeriodRange> {
    let with_event = labels
        .iter()
        .zip(periods)
        .filter(|(label, _)| **label == Some(true))
        .map(|(_, period)| *period);
    let last = with_event.max()?;
    let mut forgotten = Vec::new();
    for (label, period) in labels.iter_mut().zip(periods) {
        if *period > last && label.take().is_some() {
            forgotten.push(*period);
        }
    }
    PeriodRange::of(forgotten)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn years(years: [i32; 5]) -> Vec<Period> {
        years.map(Period::Year).to_vec()
    }

    #[test]
    fn periods_after_the_last_event_are_not_known_yet() {
        let mut labels = [Some(false), Some(true), Some(false), Some(false), None];
        let forgotten = forget_unsettled(&mut labels, &years([2024, 2024, 2024, 2026, 2025]))
            .map(|own| own.to_string());
        assert_eq!(labels, [Some(false), Some(true), Some(false), None, None]);
        assert_eq!(forgotten.as_deref(), Some("2026"));
    }

    #[test]
    fn where_the_newest_period_has_an_event_or_none_has_everything_stays() {
        for labels in [
            [Some(false), None, Some(false), Some(true), Some(false)],
            [Some(false); 5],
        ] {
            let mut own = labels;
            assert_eq!(
                forget_unsettled(&mut own, &years([2024, 2024, 2025, 2026, 2026])),
                None
            );
            assert_eq!(own, labels);
        }
    }
}

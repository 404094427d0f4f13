//! What became of people who were scored: outcomes joined with the scores of the cycle that
//! preceded them.

use std::collections::{HashMap, HashSet};

use domain::Date;

/// Something known about a person on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The day of which it is known.
    pub day: Date,
    /// True: the event happened on that day. False: until that day it had not.
    pub happened: bool,
    /// Why it happened; `None` where not known.
    pub reason: Option<String>,
}

/// What is known of everybody.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Events by the id of the person, in any order.
    pub events: HashMap<String, Vec<Event>>,
    /// Every event up to this day is among `events`: of whom nothing is said, it did not happen to.
    pub complete_until: Option<Date>,
}

/// Departures are reported first: where a smaller share of the outcomes is known, the known people are not a fair sample.
pub const LEAST_KNOWN: f64 = 0.9;

/// The end of a person's window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate<'a> {
    /// It happened within the window, for this reason.
    Left(Option<&'a str>),
    /// It had not happened by the end of the window.
    Stayed,
    /// Nothing is known up to the end of the window.
    Unknown,
}

impl Known {
    /// What became of `person` in the window `from < day <= until`.
    pub fn fate(&self, person: &str, from: Date, until: Date) -> Fate<'_> {
        let events = self.events.get(person).map_or(&[][..], Vec::as_slice);
        let left = events
            .iter()
            .filter(|event| event.happened && event.day > from && event.day <= until)
            .min_by_key(|event| event.day);
        match left {
            Some(event) => Fate::Left(event.reason.as_deref()),
            // Who was there later, or left later, had stayed.
            None if events.iter().any(|event| event.day >= until)
                || self.complete_until.is_some_and(|day| day >= until) =>
            {
                Fate::Stayed
            }
            None => Fate::Unknown,
        }
    }

    /// [`Known::fate`] of each of `people`, who were there on the day `from`. `next`: who was there on the day `until`, where that is
    /// listed. Who is on that list had stayed, if the leaving of nine in ten of those who are not is on record: a list alone does not tell
    /// leavers from people of whom nothing has been heard yet.
    pub fn fates<'a>(
        &'a self,
        people: &[&str],
        from: Date,
        until: Date,
        next: Option<&HashSet<&str>>,
    ) -> Vec<Fate<'a>> {
        let mut fates: Vec<Fate<'a>> = people
            .iter()
            .map(|person| self.fate(person, from, until))
            .collect();
        let Some(next) = next else { return fates };
        let absent = || {
            let all = people.iter().zip(&fates);
            all.filter(|(person, _)| !next.contains(*person))
        };
        let recorded = absent().filter(|(_, fate)| **fate != Fate::Unknown).count();
        if (recorded as f64) < LEAST_KNOWN * absent().count() as f64 {
            return fates;
        }
        for (person, fate) in people.iter().zip(&mut fates) {
            if *fate == Fate::Unknown && next.contains(person) {
                *fate = Fate::Stayed;
            }
        }
        fates
    }
}

/// The probability over `window` days when `probability` is the one over `horizon` days, at a
/// constant rate in between.
pub fn over_window(probability: f64, window: i64, horizon: i64) -> f64 {
    let share = window as f64 / horizon.max(1) as f64;
    // A calendar month or a leap year more or less is the same length of time.
    if (share - 1.0).abs() < 0.02 {
        probability
    } else {
        1.0 - (1.0 - probability).powf(share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_counts() {
        let day = Date::from_day_number;
        let event = |number, happened| Event {
            day: day(number),
            happened,
            reason: happened.then(|| "resignation".to_owned()),
        };
        let events = [
            ("left", vec![event(15, true)]),
            ("later", vec![event(40, true)]),
            ("here", vec![event(30, false)]),
            ("early", vec![event(12, false)]),
        ];
        let events = events
            .into_iter()
            .map(|(name, events)| (name.to_owned(), events))
            .collect();
        let mut known = Known {
            events,
            complete_until: None,
        };
        let fates = |known: &Known| {
            ["left", "later", "here", "early", "silent"].map(|person| {
                match known.fate(person, day(10), day(30)) {
                    Fate::Left(_) => 'l',
                    Fate::Stayed => 's',
                    Fate::Unknown => '?',
                }
            })
        };
        assert_eq!(fates(&known), ['l', 's', 's', '?', '?']);
        known.complete_until = Some(day(29));
        assert_eq!(
            fates(&known),
            ['l', 's', 's', '?', '?'],
            "the window is not over"
        );
        known.complete_until = Some(day(30));
        assert_eq!(fates(&known), ['l', 's', 's', 's', 's']);
        assert_eq!(
            known.fate("left", day(10), day(30)),
            Fate::Left(Some("resignation"))
        );
        assert_eq!(
            known.fate("left", day(15), day(30)),
            Fate::Stayed,
            "the day of scoring is not in the window"
        );
    }

    #[test]
    fn the_next_list_tells_who_stayed_once_the_leavers_are_on_record() {
        let day = Date::from_day_number;
        let left = |number| {
            vec![Event {
                day: day(number),
                happened: true,
                reason: None,
            }]
        };
        let mut known = Known::default();
        let people = ["a", "b", "c", "d"];
        let next = HashSet::from(["a", "b", "new"]);
        let fates = |known: &Known, next: Option<&HashSet<&str>>| {
            let fates = known.fates(&people, day(10), day(30), next);
            let letter = |fate: Fate<'_>| match fate {
                Fate::Left(_) => 'l',
                Fate::Stayed => 's',
                Fate::Unknown => '?',
            };
            fates.into_iter().map(letter).collect::<String>()
        };
        assert_eq!(
            fates(&known, Some(&next)),
            "????",
            "nobody has been heard of"
        );
        known.events.insert("c".into(), left(20));
        assert_eq!(fates(&known, Some(&next)), "??l?", "d is not accounted for");
        known.events.insert("d".into(), left(29));
        assert_eq!(fates(&known, Some(&next)), "ssll");
        assert_eq!(fates(&known, None), "??ll", "without a list");
        known.events.insert("a".into(), left(30));
        assert_eq!(
            fates(&known, Some(&next)),
            "lsll",
            "who is on the list of the day on which they leave has left"
        );
    }

    #[test]
    fn a_rate_is_the_same_over_parts() {
        let month = over_window(0.3, 73, 365);
        assert!((1.0 - (1.0 - month).powi(5) - 0.3).abs() < 1e-12);
        assert_eq!(
            [over_window(0.3, 364, 365), over_window(0.3, 366, 365)],
            [0.3; 2]
        );
    }
}

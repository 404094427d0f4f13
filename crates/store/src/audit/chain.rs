//! Whether a chain is whole, and what was done to one that is not.

use super::sealed::Told;
use super::{Entry, Head};

/// A check of a chain from its beginning, some entries at a time: a record grows without end, and
/// need not fit into memory to be whole.
#[derive(Debug, Default)]
pub struct ChainCheck {
    newest: Option<Head>,
    broken: bool,
    /// The rows that the entries tell of.
    pub told: Told,
}

impl ChainCheck {
    /// Goes on with the next entries.
    pub fn go_on(mut self, entries: &[Entry]) -> Self {
        for entry in entries {
            let (number, previous) = self.newest.as_ref().map_or((1, ""), |newest| {
                (newest.sequence + 1, newest.hash.as_str())
            });
            self.broken |= entry.sequence != number
                || entry.previous_hash != previous
                || entry.hash != entry.expected_hash();
            self.told.add(entry);
            self.newest = Some(Head {
                sequence: entry.sequence,
                hash: entry.hash.clone(),
            });
        }
        self
    }

    /// The newest entry so far.
    pub fn newest(&self) -> Option<&Head> {
        self.newest.as_ref()
    }

    /// True when every entry followed the one before, and the newest is the one that is kept beside
    /// the chain. Otherwise [`verify`] says what was done.
    pub fn is_whole(&self, head: Option<&Head>) -> bool {
        let kept = head.map(|head| (head.sequence, head.hash.as_str()));
        !self.broken
            && kept
                == Some(
                    self.newest
                        .as_ref()
                        .map_or((0, ""), |newest| (newest.sequence, newest.hash.as_str())),
                )
    }
}

/// Checks a chain and names every entry that was changed, removed, moved or inserted. Empty: the
/// chain is whole. With `head`, an end that was cut off or rewritten is noticed too.
pub fn verify(entries: &[Entry], head: Option<&Head>) -> Vec<String> {
    let mut problems = Vec::new();
    let broken: Vec<usize> = (0..entries.len())
        .filter(|&index| entries[index].hash != entries[index].expected_hash())
        .collect();
    let written_as = |entry: &Entry| {
        let others = broken.iter().map(|&index| entries[index].sequence);
        let near = [entry.sequence - 1, entry.sequence + 1];
        near.into_iter()
            .chain(others)
            .find(|number| *number != entry.sequence && entry.hash_as(*number) == entry.hash)
    };
    let mut last: Option<&Entry> = None;
    for (index, entry) in entries.iter().enumerate() {
        let number = entry.sequence;
        let (expected, previous_hash) =
            last.map_or((1, ""), |last| (last.sequence + 1, last.hash.as_str()));
        if number > expected {
            problems.push(if number == expected + 1 {
                format!("entry {expected} was removed")
            } else {
                format!("entries {expected} to {} were removed", number - 1)
            });
        } else if number < expected {
            problems.push(format!(
                "entry {number} is out of order: it follows entry {}",
                expected - 1
            ));
        }
        if broken.binary_search(&index).is_ok() {
            problems.push(match written_as(entry) {
                Some(original) => {
                    format!("entry {number} was moved: it was written as entry {original}")
                }
                None => format!("entry {number} was changed: its content does not match its hash"),
            });
        }
        if entry.previous_hash != previous_hash {
            let next_goes_round = entries
                .get(index + 1)
                .is_some_and(|next| next.previous_hash == previous_hash);
            if next_goes_round {
                problems.push(format!(
                    "entry {number} was inserted: the hash chain skips it"
                ));
                // The chain goes on from the entry before, one number later.
                last = Some(entry);
                continue;
            }
            let after_insertion = index > 1 && entries[index - 2].hash == entry.previous_hash;
            if number == expected && !after_insertion {
                problems.push(format!(
                    "entry {number} does not follow entry {}: one of the two was rewritten",
                    number - 1
                ));
            }
        }
        last = Some(entry);
    }
    problems.extend(head.and_then(|head| against_head(last, head)));
    problems
}

fn against_head(last: Option<&Entry>, head: &Head) -> Option<String> {
    let (sequence, hash) = last.map_or((0, ""), |last| (last.sequence, last.hash.as_str()));
    if head.sequence > sequence {
        Some(format!(
            "entries {} to {} were removed from the end",
            sequence + 1,
            head.sequence
        ))
    } else if head.sequence < sequence {
        Some(format!(
            "entries {} to {sequence} were added past the end",
            head.sequence + 1
        ))
    } else {
        (head.hash != hash).then(|| format!("entry {sequence} does not match the separately stored latest hash: it was rewritten"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(count: i64) -> (Vec<Entry>, Head) {
        let mut entries: Vec<Entry> = Vec::new();
        for sequence in 1..=count {
            let mut entry = Entry {
                sequence,
                at: domain::Timestamp::from_micros(1000 * sequence),
                actor: "~a".into(),
                action: "act".into(),
                subject: format!("thing {sequence}"),
                detail: "{}".into(),
                previous_hash: entries
                    .last()
                    .map(|last| last.hash.clone())
                    .unwrap_or_default(),
                hash: String::new(),
            };
            entry.hash = entry.expected_hash();
            entries.push(entry);
        }
        let head = Head {
            sequence: count,
            hash: entries
                .last()
                .map(|last| last.hash.clone())
                .unwrap_or_default(),
        };
        (entries, head)
    }

    fn after(tamper: impl Fn(&mut Vec<Entry>)) -> Vec<String> {
        let (mut entries, head) = chain(6);
        tamper(&mut entries);
        let problems = verify(&entries, Some(&head));
        // The check by parts comes to the same answer, whatever the parts.
        for parts in 1..=6 {
            let check = entries
                .chunks(parts)
                .fold(ChainCheck::default(), ChainCheck::go_on);
            assert_eq!(
                check.is_whole(Some(&head)),
                problems.is_empty(),
                "{problems:?}"
            );
            assert!(!check.is_whole(None));
        }
        problems
    }

    #[test]
    fn every_way_to_tamper_is_named() {
        assert_eq!(after(|_| {}), Vec::<String>::new());
        assert_eq!(
            verify(
                &[],
                Some(&Head {
                    sequence: 0,
                    hash: String::new()
                })
            ),
            Vec::<String>::new()
        );
        assert_eq!(
            after(|entries| entries[2].action = "other".into()),
            ["entry 3 was changed: its content does not match its hash"]
        );
        assert_eq!(
            after(|entries| drop(entries.remove(1))),
            ["entry 2 was removed"]
        );
        assert_eq!(
            after(|entries| drop(entries.drain(1..4))),
            ["entries 2 to 4 were removed"]
        );
        assert_eq!(
            after(|entries| drop(entries.pop())),
            ["entries 6 to 6 were removed from the end"]
        );
        let rewritten = |entries: &mut Vec<Entry>| {
            entries[2].detail = "{\"a\":1}".into();
            entries[2].hash = entries[2].expected_hash();
        };
        assert_eq!(
            after(rewritten),
            ["entry 4 does not follow entry 3: one of the two was rewritten"]
        );
        // Two rows change places, as in a database where their numbers are swapped.
        let swapped = |entries: &mut Vec<Entry>| {
            (entries[1].sequence, entries[3].sequence) = (4, 2);
            entries.swap(1, 3);
        };
        let problems = after(swapped);
        assert!(
            problems.contains(&"entry 2 was moved: it was written as entry 4".to_owned()),
            "{problems:?}"
        );
        assert!(
            problems.contains(&"entry 4 was moved: it was written as entry 2".to_owned()),
            "{problems:?}"
        );
        // In an exported file the lines change places.
        assert!(!after(|entries| entries.swap(1, 3)).is_empty());
        let inserted = |entries: &mut Vec<Entry>| {
            let mut forged = Entry {
                action: "forged".into(),
                ..entries[2].clone()
            };
            forged.hash = forged.hash_as(3);
            for entry in &mut entries[2..] {
                entry.sequence += 1;
            }
            entries.insert(
                2,
                Entry {
                    previous_hash: "x".into(),
                    ..forged
                },
            );
        };
        let problems = after(inserted);
        assert!(
            problems.contains(&"entry 3 was inserted: the hash chain skips it".to_owned()),
            "{problems:?}"
        );
        assert!(
            problems.contains(&"entry 5 was moved: it was written as entry 4".to_owned()),
            "{problems:?}"
        );
        // The whole rest rewritten: only what is kept elsewhere knows.
        let all_rewritten = |entries: &mut Vec<Entry>| {
            entries[4].action = "other".into();
            entries[4].hash = entries[4].expected_hash();
            entries[5].previous_hash = entries[4].hash.clone();
            entries[5].hash = entries[5].expected_hash();
        };
        assert!(after(all_rewritten)[0].contains("rewritten"));
    }
}

//! Means by group.

use std::collections::BTreeMap;

use stats::groups::suppressed;

use super::Disclosure;

/// Groups by name with what is to be shown of each: `None` for a group of fewer than k people, and
/// for the next smallest ones with it, as long as the hidden ones would follow from the total.
pub fn shown<T>(
    groups: BTreeMap<String, Vec<T>>,
    rule: Disclosure,
) -> Vec<(String, Option<Vec<T>>)> {
    let sizes: Vec<u32> = groups.values().map(|group| group.len() as u32).collect();
    let hidden = suppressed(&sizes, rule.least_people());
    groups
        .into_iter()
        .zip(hidden)
        .map(|((name, group), hidden)| (name, (!hidden).then_some(group)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visible(sizes: &[usize]) -> Vec<usize> {
        let groups = sizes
            .iter()
            .enumerate()
            .map(|(at, size)| (at.to_string(), vec![(); *size]))
            .collect();
        shown(groups, Disclosure::default())
            .into_iter()
            .filter_map(|(name, group)| group.and(name.parse().ok()))
            .collect()
    }

    #[test]
    fn a_hidden_group_does_not_follow_from_the_total() {
        assert_eq!(visible(&[100, 50, 40]), [0, 1, 2]);
        assert_eq!(
            visible(&[100, 9, 40]),
            [0],
            "the next smallest is hidden with it"
        );
        assert_eq!(
            visible(&[100, 1, 2, 40]),
            [0],
            "two hidden groups of three people together are three people"
        );
        assert_eq!(visible(&[100, 6, 7, 40]), [0, 3]);
        assert_eq!(visible(&[100, 1]), [0; 0]);
    }
}

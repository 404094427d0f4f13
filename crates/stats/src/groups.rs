//! Who belongs to which group, and which groups are too small to show.

use std::collections::BTreeMap;

use crate::table::InputError;

/// The group of people without a value. It is shown, and left out of comparisons between groups.
pub const MISSING: &str = "(missing)";

/// The group of each row. Names are sorted; [`MISSING`], where it occurs, is last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groups {
    names: Vec<String>,
    codes: Vec<u32>,
}

impl Groups {
    /// Groups from one label per row; `None` and the empty label are missing.
    ///
    /// ```
    /// use stats::groups::Groups;
    ///
    /// let groups = Groups::from_labels([Some("Sales"), None, Some("Lab"), Some("Sales")]);
    /// assert_eq!(groups.names(), ["Lab", "Sales", "(missing)"]);
    /// assert_eq!(groups.counts(), [1, 2, 1]);
    /// ```
    pub fn from_labels<S: AsRef<str>>(labels: impl IntoIterator<Item = Option<S>>) -> Self {
        let labels: Vec<Option<S>> = labels.into_iter().collect();
        let name = |label: &Option<S>| {
            label
                .as_ref()
                .map(|label| label.as_ref().to_owned())
                .filter(|label| !label.is_empty() && label != MISSING)
        };
        // Missing sorts after every name, because `false` sorts before `true`.
        let mut code_of: BTreeMap<(bool, String), u32> =
            labels.iter().map(|label| (key(name(label)), 0)).collect();
        code_of
            .values_mut()
            .zip(0..)
            .for_each(|(code, position)| *code = position);
        let codes = labels
            .iter()
            .map(|label| code_of[&key(name(label))])
            .collect();
        Self {
            names: code_of.into_keys().map(|(_, name)| name).collect(),
            codes,
        }
    }

    /// Groups from codes into `names`, as categorical columns hold them; `None` is missing.
    ///
    /// # Errors
    /// [`InputError::UnknownGroup`] when a code points beyond the names.
    pub fn from_codes(
        names: &[String],
        codes: impl IntoIterator<Item = Option<u32>>,
    ) -> Result<Self, InputError> {
        let label = |(row, code): (usize, Option<u32>)| match code {
            None => Ok(None),
            Some(code) => names
                .get(code as usize)
                .map(Some)
                .ok_or(InputError::UnknownGroup { row }),
        };
        Ok(Self::from_labels(
            codes
                .into_iter()
                .enumerate()
                .map(label)
                .collect::<Result<Vec<_>, _>>()?,
        ))
    }

    /// Intersections of two attributes, named "Female × Single". Missing in one is missing in both.
    ///
    /// # Errors
    /// [`InputError`] when the rows differ in number.
    ///
    /// ```
    /// use stats::groups::Groups;
    ///
    /// let (sex, team) = (Groups::from_labels([Some("F"), Some("M")]), Groups::from_labels([Some("Lab"), None]));
    /// assert_eq!(sex.combine(&team)?.names(), ["F × Lab", "(missing)"]);
    /// # Ok::<(), stats::InputError>(())
    /// ```
    pub fn combine(&self, other: &Self) -> Result<Self, InputError> {
        if self.codes.len() != other.codes.len() {
            return Err(InputError::Lengths {
                truth: self.codes.len(),
                other: other.codes.len(),
            });
        }
        let known = |groups: &Self, code: u32| {
            (!groups.is_missing(code as usize)).then(|| groups.names[code as usize].clone())
        };
        Ok(Self::from_labels(self.codes.iter().zip(&other.codes).map(
            |(&left, &right)| Some(format!("{} × {}", known(self, left)?, known(other, right)?)),
        )))
    }

    /// Names of the groups that occur, in the order of their codes.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Code of each row.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// Whether the group holds the people without a value.
    pub fn is_missing(&self, group: usize) -> bool {
        self.names[group] == MISSING
    }

    /// Rows per group.
    pub fn counts(&self) -> Vec<u32> {
        let mut counts = vec![0; self.names.len()];
        self.codes
            .iter()
            .for_each(|&code| counts[code as usize] += 1);
        counts
    }

    /// The groups with those that [`suppressed`] hides pooled into one, named "A + B", and the
    /// names that are hidden so. The pooled group says nothing that the total and the other groups
    /// do not say together, so the audit of a large group is not lost to a small one.
    pub fn pooled(&self, limit: u32) -> (Self, Vec<String>) {
        let mut counts = self.counts();
        // People without a value are no group that could be protected by hiding another.
        (0..counts.len())
            .filter(|&group| self.is_missing(group))
            .for_each(|missing| counts[missing] = 0);
        let hidden = suppressed(&counts, limit);
        let names: Vec<String> = self
            .names
            .iter()
            .zip(&hidden)
            .filter(|&(_, &hidden)| hidden)
            .map(|(name, _)| name.clone())
            .collect();
        let pool = if names.len() > 3 {
            format!("{} small groups", names.len())
        } else {
            names.join(" + ")
        };
        let label = |&code: &u32| {
            Some(if hidden[code as usize] {
                &pool
            } else {
                &self.names[code as usize]
            })
        };
        (Self::from_labels(self.codes.iter().map(label)), names)
    }

    /// Row numbers per group.
    pub(crate) fn rows(&self) -> Vec<Vec<usize>> {
        let mut rows = vec![Vec::new(); self.names.len()];
        self.codes
            .iter()
            .enumerate()
            .for_each(|(row, &code)| rows[code as usize].push(row));
        rows
    }
}

fn key(name: Option<String>) -> (bool, String) {
    name.map_or_else(|| (true, MISSING.to_owned()), |name| (false, name))
}

/// Which groups to hide so that no group of fewer than `limit` people can be read, nor worked out
/// from the total (complementary suppression): when the hidden groups are one only, or hold fewer
/// than `limit` people together, the next smallest are hidden too.
///
/// ```
/// use stats::groups::suppressed;
///
/// // Hidden alone, the group of 3 could be worked out from the total.
/// assert_eq!(suppressed(&[120, 40, 3], 10), [false, true, true]);
/// ```
pub fn suppressed(counts: &[u32], limit: u32) -> Vec<bool> {
    let mut hidden: Vec<bool> = counts
        .iter()
        .map(|&count| (1..limit).contains(&count))
        .collect();
    if !hidden.contains(&true) {
        return hidden;
    }
    let mut by_size: Vec<usize> = (0..counts.len())
        .filter(|&group| counts[group] > 0)
        .collect();
    by_size.sort_by_key(|&group| counts[group]);
    for group in by_size {
        let of_hidden = || {
            counts
                .iter()
                .zip(&hidden)
                .filter(|&(_, &hidden)| hidden)
                .map(|(&count, _)| count)
        };
        if of_hidden().count() >= 2 && of_hidden().sum::<u32>() >= limit {
            break;
        }
        hidden[group] = true;
    }
    hidden
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn missing_is_a_group_of_its_own() {
        let sex = Groups::from_labels([Some("Male"), None, Some("Female"), Some(""), Some("Male")]);
        assert_eq!(sex.names(), ["Female", "Male", MISSING]);
        assert_eq!(sex.codes(), [1, 2, 0, 2, 1]);
        let age = Groups::from_codes(
            &["<30".into(), "30+".into()],
            [Some(0), Some(0), Some(1), None, Some(0)],
        )
        .unwrap();
        assert_eq!(
            sex.combine(&age).unwrap().names(),
            ["Female × 30+", "Male × <30", MISSING]
        );
        assert_eq!(
            Groups::from_codes(&["<30".into()], [Some(1)]),
            Err(InputError::UnknownGroup { row: 0 })
        );
    }

    #[test]
    fn small_groups_are_pooled_with_the_next() {
        let labels = ["Female"; 60]
            .into_iter()
            .chain(["Male"; 40])
            .chain(["Other"; 3])
            .map(Some)
            .chain([None, None]);
        let (pooled, hidden) = Groups::from_labels(labels).pooled(10);
        assert_eq!(
            (pooled.names(), pooled.counts()),
            (
                &["Female".into(), "Male + Other".into(), MISSING.into()][..],
                vec![60, 43, 2]
            )
        );
        assert_eq!(hidden, ["Male", "Other"]);
        let (same, hidden) = pooled.pooled(10);
        assert_eq!((same, hidden.len()), (pooled, 0));
    }

    #[test]
    fn a_hidden_group_cannot_be_worked_out() {
        assert_eq!(suppressed(&[100, 50, 40], 10), [false, false, false]);
        assert_eq!(suppressed(&[100, 9, 40], 10), [false, true, true]);
        assert_eq!(suppressed(&[100, 9, 8], 10), [false, true, true]);
        assert_eq!(suppressed(&[100, 3, 2, 30], 10), [false, true, true, true]);
        assert_eq!(suppressed(&[1, 200], 10), [true, true]);
        assert_eq!(suppressed(&[0, 200, 50], 10), [false, false, false]);
        assert_eq!(suppressed(&[5], 10), [true]);
    }
}

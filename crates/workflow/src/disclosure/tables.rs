//! Tables with margins: which cells to hide, so that no small cell can be worked out.

use stats::InputError;
use stats::groups::Groups;

use super::Disclosure;

/// A table of counts by row and column. Its margins are public: they are tables of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    columns: usize,
    counts: Vec<u32>,
}

impl Table {
    /// A table of `columns` columns, row by row.
    pub fn new(columns: usize, counts: Vec<u32>) -> Self {
        Self {
            columns: columns.max(1),
            counts,
        }
    }

    fn rows(&self) -> usize {
        self.counts.len() / self.columns
    }

    /// The cells of a line: row `line`, or column `line - rows`.
    fn line(&self, line: usize) -> Vec<usize> {
        let rows = self.rows();
        if line < rows {
            (line * self.columns..(line + 1) * self.columns).collect()
        } else {
            (0..rows)
                .map(|row| row * self.columns + line - rows)
                .collect()
        }
    }

    /// Which cells to hide. Small cells and those of `always` are; then others with them, until
    ///
    /// - the hidden cells of a row or column hold k people together or more, and
    /// - no hidden cell follows from the margins and the cells that are shown. A cell follows
    ///   exactly when it is on no cycle of hidden cells through rows and columns: an edge of the
    ///   graph of rows and columns whose removal parts it.
    ///
    /// The smallest cell of the line is hidden next, so that as little as possible is lost. Empty
    /// cells are shown, since there is nobody in them, unless nothing else helps.
    pub fn hidden(&self, rule: Disclosure, always: &[usize]) -> Vec<bool> {
        let mut hidden: Vec<bool> = self
            .counts
            .iter()
            .map(|count| *count > 0 && rule.is_small(u64::from(*count)))
            .collect();
        always
            .iter()
            .filter(|cell| self.counts[**cell] > 0)
            .for_each(|cell| hidden[*cell] = true);
        while let Some(next) = self.next_to_hide(rule, &hidden) {
            hidden[next] = true;
        }
        hidden
    }

    fn next_to_hide(&self, rule: Disclosure, hidden: &[bool]) -> Option<usize> {
        let rows = self.rows();
        let smallest = |lines: &[usize]| {
            let shown = lines
                .iter()
                .flat_map(|line| self.line(*line))
                .filter(|cell| !hidden[*cell] && self.counts[*cell] > 0);
            shown.min_by_key(|cell| self.counts[*cell])
        };
        let short = |line: &usize| {
            let cells: Vec<usize> = self
                .line(*line)
                .into_iter()
                .filter(|cell| hidden[*cell])
                .collect();
            !cells.is_empty()
                && rule.is_small(cells.iter().map(|cell| u64::from(self.counts[*cell])).sum())
        };
        let short_line = (0..rows + self.columns)
            .filter(short)
            .find_map(|line| smallest(&[line]));
        short_line.or_else(|| {
            (0..hidden.len())
                .filter(|cell| hidden[*cell])
                .find_map(|own| {
                    let parts = self.parts_without(hidden, own)?;
                    // A cell that joins the two parts closes a cycle at once; where there is none,
                    // another of the same lines may lead to one.
                    let ends = [parts[own / self.columns], parts[rows + own % self.columns]];
                    let joins = |cell: &usize| {
                        let own = [
                            parts[cell / self.columns],
                            parts[rows + cell % self.columns],
                        ];
                        own == ends || own == [ends[1], ends[0]]
                    };
                    let shown =
                        (0..hidden.len()).filter(|cell| !hidden[*cell] && self.counts[*cell] > 0);
                    let joining = shown.filter(joins).min_by_key(|cell| self.counts[*cell]);
                    let near = joining
                        .or_else(|| smallest(&[own / self.columns, rows + own % self.columns]));
                    // Where everybody of a line is in one cell, only an empty cell beside it leaves
                    // open how many they are.
                    near.or_else(|| (0..hidden.len()).filter(|cell| !hidden[*cell]).find(joins))
                })
        })
    }

    /// For each row and column the part of the hidden cells that it belongs to when the hidden cell
    /// `own` is left out; `None` when its row and its column are still joined by others, so that it
    /// does not follow from the rest.
    fn parts_without(&self, hidden: &[bool], own: usize) -> Option<Vec<usize>> {
        fn root(parent: &[usize], mut node: usize) -> usize {
            while parent[node] != node {
                node = parent[node];
            }
            node
        }
        let rows = self.rows();
        let mut parent: Vec<usize> = (0..rows + self.columns).collect();
        for cell in (0..hidden.len()).filter(|cell| hidden[*cell] && *cell != own) {
            let (row, column) = (
                root(&parent, cell / self.columns),
                root(&parent, rows + cell % self.columns),
            );
            parent[row] = column;
        }
        let parts: Vec<usize> = (0..parent.len()).map(|node| root(&parent, node)).collect();
        (parts[own / self.columns] != parts[rows + own % self.columns]).then_some(parts)
    }
}

/// The intersections of two attributes with hidden ones pooled into one group, and the names of
/// those that are hidden.
///
/// People without a value of one attribute stand in cells of their own that are never shown, since
/// the margins count them.
///
/// # Errors
/// [`InputError`] when the attributes are of different people.
pub fn crossed(
    left: &Groups,
    right: &Groups,
    rule: Disclosure,
) -> Result<(Groups, Vec<String>), InputError> {
    let whole = left.combine(right)?;
    let columns = right.names().len();
    let mut counts = vec![0; left.names().len() * columns];
    let cells: Vec<usize> = left
        .codes()
        .iter()
        .zip(right.codes())
        .map(|(row, column)| *row as usize * columns + *column as usize)
        .collect();
    cells.iter().for_each(|cell| counts[*cell] += 1);
    let is_missing =
        |cell: &usize| left.is_missing(cell / columns) || right.is_missing(cell % columns);
    let always: Vec<usize> = (0..counts.len()).filter(is_missing).collect();
    let hidden = Table::new(columns, counts.clone()).hidden(rule, &always);
    let name = |cell: usize| {
        format!(
            "{} × {}",
            left.names()[cell / columns],
            right.names()[cell % columns]
        )
    };
    let names: Vec<String> = (0..counts.len())
        .filter(|cell| hidden[*cell] && !is_missing(cell))
        .map(name)
        .collect();
    if names.is_empty() {
        return Ok((whole, names));
    }
    let pool = if names.len() > 3 {
        format!("{} small groups", names.len())
    } else {
        names.join(" + ")
    };
    let label = |cell: &usize| match is_missing(cell) {
        true => None,
        false => Some(if hidden[*cell] {
            pool.clone()
        } else {
            name(*cell)
        }),
    };
    Ok((Groups::from_labels(cells.iter().map(label)), names))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn hidden(columns: usize, counts: &[u32]) -> Vec<usize> {
        let hidden = Table::new(columns, counts.to_vec()).hidden(Disclosure::default(), &[]);
        (0..counts.len()).filter(|cell| hidden[*cell]).collect()
    }

    #[test]
    fn a_table_of_large_cells_is_shown() {
        assert!(hidden(2, &[40, 30, 20, 10]).is_empty());
        assert!(
            hidden(2, &[40, 0, 20, 10]).is_empty(),
            "nobody is in an empty cell"
        );
    }

    #[test]
    fn one_small_cell_takes_others_with_it() {
        // Its row, its column, and the corner that closes the cycle; one more where two hold fewer
        // than k together.
        let found = hidden(3, &[38, 20, 12, 6, 30, 40, 50, 25, 60]);
        assert!(
            found.contains(&3) && (4..=6).contains(&found.len()),
            "{found:?}"
        );
    }

    #[test]
    fn a_single_row_cannot_hide_one_cell() {
        assert_eq!(
            hidden(3, &[100, 4, 30]),
            [0, 1, 2],
            "every column has one cell, which is its own margin"
        );
    }

    #[test]
    fn people_without_a_value_do_not_give_a_cell_away() {
        let mut people = Vec::new();
        let mut add = |left: Option<&'static str>, right: Option<&'static str>, count: usize| {
            people.extend(std::iter::repeat_n((left, right), count));
        };
        for (left, right, count) in [
            ("a", "x", 30),
            ("a", "y", 20),
            ("a", "z", 25),
            ("b", "x", 6),
            ("b", "y", 40),
            ("b", "z", 35),
            ("c", "x", 15),
            ("c", "y", 22),
            ("c", "z", 12),
        ] {
            add(Some(left), Some(right), count);
        }
        add(Some("a"), None, 3);
        let (left, right): (Vec<_>, Vec<_>) = people.into_iter().unzip();
        let (pooled, names) = crossed(
            &Groups::from_labels(left),
            &Groups::from_labels(right),
            Disclosure::default(),
        )
        .unwrap();
        assert!(names.contains(&"b × x".to_owned()), "{names:?}");
        assert!(!pooled.names().contains(&"b × x".to_owned()));
        let sizes = pooled.counts();
        assert!(
            (0..sizes.len()).all(|group| pooled.is_missing(group) || sizes[group] >= 10),
            "{:?} {sizes:?}",
            pooled.names()
        );
    }
}

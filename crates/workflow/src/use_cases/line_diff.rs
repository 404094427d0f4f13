//! What changed between two texts, line by line.

use serde::Serialize;

/// A line of either text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DiffLine {
    pub change: LineChange,
    /// From 1, in the text that has the line; in the new one where both have it.
    pub number: usize,
    pub text: String,
}

/// Which of the texts has a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineChange {
    Same,
    Removed,
    Added,
}

/// Cells of the table beyond which the differing middle of two texts counts as replaced.
const MOST_CELLS: usize = 4_000_000;

/// The shortest list of removed and added lines (longest common subsequence), with the lines that
/// both texts have. The middle of very long texts that differ everywhere counts as replaced.
pub fn line_diff(old: &str, new: &str) -> Vec<DiffLine> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let same = |(one, other): &(&&str, &&str)| one == other;
    let start = old.iter().zip(&new).take_while(same).count();
    let end = old[start..]
        .iter()
        .rev()
        .zip(new[start..].iter().rev())
        .take_while(same)
        .count();
    let [a, b] = [&old[start..old.len() - end], &new[start..new.len() - end]];
    let line = |change: LineChange, at: usize, text: &str| DiffLine {
        change,
        number: at + 1,
        text: text.to_owned(),
    };
    let mut lines: Vec<DiffLine> = (0..start)
        .map(|at| line(LineChange::Same, at, new[at]))
        .collect();
    let (mut at_old, mut at_new) = (0, 0);
    for (next_old, next_new) in common(a, b).into_iter().chain([(a.len(), b.len())]) {
        lines.extend((at_old..next_old).map(|at| line(LineChange::Removed, start + at, a[at])));
        lines.extend((at_new..next_new).map(|at| line(LineChange::Added, start + at, b[at])));
        if next_new < b.len() {
            lines.push(line(LineChange::Same, start + next_new, b[next_new]));
        }
        (at_old, at_new) = (next_old + 1, next_new + 1);
    }
    let rest = new.len() - end..new.len();
    lines.extend(rest.map(|at| line(LineChange::Same, at, new[at])));
    lines
}

/// Positions of the lines of a longest common subsequence, in both texts.
fn common(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    if old.len().saturating_mul(new.len()) > MOST_CELLS {
        return Vec::new();
    }
    let width = new.len() + 1;
    // Length of the longest common subsequence of what follows.
    let mut lengths = vec![0_u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            lengths[i * width + j] = if old[i] == new[j] {
                lengths[(i + 1) * width + j + 1] + 1
            } else {
                lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

/// The lines that differ with so many lines around them; `None` stands where lines are left out.
pub fn with_context(lines: &[DiffLine], context: usize) -> Vec<Option<&DiffLine>> {
    let near = |at: usize| {
        let (from, to) = (
            at.saturating_sub(context),
            (at + context + 1).min(lines.len()),
        );
        lines[from..to]
            .iter()
            .any(|line| line.change != LineChange::Same)
    };
    let mut shown = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if near(at) {
            shown.push(Some(line));
        } else if shown.last().is_some_and(Option::is_some) {
            shown.push(None);
        }
    }
    if shown.last().is_some_and(Option::is_none) {
        shown.pop();
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(old: &str, new: &str) -> Vec<String> {
        let sign = |change: LineChange| match change {
            LineChange::Same => ' ',
            LineChange::Removed => '-',
            LineChange::Added => '+',
        };
        line_diff(old, new)
            .iter()
            .map(|line| format!("{}{} {}", sign(line.change), line.number, line.text))
            .collect()
    }

    #[test]
    fn lines_that_both_have_are_kept() {
        assert_eq!(
            written("a\nb\nc\nd\ne", "a\nc\nx\nd\ne\nf"),
            [" 1 a", "-2 b", " 2 c", "+3 x", " 4 d", " 5 e", "+6 f"]
        );
        assert_eq!(written("a\nb", "a\nb"), [" 1 a", " 2 b"]);
        assert_eq!(written("", "a"), ["+1 a"]);
        assert_eq!(written("a", ""), ["-1 a"]);
        assert_eq!(written("a\na", "a\na\na"), [" 1 a", " 2 a", "+3 a"]);
    }

    #[test]
    fn either_text_can_be_read_from_it() {
        let texts = ["a\nb\nb\nc", "b\na\nb\nd\nc\nc", "c\nc\nc", "x\ny\nb"];
        for (old, new) in texts.iter().flat_map(|old| texts.map(|new| (*old, new))) {
            let lines = line_diff(old, new);
            let without = |change: LineChange| {
                let kept = lines.iter().filter(|line| line.change != change);
                kept.map(|line| line.text.as_str())
                    .collect::<Vec<_>>()
                    .join("\n")
            };
            assert_eq!(without(LineChange::Added), old);
            assert_eq!(without(LineChange::Removed), new);
        }
    }

    #[test]
    fn lines_far_from_a_change_are_left_out() {
        let old: Vec<String> = (1..=20).map(|line| line.to_string()).collect();
        let mut new = old.clone();
        new[9] = "ten".into();
        let lines = line_diff(&old.join("\n"), &new.join("\n"));
        let shown: Vec<Option<&str>> = with_context(&lines, 1)
            .into_iter()
            .map(|line| line.map(|line| line.text.as_str()))
            .collect();
        assert_eq!(shown, [Some("9"), Some("10"), Some("ten"), Some("11")]);
    }
}

//! Branch and bound over regions (boxes of values), cheapest region first.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::rc::Rc;

use super::answer::{Change, Counterfactual, Found, MAX_FIELDS};
use super::bound::{Interval, Shrunk};
use super::steps::Arm;
use crate::compiled::Compiled;
use crate::encoder::{EncodedField, Source};
use crate::explain::value_text;
use crate::file::Model;
use crate::table::{Column, Table};
use crate::vary::{Values, replace, with_values};

/// Rounding that a bound may have against the margin itself.
const SLACK: f64 = 1e-9;

/// What trying one answer counts for in nodes.
const NODES_OF_AN_ANSWER: u64 = 1000;

/// Arm, first and last position in its list.
type Side = (usize, usize, usize);

/// A box of values of a few arms.
#[derive(Debug, Clone)]
struct Region {
    sides: Vec<Side>,
    /// Of its cheapest corner.
    cost: f64,
    /// The scorer with only the fields of the sides free, once the region has been cut.
    shrunk: Option<Rc<Shrunk>>,
}

// A heap gives the greatest first: the cheapest region, the one with fewer fields among equals,
// then the order of the arms.
impl Ord for Region {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |cell: &Self| (cell.sides.len(), cell.sides.clone());
        other
            .cost
            .total_cmp(&self.cost)
            .then_with(|| key(other).cmp(&key(self)))
    }
}

impl PartialOrd for Region {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Region {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Region {}

pub(super) struct Search<'a> {
    model: &'a Model,
    compiled: &'a Compiled,
    person: &'a Table,
    arms: &'a [Arm<'a>],
    target: f64,
    shrunk: Shrunk,
    /// The person's encoded row, and the same as intervals.
    row: Vec<f64>,
    own: Vec<Interval>,
    /// For each field of the encoder the person's number (missing for levels).
    numbers: Vec<Interval>,
    /// For each arm its field in the encoder; none when no input is made of it.
    fields: Vec<Option<usize>>,
    /// For each arm the inputs that depend on its field alone, with their encoded value for each
    /// value of the arm.
    encoded: Vec<Vec<(usize, Vec<f64>)>>,
    /// For each arm the inputs that are formulas of its field and others.
    formulas: Vec<Vec<usize>>,
}

impl<'a> Search<'a> {
    pub fn new(
        model: &'a Model,
        compiled: &'a Compiled,
        person: &'a Table,
        arms: &'a [Arm<'a>],
        target: f64,
    ) -> Self {
        let matrix = model.encode(person);
        let mut row = Vec::new();
        matrix.copy_row(0, &mut row);
        let encoder = &model.encoder;
        let fields: Vec<Option<usize>> = arms
            .iter()
            .map(|arm| {
                encoder
                    .fields
                    .iter()
                    .position(|field| field.name == arm.field.name)
            })
            .collect();
        let (mut encoded, mut formulas) = (Vec::new(), Vec::new());
        for (arm, field) in arms.iter().zip(&fields) {
            let values = model.encode(&with_values(person, 0, arm.field, &arm.values));
            let reads = |input: &usize| {
                field.is_some_and(|field| reads(&encoder.inputs[*input].source, field as u32))
            };
            let (formula, plain): (Vec<usize>, Vec<usize>) = (0..encoder.inputs.len())
                .filter(reads)
                .partition(|input| matches!(encoder.inputs[*input].source, Source::Formula(_)));
            encoded.push(
                plain
                    .into_iter()
                    .map(|input| (input, values.column(input).to_vec()))
                    .collect::<Vec<_>>(),
            );
            formulas.push(formula);
        }
        let number = |field: &EncodedField| match person.column(&field.name) {
            Some(Column::Number(values)) => Interval::of(values[0]),
            _ => Interval::of(f64::NAN),
        };
        let numbers = encoder.fields.iter().map(number).collect();
        let own = row.iter().map(|value| Interval::of(*value)).collect();
        let free = |input: u32| free(&encoded, &formulas, 0..arms.len(), input);
        let shrunk = Shrunk::new(&model.scorer, &row, &free);
        Self {
            model,
            compiled,
            person,
            arms,
            target,
            shrunk,
            row,
            own,
            numbers,
            fields,
            encoded,
            formulas,
        }
    }

    /// Up to `want` answers, cheapest first, no two with the same fields and none with more fields
    /// than an earlier one needs; and whether every region was decided before `nodes` nodes of
    /// trees had been looked at.
    pub fn run(&self, want: usize, nodes: u64) -> (Vec<Counterfactual>, Found) {
        let mut visited = 0;
        let all: Vec<Side> = (0..self.arms.len()).map(|arm| self.whole(arm)).collect();
        if !self.may_succeed(&self.shrunk, &all, true, &mut visited) {
            return (Vec::new(), Found::Exact);
        }
        let mut open = BinaryHeap::new();
        self.push_sets(&mut Vec::new(), 0, &mut open);
        let mut answers: Vec<Counterfactual> = Vec::new();
        while answers.len() < want && visited < nodes {
            let Some(region) = open.pop() else { break };
            let changes = |field: &str| {
                region
                    .sides
                    .iter()
                    .any(|side| self.arms[side.0].field.name == field)
            };
            if answers
                .iter()
                .any(|known| known.changes.iter().all(|change| changes(&change.field)))
            {
                continue;
            }
            if region.sides.iter().all(|side| side.1 == side.2) {
                let chosen: Vec<(usize, usize)> =
                    region.sides.iter().map(|side| (side.0, side.1)).collect();
                answers.extend(self.answer(&chosen, Found::Exact));
                visited += NODES_OF_AN_ANSWER;
            } else if self.may_succeed(
                region.shrunk.as_deref().unwrap_or(&self.shrunk),
                &region.sides,
                false,
                &mut visited,
            ) {
                open.extend(self.split(&region));
            }
        }
        let found = if visited >= nodes && answers.len() < want {
            Found::Searched
        } else {
            Found::Exact
        };
        if answers.is_empty() {
            // More fields together, or more effort, may still do it.
            answers.extend(self.greedy());
        }
        (answers, found)
    }

    fn whole(&self, arm: usize) -> Side {
        (arm, 0, self.arms[arm].values.len() - 1)
    }

    /// One region for each set of up to three arms of different fields.
    fn push_sets(&self, sides: &mut Vec<Side>, next: usize, open: &mut BinaryHeap<Region>) {
        for arm in next..self.arms.len() {
            if sides
                .last()
                .is_some_and(|side| self.arms[side.0].field.name == self.arms[arm].field.name)
            {
                continue;
            }
            sides.push(self.whole(arm));
            open.push(self.region(sides.clone(), None));
            if sides.len() < MAX_FIELDS {
                self.push_sets(sides, arm + 1, open);
            }
            sides.pop();
        }
    }

    fn region(&self, sides: Vec<Side>, shrunk: Option<Rc<Shrunk>>) -> Region {
        let cost = sides
            .iter()
            .map(|side| self.arms[side.0].costs[side.1])
            .sum();
        Region {
            sides,
            cost,
            shrunk,
        }
    }

    /// Two halves along the longest side.
    fn split(&self, region: &Region) -> Vec<Region> {
        let length = |at: &usize| region.sides[*at].2 - region.sides[*at].1;
        let Some(longest) = (0..region.sides.len()).max_by_key(length) else {
            return Vec::new();
        };
        let (arm, from, to) = region.sides[longest];
        let middle = from + (to - from) / 2;
        let shrink = || {
            let free = |input: u32| {
                free(
                    &self.encoded,
                    &self.formulas,
                    region.sides.iter().map(|side| side.0),
                    input,
                )
            };
            Rc::new(self.shrunk.restrict(&self.row, &free))
        };
        let shrunk = region.shrunk.clone().unwrap_or_else(shrink);
        let half = |from: usize, to: usize| {
            let mut sides = region.sides.clone();
            sides[longest] = (arm, from, to);
            self.region(sides, Some(Rc::clone(&shrunk)))
        };
        vec![half(from, middle), half(middle + 1, to)]
    }

    /// False when no choice of values on the sides can come below the target. `optional`: fields
    /// may also stay as they are.
    fn may_succeed(
        &self,
        shrunk: &Shrunk,
        sides: &[Side],
        optional: bool,
        visited: &mut u64,
    ) -> bool {
        let (mut intervals, mut numbers) = (self.own.clone(), self.numbers.clone());
        let around = |before: Interval, values: &[f64]| {
            let before = optional.then_some(before);
            before
                .into_iter()
                .chain(values.iter().map(|value| Interval::of(*value)))
                .reduce(Interval::join)
                .unwrap_or(Interval::UNKNOWN)
        };
        for &(arm, from, to) in sides {
            for (input, values) in &self.encoded[arm] {
                intervals[*input] = around(intervals[*input], &values[from..=to]);
            }
            if let (Some(field), Values::Numbers(values)) =
                (self.fields[arm], &self.arms[arm].values)
            {
                numbers[field] = around(numbers[field], &values[from..=to]);
            }
        }
        for input in sides.iter().flat_map(|side| &self.formulas[side.0]) {
            if let Source::Formula(formula) = &self.model.encoder.inputs[*input].source {
                intervals[*input] = Interval::of_formula(formula, &|field| numbers[field as usize]);
            }
        }
        let least = shrunk.least(&intervals, visited);
        let slack = SLACK * (1.0 + least.abs());
        self.model.scorer.probability_of_margin(least - slack) < self.target
    }

    /// The person after the changes (arm, position), as an answer when the probability is below the
    /// target.
    fn answer(&self, chosen: &[(usize, usize)], found: Found) -> Option<Counterfactual> {
        let changed = self.changed(chosen);
        let probability = self.probability(&changed);
        if probability >= self.target {
            return None;
        }
        let changes: Vec<Change> = chosen
            .iter()
            .map(|&(arm, position)| {
                let field = self.arms[arm].field;
                let text = |table: &Table| {
                    table
                        .column(&field.name)
                        .map(|column| column.text(0))
                        .unwrap_or_default()
                };
                Change {
                    field: field.name.clone(),
                    label: field.label.clone(),
                    from: text(self.person),
                    to: text(&changed),
                    from_text: value_text(self.model, self.person, 0, &field.name),
                    to_text: value_text(self.model, &changed, 0, &field.name),
                    cost: self.arms[arm].costs[position],
                }
            })
            .collect();
        let cost = changes.iter().map(|change| change.cost).sum();
        Some(Counterfactual {
            changes,
            cost,
            probability,
            found,
        })
    }

    fn changed(&self, chosen: &[(usize, usize)]) -> Table {
        let mut table = self.person.clone();
        for &(arm, position) in chosen {
            let arm = &self.arms[arm];
            let one = match &arm.values {
                Values::Numbers(values) => Values::Numbers(vec![values[position]]),
                Values::Levels(codes) => Values::Levels(vec![codes[position]]),
            };
            replace(&mut table, arm.field, one.column(arm.field));
        }
        table
    }

    fn probability(&self, table: &Table) -> f64 {
        self.compiled.probabilities(&self.model.encode(table), 0..1)[0]
    }

    /// Adds the change with the lowest probability, field by field, until the target is met; then
    /// leaves out those that were not needed and takes the others back as far as they go.
    fn greedy(&self) -> Option<Counterfactual> {
        let mut chosen: Vec<(usize, usize)> = Vec::new();
        let mut now = f64::INFINITY;
        while now >= self.target {
            let free = (0..self.arms.len()).filter(|&arm| {
                chosen
                    .iter()
                    .all(|&(taken, _)| self.arms[taken].field.name != self.arms[arm].field.name)
            });
            let tried = free.filter_map(|arm| {
                let table = with_values(
                    &self.changed(&chosen),
                    0,
                    self.arms[arm].field,
                    &self.arms[arm].values,
                );
                let probabilities = self
                    .compiled
                    .probabilities(&self.model.encode(&table), 0..table.rows());
                let best = (0..probabilities.len())
                    .min_by(|&a, &b| probabilities[a].total_cmp(&probabilities[b]))?;
                Some((arm, best, probabilities[best]))
            });
            let (arm, position, probability) = tried
                .min_by(|a, b| a.2.total_cmp(&b.2))
                .filter(|best| best.2 < now)?;
            chosen.push((arm, position));
            now = probability;
        }
        let holds =
            |chosen: &[(usize, usize)]| self.probability(&self.changed(chosen)) < self.target;
        for at in (0..chosen.len()).rev() {
            let without: Vec<(usize, usize)> = chosen
                .iter()
                .enumerate()
                .filter(|(own, _)| *own != at)
                .map(|(_, change)| *change)
                .collect();
            if holds(&without) {
                chosen = without;
            }
        }
        for at in 0..chosen.len() {
            let (arm, position) = chosen[at];
            let shorter = (0..position).find(|shorter| {
                let mut chosen = chosen.clone();
                chosen[at] = (arm, *shorter);
                holds(&chosen)
            });
            chosen[at].1 = shorter.unwrap_or(position);
        }
        self.answer(&chosen, Found::Searched)
    }
}

/// Whether an input can change when the fields of some arms do.
fn free(
    encoded: &[Vec<(usize, Vec<f64>)>],
    formulas: &[Vec<usize>],
    mut arms: impl Iterator<Item = usize>,
    input: u32,
) -> bool {
    let input = input as usize;
    arms.any(|arm| {
        encoded[arm].iter().any(|(own, _)| *own == input) || formulas[arm].contains(&input)
    })
}

/// Whether an input is made of a field.
fn reads(source: &Source, field: u32) -> bool {
    match source {
        Source::Number { field: own }
        | Source::Indicator { field: own, .. }
        | Source::Rank { field: own, .. }
        | Source::Bin { field: own, .. } => *own == field,
        Source::Formula(formula) => formula.reads(field),
    }
}

//! People of any use case, month by month: some to whom the event happens and others in their
//! place, and some whose circumstances change.

use model::{Column, Table, UseCase};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use domain::Date;

use super::change::within;
use super::material::{Material, days_of_one};
use super::person::normal;
use super::settings::Kind;

/// Days of a month.
const MONTH: f64 = 30.4375;
/// Share of people whose circumstances change in a month, where the event is predicted for about a
/// month, and for longer.
const CHANGING: [f64; 2] = [0.3, 0.02];
/// Noise of the kind that is called so, in deviations of each number.
const NOISE: f64 = 0.6;
/// Share of the people who join at once, and how many are drawn for one of them: the one most at
/// risk joins.
const JOINING: f64 = 0.3;
const DRAWN_FOR_ONE: usize = 4;

struct Person {
    id: u64,
    values: Vec<f64>,
}

/// The people of a use case.
pub(super) struct World<'a> {
    material: &'a Material<'a>,
    use_case: &'a UseCase,
    people: Vec<Person>,
    next_id: u64,
    horizon: f64,
    rng: ChaCha8Rng,
    /// Of what is recorded: with and without a change, the same people live the same lives.
    change_rng: ChaCha8Rng,
    acting: Vec<(Kind, Option<f64>)>,
}

impl<'a> World<'a> {
    pub fn new(
        use_case: &'a UseCase,
        material: &'a Material<'a>,
        people: usize,
        horizon: u32,
        seed: u64,
    ) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(2);
        let mut change_rng = ChaCha8Rng::seed_from_u64(seed);
        change_rng.set_stream(3);
        let people: Vec<Person> = (0..people as u64)
            .map(|id| Person {
                id: id + 1,
                values: material.draw(&mut rng),
            })
            .collect();
        Self {
            material,
            use_case,
            next_id: people.len() as u64 + 1,
            people,
            horizon: f64::from(horizon),
            rng,
            change_rng,
            acting: Vec::new(),
        }
    }

    /// Sets what acts from now on, each with its strength; `begins` are those in their first month.
    pub fn set(&mut self, acting: Vec<(Kind, Option<f64>)>, begins: &[(Kind, Option<f64>)]) {
        self.acting = acting;
        for (kind, share) in begins {
            if *kind == Kind::SegmentShift {
                let joining = self.people.len() as f64 * share.unwrap_or(JOINING);
                (0..joining.round() as usize).for_each(|_| self.join());
            }
        }
    }

    fn join(&mut self) {
        let drawn: Vec<Vec<f64>> = (0..DRAWN_FOR_ONE)
            .map(|_| self.material.draw(&mut self.change_rng))
            .collect();
        let risk = |values: &Vec<f64>| self.material.log_odds(values, 0.0);
        let riskiest = drawn
            .into_iter()
            .max_by(|one, other| risk(one).total_cmp(&risk(other)));
        if let Some(values) = riskiest {
            self.people.push(Person {
                id: self.next_id,
                values,
            });
            self.next_id += 1;
        }
    }

    fn acts(&self, kind: Kind) -> Option<Option<f64>> {
        let acting = self.acting.iter().find(|(own, _)| *own == kind);
        acting.map(|(_, strength)| *strength)
    }

    /// Lets a month pass; identifiers of those to whom the event happened, as recorded. Another
    /// person comes in the place of each.
    pub fn month(&mut self) -> Vec<String> {
        let changed = self
            .acts(Kind::ConceptChange)
            .map_or(0.0, |strength| strength.unwrap_or(1.0));
        let mut left: Vec<bool> = Vec::with_capacity(self.people.len());
        for person in &self.people {
            let log_odds = self.material.log_odds(&person.values, changed);
            // Within a month at a constant rate.
            let stays = 1.0 - 1.0 / (1.0 + (-log_odds).exp());
            left.push(self.rng.random::<f64>() >= stays.powf(MONTH / self.horizon));
        }
        let flips = self
            .acts(Kind::LabelFlips)
            .map(|share| share.unwrap_or(0.035));
        let yearly = flips.unwrap_or(0.0);
        let recorded = |left: bool, chance: f64| match (left, flips) {
            (_, None) => left,
            (true, Some(_)) => chance >= yearly,
            (false, Some(_)) => chance < yearly * MONTH / self.horizon.max(MONTH),
        };
        let mut names = Vec::new();
        for (place, left) in left.iter().enumerate() {
            if recorded(*left, self.change_rng.random()) {
                names.push(self.name(place));
            }
        }
        let changing = CHANGING[usize::from(self.horizon > 2.0 * MONTH)];
        for (place, left) in left.into_iter().enumerate() {
            let renewed = self.rng.random_bool(changing);
            if left {
                self.people[place] = Person {
                    id: self.next_id,
                    values: self.material.draw(&mut self.rng),
                };
                self.next_id += 1;
            } else {
                self.pass(place, renewed);
            }
        }
        names
    }

    /// Time passes for one person, whose circumstances are `renewed` or stay.
    fn pass(&mut self, place: usize, renewed: bool) {
        let fresh = renewed.then(|| self.material.draw(&mut self.rng));
        let own = &mut self.people[place].values;
        for (at, field) in self.material.fields.iter().enumerate() {
            if days_of_one(field.kind).is_some() {
                own[at] += MONTH;
            } else if let Some(fresh) = &fresh
                && field.role == model::Role::Feature
            {
                own[at] = fresh[at];
            }
        }
    }

    /// Identifier of the person in a place: a number of their own, or where the use case has no
    /// identifiers the row, whoever has it.
    fn name(&self, place: usize) -> String {
        match self.use_case.id_column {
            Some(_) => self.people[place].id.to_string(),
            None => (place + 1).to_string(),
        }
    }

    /// Identifiers by row.
    pub fn names(&self) -> Vec<String> {
        (0..self.people.len())
            .map(|place| self.name(place))
            .collect()
    }

    /// The people as a file would have them on a day.
    pub fn table(&mut self, day: Date) -> Table {
        let mut table = Table::default();
        if let Some(id) = &self.use_case.id_column {
            table.push(id.clone(), Column::Text(self.names()));
        }
        let noise = self
            .acts(Kind::FeatureNoise)
            .map(|strength| NOISE * strength.unwrap_or(1.0));
        for (at, field) in self.material.fields.iter().enumerate() {
            let mut values: Vec<f64> = self.people.iter().map(|own| own.values[at]).collect();
            let column = if field.levels.is_empty() && !field.is_level() {
                if let Some(noise) = noise {
                    blur(&mut values, noise, &mut self.change_rng);
                }
                match days_of_one(field.kind) {
                    Some(_) => Column::Text(values.iter().map(|days| date(day, *days)).collect()),
                    None => {
                        Column::Number(values.iter().map(|value| within(field, *value)).collect())
                    }
                }
            } else {
                let code = |value: &f64| {
                    if value.is_nan() {
                        model::MISSING_LEVEL
                    } else {
                        *value as u32
                    }
                };
                Column::Level {
                    codes: values.iter().map(code).collect(),
                    levels: field.levels.clone(),
                }
            };
            table.push(field.name.clone(), column);
        }
        table
    }
}

fn date(day: Date, days: f64) -> String {
    if days.is_nan() {
        return String::new();
    }
    day.plus_days(-(days.max(0.0) as i32)).to_string()
}

fn blur(values: &mut [f64], strength: f64, rng: &mut ChaCha8Rng) {
    let known = || values.iter().filter(|value| value.is_finite());
    let count = known().count().max(1) as f64;
    let mean = known().sum::<f64>() / count;
    let deviation = (known().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
    // Decimals as before: of the first values that have any.
    let whole = known().all(|value| value.fract() == 0.0);
    for value in values {
        let moved = *value + strength * deviation * normal(rng);
        *value = if whole {
            moved.round()
        } else {
            (100.0 * moved).round() / 100.0
        };
    }
}

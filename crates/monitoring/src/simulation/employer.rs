//! The employer: who works there, month by month.

use model::Table;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::person::Person;
use super::record::{Noise, table};
use super::risk;
use super::settings::{Kind, Outcome};

pub(super) struct Employer {
    people: Vec<Person>,
    headcount: usize,
    next_id: u64,
    rng: ChaCha8Rng,
    /// Recording errors have a stream of their own: with and without drift, the same people live
    /// the same lives.
    drift_rng: ChaCha8Rng,
    acting: Vec<(Kind, Option<f64>)>,
}

/// Share of the head count that joins with a company that is taken over.
const JOINING: f64 = 0.3;

impl Employer {
    pub fn new(headcount: usize, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut drift_rng = ChaCha8Rng::seed_from_u64(seed);
        drift_rng.set_stream(1);
        let people = (0..headcount)
            .map(|id| Person::hire(id as u64 + 1, false, &mut rng))
            .collect();
        Self {
            people,
            headcount,
            next_id: headcount as u64 + 1,
            rng,
            drift_rng,
            acting: Vec::new(),
        }
    }

    /// Sets what acts from now on, each with its strength; `begins` are those in their first month.
    pub fn drift(&mut self, acting: Vec<(Kind, Option<f64>)>, begins: &[(Kind, Option<f64>)]) {
        self.acting = acting;
        for (kind, share) in begins {
            if *kind == Kind::SegmentShift {
                self.take_over(share.unwrap_or(JOINING));
            }
        }
    }

    fn take_over(&mut self, share: f64) {
        let joining = (self.headcount as f64 * share).round() as usize;
        self.headcount += joining;
        for _ in 0..joining {
            let mut person = Person::hire(self.next_id, true, &mut self.drift_rng);
            person.company_months = self.drift_rng.random_range(0..60);
            self.next_id += 1;
            self.people.push(person);
        }
    }

    /// The strength of a kind that acts; `None` when it does not.
    fn acts(&self, kind: Kind) -> Option<Option<f64>> {
        let acting = self.acting.iter().find(|(own, _)| *own == kind);
        acting.map(|(_, strength)| *strength)
    }

    /// How far the reasons to leave are new ones, 0..1.
    fn changed(&self) -> f64 {
        self.acts(Kind::ConceptChange)
            .map_or(0.0, |strength| strength.unwrap_or(1.0))
    }

    /// Lets a month pass and says who left, as recorded.
    pub fn month(&mut self) -> Vec<Outcome> {
        let changed = self.changed();
        let mut left = Vec::new();
        let rng = &mut self.rng;
        self.people.retain_mut(|person| {
            let reason = risk::leaves(person, changed, rng.random());
            if let Some(reason) = reason {
                left.push(Outcome {
                    id: person.id.to_string(),
                    reason: reason.into(),
                });
            }
            reason.is_none()
        });
        if let Some(share) = self.acts(Kind::LabelFlips) {
            self.flip_labels(&mut left, share);
        }
        for person in &mut self.people {
            person.pass_month(&mut self.rng);
        }
        while self.people.len() < self.headcount {
            self.people
                .push(Person::hire(self.next_id, false, &mut self.rng));
            self.next_id += 1;
        }
        left
    }

    /// Records some leavers as staying and some who stay as leaving: a yearly share, between
    /// 2 and 5% where none is given.
    fn flip_labels(&mut self, left: &mut Vec<Outcome>, share: Option<f64>) {
        let usual = 0.02 + 0.03 * self.drift_rng.random::<f64>();
        let yearly = share.unwrap_or(usual);
        left.retain(|_| !self.drift_rng.random_bool(yearly));
        for person in &self.people {
            if self.drift_rng.random_bool(yearly / 12.0) {
                left.push(Outcome {
                    id: person.id.to_string(),
                    reason: "resignation".into(),
                });
            }
        }
    }

    pub fn table(&mut self) -> Table {
        let noise = self.acts(Kind::FeatureNoise).map(|strength| Noise {
            rng: &mut self.drift_rng,
            strength: strength.unwrap_or(1.0),
        });
        table(&self.people, noise)
    }

    pub fn ids(&self) -> Vec<String> {
        self.people
            .iter()
            .map(|person| person.id.to_string())
            .collect()
    }

    pub fn true_risks(&self) -> Vec<f64> {
        let changed = self.changed();
        self.people
            .iter()
            .map(|person| risk::yearly_risk(person, changed))
            .collect()
    }
}

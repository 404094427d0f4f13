//! One simulated employee: drawn at hiring, changed month by month.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Departments, roles and levels by their place in the level lists of `record`.
pub(super) const RESEARCH: u32 = 1;
pub(super) const SALES: u32 = 2;

/// Job roles in the order of the use case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Role {
    HealthcareRepresentative,
    HumanResources,
    LaboratoryTechnician,
    Manager,
    ManufacturingDirector,
    ResearchDirector,
    ResearchScientist,
    SalesExecutive,
    SalesRepresentative,
}

/// Typical monthly pay by job level, and its spread as a share.
const PAY: [f64; 5] = [2_780.0, 5_500.0, 9_800.0, 15_500.0, 19_190.0];
const PAY_SPREAD: [f64; 5] = [0.24, 0.23, 0.16, 0.1, 0.03];

#[derive(Debug, Clone)]
pub(super) struct Person {
    pub id: u64,
    pub age_months: u32,
    pub working_months: u32,
    pub company_months: u32,
    pub role_months: u32,
    pub promotion_months: u32,
    pub manager_months: u32,
    pub companies: u32,
    pub female: bool,
    pub marital: u32,
    pub education: u32,
    pub field: u32,
    pub distance: f64,
    pub department: u32,
    pub role: Role,
    pub level: u32,
    pub travel: u32,
    pub overtime: bool,
    pub involvement: u32,
    pub job_satisfaction: u32,
    pub environment_satisfaction: u32,
    pub relationship_satisfaction: u32,
    pub balance: u32,
    pub trainings: u32,
    pub stock: u32,
    pub hike: u32,
    pub rating: u32,
    pub daily_rate: f64,
    pub hourly_rate: f64,
    pub monthly_rate: f64,
    /// Position of the person in the pay band, in standard deviations.
    pub pay_standing: f64,
}

/// A place in `weights`, drawn by weight.
pub(super) fn draw(rng: &mut ChaCha8Rng, weights: &[f64]) -> u32 {
    let mut rest = rng.random::<f64>() * weights.iter().sum::<f64>();
    for (place, weight) in weights.iter().enumerate() {
        rest -= weight;
        if rest < 0.0 {
            return place as u32;
        }
    }
    weights.len() as u32 - 1
}

/// A standard normal draw (Box-Muller).
pub(crate) fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let (u, v): (f64, f64) = (1.0 - rng.random::<f64>(), rng.random());
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

impl Person {
    /// A new hire. `takeover` hires come from the company that was taken over: sales people, far
    /// away, working overtime.
    pub fn hire(id: u64, takeover: bool, rng: &mut ChaCha8Rng) -> Self {
        let age = (30.0 + 8.5 * normal(rng)).clamp(18.0, 56.0);
        let education = (draw(rng, &[0.115, 0.19, 0.39, 0.27, 0.035]) + 1)
            .min(((age - 16.0) / 2.0).max(1.0) as u32);
        let worked = (age - 18.0 - f64::from(education - 1) * 1.4 - 3.0 * rng.random::<f64>())
            .max(0.0)
            * (0.75 + 0.25 * rng.random::<f64>());
        let department = if takeover {
            SALES
        } else {
            draw(rng, &[0.043, 0.654, 0.303])
        };
        let level = level_of(worked, rng);
        let marital = draw(rng, &[0.19, 0.42, 0.39]);
        let mut person = Self {
            id,
            age_months: (age * 12.0) as u32,
            working_months: (worked * 12.0) as u32,
            company_months: 0,
            role_months: 0,
            promotion_months: 0,
            manager_months: 0,
            companies: if worked < 1.0 {
                draw(rng, &[0.4, 0.6])
            } else {
                draw(
                    rng,
                    &[0.1, 0.28, 0.11, 0.12, 0.11, 0.06, 0.07, 0.07, 0.04, 0.04],
                )
            },
            female: rng.random_bool(0.4),
            marital,
            education,
            field: match department {
                0 => draw(rng, &[0.43, 0.25, 0.0, 0.21, 0.05, 0.06]),
                SALES => draw(rng, &[0.0, 0.34, 0.35, 0.19, 0.05, 0.07]),
                _ => draw(rng, &[0.0, 0.46, 0.0, 0.38, 0.06, 0.1]),
            },
            distance: (1.0 + 28.0 * rng.random::<f64>().powf(if takeover { 0.7 } else { 2.2 }))
                .round(),
            department,
            role: Role::Manager,
            level,
            travel: draw(rng, &[0.09, 0.68, 0.23]),
            overtime: rng.random_bool(if takeover { 0.65 } else { 0.42 }),
            involvement: draw(rng, &[0.06, 0.26, 0.58, 0.1]) + 1,
            job_satisfaction: satisfaction(rng),
            environment_satisfaction: satisfaction(rng),
            relationship_satisfaction: satisfaction(rng),
            balance: draw(rng, &[0.06, 0.23, 0.61, 0.1]) + 1,
            trainings: draw(rng, &[0.037, 0.048, 0.372, 0.334, 0.084, 0.081, 0.044]),
            stock: if marital == 2 {
                0
            } else {
                draw(rng, &[0.17, 0.59, 0.16, 0.08])
            },
            hike: 0,
            rating: 3,
            daily_rate: f64::from(rng.random_range(102..1500u32)),
            hourly_rate: f64::from(rng.random_range(30..101u32)),
            monthly_rate: f64::from(rng.random_range(2094..27000u32)),
            pay_standing: normal(rng),
        };
        person.role = person.role_for_level(rng);
        person.appraise(rng);
        person
    }

    fn role_for_level(&self, rng: &mut ChaCha8Rng) -> Role {
        let pick = rng.random::<f64>();
        match (self.department, self.level) {
            (0, 1..=3) => Role::HumanResources,
            (SALES, 1) => Role::SalesRepresentative,
            (SALES, 2..=3) => Role::SalesExecutive,
            (SALES, 4) if pick < 0.6 => Role::SalesExecutive,
            (RESEARCH, 1) => {
                if pick < 0.54 {
                    Role::ResearchScientist
                } else {
                    Role::LaboratoryTechnician
                }
            }
            (RESEARCH, 2) => match pick {
                x if x < 0.2 => Role::ResearchScientist,
                x if x < 0.4 => Role::LaboratoryTechnician,
                x if x < 0.72 => Role::ManufacturingDirector,
                _ => Role::HealthcareRepresentative,
            },
            (RESEARCH, 3) => match pick {
                x if x < 0.38 => Role::ManufacturingDirector,
                x if x < 0.76 => Role::HealthcareRepresentative,
                _ => Role::ResearchDirector,
            },
            (RESEARCH, 4) if pick < 0.25 => Role::ManufacturingDirector,
            (RESEARCH, _) if pick < 0.55 => Role::ResearchDirector,
            _ => Role::Manager,
        }
    }

    /// The yearly appraisal: rise, rating, rates.
    fn appraise(&mut self, rng: &mut ChaCha8Rng) {
        self.hike = 11
            + draw(
                rng,
                &[
                    14.3, 13.5, 14.2, 13.7, 6.9, 5.3, 5.6, 6.1, 5.2, 3.7, 3.3, 3.8, 1.9, 1.4, 1.2,
                ],
            );
        self.rating = if self.hike >= 20 { 4 } else { 3 };
    }

    /// One month passes: time, appraisal, promotion, changes of mood and of work.
    pub fn pass_month(&mut self, rng: &mut ChaCha8Rng) {
        for months in [
            &mut self.age_months,
            &mut self.working_months,
            &mut self.company_months,
            &mut self.role_months,
            &mut self.promotion_months,
            &mut self.manager_months,
        ] {
            *months += 1;
        }
        if self.company_months.is_multiple_of(12) {
            self.year_end(rng);
        }
        // One draw decides whether anything at all changes this month.
        let mut event = rng.random::<f64>();
        let mut happens = |chance: f64| {
            event -= chance;
            event < 0.0 && event >= -chance
        };
        if happens(0.018) {
            self.job_satisfaction = satisfaction(rng);
        } else if happens(0.018) {
            self.environment_satisfaction = satisfaction(rng);
        } else if happens(0.02) {
            self.relationship_satisfaction = satisfaction(rng);
        } else if happens(0.018) {
            self.overtime = rng.random_bool(0.48);
        } else if happens(0.015) {
            self.balance = draw(rng, &[0.06, 0.23, 0.61, 0.1]) + 1;
        } else if happens(0.015) {
            self.involvement = draw(rng, &[0.06, 0.26, 0.58, 0.1]) + 1;
        } else if happens(0.01) {
            self.travel = draw(rng, &[0.09, 0.68, 0.23]);
        } else if happens(0.01) {
            self.manager_months = 0;
        } else if happens(0.006) {
            self.distance = (1.0 + 28.0 * rng.random::<f64>().powf(2.2)).round();
        } else if happens(0.002) && self.marital == 2 {
            self.marital = 1;
            self.stock = draw(rng, &[0.17, 0.59, 0.16, 0.08]);
        } else if happens(0.0015) && self.marital == 1 {
            self.marital = 0;
        }
    }

    fn year_end(&mut self, rng: &mut ChaCha8Rng) {
        self.appraise(rng);
        self.trainings = draw(rng, &[0.037, 0.048, 0.372, 0.334, 0.084, 0.081, 0.044]);
        let entitled = f64::from(self.working_months)
            / 12.0
            / [5.0, 9.0, 16.0, 22.0, f64::INFINITY][self.level as usize - 1];
        if rng.random_bool((0.025 * entitled.powi(2)).min(0.3)) {
            self.level += 1;
            self.role = self.role_for_level(rng);
            self.promotion_months = 0;
            self.role_months = 0;
        } else if rng.random_bool(0.14) {
            // A new title on the same level.
            self.promotion_months = 0;
        } else if rng.random_bool(0.03) {
            self.role_months = 0;
        }
    }

    pub fn income(&self) -> f64 {
        let band = self.level as usize - 1;
        (PAY[band] * (1.0 + PAY_SPREAD[band] * self.pay_standing))
            .clamp(1009.0, 19_999.0)
            .round()
    }
}

fn satisfaction(rng: &mut ChaCha8Rng) -> u32 {
    draw(rng, &[0.193, 0.198, 0.304, 0.305]) + 1
}

/// Job level by years of work.
fn level_of(worked: f64, rng: &mut ChaCha8Rng) -> u32 {
    match worked + 4.0 * normal(rng) {
        score if score < 9.0 => 1,
        score if score < 17.0 => 2,
        score if score < 24.0 => 3,
        score if score < 29.0 => 4,
        _ => 5,
    }
}

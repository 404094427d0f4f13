//! The known risk function: log-odds of leaving within twelve months.

use super::person::{Person, Role};

/// Log-odds that an average person resigns within a year, and how far circumstances spread them.
const BASE: f64 = -3.08;
const SPREAD: f64 = 1.4;

/// Dismissed within a year, whoever they are.
const DISMISSAL: f64 = 0.008;
/// People of this age retire within the year.
const RETIREMENT_AGE_MONTHS: u32 = 60 * 12;

/// Log-odds of resigning within a year. `changed`, 0..1: how far the concept change has gone, after
/// which overtime no longer matters and experience moves out.
pub(super) fn log_odds(person: &Person, changed: f64) -> f64 {
    let flag = |condition: bool| if condition { 1.0 } else { 0.0 };
    let years = |months: u32| f64::from(months) / 12.0;
    let centered = |score: u32| f64::from(score) - 2.7;
    let working = years(person.working_months);
    let common = -0.25 * centered(person.relationship_satisfaction)
        - 0.45 * centered(person.involvement)
        - 0.4 * flag(person.travel == 0)
        + 0.75 * flag(person.travel == 2)
        + 0.13 * (f64::from(person.companies) - 2.7)
        + 0.11 * (years(person.promotion_months) - 2.0)
        - 0.1 * (f64::from(person.trainings) - 2.8)
        + 0.5 * flag(person.balance == 1);
    let new = || {
        -1.4 - 0.3 * flag(person.overtime)
            + 0.085 * (working - 11.0)
            + 0.9 * flag(person.level >= 3)
            + 0.25 * centered(person.job_satisfaction)
            - 0.02 * (person.distance - 9.0)
            + 0.3 * flag(person.stock > 0)
            + 0.3 * (f64::from(person.education) - 2.9)
    };
    let old = || {
        let entry = matches!(
            person.role,
            Role::SalesRepresentative | Role::LaboratoryTechnician
        );
        1.65 * (flag(person.overtime) - 0.28) + 0.5 * flag(person.overtime && person.level == 1)
            - 0.4 * centered(person.job_satisfaction)
            - 0.4 * centered(person.environment_satisfaction)
            + 0.038 * (person.distance - 9.0)
            + 0.85 * flag(person.stock == 0)
            + 0.55 * flag(entry)
            + 0.4 * flag(person.level == 1)
            - 0.25 * person.pay_standing
            - 0.05 * (working - 11.0).min(15.0)
            - 0.06 * (years(person.manager_months).min(10.0) - 4.0)
    };
    let own = if changed <= 0.0 {
        old()
    } else if changed >= 1.0 {
        new()
    } else {
        (1.0 - changed) * old() + changed * new()
    };
    BASE + SPREAD * (common + own)
}

/// Probability of resigning within twelve months, 0..1.
pub(super) fn resignation_risk(person: &Person, changed: f64) -> f64 {
    1.0 / (1.0 + (-log_odds(person, changed)).exp())
}

/// Probability of leaving within twelve months for any reason, 0..1, if nothing about the person
/// changes.
pub(super) fn yearly_risk(person: &Person, changed: f64) -> f64 {
    let stays = (1.0 - resignation_risk(person, changed)) * (1.0 - DISMISSAL);
    if person.age_months + 12 > RETIREMENT_AGE_MONTHS {
        1.0
    } else {
        1.0 - stays
    }
}

/// The month's verdict for a uniform draw: why the person leaves, if so.
pub(super) fn leaves(person: &Person, changed: f64, uniform: f64) -> Option<&'static str> {
    let monthly = |yearly: f64| 1.0 - (1.0 - yearly).powf(1.0 / 12.0);
    let resigns = monthly(resignation_risk(person, changed));
    if person.age_months >= RETIREMENT_AGE_MONTHS {
        Some("retirement")
    } else if uniform < resigns {
        Some("resignation")
    } else if uniform < resigns + monthly(DISMISSAL) {
        Some("dismissal")
    } else {
        None
    }
}

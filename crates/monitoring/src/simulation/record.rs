//! People as the table that a personnel system would export: columns and levels of the `attrition`
//! use case.

use model::{Column, Table};
use rand_chacha::ChaCha8Rng;

use super::person::{Person, normal};

/// Noise on what is recorded.
pub(super) struct Noise<'a> {
    pub rng: &'a mut ChaCha8Rng,
    /// 1 is the usual noise.
    pub strength: f64,
}

fn number(people: &[Person], value: impl Fn(&Person) -> f64) -> Column {
    Column::Number(people.iter().map(value).collect())
}

fn level(people: &[Person], levels: &[&str], code: impl Fn(&Person) -> u32) -> Column {
    Column::Level {
        codes: people.iter().map(code).collect(),
        levels: levels.iter().map(|level| (*level).to_owned()).collect(),
    }
}

pub(super) fn table(people: &[Person], noise: Option<Noise<'_>>) -> Table {
    let years = |months: u32| f64::from(months / 12);
    let columns: [(&str, Column); 34] = [
        ("Age", number(people, |p| years(p.age_months))),
        (
            "BusinessTravel",
            level(
                people,
                &["Non-Travel", "Travel_Rarely", "Travel_Frequently"],
                |p| p.travel,
            ),
        ),
        ("DailyRate", number(people, |p| p.daily_rate)),
        (
            "Department",
            level(
                people,
                &["Human Resources", "Research & Development", "Sales"],
                |p| p.department,
            ),
        ),
        ("DistanceFromHome", number(people, |p| p.distance)),
        ("Education", number(people, |p| f64::from(p.education))),
        (
            "EducationField",
            level(
                people,
                &[
                    "Human Resources",
                    "Life Sciences",
                    "Marketing",
                    "Medical",
                    "Other",
                    "Technical Degree",
                ],
                |p| p.field,
            ),
        ),
        ("EmployeeCount", number(people, |_| 1.0)),
        (
            "EmployeeNumber",
            Column::Text(people.iter().map(|p| p.id.to_string()).collect()),
        ),
        (
            "EnvironmentSatisfaction",
            number(people, |p| f64::from(p.environment_satisfaction)),
        ),
        (
            "Gender",
            level(people, &["Female", "Male"], |p| u32::from(!p.female)),
        ),
        ("HourlyRate", number(people, |p| p.hourly_rate)),
        (
            "JobInvolvement",
            number(people, |p| f64::from(p.involvement)),
        ),
        ("JobLevel", number(people, |p| f64::from(p.level))),
        (
            "JobRole",
            level(
                people,
                &[
                    "Healthcare Representative",
                    "Human Resources",
                    "Laboratory Technician",
                    "Manager",
                    "Manufacturing Director",
                    "Research Director",
                    "Research Scientist",
                    "Sales Executive",
                    "Sales Representative",
                ],
                |p| p.role as u32,
            ),
        ),
        (
            "JobSatisfaction",
            number(people, |p| f64::from(p.job_satisfaction)),
        ),
        (
            "MaritalStatus",
            level(people, &["Divorced", "Married", "Single"], |p| p.marital),
        ),
        ("MonthlyIncome", number(people, Person::income)),
        ("MonthlyRate", number(people, |p| p.monthly_rate)),
        (
            "NumCompaniesWorked",
            number(people, |p| f64::from(p.companies)),
        ),
        ("Over18", level(people, &["Y"], |_| 0)),
        (
            "OverTime",
            level(people, &["No", "Yes"], |p| u32::from(p.overtime)),
        ),
        ("PercentSalaryHike", number(people, |p| f64::from(p.hike))),
        ("PerformanceRating", number(people, |p| f64::from(p.rating))),
        (
            "RelationshipSatisfaction",
            number(people, |p| f64::from(p.relationship_satisfaction)),
        ),
        ("StandardHours", number(people, |_| 80.0)),
        ("StockOptionLevel", number(people, |p| f64::from(p.stock))),
        (
            "TotalWorkingYears",
            number(people, |p| years(p.working_months)),
        ),
        (
            "TrainingTimesLastYear",
            number(people, |p| f64::from(p.trainings)),
        ),
        ("WorkLifeBalance", number(people, |p| f64::from(p.balance))),
        (
            "YearsAtCompany",
            number(people, |p| years(p.company_months)),
        ),
        (
            "YearsInCurrentRole",
            number(people, |p| years(p.role_months)),
        ),
        (
            "YearsSinceLastPromotion",
            number(people, |p| years(p.promotion_months)),
        ),
        (
            "YearsWithCurrManager",
            number(people, |p| years(p.manager_months)),
        ),
    ];
    let mut table = Table::default();
    for (name, column) in columns {
        table.push(name, column);
    }
    if let Some(noise) = noise {
        blur(&mut table, noise);
    }
    table
}

/// Adds noise of one to one and a half typical deviations to four recorded columns, rounded and
/// never below the smallest that can be.
fn blur(table: &mut Table, Noise { rng, strength }: Noise<'_>) {
    for (name, deviation, least) in [
        ("MonthlyIncome", 4_500.0, 1_000.0),
        ("DistanceFromHome", 12.0, 1.0),
        ("TotalWorkingYears", 14.0, 0.0),
        ("YearsAtCompany", 10.0, 0.0),
    ] {
        let place = table.names.iter().position(|column| column == name);
        if let Some(Column::Number(values)) = place.and_then(|place| table.columns.get_mut(place)) {
            for value in values {
                *value = (*value + strength * deviation * normal(rng))
                    .round()
                    .max(least);
            }
        }
    }
}

//! Customers like those of the public telecom data (mlc_churn, 5000 rows): the use case `churn`.

use model::Field;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::person::{draw, normal};

/// Normally distributed usage: mean and deviation of minutes, calls, and the price of a minute.
const USAGE: [(&str, [f64; 2], [f64; 2], f64); 3] = [
    ("day", [180.3, 53.9], [100.0, 19.8], 0.17),
    ("eve", [200.6, 50.6], [100.2, 19.8], 0.085),
    ("night", [200.4, 50.5], [99.9, 20.0], 0.045),
];

/// How many service calls customers make, by number of calls.
const SERVICE_CALLS: [f64; 10] = [20.5, 35.8, 22.4, 13.0, 4.9, 2.0, 0.9, 0.3, 0.1, 0.1];

/// Fields that customers are simulated with.
pub(super) const FIELDS: [&str; 19] = [
    "state",
    "account_length",
    "area_code",
    "international_plan",
    "voice_mail_plan",
    "number_vmail_messages",
    "number_customer_service_calls",
    "total_day_minutes",
    "total_day_calls",
    "total_day_charge",
    "total_eve_minutes",
    "total_eve_calls",
    "total_eve_charge",
    "total_night_minutes",
    "total_night_calls",
    "total_night_charge",
    "total_intl_minutes",
    "total_intl_calls",
    "total_intl_charge",
];

/// Positions of the deciding fields in a row.
#[derive(Debug, Clone)]
pub(super) struct Places {
    international_plan: usize,
    voice_mail_plan: usize,
    service_calls: usize,
    day_minutes: usize,
    eve_minutes: usize,
    intl_calls: usize,
    account_length: usize,
}

impl Places {
    /// `None` where the definition has other fields than customers are simulated with.
    pub fn of(fields: &[&Field]) -> Option<Self> {
        let at = |name: &str| fields.iter().position(|field| field.name == name);
        if !fields.iter().all(|own| FIELDS.contains(&own.name.as_str())) {
            return None;
        }
        Some(Self {
            international_plan: at("international_plan")?,
            voice_mail_plan: at("voice_mail_plan")?,
            service_calls: at("number_customer_service_calls")?,
            day_minutes: at("total_day_minutes")?,
            eve_minutes: at("total_eve_minutes")?,
            intl_calls: at("total_intl_calls")?,
            account_length: at("account_length")?,
        })
    }

    /// Log-odds of canceling within the month: why customers leave, and after the concept change.
    pub fn log_odds(&self, row: &[f64]) -> [f64; 2] {
        let flag = |condition: bool| if condition { 1.0 } else { 0.0 };
        let day = (row[self.day_minutes] - 180.0) / 54.0;
        let eve = (row[self.eve_minutes] - 200.0) / 50.6;
        let voice_mail = row[self.voice_mail_plan];
        let old = -3.5
            + 2.4 * row[self.international_plan]
            + 2.6 * flag(row[self.service_calls] >= 4.0)
            + 0.7 * day
            + 2.8 * flag(day > 1.15) * (1.0 - voice_mail)
            + 0.35 * eve
            - 0.9 * voice_mail
            - 0.25 * (row[self.intl_calls] - 4.4) / 2.5;
        // A competitor with cheap calls abroad and at no charge for service wins those who call
        // little and have been there for long.
        let new = -3.8 - 1.1 * day - 0.8 * eve
            + 1.3 * voice_mail
            + 0.9 * (row[self.account_length] - 100.0) / 40.0
            + 0.6 * (row[self.intl_calls] - 4.4) / 2.5
            - 0.5 * row[self.international_plan]
            - 0.3 * (row[self.service_calls] - 1.6);
        [old, new]
    }

    /// A customer, one value for each of `fields`.
    pub fn draw(fields: &[&Field], rng: &mut ChaCha8Rng) -> Vec<f64> {
        let tenth = |value: f64| (10.0 * value).round() / 10.0;
        let cent = |value: f64| (100.0 * value).round() / 100.0;
        let mut row: Vec<f64> = fields.iter().map(|_| f64::NAN).collect();
        let mut set = |name: &str, value: f64| {
            if let Some(place) = fields.iter().position(|field| field.name == name) {
                row[place] = value;
            }
        };
        let states = fields.iter().find(|field| field.name == "state");
        let states = states.map_or(1, |field| field.levels.len().max(1));
        set("state", rng.random_range(0..states) as f64);
        set("area_code", f64::from(draw(rng, &[1259.0, 2495.0, 1246.0])));
        set(
            "account_length",
            (100.3 + 39.7 * normal(rng)).round().clamp(1.0, 243.0),
        );
        set(
            "international_plan",
            f64::from(u8::from(rng.random_bool(0.095))),
        );
        let voice_mail = rng.random_bool(0.265);
        set("voice_mail_plan", f64::from(u8::from(voice_mail)));
        let messages = (29.3 + 7.5 * normal(rng)).round().clamp(4.0, 52.0);
        set(
            "number_vmail_messages",
            if voice_mail { messages } else { 0.0 },
        );
        set(
            "number_customer_service_calls",
            f64::from(draw(rng, &SERVICE_CALLS)),
        );
        for (time, minutes, calls, price) in USAGE {
            let used = tenth((minutes[0] + minutes[1] * normal(rng)).max(0.0));
            set(&format!("total_{time}_minutes"), used);
            let made = (calls[0] + calls[1] * normal(rng)).round().max(0.0);
            set(&format!("total_{time}_calls"), made);
            set(&format!("total_{time}_charge"), cent(price * used));
        }
        let abroad = tenth((10.3 + 2.8 * normal(rng)).max(0.0));
        set("total_intl_minutes", abroad);
        set("total_intl_charge", cent(0.27 * abroad));
        let calls = (4.4 + 2.4 * normal(rng)).round().clamp(0.0, 20.0);
        set("total_intl_calls", calls);
        row
    }
}

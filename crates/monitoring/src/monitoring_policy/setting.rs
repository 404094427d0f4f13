//! Each limit of a monitoring policy as text: what a form and a command read and write.

use domain::{FieldProblem, MonitoringSetting as Setting, ProblemCode};

use super::MonitoringPolicy;
use crate::policy::{Adjustment, Overall};

/// Most days of anything: a century.
const MOST_DAYS: u32 = 36_525;
/// Most rows that a test may ask for.
const MOST_ROWS: u32 = 1_000_000;

impl MonitoringPolicy {
    /// A limit as text; [`Self::set`] reads it back.
    pub fn get(&self, setting: Setting) -> String {
        let (drift, retraining) = (&self.drift, &self.retraining);
        let optional = |value: Option<u32>| value.map_or_else(String::new, |own| own.to_string());
        match setting {
            Setting::PLimit => drift.p_limit.to_string(),
            Setting::Adjustment => match drift.adjustment {
                Adjustment::None => "none",
                Adjustment::BenjaminiHochberg => "benjamini_hochberg",
                Adjustment::Holm => "holm",
            }
            .to_owned(),
            Setting::LeastEffectNumber => drift.least_effect_number.to_string(),
            Setting::LeastEffectLevel => drift.least_effect_level.to_string(),
            Setting::LeastRows => drift.least_rows.to_string(),
            Setting::Overall => match drift.overall {
                Overall::AnyColumn => "any".to_owned(),
                Overall::ShareAtLeast(share) => format!("at least {}", percent(share)),
                Overall::ShareAbove(share) => format!("above {}", percent(share)),
            },
            Setting::ShareDrifted => percent(retraining.share_drifted),
            Setting::RocAuc => retraining.roc_auc.to_string(),
            Setting::PredictionDrift => yes_or_no(retraining.prediction_drift),
            Setting::TargetDrift => yes_or_no(retraining.target_drift),
            Setting::CalibrationP => retraining.calibration_p.to_string(),
            Setting::CalibrationShare => percent(retraining.calibration_share),
            Setting::ScheduleDays => optional(retraining.schedule_days),
            Setting::CooldownDays => retraining.cooldown_days.to_string(),
            Setting::ConsecutiveChecks => retraining.consecutive_checks.to_string(),
            Setting::RetrainingsAYear => optional(self.retrainings_a_year),
            Setting::CheckAfterDays => self.check_after_days.to_string(),
        }
    }

    /// Sets a limit from text.
    ///
    /// # Errors
    /// What is wrong with it, under the name of the setting; then nothing is changed.
    pub fn set(&mut self, setting: Setting, text: &str) -> Result<(), FieldProblem> {
        let text = text.trim();
        let read = Read { setting, text };
        let (drift, retraining) = (&mut self.drift, &mut self.retraining);
        match setting {
            Setting::PLimit => drift.p_limit = read.p_value()?,
            Setting::Adjustment => {
                drift.adjustment = match text {
                    "none" => Adjustment::None,
                    "benjamini_hochberg" => Adjustment::BenjaminiHochberg,
                    "holm" => Adjustment::Holm,
                    _ => return Err(read.wrong(ProblemCode::UnknownValue)),
                };
            }
            Setting::LeastEffectNumber => drift.least_effect_number = read.number(0.0, f64::MAX)?,
            Setting::LeastEffectLevel => drift.least_effect_level = read.number(0.0, 1.0)?,
            Setting::LeastRows => drift.least_rows = u64::from(read.count(2, MOST_ROWS)?),
            Setting::Overall => {
                drift.overall = if text == "any" {
                    Overall::AnyColumn
                } else if let Some(share) = text.strip_prefix("above") {
                    Overall::ShareAbove(
                        Read {
                            setting,
                            text: share.trim(),
                        }
                        .share()?,
                    )
                } else {
                    let share = text.strip_prefix("at least").unwrap_or(text).trim();
                    Overall::ShareAtLeast(
                        Read {
                            setting,
                            text: share,
                        }
                        .share()?,
                    )
                };
            }
            Setting::ShareDrifted => retraining.share_drifted = read.share()?,
            Setting::RocAuc => retraining.roc_auc = read.number(0.5, 1.0)?,
            Setting::PredictionDrift => retraining.prediction_drift = read.yes_or_no()?,
            Setting::TargetDrift => retraining.target_drift = read.yes_or_no()?,
            Setting::CalibrationP => retraining.calibration_p = read.p_value()?,
            Setting::CalibrationShare => retraining.calibration_share = read.share()?,
            Setting::ScheduleDays => retraining.schedule_days = read.optional(1, MOST_DAYS)?,
            Setting::CooldownDays => retraining.cooldown_days = read.count(0, MOST_DAYS)?,
            Setting::ConsecutiveChecks => retraining.consecutive_checks = read.count(1, 12)?,
            Setting::RetrainingsAYear => self.retrainings_a_year = read.optional(0, 1000)?,
            Setting::CheckAfterDays => self.check_after_days = read.count(1, MOST_DAYS)?,
        }
        Ok(())
    }
}

/// A text that is read as the value of a setting.
#[derive(Clone, Copy)]
struct Read<'a> {
    setting: Setting,
    text: &'a str,
}

impl Read<'_> {
    fn wrong(self, code: ProblemCode) -> FieldProblem {
        let message = if self.text.is_empty() {
            format!("Enter a value. {}", self.setting.help())
        } else {
            format!("“{}” is not possible. {}", self.text, self.setting.help())
        };
        FieldProblem::new(self.setting.as_str(), code, message)
    }

    fn number(self, least: f64, most: f64) -> Result<f64, FieldProblem> {
        let number = self.text.parse::<f64>().ok().filter(|own| own.is_finite());
        let number = number.ok_or_else(|| self.wrong(ProblemCode::Type))?;
        if (least..=most).contains(&number) {
            Ok(number)
        } else {
            Err(self.wrong(ProblemCode::OutOfRange))
        }
    }

    fn p_value(self) -> Result<f64, FieldProblem> {
        let p = self.number(0.0, 1.0)?;
        if p > 0.0 && p < 1.0 {
            Ok(p)
        } else {
            Err(self.wrong(ProblemCode::OutOfRange))
        }
    }

    /// `30%` or `0.3`; 30 alone could be either of two mistakes.
    fn share(self) -> Result<f64, FieldProblem> {
        match self.text.strip_suffix('%') {
            Some(percent) => {
                let text = percent.trim();
                Ok(Read { text, ..self }.number(0.0, 100.0)? / 100.0)
            }
            None => self.number(0.0, 1.0),
        }
    }

    fn count(self, least: u32, most: u32) -> Result<u32, FieldProblem> {
        let count = self.text.parse::<u32>();
        let count = count.map_err(|_| self.wrong(ProblemCode::Type))?;
        if (least..=most).contains(&count) {
            Ok(count)
        } else {
            Err(self.wrong(ProblemCode::OutOfRange))
        }
    }

    fn optional(self, least: u32, most: u32) -> Result<Option<u32>, FieldProblem> {
        if self.text.is_empty() {
            return Ok(None);
        }
        self.count(least, most).map(Some)
    }

    fn yes_or_no(self) -> Result<bool, FieldProblem> {
        match self.text {
            "yes" => Ok(true),
            "no" => Ok(false),
            _ => Err(self.wrong(ProblemCode::UnknownValue)),
        }
    }
}

fn yes_or_no(own: bool) -> String {
    if own { "yes" } else { "no" }.to_owned()
}

/// A share as percent that reads back as the same number: 0.3 as `30%`.
fn percent(share: f64) -> String {
    let rounded = (share * 1e8).round() / 1e6;
    if rounded / 100.0 == share {
        format!("{rounded}%")
    } else {
        share.to_string()
    }
}

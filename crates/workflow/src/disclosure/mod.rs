//! What may leave: the one place that releases figures about people to roles that do not see
//! people.
//!
//! Every function here takes a figure as it was measured and gives it as everybody but an analyst
//! may see it; all of them are pure. The rules, and what they are good against, are in
//! `docs/disclosure.md`:
//!
//! 1. **k people behind every figure** ([`Disclosure::least_people`]): a cell, rate, mean or point
//!    that fewer people stand behind is hidden, pooled with others, or not drawn.
//! 2. **Complementary suppression**: what is hidden cannot be worked out from totals and margins
//!    ([`tables`], [`stats::groups::suppressed`]).
//! 3. **Counts are multiples of k; means and values are rounded** to a grid that k ordinary people
//!    do not move ([`numbers`]). No smallest and no largest value of a field.
//! 4. **No differences between versions**: figures that fewer than k people tell apart are shown
//!    once, as those of the earlier dataset ([`snapshots`]).
//! 5. **No sweeps**: rates are given at the cutoff of the version alone.

pub mod audit;
pub mod drift;
pub mod evidence;
pub mod explanation;
pub mod files;
mod histories;
pub mod numbers;
pub mod profile;
mod queries;
pub mod segments;
pub mod snapshots;
pub mod tables;

pub(crate) use histories::Histories;

/// How many people stand behind every released figure: a checked setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disclosure {
    least_people: u32,
}

impl Default for Disclosure {
    fn default() -> Self {
        Self {
            least_people: Self::USUAL,
        }
    }
}

impl Disclosure {
    /// Where no access policy says otherwise.
    pub const USUAL: u32 = 10;
    /// No policy may go lower.
    pub const FLOOR: u32 = 5;
    /// Beyond this nothing would be left to see.
    pub const MOST: u32 = 1000;

    /// The setting of a policy.
    ///
    /// # Errors
    /// When it lies outside [`Self::FLOOR`] to [`Self::MOST`]; the text says so.
    pub fn new(least_people: u32) -> Result<Self, String> {
        if (Self::FLOOR..=Self::MOST).contains(&least_people) {
            return Ok(Self { least_people });
        }
        Err(format!(
            "least_people must be from {} to {}",
            Self::FLOOR,
            Self::MOST
        ))
    }

    /// k: the fewest people behind a released figure.
    pub fn least_people(self) -> u32 {
        self.least_people
    }

    /// Why a figure is not there.
    pub fn why_hidden(self) -> String {
        format!("Not shown: fewer than {} people.", self.least_people)
    }

    /// Whether `people` are too few to show anything of.
    pub fn is_small(self, people: u64) -> bool {
        people < u64::from(self.least_people)
    }
}

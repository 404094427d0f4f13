//! What a search space is made of; each candidate has its own.

use crate::prepared::BINS;

/// How a dimension is searched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// Evenly.
    Linear,
    /// Evenly in the logarithm; both ends are positive.
    Logarithmic,
    /// Whole numbers, both ends included.
    Whole,
}

/// One parameter that is searched: its range in its own unit, and where the search starts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dimension {
    /// Name of the parameter.
    pub name: &'static str,
    /// Smallest value.
    pub low: f64,
    /// Largest value.
    pub high: f64,
    /// How values between the two are drawn.
    pub scale: Scale,
    /// Value of the first trial.
    pub start: f64,
}

impl Dimension {
    pub(crate) const fn new(
        name: &'static str,
        low: f64,
        high: f64,
        scale: Scale,
        start: f64,
    ) -> Self {
        Self {
            name,
            low,
            high,
            scale,
            start,
        }
    }

    /// The range in which the search works.
    pub fn search_range(&self) -> [f64; 2] {
        match self.scale {
            Scale::Linear => [self.low, self.high],
            Scale::Logarithmic => [self.low.ln(), self.high.ln()],
            Scale::Whole => [self.low, self.high + 1.0],
        }
    }

    /// From the search's number to the parameter, to three digits so that people can read and
    /// repeat it.
    pub fn value(&self, searched: f64) -> f64 {
        match self.scale {
            Scale::Linear => three_digits(searched),
            Scale::Logarithmic => three_digits(searched.exp()).clamp(self.low, self.high),
            Scale::Whole => searched.floor().clamp(self.low, self.high),
        }
    }

    /// Where the search starts, in its own numbers.
    pub fn search_start(&self) -> f64 {
        match self.scale {
            Scale::Linear => self.start,
            Scale::Logarithmic => self.start.ln(),
            Scale::Whole => self.start + 0.5,
        }
    }
}

fn three_digits(value: f64) -> f64 {
    if value == 0.0 {
        return 0.0;
    }
    let unit = 10f64.powi(value.abs().log10().floor() as i32 - 2);
    let digits = (value / unit).round();
    // Dividing by a whole power of ten gives the nearest number to the decimal text; multiplying by
    // a small unit does not.
    if unit < 1.0 {
        digits / unit.recip().round()
    } else {
        digits * unit
    }
}

/// Whether classes weigh alike.
pub(crate) const BALANCED: Dimension = Dimension::new("balanced", 0.0, 1.0, Scale::Whole, 0.0);

/// Position in [`BINS`].
pub(crate) const fn bins(start: f64) -> Dimension {
    Dimension::new("bins", 0.0, (BINS.len() - 1) as f64, Scale::Whole, start)
}

/// A point of a space, read by the names of its dimensions.
#[derive(Debug, Clone, Copy)]
pub struct Point<'a> {
    space: &'a [Dimension],
    values: &'a [f64],
}

impl<'a> Point<'a> {
    /// `values` are the parameters' own, in the order of `space`; `None` when there are more or
    /// fewer of them.
    pub fn new(space: &'a [Dimension], values: &'a [f64]) -> Option<Self> {
        (space.len() == values.len()).then_some(Self { space, values })
    }

    /// The value of a dimension; NaN of one that the space does not have, which a test of every
    /// candidate finds.
    pub(crate) fn real(&self, name: &str) -> f64 {
        let place = self
            .space
            .iter()
            .position(|dimension| dimension.name == name);
        place.map_or(f64::NAN, |place| self.values[place])
    }

    pub(crate) fn whole(&self, name: &str) -> usize {
        self.real(name).round() as usize
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.real(name) > 0.5
    }

    /// The number of bins at the position that was searched.
    pub(crate) fn bins(&self) -> usize {
        BINS[self.whole("bins").min(BINS.len() - 1)]
    }
}

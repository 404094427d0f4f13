//! One side of every check: the baseline of the live version, as it is to be compared with people
//! of today.

use std::sync::Arc;

use model::Table;
use store::registry;

use crate::registry::Baseline;
use crate::{Error, Member, Result, Tenure, error::compute};

/// The people and scores that a check compares with.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    pub people: Table,
    /// By models that never saw the person, like the scores of today; one per row of `people`.
    pub scores: Vec<f64>,
    /// `[stayed, left]`, whether or not those who left are among `people`.
    pub outcomes: [u64; 2],
}

impl Reference {
    /// People of the same kind on both sides: with several periods the newest, and those who stayed
    /// where today's leavers are left out.
    fn new(baseline: &Baseline, without_leavers: bool) -> Self {
        let Baseline { saved, people } = baseline;
        let period = people.newest_rows();
        let leavers = period
            .iter()
            .filter(|&&row| people.outcome(row) == Some(true))
            .count() as u64;
        let rows = if without_leavers {
            people.current_rows()
        } else {
            period.clone()
        };
        Self {
            people: people.table.take(&rows),
            scores: rows.iter().map(|&row| saved.scores[row]).collect(),
            outcomes: [period.len() as u64 - leavers, leavers],
        }
    }
}

impl Tenure {
    /// What was saved when the version was promoted; made from its training for a version that went
    /// live before that was done.
    pub(crate) async fn reference(
        &self,
        member: &Member<'_>,
        version: &registry::Version,
        without_leavers: bool,
    ) -> Result<Arc<Reference>> {
        let baseline = match self
            .baseline(member, &version.use_case, version.version)
            .await
        {
            Err(Error::NotFound(_)) => self.with_people(self.make_baseline(version).await?).await?,
            baseline => baseline?,
        };
        compute(move || Ok(Arc::new(Reference::new(&baseline, without_leavers)))).await
    }
}

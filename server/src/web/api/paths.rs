//! Parameters in paths.

use domain::{AlertId, CheckId, CycleId, JobId, VersionNumber};
use serde::Deserialize;
use utoipa::IntoParams;

macro_rules! paths {
    ($($(#[$meta:meta])* $name:ident { $($(#[$inner:meta])* $field:ident: $type:ty),+ $(,)? })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Deserialize, IntoParams)]
        #[into_params(parameter_in = Path)]
        pub struct $name {
            $($(#[$inner])* pub $field: $type),+
        }
    )+};
}

paths! {
    /// A use case.
    OfUseCase {
        /// Id of the use case.
        #[param(example = "attrition")]
        use_case: String,
    }
    /// A model version.
    OfVersion {
        /// Id of the use case.
        #[param(example = "attrition")]
        use_case: String,
        /// Number of the version.
        version: VersionNumber,
    }
    /// A dataset.
    OfDataset {
        /// Id of the use case.
        #[param(example = "attrition")]
        use_case: String,
        /// Id of the dataset.
        dataset: String,
    }
    /// A file of outcomes.
    OfOutcomes {
        /// Id of the use case.
        #[param(example = "attrition")]
        use_case: String,
        /// Id of the import.
        import: String,
    }
    /// A person.
    OfPerson {
        /// Id of the use case.
        #[param(example = "attrition")]
        use_case: String,
        /// Number of the person.
        person: String,
    }
    /// A drift check.
    OfCheck {
        /// Id of the use case.
        #[param(example = "attrition")]
        use_case: String,
        /// Id of the check.
        check: CheckId,
    }
    /// A cycle.
    OfCycle {
        /// Id of the use case.
        #[param(example = "attrition")]
        use_case: String,
        /// Id of the cycle.
        cycle: CycleId,
    }
    /// A source.
    OfSource {
        /// Id of the use case.
        #[param(example = "attrition")]
        use_case: String,
        /// Name of the source.
        source: String,
    }
    /// A run.
    OfRun {
        /// Id of the run.
        run: String,
    }
    /// A job.
    OfJob {
        /// Id of the job.
        job: JobId,
    }
    /// An alert.
    OfAlert {
        /// Id of the alert.
        alert: AlertId,
    }
    /// An account.
    OfUser {
        /// Name of the account.
        user: String,
    }
}

//! What clients of MLflow log: experiments, values of metrics over time, logged models, registered
//! models. Their runs are rows of [`crate::runs`].

mod contents;
mod experiments;
mod imported;
mod labels;
mod logged;
mod registered;
mod runs;
mod search;

pub use contents::{Contents, LatestMetric, contents};
pub use experiments::{
    Experiment, experiment_tags, experiments, insert_experiment, next_experiment_number,
    run_counts, set_experiment_name, set_experiment_state,
};
pub use imported::{take, taken};
pub use labels::{Labels, remove_label, set_label};
pub use logged::{
    LoggedModel, insert_logged_model, insert_logged_model_artifact, logged_model,
    logged_model_artifact, logged_model_artifacts, logged_model_labels, logged_models,
    points_of_model, remove_logged_model_artifacts, set_logged_model_state,
    set_logged_model_status,
};
pub use registered::{
    RegisteredModel, RegisteredVersion, aliases_of, insert_registered_model,
    insert_registered_version, registered_model, registered_models, registered_tags,
    registered_version, registered_versions, remove_registered_alias, remove_registered_model,
    remove_registered_version, rename_registered_model, set_registered_alias,
    set_registered_version_stage, touch_registered_model, touch_registered_version,
};
pub use runs::{
    ClientRun, Link, Point, add_points, archive, client_run, client_runs, history,
    insert_client_run, links, points, put_artifact, remove_artifacts, set_link, set_parameters,
    set_run_tags, touch, update_client_run,
};
pub use search::{Compared, Direction, RunOrder, RunTerm, Shown, Sought, TermKind, search_runs};

//! One folder or file a page: its server functions, its view, and what only it shows.

pub mod compare;
pub mod dashboard;
pub mod home;
pub mod models;
pub mod person;
pub mod run;
pub mod runs;
pub mod what_if;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// A parameter of the path, as a signal.
fn path_parameter(name: &'static str) -> Memo<String> {
    let parameters = use_params_map();
    Memo::new(move |_| parameters.read().get(name).unwrap_or_default())
}

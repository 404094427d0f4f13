//! The address of a review, and what it and the last form hold.

use domain::Route;
use workflow::ReviewPage;

/// The chosen action from the query string, and the result of the last form.
pub struct Asked {
    /// `approve`, `reject`, `request_changes`, `rollback`, `undeploy`, `recertify`, `waive`; empty: nothing yet.
    pub doing: String,
    /// The gate to waive.
    pub gate: String,
    pub done: String,
    /// The invalid field and its error message.
    pub problem: Option<(String, String)>,
    /// Submitted values of a waiver.
    pub owner: String,
    pub expires_on: String,
}

/// The page of a review.
pub fn route_of(page: &ReviewPage) -> Route {
    Route::ModelReview {
        use_case: (&page.version.use_case).into(),
        version: page.version.version,
    }
}

/// The part of the page that shows the result of a form: for the forms below the evidence the one
/// they are in, else the top.
pub fn anchor(done: &str) -> &'static str {
    match done {
        "checklist" => "#decide",
        "comment" => "#comments",
        "shadow_on" | "shadow_off" => "#shadow",
        _ => "",
    }
}

//! What the server renders. The pages are in a crate of their own, which the browser does not have:
//! the server puts a [`Renderer`] into the context of each request, and the server functions answer
//! with what it renders.

use std::pin::Pin;

use leptos::prelude::use_context;

use crate::error::{AppError, Kind};
use crate::server_page::{Address, ServerPage};

/// A page on its way. An error is a page, too.
pub type Rendered = Pin<Box<dyn Future<Output = ServerPage> + Send>>;

/// Renders the page, or the part of one, at an address.
pub type Render = fn(Address) -> Rendered;

/// One for each server function that answers with a page.
#[derive(Debug, Clone, Copy)]
pub struct Renderer {
    /// Navigation and status strip.
    pub frame: Render,
    /// The address to redirect to, or a page with the next step.
    pub home: Render,
    /// Any page that has no part in the browser.
    pub page: Render,
    /// The dashboard without its people table.
    pub dashboard: Render,
    /// The people table of the dashboard.
    pub people: Render,
    /// The what-if page.
    pub what_if: Render,
}

/// What the server renders at an address.
///
/// # Errors
/// When the server has put no renderer into the context.
pub async fn rendered(
    part: fn(&Renderer) -> Render,
    address: Address,
) -> Result<ServerPage, AppError> {
    let not_ready = || {
        AppError::new(
            Kind::Internal,
            "The server is not ready. Try again in a moment.",
        )
    };
    let renderer = use_context::<Renderer>().ok_or_else(not_ready)?;
    Ok(part(&renderer)(address).await)
}

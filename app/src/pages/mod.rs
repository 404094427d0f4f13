//! The pages with parts that run in the browser, and the one component that shows all others: those
//! are in the crate `pages`, which only the server has.

pub mod home;
pub mod scoring;

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use leptos_router::hooks::use_location;

use crate::error::AppError;
use crate::server_page::{Address, ServerPage, server_page, show_page};

/// The kind of page at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageKind {
    Dashboard,
    WhatIf,
    ServerRendered,
}

impl PageKind {
    /// By the parts of the path, since [`Route::parse`] would add every address of the site to the
    /// browser build.
    fn of_path(path: &str) -> Self {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            ["use-case", _] => Self::Dashboard,
            ["use-case", _, "what-if"] => Self::WhatIf,
            _ => Self::ServerRendered,
        }
    }
}

/// Path and query string while they are of this kind of page: a page that is being left sends no
/// more requests.
pub fn address_of(kind: PageKind) -> Memo<Address> {
    let location = use_location();
    Memo::new(move |before: Option<&Address>| {
        let path = location.pathname.get();
        match before {
            Some(before) if PageKind::of_path(&path) != kind => before.clone(),
            _ => [path, location.search.get()],
        }
    })
}

/// Any page that is rendered by the server only.
#[component]
pub fn ServerRenderedPage() -> AnyView {
    let address = address_of(PageKind::ServerRendered);
    server_page(
        move || address.get(),
        |[path, query]| Box::pin(load_page(path, query)),
        show_page,
    )
}

#[server(prefix = "/fn", endpoint = "page", input = GetUrl)]
pub async fn load_page(
    path: String,
    #[server(default)] query: String,
) -> Result<ServerPage, AppError> {
    crate::renderer::rendered(|renderer| renderer.page, [path, query]).await
}

#[cfg(test)]
mod tests {
    use super::PageKind;

    #[test]
    fn a_path_has_one_kind_of_page() {
        assert_eq!(PageKind::of_path("/use-case/churn/"), PageKind::Dashboard);
        assert_eq!(
            PageKind::of_path("/use-case/churn/what-if"),
            PageKind::WhatIf
        );
        assert_eq!(
            [
                PageKind::of_path("/runs/1"),
                PageKind::of_path("/use-case/churn/runs"),
                PageKind::of_path("/x")
            ],
            [PageKind::ServerRendered; 3]
        );
    }
}

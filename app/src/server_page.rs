//! Pages that the server renders.
//!
//! Most of a page is static. Its HTML is rendered by the server, on the first visit into the
//! document and afterwards as the answer of a server function; the browser build has no code for
//! it, and hydration skips it. Interactive parts (the capacity control, the what-if form) are
//! components between the rendered parts, with their data beside the HTML.

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use std::pin::Pin;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::server::codee::{Decoder, Encoder};
use leptos_meta::Title;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::boxed::IntoBoxed;
use crate::error::AppError;

/// A page, or a part of one, as the server rendered it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ServerPage {
    /// HTTP status of the page.
    pub status: u16,
    /// Title of the tab; empty for a part.
    pub title: String,
    /// Parts of HTML; components may be placed between them.
    pub html: Vec<String>,
    /// Data of the components: postcard in base64, since a decoder for JSON is large.
    pub data: String,
}

impl ServerPage {
    /// The data of the components; `None` for an error page.
    pub fn open<T: DeserializeOwned>(&self) -> Option<T> {
        BASE64
            .decode(&self.data)
            .ok()
            .filter(|bytes| !bytes.is_empty())
            .and_then(|bytes| postcard::from_bytes(&bytes).ok())
    }

    /// Part `position` of the HTML.
    pub fn part(&self, position: usize) -> AnyView {
        let html = self.html.get(position).cloned().unwrap_or_default();
        view! { <div class="part" inner_html=html></div> }.boxed()
    }

    /// The page shown when the server cannot be reached.
    fn unreachable(error: &AppError) -> Self {
        let html = format!(
            "<header class=\"page-heading\"><h1 tabindex=\"-1\">{}</h1></header><p>{}</p>",
            error.kind.heading(),
            error.kind.advice()
        );
        Self {
            status: error.kind.status(),
            title: error.kind.heading().to_owned(),
            html: vec![html],
            data: String::new(),
        }
    }
}

impl ServerPage {
    pub fn page(title: impl Into<String>, view: impl IntoView) -> Self {
        Self {
            status: 200,
            title: title.into(),
            html: vec![view.into_view().to_html()],
            data: String::new(),
        }
    }

    pub fn parts(title: impl Into<String>, parts: Vec<AnyView>) -> Self {
        Self {
            status: 200,
            title: title.into(),
            html: parts.into_iter().map(RenderHtml::to_html).collect(),
            data: String::new(),
        }
    }

    /// Every link loads a full page: the refresh timer of the browser would outlive a change of
    /// page by the router.
    pub fn left_whole(mut self) -> Self {
        for html in &mut self.html {
            *html = html.replace("<a ", "<a rel=\"external\" ");
        }
        self
    }

    /// # Errors
    /// When the data cannot be written: a sequence that does not know its length.
    pub fn with_data<T: Serialize>(self, data: &T) -> Result<Self, AppError> {
        let unwritable = |_| {
            AppError::new(
                crate::error::Kind::Internal,
                "The page could not be written.",
            )
        };
        Ok(Self {
            data: BASE64.encode(postcard::to_stdvec(data).map_err(unwritable)?),
            ..self
        })
    }
}

/// Encodes an answer inside the first document: without its HTML, which is in the document already.
#[derive(Debug, Clone, Copy)]
pub struct InPlace;

/// Separates the parts of the text; does not occur in titles or base64.
const SEPARATOR: char = '\u{1f}';

impl Encoder<ServerPage> for InPlace {
    type Error = std::convert::Infallible;
    type Encoded = String;

    fn encode(page: &ServerPage) -> Result<String, Self::Error> {
        Ok(format!("{}{SEPARATOR}{}", page.title, page.data))
    }
}

impl Decoder<ServerPage> for InPlace {
    type Error = std::convert::Infallible;
    type Encoded = str;

    fn decode(text: &str) -> Result<ServerPage, Self::Error> {
        let (title, data) = text.split_once(SEPARATOR).unwrap_or((text, ""));
        Ok(ServerPage {
            title: title.to_owned(),
            data: data.to_owned(),
            ..ServerPage::default()
        })
    }
}

/// Path and query string that an answer depends on.
pub type Address = [String; 2];

/// Fetches a page from the server.
pub type Fetch = fn(Address) -> Pin<Box<dyn Future<Output = Result<ServerPage, AppError>> + Send>>;

/// What the server answers, for one or several places of a page.
pub type Answer = Resource<ServerPage, InPlace>;

/// Asks the server for an address, and again when the address changes. To be called in the body of
/// a component: what is shown inside an answer is built twice on the server, and would ask twice.
pub fn ask(address: impl Fn() -> Address + Send + Sync + 'static, fetch: Fetch) -> Answer {
    let address: Box<dyn Fn() -> Address + Send + Sync> = Box::new(address);
    let ask = move |address| {
        let answer = fetch(address);
        async move {
            answer
                .await
                .unwrap_or_else(|error| ServerPage::unreachable(&error))
        }
    };
    Answer::new_with_options(address, ask, false)
}

/// Shows an answer, and replaces it when the next one has arrived.
pub fn show_answer(
    answer: Answer,
    show: impl Fn(ServerPage) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let show: Arc<dyn Fn(ServerPage) -> AnyView + Send + Sync> = Arc::new(show);
    // Read here, where the request is known: while an answer is awaited, its thread may serve
    // another request.
    #[cfg(feature = "ssr")]
    let response = use_context::<leptos_axum::ResponseOptions>();
    let content = move || {
        let show = Arc::clone(&show);
        #[cfg(feature = "ssr")]
        let response = response.clone();
        Suspend::new(async move {
            let page = answer.await;
            #[cfg(feature = "ssr")]
            respond(response.as_ref(), page.status);
            show(page)
        })
    };
    view! { <Transition fallback=waiting>{content}</Transition> }.boxed()
}

/// Asks for an address and shows the answer.
pub fn server_page(
    address: impl Fn() -> Address + Send + Sync + 'static,
    fetch: Fetch,
    show: impl Fn(ServerPage) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    show_answer(ask(address, fetch), show)
}

/// Sets the status of the page that is being rendered. The answer of a server function stays 200:
/// it carries the page to show.
#[cfg(feature = "ssr")]
pub fn respond(response: Option<&leptos_axum::ResponseOptions>, status: u16) {
    let status = axum::http::StatusCode::from_u16(status)
        .ok()
        .filter(|status| *status != axum::http::StatusCode::OK);
    if let (Some(response), Some(status)) = (response, status) {
        response.set_status(status);
    }
}

fn waiting() -> AnyView {
    view! { <div class="skeleton" aria-busy="true"></div> }.boxed()
}

/// A page of HTML only.
pub fn show_page(page: ServerPage) -> AnyView {
    let content = page.part(0);
    view! { <PageTitle title=page.title />{content} }.boxed()
}

/// Sets the title of the tab, and focuses the heading after a change of page. The only place that
/// sets a [`Title`] text.
#[component]
pub fn PageTitle(title: String) -> AnyView {
    crate::components::heading::focus_heading();
    view! { <Title text=title_text(title) /> }.boxed()
}

/// A title on the server: `leptos_meta` does not escape it, so text from users must not end the
/// element.
#[cfg(feature = "ssr")]
fn title_text(title: String) -> String {
    escaped(&title)
}

/// Escaped text for places that Leptos does not escape: a title, the content of a `<textarea>`,
/// generated documents and drawings. Text from users must not end the element.
#[cfg(feature = "ssr")]
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// A title in the browser, where it is set as text and never parsed.
#[cfg(not(feature = "ssr"))]
fn title_text(title: String) -> String {
    title
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "ssr")]
    #[test]
    fn a_title_cannot_end_its_element() {
        assert_eq!(
            title_text("R&D </title><b>".to_owned()),
            "R&amp;D &lt;/title&gt;&lt;b&gt;"
        );
    }

    #[test]
    fn in_the_document_title_and_data_travel_and_the_html_does_not() {
        let page = ServerPage {
            status: 200,
            title: "Runs".to_owned(),
            html: vec!["<p></p>".to_owned()],
            data: "AQ==".to_owned(),
        };
        let text = InPlace::encode(&page).unwrap();
        let back = InPlace::decode(&text).unwrap();
        assert_eq!(
            (back.title.as_str(), back.data.as_str(), back.html.len()),
            ("Runs", "AQ==", 0)
        );
        assert_eq!(back.open::<u8>(), Some(1));
        assert_eq!(ServerPage::default().open::<u8>(), None);
    }
}

//! A page's data on its way from the server: one type for all pages.
//!
//! A resource, its suspense and its decoder are generic; made once for each page's type they were a fifth of the browser build, and a JSON
//! decoder for each struct another tenth.

use std::pin::Pin;

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::{AppError, Kind};

/// A value in postcard's compact format, as base64 text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Packed(String);

/// What a server function that loads a page answers.
pub type Answer = Result<Packed, AppError>;

impl Packed {
    /// # Errors
    /// When the value cannot be written: a sequence that does not know its length.
    pub fn new<T: Serialize>(value: &T) -> Answer {
        let bytes = postcard::to_stdvec(value).map_err(|_| AppError::new(Kind::Internal, "The answer could not be written."))?;
        Ok(Self(BASE64.encode(bytes)))
    }

    /// # Errors
    /// When server and browser disagree on the type: a page that was open while the server was replaced by a newer one.
    pub fn open<T: DeserializeOwned>(&self) -> Result<T, AppError> {
        let value = BASE64.decode(&self.0).ok().and_then(|bytes| postcard::from_bytes(&bytes).ok());
        value.ok_or_else(|| AppError::new(Kind::Internal, "The server speaks a newer version than this page. Load the page again."))
    }
}

/// What a page's data depends on, read off the address; unused ones are empty.
pub type Arguments = [String; 3];

/// Asks the server.
pub type Fetch = fn(Arguments) -> Pin<Box<dyn Future<Output = Answer> + Send>>;

/// The data of a page, asked for again whenever `arguments` change.
pub fn page_data(arguments: impl Fn() -> Arguments + Send + Sync + 'static, fetch: Fetch) -> Resource<Answer> {
    let arguments: Box<dyn Fn() -> Arguments + Send + Sync> = Box::new(arguments);
    Resource::new(arguments, fetch)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::Packed;
    use stats::Figure;

    #[test]
    fn figures_survive_the_way() {
        let figures = vec![Figure::point(0.5, 3), Figure::with_interval(0.1, [0.0, 0.2], 9), Figure::unknown("no rows")];
        assert_eq!(Packed::new(&figures).unwrap().open::<Vec<Figure>>().unwrap(), figures);
        assert!(Packed::new(&figures).unwrap().open::<(String, u64, u64)>().is_err());
    }
}

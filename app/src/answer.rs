//! A page's data on its way from the server: one type for all pages.
//!
//! A resource, its suspense and its decoder are generic; made once for each page's type they were a fifth of the browser build.

use std::pin::Pin;

use leptos::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::{AppError, Kind};

/// A value as JSON text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Packed(String);

/// What a server function that loads a page answers.
pub type Answer = Result<Packed, AppError>;

impl Packed {
    /// # Errors
    /// When the value cannot be written as JSON: a map with keys that are no texts.
    pub fn new<T: Serialize>(value: &T) -> Answer {
        let text = serde_json::to_string(value).map_err(|_| AppError::new(Kind::Internal, "The answer could not be written."))?;
        Ok(Self(text))
    }

    /// # Errors
    /// When server and browser disagree on the type: a page that was open while the server was replaced by a newer one.
    pub fn open<T: DeserializeOwned>(&self) -> Result<T, AppError> {
        let newer = |_| AppError::new(Kind::Internal, "The server speaks a newer version than this page. Load the page again.");
        serde_json::from_str(&self.0).map_err(newer)
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

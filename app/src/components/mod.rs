//! Components that several pages share. Native elements first; no component sends requests.

pub mod badge;
pub mod figure;
pub mod form;
pub mod gauge;
pub mod heading;
pub mod table;
pub mod waterfall;

#[cfg(feature = "ssr")]
pub mod chart;
#[cfg(feature = "ssr")]
pub mod empty;
#[cfg(feature = "ssr")]
pub mod failure;
#[cfg(feature = "ssr")]
pub mod pagination;
#[cfg(feature = "ssr")]
pub mod proxies;

//! Components that several pages share. Native elements first; no component sends requests.

pub mod badge;
pub mod figure;
pub mod form;
pub mod gauge;
pub mod heading;
pub mod table;
pub mod waterfall;

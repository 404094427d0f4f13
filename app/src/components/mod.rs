//! Parts that several pages share. Native elements first; nothing here asks the server for anything.

pub mod badge;
pub mod chart;
pub mod empty;
pub mod failure;
pub mod figure;
pub mod form;
pub mod gauge;
pub mod heading;
pub mod pagination;
pub mod table;
pub mod waterfall;

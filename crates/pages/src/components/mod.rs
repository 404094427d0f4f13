//! Components that several pages share, beside those of `app`.

pub mod badge;
pub mod chart;
pub mod empty;
pub mod failure;
pub mod form;
pub mod live;
pub mod pagination;
pub mod proxies;

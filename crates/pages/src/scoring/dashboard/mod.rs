//! The dashboard of a use case: key figures, risk bands, risk by group, people and drivers. The
//! conversation capacity between them runs in the browser.

mod bands;
mod drivers;
pub mod headlines;
mod people;
mod segments;
pub mod write;

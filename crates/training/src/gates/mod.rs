//! What a model must show before it may go live. Judged by the interval, not the point: pass, fail,
//! or "inconclusive".

mod gate;
mod judge;
mod policy;
mod presets;
mod report;

pub use gate::{CardPart, Gate};
pub use judge::Evidence;
pub use policy::{GatePolicy, ValidGatePolicy};
pub use report::{GateReport, GateResult};

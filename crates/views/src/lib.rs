//! What crosses the wire between the use cases (`workflow`) and the screens (`app`): plain serde structs, no behaviour but
//! what both sides need. Times are texts, formatted on the server; counts are `u32`; figures are [`stats::Figure`].

pub mod accounts;
pub mod address;
pub mod card;
pub mod chart;
pub mod data;
pub mod evidence;
pub mod fairness;
pub mod format;
pub mod jobs;
pub mod people;
pub mod runs;
pub mod status;

pub use people::{Dashboard, PeoplePage, PeopleQuery, PersonPage};
pub use status::{LiveModel, Session, Status};

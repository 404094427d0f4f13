pub use domain::Estimate as Figure;

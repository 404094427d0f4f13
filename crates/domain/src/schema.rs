//! Schemas of types that are written by hand in JSON.

use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{RefOr, schema::SchemaType};
use utoipa::{PartialSchema, ToSchema};

use crate::{
    AccountName, AlertId, BatchId, CheckId, CycleId, DatasetId, Date, JobId, PersonId,
    PredictionId, RequestId, RunId, Timestamp, UseCaseId, VersionNumber,
};

fn text(format: Option<KnownFormat>) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .format(format.map(SchemaFormat::KnownFormat))
        .into()
}

macro_rules! texts {
    ($($name:ident $format:expr),+ $(,)?) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                text($format)
            }
        }

        impl ToSchema for $name {}
    )+};
}

texts! {
    AccountName None,
    AlertId None,
    BatchId None,
    CheckId None,
    CycleId None,
    DatasetId None,
    JobId None,
    PersonId None,
    PredictionId None,
    RequestId None,
    RunId None,
    UseCaseId None,
    Timestamp Some(KnownFormat::DateTime),
    Date Some(KnownFormat::Date),
}

impl PartialSchema for VersionNumber {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::Integer))
            .minimum(Some(1))
            .into()
    }
}

impl ToSchema for VersionNumber {}

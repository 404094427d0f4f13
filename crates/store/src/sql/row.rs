//! Rows: structs whose fields are columns of the same name.

use sqlx::FromRow;
use sqlx::any::AnyRow;

use super::{Cell, Column};

/// A row of a table, or of a statement.
pub(crate) trait Record: for<'r> FromRow<'r, AnyRow> {
    /// Empty for the rows of a statement.
    const TABLE: &'static str;

    /// Names of the columns, in the order of [`Self::write`].
    fn columns() -> Vec<&'static str>;

    /// Adds the value of every column.
    fn write(&self, cells: &mut Vec<Cell>);
}

/// A field of a row: a column of its name, or several columns.
pub(crate) trait Field: Sized {
    fn columns(name: &'static str, columns: &mut Vec<&'static str>);

    fn read(row: &AnyRow, name: &str) -> sqlx::Result<Self>;

    fn write(&self, cells: &mut Vec<Cell>);
}

impl<T: Column> Field for T {
    fn columns(name: &'static str, columns: &mut Vec<&'static str>) {
        columns.push(name);
    }

    fn read(row: &AnyRow, name: &str) -> sqlx::Result<Self> {
        T::get(row, name)
    }

    fn write(&self, cells: &mut Vec<Cell>) {
        cells.push(self.cell());
    }
}

/// An interval, in the columns `interval_low` and `interval_high`.
impl Field for Option<[f64; 2]> {
    fn columns(_: &'static str, columns: &mut Vec<&'static str>) {
        columns.extend(["interval_low", "interval_high"]);
    }

    fn read(row: &AnyRow, _: &str) -> sqlx::Result<Self> {
        let (low, high) = (
            Option::<f64>::get(row, "interval_low")?,
            Option::<f64>::get(row, "interval_high")?,
        );
        Ok(low.zip(high).map(<[f64; 2]>::from))
    }

    fn write(&self, cells: &mut Vec<Cell>) {
        cells.extend([
            Cell::Real(self.map(|[low, _]| low)),
            Cell::Real(self.map(|[_, high]| high)),
        ]);
    }
}

/// Defines a struct whose fields are columns: of a table (`in "table"`), or of a statement.
macro_rules! row {
    ($(#[$meta:meta])* $visibility:vis struct $name:ident in $table:literal {
        $($(#[$inner:meta])* $field_visibility:vis $field:ident: $type:ty),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize)]
        $visibility struct $name {
            $(
                $(#[$inner])*
                #[doc = ""]
                #[doc = concat!("Column `", stringify!($field), "`.")]
                $field_visibility $field: $type
            ),+
        }

        impl sqlx::FromRow<'_, sqlx::any::AnyRow> for $name {
            fn from_row(row: &sqlx::any::AnyRow) -> sqlx::Result<Self> {
                Ok(Self { $($field: $crate::sql::Field::read(row, stringify!($field))?),+ })
            }
        }

        impl $crate::sql::Record for $name {
            const TABLE: &'static str = $table;

            fn columns() -> Vec<&'static str> {
                let mut columns = Vec::new();
                $(<$type as $crate::sql::Field>::columns(stringify!($field), &mut columns);)+
                columns
            }

            fn write(&self, cells: &mut Vec<$crate::sql::Cell>) {
                $($crate::sql::Field::write(&self.$field, cells);)+
            }
        }
    };
    ($(#[$meta:meta])* $visibility:vis struct $name:ident { $($fields:tt)+ }) => {
        $crate::sql::row! { $(#[$meta])* $visibility struct $name in "" { $($fields)+ } }
    };
}

pub(crate) use row;

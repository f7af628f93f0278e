//! Rows of a chunk as columns, which is what vector instructions need.

/// How many rows a chunk has, with those that stay in front of it.
pub(crate) const ROWS: usize = 160;

/// How many it has where most of the time goes into reading them: fewer, so that the processor reads
/// the next ones while it works on these.
pub(crate) const FEW_ROWS: usize = 96;

/// One number of each row of a chunk. Of a chunk of fewer rows, the first ones.
pub(crate) type Column = [f64; ROWS];

/// Something of which a chunk is kept as columns, one for each of its numbers.
pub(crate) trait Columnar: Copy {
    /// A [`Column`] for each number.
    type Columns;

    /// To be filled.
    const ZERO: Self::Columns;

    fn put(self, columns: &mut Self::Columns, row: usize);

    fn at(columns: &Self::Columns, row: usize) -> Self;

    /// Moves the last `len` of `from + len` rows to the front.
    fn carry(columns: &mut Self::Columns, from: usize, len: usize);
}

impl Columnar for f64 {
    type Columns = Column;

    const ZERO: Column = [0.0; ROWS];

    #[inline(always)]
    fn put(self, column: &mut Column, row: usize) {
        column[row] = self;
    }

    #[inline(always)]
    fn at(column: &Column, row: usize) -> Self {
        column[row]
    }

    #[inline(always)]
    fn carry(column: &mut Column, from: usize, len: usize) {
        let (front, rest) = column.split_at_mut(from);
        front[..len].copy_from_slice(&rest[..len]);
    }
}

/// Writes [`Columnar`] for a struct of numbers.
macro_rules! columnar {
    ($row:ident { $($field:ident),+ } as $columns:ident) => {
        pub(crate) struct $columns {
            $(pub(crate) $field: Column),+
        }

        impl Columnar for $row {
            type Columns = $columns;

            const ZERO: $columns = $columns { $($field: [0.0; ROWS]),+ };

            #[inline(always)]
            fn put(self, columns: &mut $columns, row: usize) {
                $(columns.$field[row] = self.$field;)+
            }

            #[inline(always)]
            fn at(columns: &$columns, row: usize) -> Self {
                Self { $($field: columns.$field[row]),+ }
            }

            #[inline(always)]
            fn carry(columns: &mut $columns, from: usize, len: usize) {
                $(f64::carry(&mut columns.$field, from, len);)+
            }
        }
    };
}
pub(crate) use columnar;

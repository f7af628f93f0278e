//! Rows of a chunk as columns, which is what vector instructions need.

/// How many rows a chunk has: few enough that all that is made of them stays in the first-level cache.
pub(crate) const ROWS: usize = 160;

/// How many of them are taken where most of the time goes into reading and writing: fewer, so that the
/// processor reads the next ones while it works on these.
pub(crate) const FEW_ROWS: usize = 64;

/// One number of each row of a chunk; of a chunk of fewer rows, in the first ones.
pub(crate) type Column = [f64; ROWS];

/// Something of which a chunk is kept as columns, one for each of its numbers.
pub(crate) trait Columnar: Copy {
    /// A [`Column`] for each number.
    type Columns;

    /// To be filled.
    const ZERO: Self::Columns;

    fn put(self, columns: &mut Self::Columns, row: usize);

    fn at(columns: &Self::Columns, row: usize) -> Self;
}

/// Something of which a chunk is read where it lies, one column for each of its numbers.
pub(crate) trait Readable: Copy {
    /// A reference to a [`Column`] for each number.
    type Chunk<'a>: Copy;

    fn of(chunk: Self::Chunk<'_>, row: usize) -> Self;
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
}

impl Readable for f64 {
    type Chunk<'a> = &'a Column;

    #[inline(always)]
    fn of(column: &Column, row: usize) -> Self {
        column[row]
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
        }
    };
}
pub(crate) use columnar;

/// Writes [`Readable`] for a struct of numbers.
macro_rules! readable {
    ($row:ident { $($field:ident),+ } as $chunk:ident) => {
        #[derive(Clone, Copy)]
        pub(crate) struct $chunk<'a> {
            $(pub(crate) $field: &'a Column),+
        }

        impl Readable for $row {
            type Chunk<'a> = $chunk<'a>;

            #[inline(always)]
            fn of(chunk: $chunk<'_>, row: usize) -> Self {
                Self { $($field: chunk.$field[row]),+ }
            }
        }
    };
}
pub(crate) use readable;

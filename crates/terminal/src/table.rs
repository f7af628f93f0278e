//! Tables on a terminal and in reports.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Table};

use crate::folded::WIDTH;

/// A plain table: columns apart by space, numbers to the right; the first `left` columns to the left.
pub fn plain(header: &[&str], left: usize, rows: impl IntoIterator<Item = Vec<String>>) -> String {
    laid_out(Table::new(), header, left, rows)
}

/// The same with long cells, sentences say, broken so that it fits a terminal.
pub fn wrapped(
    header: &[&str],
    left: usize,
    rows: impl IntoIterator<Item = Vec<String>>,
) -> String {
    let mut table = Table::new();
    table
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(WIDTH).unwrap_or(u16::MAX));
    laid_out(table, header, left, rows)
}

fn laid_out(
    mut table: Table,
    header: &[&str],
    left: usize,
    rows: impl IntoIterator<Item = Vec<String>>,
) -> String {
    table.load_style(NOTHING).set_header(header.to_vec()).add_rows(rows);
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((u16::from(index != 0), 1));
        let alignment = if index < left { CellAlignment::Left } else { CellAlignment::Right };
        column.set_cell_alignment(alignment);
    }
    table.trim_fmt()
}

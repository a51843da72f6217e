//! Tables without lines, which paste well and are easy on the eye.

use std::fmt;

use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Row, Table, presets};

/// The blanks between two columns.
const GAP: u16 = 2;

/// The last column is wrapped, but not to less than this.
pub(super) const NARROWEST: u16 = 24;

/// Rows under a header, as wide as their words or as the terminal allows.
pub(crate) struct Listing(Table);

impl Listing {
    pub(crate) fn new<T: Into<Row>>(header: T) -> Listing {
        let mut listing = Listing::without_header();
        listing.0.set_header(header);
        listing
    }

    /// The headers of these columns stand above the last digits of their numbers.
    pub(crate) fn with_numbers<const N: usize>(header: [&str; N], numbers: &[usize]) -> Listing {
        let mut index = 0..;
        Listing::new(header.map(|name| {
            let is_number = index.next().is_some_and(|index| numbers.contains(&index));
            if is_number { right(name) } else { Cell::new(name) }
        }))
    }

    pub(crate) fn without_header() -> Listing {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        Listing(table)
    }

    pub(crate) fn add<T: Into<Row>>(&mut self, row: T) {
        self.0.add_row(row);
        for column in self.0.column_iter_mut() {
            column.set_padding((0, GAP));
        }
    }

    /// Makes it fit: leaves out columns, the first of `optional` first, until the last column has room, and wraps that.
    pub(crate) fn fit(&mut self, width: u16, optional: &[usize]) {
        let mut widths: Vec<u16> =
            self.0.column_max_content_widths().iter().map(|width| width + GAP).collect();
        let Some(last) = widths.last_mut() else { return };
        *last = (*last - GAP).min(NARROWEST);
        for &column in optional {
            if widths.iter().sum::<u16>() <= width {
                break;
            }
            widths[column] = 0;
        }
        let last = widths.len() - 1;
        for (index, column) in self.0.column_iter_mut().enumerate().take(last) {
            let hidden = widths[index] == 0;
            column.set_constraint(if hidden {
                ColumnConstraint::Hidden
            } else {
                ColumnConstraint::ContentWidth
            });
        }
        if let Some(column) = self.0.column_mut(last) {
            column.set_padding((0, 0));
        }
        self.0.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }

    /// The lines, the header first, without blanks at their ends.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        self.0.lines().map(|line| line.trim_end().to_owned())
    }
}

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, line) in self.lines().enumerate() {
            let line_end = if index == 0 { "" } else { "\n" };
            write!(f, "{line_end}{line}")?;
        }
        Ok(())
    }
}

/// A number, or what stands for one, in a column of numbers.
pub(crate) fn right(text: impl ToString) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

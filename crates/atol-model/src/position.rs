//! Lines and columns.

/// A place in a text, both counted from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Position {
    pub(crate) const START: Self = Self { line: 1, column: 1 };

    /// The place right behind `text`.
    pub(crate) fn behind(text: &str) -> Self {
        let last = text.rsplit('\n').next().unwrap_or_default();
        Self { line: text.matches('\n').count() + 1, column: last.chars().count() + 1 }
    }

    /// This place, counted from `start` instead of from the beginning.
    pub(crate) fn after(self, start: Self) -> Self {
        if self.line == 1 {
            Self { line: start.line, column: start.column + self.column - 1 }
        } else {
            Self { line: start.line + self.line - 1, ..self }
        }
    }
}

/// Where `part`, a slice of `whole`, starts in it.
pub(crate) fn offset_in(whole: &str, part: &str) -> usize {
    part.as_ptr().addr().saturating_sub(whole.as_ptr().addr()).min(whole.len())
}

/// Finds one place after another in a text without starting over each time.
pub(crate) struct Ruler<'a> {
    text: &'a str,
    offset: usize,
    position: Position,
}

impl<'a> Ruler<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, offset: 0, position: Position::START }
    }

    /// The place of `part`, a slice of the text no earlier than the one asked for before.
    pub(crate) fn place(&mut self, part: &str) -> Position {
        let offset = offset_in(self.text, part);
        let passed = self.text.get(self.offset..offset).unwrap_or_default();
        self.position = Position::behind(passed).after(self.position);
        self.offset = offset;
        self.position
    }
}

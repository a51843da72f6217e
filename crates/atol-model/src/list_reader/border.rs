//! Where an element ends, found without reading it.

/// Looks for the end of one JSON value, piece by piece.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Border {
    kind: Kind,
    depth: usize,
    is_in_string: bool,
    is_escaped: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Unknown,
    /// An object or a list ends with its last bracket, a text with its quote.
    Closed,
    /// A number or a word ends before whatever cannot belong to it.
    Open,
}

impl Border {
    /// The number of bytes up to the value's end; `None` when it lies further on.
    pub(super) fn find(&mut self, bytes: &[u8]) -> Option<usize> {
        if self.kind == Kind::Unknown {
            self.kind = match bytes.first()? {
                b'{' | b'[' | b'"' => Kind::Closed,
                _ => Kind::Open,
            };
        }
        match self.kind {
            Kind::Closed => bytes.iter().position(|&byte| self.closes(byte)).map(|last| last + 1),
            _ => bytes
                .iter()
                .position(|byte| matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n')),
        }
    }

    /// Whether the value ends with this byte. Kinds of brackets are not told apart: a value that mixes them up is
    /// rejected by whoever reads it.
    fn closes(&mut self, byte: u8) -> bool {
        if self.is_in_string {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' => self.is_escaped = true,
                b'"' => {
                    self.is_in_string = false;
                    return self.depth == 0;
                }
                _ => {}
            }
            return false;
        }
        match byte {
            b'"' => self.is_in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                return self.depth == 0;
            }
            _ => {}
        }
        false
    }
}

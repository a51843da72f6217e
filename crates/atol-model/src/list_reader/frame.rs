//! What surrounds a list: nothing, or an envelope with other members.

use crate::error::{Error, ErrorKind};
use crate::list::KktList;

/// The text around the list, with `[]` in the list's place. So it can be judged by what judges whole texts.
#[derive(Debug, Default)]
pub(super) struct Frame {
    text: Vec<u8>,
    /// The brackets that are open.
    brackets: Vec<u8>,
    /// The names that lead to the value at hand, as far as they matter.
    outer: String,
    name: Name,
    is_in_string: bool,
    is_escaped: bool,
}

/// The text before the last colon, which may have been the name of a member.
#[derive(Debug, Default)]
struct Name {
    start: usize,
    end: usize,
}

impl Frame {
    /// Looks for the beginning of the list: how many bytes were used, and whether it was found.
    pub(super) fn open(&mut self, piece: &[u8], max: usize) -> Result<(usize, bool), Error> {
        for (index, &byte) in piece.iter().enumerate() {
            if byte == b'[' && !self.is_in_string && self.is_at_list() {
                self.text.extend_from_slice(b"[]");
                self.judge_so_far()?;
                return Ok((index + 1, true));
            }
            self.step(byte);
            if self.text.len() > max {
                return Err(self.too_long(max));
            }
        }
        Ok((piece.len(), false))
    }

    /// Takes in what comes behind the list.
    pub(super) fn close(&mut self, piece: &[u8], max: usize) -> Result<(), Error> {
        self.text.extend_from_slice(piece);
        if self.text.len() > max { Err(self.too_long(max)) } else { Ok(()) }
    }

    /// Judges a text that came to its end without a list.
    pub(super) fn judge_without_list(&self) -> Result<(), Error> {
        // Not reached with `Ok`: what the search for a list overlooks, the reader of whole texts does not take either.
        KktList::from_json(&self.text).and(Err(Error::new(ErrorKind::NotAList)))
    }

    /// Judges the whole frame.
    pub(super) fn judge(&self) -> Result<(), Error> {
        let list = KktList::from_json(&self.text).map_err(Error::without_position)?;
        if list.is_empty() && list.rejected().is_empty() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::NotAList).expected("one list").found("a second one behind it"))
    }

    /// Judges the frame as if it ended right behind the list, so that a service's error before it comes first.
    fn judge_so_far(&self) -> Result<(), Error> {
        let mut text = self.text.clone();
        text.extend(self.brackets.iter().map(|_| b'}'));
        KktList::from_json(&text).map(drop)
    }

    /// Whether a list that begins here is the one that was asked for.
    fn is_at_list(&self) -> bool {
        match self.brackets.as_slice() {
            [] => true,
            [b'{'] => self.name() == "data",
            [b'{', b'{'] => self.outer == "_embedded",
            _ => false,
        }
    }

    fn step(&mut self, byte: u8) {
        self.text.push(byte);
        if self.is_in_string {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' => self.is_escaped = true,
                b'"' => {
                    self.is_in_string = false;
                    self.name.end = self.text.len();
                }
                _ => {}
            }
            return;
        }
        match byte {
            b'"' => {
                self.is_in_string = true;
                self.name = Name { start: self.text.len() - 1, end: self.text.len() };
            }
            b'{' | b'[' => {
                if self.brackets == [b'{'] {
                    self.outer = self.name();
                }
                self.brackets.push(byte);
            }
            b'}' | b']' => drop(self.brackets.pop()),
            _ => {}
        }
    }

    /// The text that came last. Before a value it is the value's name.
    fn name(&self) -> String {
        self.text
            .get(self.name.start..self.name.end)
            .and_then(|name| serde_json::from_slice(name).ok())
            .unwrap_or_default()
    }

    /// What is no JSON at all is better told as that.
    fn too_long(&self, max: usize) -> Error {
        match KktList::from_json(&self.text) {
            Err(error) if !error.is_truncated() => error.without_position(),
            _ => Error::new(ErrorKind::TooLong).expected(format!("at most {max} bytes around the list")),
        }
    }
}

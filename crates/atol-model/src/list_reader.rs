//! A list that is read while it arrives, one element after the other.

mod border;
mod frame;

use std::fmt;

use self::border::Border;
use self::frame::Frame;
use crate::error::{Error, ErrorKind};
use crate::kkt::Kkt;
use crate::list::RejectedKkt;
use crate::read;

/// More than any register has, by three orders of magnitude.
const MAX_ELEMENT: usize = 1024 * 1024;

/// Reads a list piece by piece: as much of it at once as one piece holds, however long the list is.
///
/// ```
/// use atol_model::{Kkt, ListReader};
///
/// let (first, second) = (Kkt::builder("00107703864827").build(), Kkt::builder("00107703864828").build());
/// let json = format!("[{first}, null, {second}]");
/// let (one, other) = json.split_at(100); // in the middle of the first register
///
/// let mut reader = ListReader::new();
/// let mut elements = Vec::new();
/// reader.read(one.as_bytes(), &mut elements)?;
/// assert!(elements.is_empty());
/// reader.read(other.as_bytes(), &mut elements)?;
/// reader.finish()?;
///
/// assert_eq!(elements[0].as_ref().unwrap(), &first);
/// assert_eq!(elements[1].as_ref().unwrap_err().index, 1);
/// assert_eq!(elements[2].as_ref().unwrap(), &second);
/// # Ok::<(), atol_model::Error>(())
/// ```
///
/// It takes what [`KktList::from_json`](crate::KktList::from_json) takes: an array, an array in `data` or HAL's
/// `_embedded`, a byte order mark. There are two differences, both because nobody can know the end of a list while its
/// beginning is read: an element that is no JSON is rejected as far as its end can be found, and what is wrong behind the
/// list comes as an error after its elements. Positions in the errors of rejected elements count in
/// [`RejectedKkt::raw`].
///
/// It keeps no more than one element, and what surrounds the list; each may have 1 MiB, or what
/// [`with_max_element`](Self::with_max_element) says.
pub struct ListReader {
    place: Place,
    frame: Frame,
    /// The beginning of an element whose end has not come yet, and how far its end was looked for.
    torn: Vec<u8>,
    border: Border,
    index: usize,
    max_element: usize,
}

/// Where in the text the reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Before,
    /// Behind the opening bracket.
    Opened,
    /// Behind a comma.
    Continued,
    /// In the middle of an element.
    Torn,
    /// Behind an element.
    Separated,
    Behind,
}

impl Default for ListReader {
    fn default() -> Self {
        Self::new()
    }
}

impl ListReader {
    /// A reader at the beginning of a list.
    pub fn new() -> Self {
        Self {
            place: Place::Before,
            frame: Frame::default(),
            torn: Vec::new(),
            border: Border::default(),
            index: 0,
            max_element: MAX_ELEMENT,
        }
    }

    /// Sets how many bytes one element may have.
    #[must_use]
    pub fn with_max_element(mut self, bytes: usize) -> Self {
        self.max_element = bytes;
        self
    }

    /// Reads the next piece of the text and adds the elements that are complete with it.
    ///
    /// The elements of a piece are in memory together, so cut a text that is there already into pieces, of 64 KiB, say.
    ///
    /// # Errors
    ///
    /// When the text is not a list, or no longer one. The elements before that place are added all the same, and the
    /// reader is of no more use.
    pub fn read(
        &mut self,
        piece: &[u8],
        elements: &mut impl Extend<Result<Kkt, RejectedKkt>>,
    ) -> Result<(), Error> {
        let mut rest = piece;
        while !rest.is_empty() {
            let used = match self.place {
                Place::Before => self.read_before(rest)?,
                Place::Torn => self.read_torn(rest, elements)?,
                Place::Opened | Place::Continued | Place::Separated => self.read_inside(rest, elements)?,
                Place::Behind => self.frame.close(rest, self.max_element).map(|()| rest.len())?,
            };
            rest = rest.get(used..).unwrap_or_default();
        }
        Ok(())
    }

    /// Whether the list has come to its end; what surrounds it may still go on.
    pub fn is_complete(&self) -> bool {
        self.place == Place::Behind
    }

    /// Says whether the text may end here.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Truncated`] in the middle of the list, and what [`KktList::from_json`](crate::KktList::from_json)
    /// would say of a text without a list, or with something else behind it.
    pub fn finish(self) -> Result<(), Error> {
        match self.place {
            Place::Before => self.frame.judge_without_list(),
            Place::Behind => self.frame.judge(),
            _ => Err(Error::new(ErrorKind::Truncated).in_element(self.index)),
        }
    }

    fn read_before(&mut self, rest: &[u8]) -> Result<usize, Error> {
        let (used, is_open) = self.frame.open(rest, self.max_element)?;
        if is_open {
            self.place = Place::Opened;
        }
        Ok(used)
    }

    /// Reads elements until the piece or the list ends. An element is read first and measured only when that fails:
    /// nearly all are good, and reading finds their end by itself.
    fn read_inside(
        &mut self,
        rest: &[u8],
        elements: &mut impl Extend<Result<Kkt, RejectedKkt>>,
    ) -> Result<usize, Error> {
        // Checked once for the whole piece, which makes reading a fifth faster.
        let text = match str::from_utf8(rest) {
            Ok(text) => text,
            Err(error) => rest
                .get(..error.valid_up_to())
                .and_then(|valid| str::from_utf8(valid).ok())
                .unwrap_or_default(),
        };
        let mut at = 0;
        while let Some(&byte) = rest.get(at) {
            match (byte, self.place) {
                (b' ' | b'\t' | b'\r' | b'\n', _) => at += 1,
                (b',', Place::Separated) => {
                    self.place = Place::Continued;
                    at += 1;
                }
                (b']', Place::Opened | Place::Separated) => {
                    self.place = Place::Behind;
                    return Ok(at + 1);
                }
                (_, Place::Separated) => return Err(self.unexpected(byte, "a comma or the end of the list")),
                (b',' | b':' | b']' | b'}', _) => return Err(self.unexpected(byte, "an element")),
                _ => {
                    let Some((kkt, length)) = text.get(at..).and_then(read::leading) else {
                        self.place = Place::Torn;
                        self.border = Border::default();
                        return Ok(at);
                    };
                    self.add(Ok(kkt), elements);
                    at += length;
                }
            }
        }
        Ok(at)
    }

    /// Goes on with an element that could not be read at once: its end is in a later piece, or something is wrong.
    fn read_torn(
        &mut self,
        rest: &[u8],
        elements: &mut impl Extend<Result<Kkt, RejectedKkt>>,
    ) -> Result<usize, Error> {
        let end = self.border.find(rest);
        let (used, part) = match end {
            Some(end) => (end, rest.get(..end).unwrap_or_default()),
            None => (rest.len(), rest),
        };
        if self.torn.len() + part.len() > self.max_element {
            return Err(Error::new(ErrorKind::TooLong)
                .expected(format!("at most {} bytes in one element", self.max_element))
                .in_element(self.index));
        }
        if end.is_none() {
            self.torn.extend_from_slice(part);
        } else if self.torn.is_empty() {
            self.add(self.element(part), elements);
        } else {
            self.torn.extend_from_slice(part);
            let torn = std::mem::take(&mut self.torn);
            self.add(self.element(&torn), elements);
            // Its room is used again.
            self.torn = torn;
            self.torn.clear();
        }
        Ok(used)
    }

    fn element(&self, json: &[u8]) -> Result<Kkt, RejectedKkt> {
        Kkt::from_element(json)
            .map_err(|error| RejectedKkt::new(self.index, String::from_utf8_lossy(json), error))
    }

    fn add(
        &mut self,
        element: Result<Kkt, RejectedKkt>,
        elements: &mut impl Extend<Result<Kkt, RejectedKkt>>,
    ) {
        self.place = Place::Separated;
        self.index += 1;
        elements.extend(Some(element));
    }

    fn unexpected(&self, byte: u8, expected: &'static str) -> Error {
        let found = char::from(byte).escape_default();
        Error::new(ErrorKind::Syntax).expected(expected).found(format!("`{found}`")).in_element(self.index)
    }
}

impl fmt::Debug for ListReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListReader")
            .field("place", &self.place)
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

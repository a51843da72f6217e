//! Which part of a list is asked for.

use crate::error::{Error, ErrorKind, Result};

/// The most registers that may be asked for at once.
const LARGEST: u64 = 1_000_000;

/// A part of the list: at most `limit` registers, beginning behind the first `offset`.
///
/// ```
/// use atol_monitor::Page;
///
/// let second = Page::new(100, 100)?;
/// assert_eq!((second.limit(), second.offset()), (Some(100), Some(100)));
/// assert!(Page::new(0, 0).is_err());
/// # Ok::<(), atol_monitor::Error>(())
/// ```
///
/// `Page::default()` names neither and leaves both to the service, whose defaults are not documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Page {
    limit: Option<u64>,
    offset: Option<u64>,
}

impl Page {
    /// At most `limit` registers behind the first `offset`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] when `limit` is 0 or more than a million.
    pub fn new(limit: u64, offset: u64) -> Result<Page> {
        if !(1..=LARGEST).contains(&limit) {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                format!("the limit {limit} is out of range: ask for 1 to {LARGEST} registers"),
            ));
        }
        Ok(Page { limit: Some(limit), offset: Some(offset) })
    }

    /// How many registers at most.
    pub fn limit(&self) -> Option<u64> {
        self.limit
    }

    /// How many registers to pass over.
    pub fn offset(&self) -> Option<u64> {
        self.offset
    }

    /// For the pager, whose limits are right already.
    pub(crate) fn unchecked(limit: u64, offset: u64) -> Page {
        Page { limit: Some(limit), offset: Some(offset) }
    }
}

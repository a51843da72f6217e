//! What follows the last element: more of the list, nothing, a refusal, or a server without an end.

use atol_model::ServiceErrorCode;

use super::pass::Pass;
use super::step::{Progress, Step};
use super::{FEW, Pager};
use crate::error::{Error, Result};

impl Pager {
    /// Takes what came instead of the page. It may be what the server says of an offset behind the end, or of the limit.
    ///
    /// # Errors
    ///
    /// What came, if it is neither; otherwise as [`end`](Self::end).
    pub(crate) fn refused(&mut self, error: Error) -> Result<()> {
        let status = error.transport().and_then(atol_transport::Error::status).map(|status| status.as_u16());
        let is_of_field = status == Some(422)
            || error.service_error().is_some_and(|error| error.code == ServiceErrorCode::ValidationException);
        if matches!(self.step, Step::First) && self.limit > FEW && is_of_field {
            self.limit = FEW;
            return Ok(());
        }
        let is_of_offset = matches!(status, Some(400 | 404 | 416));
        if !is_of_offset || self.offset() == 0 && !self.asks_for_all {
            return Err(error);
        }
        self.refusal = Some(error);
        self.end_request()
    }

    /// Something seemed to follow the last element, which was found alone.
    pub(super) fn end_alone(&self) -> Step {
        if self.habits.hands_out_many && !self.pass.has_repeats() {
            // It was an earlier one, of a server without an end.
            return Step::Done;
        }
        Step::behind(true)
    }

    /// After a look behind the last element.
    pub(super) fn end_behind(&mut self, once_more: bool, offset: u64, page: &Progress) -> Result<Step> {
        self.is_refused_behind = self.refusal.is_some();
        if page.read > 0 {
            self.is_chained = false;
            (self.count, self.last) = (offset + page.read, page.last);
            self.take_in(page)?;
            return Ok(Step::behind(true));
        }
        match page.first {
            Some(_) if page.goes_on => Ok(Step::Overlap { sees_more: true }),
            // It stands elsewhere, and no page overlaps to say why.
            Some(_) if !self.is_chained => self.begin_anew(),
            None if self.pass.has_repeats() => self.begin_anew(),
            // It may be now only that there is nothing, if what was refused before was something.
            None if once_more => Ok(Step::again(true)),
            None if !self.is_chained => Ok(Step::again(!self.is_refused_behind)),
            None if !self.habits.hands_out_many && !self.is_refused_behind => Ok(Step::again(true)),
            _ => Ok(Step::Confirm),
        }
    }

    /// After a page of a further look at everything.
    pub(super) fn end_again(&mut self, pass: Pass, is_last: bool, page: &Progress) -> Result<Step> {
        if pass.equals(&self.pass) {
            let once_more = Step::Behind { reads: !self.is_chained, once_more: true };
            Ok(if is_last { Step::Done } else { once_more })
        } else if pass.places() == self.pass.places() || page.read == 0 {
            self.begin_anew()
        } else {
            Ok(Step::Again { pass, is_last })
        }
    }

    /// A later page begins with the first element of the list.
    pub(super) fn suspect(&mut self, offset: u64) -> Result<Step> {
        if self.count != self.habits.first_page {
            return self.go_back(offset);
        }
        self.count_return()?;
        Ok(Step::ProbeFar { is_confirmed: false })
    }

    /// The server ignores `offset`: nothing but the first page can be had.
    pub(super) fn end_without_offset(&self) -> Result<Step> {
        if self.count != self.limit {
            // It had room for more and gave no more.
            return Ok(Step::ProbeNext);
        }
        Err(self.incomplete("the service ignores `offset` and there may be more than one page"))
    }
}

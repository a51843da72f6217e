//! Bodies: a request's, held in memory so that it can be sent again, and an answer's, held or streaming.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;

use crate::error::{BoxError, Error, ErrorKind};

/// The most memory that is reserved on the word of a `Content-Length`; beyond it, memory grows with what comes.
const MOST_RESERVED: usize = 1024 * 1024;

/// The body of a request: bytes in memory, cheap to clone, so that a request can be repeated.
///
/// ```
/// use atol_transport::Body;
///
/// let body = Body::from(r#"{"limit":1}"#);
/// assert_eq!(body.as_bytes().len(), 11);
/// assert!(Body::empty().as_bytes().is_empty());
/// ```
///
/// `Debug` shows the length only: the body of a login holds the password.
#[derive(Clone, Default)]
pub struct Body {
    bytes: Bytes,
}

impl Body {
    /// No body.
    pub const fn empty() -> Body {
        Body { bytes: Bytes::new() }
    }

    /// The bytes that are left to send.
    pub fn as_bytes(&self) -> &Bytes {
        &self.bytes
    }
}

impl<B: Into<Bytes>> From<B> for Body {
    fn from(bytes: B) -> Body {
        Body { bytes: bytes.into() }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.bytes.len())
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.bytes.is_empty() {
            return Poll::Ready(None);
        }
        Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.bytes)))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.len() as u64)
    }
}

/// The body of an answer: whole in memory, or still arriving.
///
/// ```
/// use atol_transport::ResponseBody;
///
/// let body = ResponseBody::full("[]");
/// assert_eq!(body.as_bytes().map(|bytes| bytes.len()), Some(2));
/// ```
///
/// `Debug` never shows the content.
#[derive(Default)]
pub struct ResponseBody {
    kind: Kind,
}

enum Kind {
    Full(Bytes),
    Streaming(Pin<Box<dyn http_body::Body<Data = Bytes, Error = Error> + Send>>),
}

impl Default for Kind {
    fn default() -> Self {
        Kind::Full(Bytes::new())
    }
}

impl ResponseBody {
    /// A body that is there already.
    pub fn full(bytes: impl Into<Bytes>) -> ResponseBody {
        ResponseBody { kind: Kind::Full(bytes.into()) }
    }

    /// A body that arrives as it is read; foreign errors are wrapped.
    pub fn streaming<B>(body: B) -> ResponseBody
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        ResponseBody {
            kind: Kind::Streaming(Box::pin(body.map_err(|error| Error::from_boxed(error.into())))),
        }
    }

    /// The bytes, when the body is whole in memory.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match &self.kind {
            Kind::Full(bytes) => Some(bytes),
            Kind::Streaming(_) => None,
        }
    }

    /// Reads the body to its end, into memory.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BodyTooLarge`] as soon as more than `cap` bytes have come (a `Content-Length` is believed for a
    /// megabyte of memory and no more), and whatever cut the body short.
    pub async fn collect(mut self, cap: usize) -> Result<Bytes, Error> {
        if let Kind::Full(bytes) = &mut self.kind
            && bytes.len() <= cap
        {
            return Ok(std::mem::take(bytes));
        }
        let mut first = Bytes::new();
        let mut rest = BytesMut::new();
        // What says that it is at its end needs not be asked once more.
        while !http_body::Body::is_end_stream(&self) {
            let frame = std::future::poll_fn(|cx| http_body::Body::poll_frame(Pin::new(&mut self), cx)).await;
            let Some(frame) = frame.transpose()? else { break };
            let Ok(data) = frame.into_data() else { continue };
            if first.len() + rest.len() + data.len() > cap {
                return Err(Error::new(
                    ErrorKind::BodyTooLarge,
                    format!("the answer is larger than the {cap} bytes that are allowed for it"),
                ));
            }
            // Most answers come in one piece: keep it as it is, copy only when there are more.
            if first.is_empty() && rest.is_empty() {
                first = data;
                continue;
            }
            if rest.is_empty() {
                let to_come =
                    usize::try_from(http_body::Body::size_hint(&self).lower()).unwrap_or(usize::MAX);
                let whole = (first.len() + data.len()).saturating_add(to_come);
                rest.reserve(whole.min(cap).min(MOST_RESERVED));
                rest.extend_from_slice(&std::mem::take(&mut first));
            }
            rest.extend_from_slice(&data);
        }
        Ok(if rest.is_empty() { first } else { rest.freeze() })
    }
}

impl<B: Into<Bytes>> From<B> for ResponseBody {
    fn from(bytes: B) -> ResponseBody {
        ResponseBody::full(bytes)
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Full(bytes) => write!(f, "ResponseBody({} bytes)", bytes.len()),
            Kind::Streaming(_) => f.write_str("ResponseBody(streaming)"),
        }
    }
}

impl http_body::Body for ResponseBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match &mut self.kind {
            Kind::Full(bytes) if bytes.is_empty() => Poll::Ready(None),
            Kind::Full(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Kind::Streaming(body) => Poll::Ready(ready!(body.as_mut().poll_frame(cx))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Full(bytes) => bytes.is_empty(),
            Kind::Streaming(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Streaming(body) => body.size_hint(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::StreamBody;

    fn in_pieces(pieces: &[&'static str]) -> ResponseBody {
        let frames: Vec<_> = pieces
            .iter()
            .map(|piece| Ok::<_, Error>(Frame::data(Bytes::from_static(piece.as_bytes()))))
            .collect();
        ResponseBody::streaming(StreamBody::new(tokio_stream(frames)))
    }

    /// A stream of ready items, without a dependency for it.
    fn tokio_stream<T: Unpin>(items: Vec<T>) -> impl futures_core::Stream<Item = T> {
        struct Items<T>(std::vec::IntoIter<T>);
        impl<T: Unpin> futures_core::Stream for Items<T> {
            type Item = T;
            fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<T>> {
                Poll::Ready(self.0.next())
            }
        }
        Items(items.into_iter())
    }

    #[tokio::test]
    async fn pieces_are_put_together_in_order() {
        assert_eq!(in_pieces(&["[1", ",2", ",3]"]).collect(100).await.unwrap(), "[1,2,3]");
    }

    /// Pieces that come with a claim of how many bytes there are in all.
    struct Claimed {
        pieces: std::vec::IntoIter<Bytes>,
        left: u64,
    }

    impl http_body::Body for Claimed {
        type Data = Bytes;
        type Error = Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
            let piece = self.pieces.next();
            self.left -= piece.as_ref().map_or(0, |piece| piece.len() as u64);
            Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
        }

        fn size_hint(&self) -> SizeHint {
            SizeHint::with_exact(self.left)
        }
    }

    #[tokio::test]
    async fn r06_a_length_is_believed_for_a_megabyte_of_memory() {
        const PIECE: usize = 10_000;
        for (claimed, reserved) in [(3 * PIECE as u64, 3 * PIECE), (u64::MAX, MOST_RESERVED)] {
            let pieces = vec![Bytes::from(vec![b'x'; PIECE]); 3].into_iter();
            let body = ResponseBody::streaming(Claimed { pieces, left: claimed });
            let bytes = body.collect(usize::MAX).await.unwrap();
            assert_eq!(bytes.len(), 3 * PIECE);
            assert_eq!(bytes.try_into_mut().unwrap().capacity(), reserved, "{claimed} bytes are claimed");
        }
    }

    #[tokio::test]
    async fn a_body_of_exactly_the_cap_is_taken_and_one_byte_more_is_not() {
        assert_eq!(in_pieces(&["1234", "5678"]).collect(8).await.unwrap(), "12345678");
        let error = in_pieces(&["1234", "56789"]).collect(8).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BodyTooLarge);
    }

    #[test]
    fn debug_shows_no_content() {
        assert_eq!(format!("{:?}", Body::from("secret")), "Body(6 bytes)");
        assert_eq!(format!("{:?}", ResponseBody::full("secret")), "ResponseBody(6 bytes)");
    }
}

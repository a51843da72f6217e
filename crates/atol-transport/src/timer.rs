//! A moment to wait for beside something else.

use std::fmt;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::clock::{Clock, Sleep};

/// Tells when a moment has come. It sleeps only once it is asked before that moment, so that what is ready at
/// once costs no timer, and goes on sleeping when the moment is put off.
#[derive(Default)]
pub(crate) struct Timer {
    asleep: Option<(Duration, Sleep)>,
}

impl Timer {
    /// Whether `moment` of the clock's monotonic time has come; if not, the task is woken when it has.
    pub(crate) fn has_come(&mut self, moment: Duration, clock: &dyn Clock, cx: &mut Context<'_>) -> bool {
        loop {
            let now = clock.monotonic();
            if now >= moment {
                return true;
            }
            let (until, sleep) = match &mut self.asleep {
                Some(asleep) if asleep.0 <= moment => asleep,
                _ => self.asleep.insert((moment, clock.sleep(moment.saturating_sub(now)))),
            };
            match sleep.as_mut().poll(cx) {
                Poll::Pending => return false,
                // The clock says that it slept until then; that it is not quite there yet is no reason to doubt.
                Poll::Ready(()) if *until == moment => {
                    self.asleep = None;
                    return true;
                }
                Poll::Ready(()) => self.asleep = None,
            }
        }
    }
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timer").field("until", &self.asleep.as_ref().map(|(until, _)| until)).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;
    use crate::clock::SystemClock;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_moment_may_be_put_off_and_brought_forward() {
        let clock = SystemClock::new();
        let mut timer = Timer::default();
        // The moments asked for in turn while it waits; the last one counts.
        for (moments, expected) in [(vec![2, 5], 5), (vec![20, 8], 8), (vec![30, 10, 12], 12), (vec![3], 12)]
        {
            let mut moments = moments.into_iter().map(|seconds| seconds * SECOND);
            let mut moment = moments.next().unwrap();
            poll_fn(|cx| {
                let mut came = timer.has_come(moment, &clock, cx);
                for next in moments.by_ref() {
                    moment = next;
                    came = timer.has_come(moment, &clock, cx);
                }
                if came { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
            assert_eq!(clock.monotonic().as_secs(), expected);
        }
    }
}

//! What a check finds out.

use atol_monitor::health::Severity;
use atol_monitor::{Kkt, KktList, KktMonitor, SerialNumber};
use futures_util::StreamExt;
use jiff::Timestamp;

use super::time_limit::TimeLimit;
use crate::answers::{answers, serial_numbers};
use crate::args::CheckArgs;
use crate::connection::{Connection, Look};
use crate::context::Context;
use crate::failure::Failure;
use crate::judged::{Judged, is_of};
use crate::limits::Limits;
use crate::output::foreign;
use crate::progress::Progress;
use crate::text::{Text, text};

/// The longest serial number of a broken record that is shown whole.
const LONGEST_SERIAL: usize = 40;

/// The registers that were looked at, and those that could not be.
#[derive(Debug)]
pub(super) struct Survey {
    pub(super) registers: Vec<Judged>,
    /// Serial numbers, as far as they are known, of registers of which nothing is known, and why.
    pub(super) unreadable: Vec<(String, Text)>,
    pub(super) now: Timestamp,
}

impl Survey {
    /// Asks the service.
    pub(super) async fn make(
        context: &Context,
        args: &CheckArgs,
        limits: &Limits,
    ) -> Result<Survey, Failure> {
        let serials = serial_numbers(&args.serials)?;
        let time = TimeLimit::new(context.settings.timeout.value, &context.clock);
        let connection = Connection::open(context, Look::Once, |client| client.layer(time.layer())).await?;
        let mut survey =
            Survey { registers: Vec::new(), unreadable: Vec::new(), now: connection.clock.wall() };
        if serials.is_empty() {
            survey.ask_for_all(&connection, context, args, limits, &time).await?;
        } else {
            survey.ask_for(&connection, context, &serials, limits, &time).await?;
        }
        Ok(survey)
    }

    async fn ask_for_all(
        &mut self,
        connection: &Connection,
        context: &Context,
        args: &CheckArgs,
        limits: &Limits,
        time: &TimeLimit,
    ) -> Result<(), Failure> {
        let all = read_all(&connection.monitor, &connection.progress, time);
        let (registers, rejected) =
            connection.progress.during(all, context.console, &context.clock).await?.into_parts();
        let is_wanted = |kkt: &Kkt| is_of(kkt, &args.group, &args.inn);
        let (policy, now) = (limits.policy(), self.now);
        let judged = registers.into_iter().filter(is_wanted).map(|kkt| Judged::new(kkt, policy, now));
        self.registers = judged.collect();
        // A record that cannot be read may be of any group.
        self.unreadable = rejected
            .into_iter()
            .map(|rejected| {
                let serial = foreign(rejected.serial_number.as_deref(), LONGEST_SERIAL);
                (serial, Text::foreign(&rejected.error))
            })
            .collect();
        Ok(())
    }

    async fn ask_for(
        &mut self,
        connection: &Connection,
        context: &Context,
        serials: &[SerialNumber],
        limits: &Limits,
        time: &TimeLimit,
    ) -> Result<(), Failure> {
        let asking = answers(&connection.monitor, serials, |error| time.explain_one(error));
        let progress = connection.progress.one_by_one(serials.len());
        let answers = progress.during(asking, context.console, &context.clock).await?;
        for (serial, answer) in answers {
            match answer {
                Ok(kkt) => self.registers.push(Judged::new(kkt, limits.policy(), self.now)),
                // The failure is all there is to tell, so it is told with what to do.
                Err(failure) if serials.len() == 1 => return Err(failure),
                Err(failure) => self.unreadable.push((serial.as_str().to_owned(), failure.what())),
            }
        }
        Ok(())
    }

    /// The worst of all; a fleet without registers is not known to be well.
    pub(super) fn severity(&self) -> Severity {
        let registers = self.registers.iter().map(Judged::severity);
        let unreadable = self.unreadable.iter().map(|_| Severity::Unknown);
        registers.chain(unreadable).max().unwrap_or(Severity::Unknown)
    }

    /// How many registers are in this state.
    pub(super) fn count(&self, severity: Severity) -> usize {
        let known = self.registers.iter().filter(|register| register.severity() == severity).count();
        if severity == Severity::Unknown { known + self.unreadable.len() } else { known }
    }

    pub(super) fn len(&self) -> usize {
        self.registers.len() + self.unreadable.len()
    }

    /// Why nothing is known, if that is so.
    pub(super) fn nothing(&self) -> Option<Text> {
        (self.len() == 0).then(|| text!("there are no such registers", "таких ККТ нет"))
    }
}

/// The whole list, or how much of it there was time for.
pub(super) async fn read_all(
    monitor: &KktMonitor,
    progress: &Progress,
    time: &TimeLimit,
) -> Result<KktList, Failure> {
    let (mut registers, mut rejected) = (Vec::new(), Vec::new());
    let mut pages = monitor.pages();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| time.explain(error, registers.len() + rejected.len()))?;
        let (kkts, records) = page.into_parts();
        progress.add_registers(kkts.len());
        registers.extend(kkts);
        rejected.extend(records);
    }
    Ok(KktList::new(registers, rejected))
}

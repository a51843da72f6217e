//! `atol list`: every register.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use atol_monitor::RejectedKkt;
use futures_util::StreamExt;

use crate::args::{Format, ListArgs, SortKey};
use crate::connection::{Connection, Look};
use crate::context::Context;
use crate::failure::{Failure, PARTLY};
use crate::judged::{Judged, as_count};
use crate::limits::Limits;
use crate::output::{self, Cells, foreign, print_registers};
use crate::text::text;

/// The longest serial number of a broken record that is shown whole.
const LONGEST_SERIAL: usize = 40;

pub(crate) async fn run(context: &Context, args: &ListArgs) -> Result<ExitCode, Failure> {
    let limits = context.limits(&args.health)?;
    let connection = context.connect(Look::Once).await?;
    let list = List { context, args, limits, connection };
    let is_streamed =
        matches!(args.output.output, Format::Jsonl | Format::Csv) && args.selection.is_in_order();
    let rejected = if is_streamed { list.as_they_come().await? } else { list.in_order().await? };
    Ok(if rejected == 0 { ExitCode::SUCCESS } else { ExitCode::from(PARTLY) })
}

struct List<'a> {
    context: &'a Context,
    args: &'a ListArgs,
    limits: Limits,
    connection: Connection,
}

impl List<'_> {
    /// Prints each register when it arrives, in constant memory. Gives the number of records that could not be read.
    async fn as_they_come(&self) -> Result<u64, Failure> {
        let work = self.write_records();
        // On a terminal the lines themselves show how far it is.
        if io::stdout().is_terminal() {
            return work.await;
        }
        self.connection.progress.during(work, self.context.console, &self.context.clock).await
    }

    async fn write_records(&self) -> Result<u64, Failure> {
        let selection = &self.args.selection;
        let now = self.connection.clock.wall();
        let Some(mut records) = output::records(self.args.output.output)? else { return Ok(0) };
        let mut rejected = 0;
        let mut to_skip = selection.offset;
        let mut left = selection.limit.map_or(usize::MAX, as_count);
        let mut registers = self.connection.monitor.stream();
        while left > 0 {
            let kkt = match registers.next().await {
                None => break,
                Some(Ok(kkt)) => kkt,
                Some(Err(error)) => {
                    let Some(record) = error.rejected() else {
                        // What came before it is good.
                        records.finish()?;
                        return Err(Failure::from(error));
                    };
                    self.tell(record);
                    rejected += 1;
                    continue;
                }
            };
            self.connection.progress.add_registers(1);
            let judge = || self.limits.policy().assess(&kkt, now);
            if !selection.takes(&kkt, || judge().severity) {
                continue;
            }
            if to_skip > 0 {
                to_skip -= 1;
                continue;
            }
            records.write(&kkt, judge)?;
            left -= 1;
        }
        records.finish()?;
        Ok(rejected)
    }

    /// Prints all registers when the last of them has arrived. Gives the number of records that could not be read.
    async fn in_order(&self) -> Result<u64, Failure> {
        let read = self.read_all();
        let (registers, rejected) =
            self.connection.progress.during(read, self.context.console, &self.context.clock).await?;
        let format = self.args.output.output;
        let usual_order = matches!(format, Format::Table | Format::Wide).then_some(SortKey::State);
        let chosen = self.args.selection.choose(registers.into_iter(), usual_order);
        if chosen.is_empty() {
            self.context.console.notice(&text!("there are no such registers", "таких ККТ нет"));
        }
        let (now, language) = (self.connection.clock.wall(), self.context.console.language);
        print_registers(chosen, format, Cells { policy: self.limits.policy(), now, language })?;
        Ok(rejected)
    }

    async fn read_all(&self) -> Result<(Vec<Judged>, u64), Failure> {
        let now = self.connection.clock.wall();
        let (mut registers, mut rejected) = (Vec::new(), 0);
        let mut pages = self.connection.monitor.pages();
        while let Some(page) = pages.next().await {
            let (kkts, records) = page?.into_parts();
            self.connection.progress.add_registers(kkts.len());
            let policy = self.limits.policy();
            registers.extend(kkts.into_iter().map(|kkt| Judged::new(kkt, policy, now)));
            for record in &records {
                self.tell(record);
                rejected += 1;
            }
        }
        Ok((registers, rejected))
    }

    /// Names a record that could not be read; it must not go unnoticed.
    fn tell(&self, record: &RejectedKkt) {
        let (serial, error) = (foreign(record.serial_number.as_deref(), LONGEST_SERIAL), &record.error);
        self.context.console.warn(&text!(
            "a record ({serial}) could not be read: {error}",
            "не удалось разобрать запись ({serial}): {error}"
        ));
    }
}

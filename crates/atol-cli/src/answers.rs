//! Several registers asked for by name, in the order of their names.

use std::collections::HashMap;

use atol_monitor::{Kkt, KktMonitor, SerialNumber};
use futures_util::StreamExt;

use crate::failure::Failure;

/// Reads serial numbers, all of them before the first is asked for: a slip in the last one should cost nothing. One that
/// is given twice counts once.
pub(crate) fn serial_numbers(texts: &[String]) -> Result<Vec<SerialNumber>, Failure> {
    let mut serials: Vec<SerialNumber> = Vec::new();
    for text in texts {
        let serial = text.parse()?;
        if !serials.contains(&serial) {
            serials.push(serial);
        }
    }
    Ok(serials)
}

/// Asks for each of them, several at once, and gives the answers in order, failures as they are explained.
///
/// # Errors
///
/// When the service does not let us in, which would be the same for every register.
pub(crate) async fn answers<'a>(
    monitor: &KktMonitor,
    serials: &'a [SerialNumber],
    explain: impl Fn(atol_monitor::Error) -> Failure,
) -> Result<Vec<(&'a SerialNumber, Result<Kkt, Failure>)>, Failure> {
    let mut answers = HashMap::new();
    let mut arriving = monitor.get_many(serials.iter().map(SerialNumber::as_str));
    while let Some((serial, answer)) = arriving.next().await {
        match answer {
            Err(error) if error.is_auth() => return Err(error.into()),
            answer => answers.insert(serial, answer.map_err(&explain)),
        };
    }
    let ordered = serials.iter().filter_map(|serial| Some((serial, answers.remove(serial.as_str())?)));
    Ok(ordered.collect())
}

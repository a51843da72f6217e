//! The signals that end a command which would go on for ever.

use std::io;

use crate::failure::Failure;
use crate::text::text;

/// What a shell says of a command that was ended by Ctrl-C.
const INTERRUPTED: u8 = 130;

/// Waits until the command is to end, and gives the exit code to end with.
///
/// Ctrl-C breaks a command off; SIGTERM is how services are stopped in good order.
pub(crate) async fn stop() -> Result<u8, Failure> {
    signal().await.map_err(|error| {
        Failure::failed(text!(
            "the signals to stop at cannot be listened for: {error}",
            "не удалось подписаться на сигналы остановки: {error}"
        ))
    })
}

// SIGTERM is a matter of Unix.
#[cfg(unix)]
async fn signal() -> io::Result<u8> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => Ok(INTERRUPTED),
        _ = terminate.recv() => Ok(0),
    }
}

// Elsewhere Ctrl-C is all there is.
#[cfg(not(unix))]
async fn signal() -> io::Result<u8> {
    tokio::signal::ctrl_c().await?;
    Ok(INTERRUPTED)
}

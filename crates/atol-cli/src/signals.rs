//! The signals that end a command which would go on for ever.

use std::io;

/// What a shell says of a command that was ended by Ctrl-C.
const INTERRUPTED: u8 = 130;

/// Waits until the command is to end, and gives the exit code to end with.
///
/// Ctrl-C breaks a command off; SIGTERM is how services are stopped in good order.
// SIGTERM is a matter of Unix.
#[cfg(unix)]
pub(crate) async fn stop() -> io::Result<u8> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => Ok(INTERRUPTED),
        _ = terminate.recv() => Ok(0),
    }
}

/// Waits until the command is to end, and gives the exit code to end with.
// Elsewhere Ctrl-C is all there is.
#[cfg(not(unix))]
pub(crate) async fn stop() -> io::Result<u8> {
    tokio::signal::ctrl_c().await?;
    Ok(INTERRUPTED)
}

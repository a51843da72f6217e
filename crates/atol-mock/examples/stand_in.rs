//! A stand-in for other processes: prints its address, lives an hour in a second, ends with its input.
//!
//! ```sh
//! cargo run -p atol-mock --example stand_in -- 1000    # so many registers
//! ```
#![expect(clippy::print_stdout, reason = "the address is what the example is for")]

use std::io::Read as _;
use std::net::TcpListener;

use atol_mock::{Clock as _, Fleet, MockAtol, SystemClock};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let size = std::env::args().nth(1).map_or(Ok(60), |size| size.parse())?;
    let mock = MockAtol::builder()
        .fleet(Fleet::generate(1, size, SystemClock.now()).evolving())
        .time_scale(3_600.0)
        .listener(TcpListener::bind("127.0.0.1:0")?)
        .start()
        .await;
    println!("{} login {} password {}", mock.uri(), MockAtol::LOGIN, MockAtol::PASSWORD);
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

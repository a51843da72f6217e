//! A process that is out of file descriptors.

use atol_tests::{Rig, Script, answer, get};
use atol_transport::ErrorKind;
use atol_transport::error::ConnectFailure;
use tokio::runtime::Builder;

/// The limit holds for a whole process, so that the test runs itself in one of its own.
#[test]
fn r01_without_file_descriptors_a_call_says_so_and_with_them_it_works_again() {
    const CHILD: &str = "ATOL_TEST_FEW_FILES";
    if std::env::var_os(CHILD).is_some() {
        let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        return runtime.block_on(out_of_files());
    }
    let name = "descriptors::r01_without_file_descriptors_a_call_says_so_and_with_them_it_works_again";
    let run = std::process::Command::new("sh")
        .args(["-c", "ulimit -n 64 && exec \"$0\" --exact \"$1\" --nocapture"])
        .arg(std::env::current_exe().unwrap())
        .arg(name)
        .env(CHILD, "1")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&run.stdout) + String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success() && told.contains("1 passed"), "{told}");
}

async fn out_of_files() {
    let rig = Rig::new([Script::new().exchange(answer(200, "[]"))]);
    let client = rig.over_sockets().await.build().unwrap();
    let mut files = Vec::new();
    while let Ok(file) = std::fs::File::open("/dev/null") {
        files.push(file);
    }
    let error = get(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect(ConnectFailure::Local), "{}", error.report());
    assert!(error.attempts() > 1, "it may pass, so it is tried again");
    files.clear();
    assert_eq!(get(&client).await.unwrap().value(), "[]");
}

//! A bundle of certificates: whatever it holds is taken, or skipped with a reason, or refused with one.

#![no_main]

use atol_tests_fuzz::can_be_shown;
use atol_transport::tls::RootCertificates;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|pem: &[u8]| {
    match RootCertificates::from_pem(pem) {
        Ok(roots) => {
            for skipped in roots.skipped() {
                assert!(!skipped.reason.is_empty());
                assert!(!skipped.reason.chars().any(char::is_control), "{:?}", skipped.reason);
            }
        }
        Err(error) => can_be_shown(&error),
    }
});

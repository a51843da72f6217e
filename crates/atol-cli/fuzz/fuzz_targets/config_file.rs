//! The configuration file: any bytes make settings that can be shown and written again, or are refused without a password.
//!
//! The command is a program and no library, so the modules that read its settings are taken from their files.

#![no_main]
#![expect(dead_code, unused_imports, reason = "the modules serve the whole command")]

#[path = "../../src/args/mod.rs"]
mod args;
#[path = "../../src/console.rs"]
mod console;
#[path = "../../src/failure/mod.rs"]
mod failure;
#[path = "../../src/settings/promises.rs"]
mod promises;
#[path = "../../src/settings/mod.rs"]
mod settings;
#[path = "../../src/text.rs"]
mod text;

use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

/// In a directory of this process's own.
static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
    let directory = tempfile::tempdir().expect("there is room for a directory");
    directory.keep().join("config.toml")
});

fuzz_target!(|bytes: &[u8]| {
    promises::hold(&FILE, bytes);
});

//! Snapshot files nobody reads any more: insta tells which ones the tests looked at.

use std::{collections::BTreeSet, path::Path};

use crate::{
    problem::Problem,
    project::{Project, extension},
};

/// The variable that makes insta append the path of each snapshot file a test looks at.
pub(crate) const REFERENCES: &str = "INSTA_SNAPSHOT_REFERENCES_FILE";

/// Snapshots of the project that are not in `references`, which a full run of the tests has written.
pub(crate) fn orphans(project: &Project, references: &Path) -> anyhow::Result<Vec<Problem>> {
    let files = project.files()?;
    let read = if references.exists() { project.sh.read_file(references)? } else { String::new() };
    // insta names a file by way of the test's folder, `crates/x/tests/../src/snapshots/…`.
    let read: BTreeSet<_> = read.lines().filter_map(|line| Path::new(line).canonicalize().ok()).collect();
    let mut problems = Vec::new();
    for snapshot in files.iter().filter(|path| extension(path) == "snap") {
        if !read.contains(&project.path(snapshot).canonicalize()?) {
            problems.push(Problem::new(snapshot, "no test looks at this snapshot: delete it"));
        }
    }
    Ok(problems)
}

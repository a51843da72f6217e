//! The house rules no other tool checks: module docs, code-fence tags, stray `cfg`, links and names of files, left-overs,
//! files nobody compiles, file sizes.

mod conditions;
pub(crate) mod fences;
mod links;
mod orphans;
mod sources;
mod text;

use crate::{
    problem::Problem,
    project::{Project, extension},
};

/// What the rules found: problems fail the build, long files are only worth a look.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) problems: Vec<Problem>,
    pub(crate) long_files: Vec<(String, usize)>,
}

/// Above this a file is looked at: is it still about one thing?
const LONG: usize = 400;

/// Endings of the files that are text and written by people, or generated to be read by them.
const TEXT: &[&str] = &["rs", "md", "toml", "yml", "yaml", "json", "sh"];

/// Reads every file of the project once and applies each rule that fits it.
pub(crate) fn report(project: &Project) -> anyhow::Result<Report> {
    let files = project.files()?;
    let mut report = Report::default();
    for path in files.iter().filter(|path| TEXT.contains(&extension(path))) {
        let text = project.read(path)?;
        let found = &mut report.problems;
        found.extend(text::trailing_whitespace(path, &text));
        found.extend(text::left_overs(path, &text));
        if extension(path) == "rs" {
            found.extend(text::module_doc(path, &text));
            found.extend(fences::in_doc_comments(path, &text));
            found.extend(conditions::stray(path, &text));
            let lines = text.lines().count();
            if lines > LONG {
                report.long_files.push((path.clone(), lines));
            }
        }
        if extension(path) == "md" {
            found.extend(fences::in_markdown(path, &text));
            found.extend(sources::gone(path, &text, &files));
            found.extend(links::broken(path, &text, &files, |target| project.read(target).ok()));
        }
    }
    report.problems.extend(orphans::orphans(&files, |path| project.read(path).ok()));
    report.long_files.sort_by_key(|(_, lines)| std::cmp::Reverse(*lines));
    Ok(report)
}

//! Pictures of the terminal: what the command really prints, with its colours, as SVG.
//!
//! The made fleet lives around the present moment, so a picture drawn later has other dates; it is drawn when somebody asks
//! for it, and not checked to be fresh.

use std::fmt::Write as _;

use anyhow::{Context as _, ensure};
use xshell::cmd;

use crate::project::Project;

/// The arguments of the command, and the picture of what it says.
const PICTURES: &[(&str, &str)] = &[
    ("list --demo --demo-size 12 --lang en", "docs/images/list.svg"),
    ("list --demo --demo-size 12 --lang ru", "docs/images/list.ru.svg"),
];

/// The size of a character and of a line, and what is left around them.
const CHARACTER: f64 = 7.8;
const LINE: f64 = 19.0;
const MARGIN: f64 = 16.0;

const BACKGROUND: &str = "#1b1f27";
const TEXT: &str = "#d5dae3";

/// Draws every picture anew.
pub(super) fn draw(project: &Project) -> anyhow::Result<()> {
    for (arguments, path) in PICTURES {
        let words = arguments.split(' ');
        let output = cmd!(project.sh, "cargo run --quiet --package atol-cli -- {words...}")
            .env("CLICOLOR_FORCE", "1")
            .env_remove("NO_COLOR")
            .ignore_stderr()
            .quiet()
            .output()?;
        ensure!(output.status.success(), "`atol {arguments}` failed");
        let screen = String::from_utf8(output.stdout).context("the screen is not UTF-8")?;
        let prompt = format!("$ atol {}", arguments.split(" --lang").next().unwrap_or(arguments));
        project.sh.write_file(project.path(path), svg(&format!("{prompt}\n{screen}")))?;
        println!("drew {path}");
    }
    Ok(())
}

/// The screen as SVG. Every word group has a place and a length of its own, so that columns stand whatever the font is.
fn svg(screen: &str) -> String {
    let lines: Vec<Vec<Run>> = screen.trim_end().lines().map(runs).collect();
    let columns = lines.iter().filter_map(|line| line.last()).map(Run::end).max().unwrap_or(0);
    let (width, height) = (length(columns) + 2.0 * MARGIN, length_of_lines(lines.len()) + 2.0 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"13\">\n\
         <desc>Drawn by `cargo xtask docs --pictures` from what the command really prints.</desc>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACKGROUND}\"/>\n"
    );
    for (index, line) in lines.iter().enumerate() {
        let y = MARGIN + length_of_lines(index) + 14.0;
        for run in line {
            let weight = if run.style.is_bold { " font-weight=\"bold\"" } else { "" };
            let _ = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{y:.1}\" textLength=\"{:.1}\" fill=\"{}\"{weight}>{}</text>",
                MARGIN + length(run.column),
                length(run.text.chars().count()),
                run.style.fill,
                escaped(&run.text),
            );
        }
    }
    svg + "</svg>\n"
}

#[expect(clippy::cast_precision_loss, reason = "a screen has hundreds of columns")]
fn length(characters: usize) -> f64 {
    characters as f64 * CHARACTER
}

#[expect(clippy::cast_precision_loss, reason = "a screen has dozens of lines")]
fn length_of_lines(lines: usize) -> f64 {
    lines as f64 * LINE
}

/// Words of one style that stand together.
#[derive(Debug, PartialEq)]
struct Run {
    column: usize,
    text: String,
    style: Style,
}

impl Run {
    fn end(&self) -> usize {
        self.column + self.text.chars().count()
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Style {
    fill: &'static str,
    is_bold: bool,
}

const PLAIN: Style = Style { fill: TEXT, is_bold: false };

impl Style {
    /// Takes in one code of "select graphic rendition".
    fn take(&mut self, code: &str) {
        match code {
            "" | "0" => *self = PLAIN,
            "1" => self.is_bold = true,
            "2" | "90" => self.fill = "#8b93a3",
            "31" | "91" => self.fill = "#ff7b72",
            "32" | "92" => self.fill = "#7ee787",
            "33" | "93" => self.fill = "#f2cc60",
            "34" | "94" => self.fill = "#79c0ff",
            "35" | "95" => self.fill = "#d2a8ff",
            "36" | "96" => self.fill = "#76e3ea",
            _ => {}
        }
    }
}

/// A line taken apart where its style changes and where two spaces stand between columns.
fn runs(line: &str) -> Vec<Run> {
    let (mut runs, mut style, mut column): (Vec<Run>, _, _) = (Vec::new(), PLAIN, 0);
    for (index, piece) in line.split("\u{1b}[").enumerate() {
        let text = match piece.split_once('m') {
            Some((codes, text)) if index > 0 => {
                codes.split(';').for_each(|code| style.take(code));
                text
            }
            _ => piece,
        };
        for group in text.split("  ") {
            let word = group.trim();
            if !word.is_empty() {
                let blank = group.chars().take_while(|c| *c == ' ').count();
                runs.push(Run { column: column + blank, text: word.to_owned(), style });
            }
            column += group.chars().count() + 2;
        }
        // There is one gap fewer than there are groups.
        column -= 2;
    }
    runs
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(column: usize, text: &str, style: Style) -> Run {
        Run { column, text: text.to_owned(), style }
    }

    #[test]
    fn columns_and_colours_stay_where_they_are() {
        let red = Style { fill: "#ff7b72", is_bold: true };
        assert_eq!(
            runs("\u{1b}[1m\u{1b}[31m!! BAD\u{1b}[0m   001  85 %     ok"),
            [run(0, "!! BAD", red), run(9, "001", PLAIN), run(14, "85 %", PLAIN), run(23, "ok", PLAIN)]
        );
        assert_eq!(runs(""), []);
    }

    #[test]
    fn what_the_screen_says_is_text_and_not_markup() {
        let picture = svg("$ atol\n<b> & \u{1b}[32mok\u{1b}[0m\n");
        assert!(picture.contains(">&lt;b&gt; &amp;</text>"), "{picture}");
        assert!(picture.contains("fill=\"#7ee787\">ok</text>"), "{picture}");
    }
}

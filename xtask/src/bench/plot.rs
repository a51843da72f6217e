//! The scaling curves as a picture: what a register takes, in lists of a hundred to a million.

use std::{collections::BTreeMap, fmt::Write as _};

use anyhow::bail;

use super::row::Point;

/// The corners of the plane between the axes, in the picture's units.
const LEFT: f64 = 64.0;
const RIGHT: f64 = 560.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 360.0;

/// Both axes are logarithmic; these are the decades they show.
const REGISTERS: std::ops::RangeInclusive<i32> = 2..=6;
const NANOSECONDS: std::ops::RangeInclusive<i32> = 1..=5;

/// Dark enough on white, light enough on black, and told apart without colours by the names at their ends.
const COLORS: [&str; 6] = ["#2f7ed8", "#d1495b", "#3a9d5d", "#c17d11", "#8457c2", "#5f7a8a"];

/// Draws every curve, each over all its points.
pub(super) fn svg(points: &[Point]) -> anyhow::Result<String> {
    let mut curves: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
    for Point { curve, registers, nanoseconds } in points {
        curves.entry(curve).or_default().push((x(*registers), y(*nanoseconds)));
    }
    if curves.is_empty() {
        bail!("there is no curve to draw: the run did not measure P16");
    }
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 410\" font-family=\"sans-serif\" font-size=\"13\" \
         fill=\"#808080\">\n<title>Nanoseconds a register by the length of the list</title>\n",
    );
    // Writing to a `String` cannot fail.
    let _ = axes(&mut svg);
    for ((name, points), color) in curves.iter().zip(COLORS.iter().cycle()) {
        let line: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = writeln!(
            svg,
            "<polyline fill=\"none\" stroke=\"{color}\" stroke-width=\"2\" points=\"{}\"/>",
            line.join(" ")
        );
        for (x, y) in points {
            let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{color}\"/>");
        }
        if let Some((x, y)) = points.last() {
            let _ = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.1}\" fill=\"{color}\">{name}</text>",
                x + 10.0,
                y + 4.0
            );
        }
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}

fn axes(svg: &mut String) -> std::fmt::Result {
    for decade in REGISTERS {
        let x = x(10_f64.powi(decade));
        writeln!(svg, "<path d=\"M{x:.1} {TOP}V{BOTTOM}\" stroke=\"#808080\" stroke-opacity=\"0.3\"/>")?;
        writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            BOTTOM + 20.0,
            10_i64.pow(decade.unsigned_abs())
        )?;
    }
    for decade in NANOSECONDS {
        let y = y(10_f64.powi(decade));
        writeln!(svg, "<path d=\"M{LEFT} {y:.1}H{RIGHT}\" stroke=\"#808080\" stroke-opacity=\"0.3\"/>")?;
        writeln!(
            svg,
            "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 8.0,
            y + 4.0,
            10_i64.pow(decade.unsigned_abs())
        )?;
    }
    writeln!(
        svg,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">registers in the list</text>",
        f64::midpoint(LEFT, RIGHT),
        BOTTOM + 42.0
    )?;
    writeln!(svg, "<text x=\"8\" y=\"14\">ns a register</text>")
}

fn x(registers: f64) -> f64 {
    LEFT + (RIGHT - LEFT) * part(registers, &REGISTERS)
}

fn y(nanoseconds: f64) -> f64 {
    BOTTOM - (BOTTOM - TOP) * part(nanoseconds, &NANOSECONDS)
}

/// Where a value stands between the first and the last decade of an axis.
fn part(value: f64, decades: &std::ops::RangeInclusive<i32>) -> f64 {
    (value.log10() - f64::from(*decades.start())) / f64::from(decades.end() - decades.start())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(registers: f64, nanoseconds: f64) -> Point {
        Point { curve: "read".to_owned(), registers, nanoseconds }
    }

    #[test]
    fn a_curve_goes_through_its_points_and_carries_its_name() -> anyhow::Result<()> {
        let svg = svg(&[point(100.0, 10.0), point(1e6, 1e5)])?;
        assert!(svg.contains(r#"points="64.0,360.0 560.0,24.0""#), "{svg}");
        assert!(svg.contains(">read</text>"), "{svg}");
        Ok(())
    }

    #[test]
    fn nothing_measured_is_no_picture() {
        assert!(svg(&[]).is_err());
    }
}

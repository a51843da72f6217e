//! The scaling curves as a picture: what a register takes, in lists of a hundred to a million.

use std::{collections::BTreeMap, fmt::Write as _};

use anyhow::bail;

use super::row::Point;

/// The size of a panel between its axes, in the picture's units, and how far one is from the next.
const WIDTH: f64 = 232.0;
const HEIGHT: f64 = 240.0;
const STEP: f64 = 308.0;

/// Where the first panel stands.
const LEFT: f64 = 60.0;
const TOP: f64 = 46.0;
const BOTTOM: f64 = TOP + HEIGHT;

/// The decades of the axis that all panels have in common.
const REGISTERS: Scale = Scale::Decades(2, 6);

/// Told apart on white and on black, and by the dashes where nobody sees colours.
const LINES: [(&str, &str); 5] = [
    ("#2f7ed8", "none"),
    ("#d1495b", "7 3"),
    ("#2e8b57", "2 3"),
    ("#b8730f", "9 3 2 3"),
    ("#8457c2", "14 4"),
];

/// Paper and ink come together, so that the text can be read whatever page it stands in.
const STYLE: &str = ".paper{fill:#fff}.ink{fill:#40474f}.grid{stroke:#8c959f;stroke-opacity:.4}.band{fill:#8c959f;fill-opacity:.15}\
@media(prefers-color-scheme:dark){.paper{fill:#0d1117}.ink{fill:#b6bec7}}";

/// One axis.
#[derive(Clone, Copy)]
enum Scale {
    /// From this power of ten to that.
    Decades(i32, i32),
    /// From a half to one and a half.
    AroundOne,
}

impl Scale {
    /// Where a value stands between the ends of the axis; what is beyond them stands at the end.
    fn part(self, value: f64) -> f64 {
        let part = match self {
            Scale::Decades(low, high) => (value.log10() - f64::from(low)) / f64::from(high - low),
            Scale::AroundOne => value - 0.5,
        };
        part.clamp(0.0, 1.0)
    }

    /// Values with a line of their own, and what is written at it.
    fn ticks(self) -> Vec<(f64, String)> {
        match self {
            Scale::Decades(low, high) => {
                (low..=high).map(|power| (10_f64.powi(power), decade(power))).collect()
            }
            Scale::AroundOne => [0.5, 0.75, 1.0, 1.25, 1.5].map(|value| (value, value.to_string())).to_vec(),
        }
    }
}

fn decade(power: i32) -> String {
    match power {
        0 => "1".to_owned(),
        1 => "10".to_owned(),
        _ => format!("10<tspan dy=\"-5\" font-size=\"9\">{power}</tspan>"),
    }
}

/// A picture of its own for one of the values.
struct Panel {
    title: &'static str,
    scale: Scale,
    value: fn(&Point) -> f64,
    /// Whether it shows each curve as multiples of its middle, with the band that it has to stay in.
    is_relative: bool,
}

const PANELS: [Panel; 3] = [
    Panel {
        title: "nanoseconds a register",
        scale: Scale::Decades(1, 4),
        value: |point| point.nanoseconds,
        is_relative: false,
    },
    Panel {
        title: "time / plainest code, 1 is the middle",
        scale: Scale::AroundOne,
        value: |point| point.multiple,
        is_relative: true,
    },
    Panel {
        title: "bytes a register",
        scale: Scale::Decades(0, 4),
        value: |point| point.bytes,
        is_relative: false,
    },
];

/// Draws every curve, each over all its points.
pub(super) fn svg(points: &[Point]) -> anyhow::Result<String> {
    let mut curves: BTreeMap<&str, Vec<&Point>> = BTreeMap::new();
    for point in points {
        curves.entry(&point.curve).or_default().push(point);
    }
    if curves.is_empty() {
        bail!("there is no curve to draw: the run did not measure P16");
    }
    for points in curves.values_mut() {
        points.sort_by(|a, b| a.registers.total_cmp(&b.registers));
    }
    let mut svg = String::new();
    // Writing to a `String` cannot fail.
    let _ = draw(&mut svg, &curves);
    Ok(svg)
}

fn draw(svg: &mut String, curves: &BTreeMap<&str, Vec<&Point>>) -> std::fmt::Result {
    writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 936 366\" font-family=\"sans-serif\" font-size=\"13\">"
    )?;
    writeln!(svg, "<title>What a register takes, by the length of the list</title>")?;
    writeln!(svg, "<style>{STYLE}</style>")?;
    writeln!(svg, "<rect class=\"paper\" width=\"936\" height=\"366\" rx=\"6\"/>")?;
    let mut left = LEFT;
    for panel in &PANELS {
        panel.axes(svg, left)?;
        for (points, line) in curves.values().zip(LINES.iter().cycle()) {
            panel.curve(svg, left, points, *line)?;
        }
        left += STEP;
    }
    let mut left = LEFT;
    for (name, (color, dashes)) in curves.keys().zip(LINES.iter().cycle()) {
        writeln!(
            svg,
            "<path d=\"M{left} 344h34\" stroke=\"{color}\" stroke-width=\"2\" stroke-dasharray=\"{dashes}\"/>\
             <text class=\"ink\" x=\"{}\" y=\"348\">{name}</text>",
            left + 42.0
        )?;
        left += 160.0;
    }
    writeln!(svg, "</svg>")
}

impl Panel {
    fn axes(&self, svg: &mut String, left: f64) -> std::fmt::Result {
        let middle = left + WIDTH / 2.0;
        writeln!(
            svg,
            "<text class=\"ink\" x=\"{middle}\" y=\"26\" text-anchor=\"middle\">{}</text>",
            self.title
        )?;
        if self.is_relative {
            let (top, bottom) = (self.y(1.15), self.y(0.85));
            writeln!(
                svg,
                "<rect class=\"band\" x=\"{left}\" y=\"{top:.1}\" width=\"{WIDTH}\" height=\"{:.1}\"/>",
                bottom - top
            )?;
        }
        for (value, label) in REGISTERS.ticks() {
            let x = x(left, value);
            writeln!(
                svg,
                "<path class=\"grid\" d=\"M{x:.1} {TOP}V{BOTTOM}\"/>\
                 <text class=\"ink\" x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{label}</text>",
                BOTTOM + 20.0
            )?;
        }
        for (value, label) in self.scale.ticks() {
            let y = self.y(value);
            writeln!(
                svg,
                "<path class=\"grid\" d=\"M{left} {y:.1}h{WIDTH}\"/>\
                 <text class=\"ink\" x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
                left - 8.0,
                y + 4.0
            )?;
        }
        writeln!(
            svg,
            "<text class=\"ink\" x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">registers in the list</text>",
            BOTTOM + 38.0
        )
    }

    fn curve(
        &self,
        svg: &mut String,
        left: f64,
        points: &[&Point],
        (color, dashes): (&str, &str),
    ) -> std::fmt::Result {
        let values = || points.iter().map(|point| (self.value)(point));
        let middle = if self.is_relative {
            f64::midpoint(values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max))
        } else {
            1.0
        };
        let at = |point: &&Point| {
            format!("{:.1},{:.1}", x(left, point.registers), self.y((self.value)(point) / middle))
        };
        let line: Vec<String> = points.iter().map(at).collect();
        writeln!(
            svg,
            "<polyline fill=\"none\" stroke=\"{color}\" stroke-width=\"2\" stroke-dasharray=\"{dashes}\" points=\"{}\"/>",
            line.join(" ")
        )
    }

    fn y(&self, value: f64) -> f64 {
        BOTTOM - HEIGHT * self.scale.part(value)
    }
}

fn x(left: f64, registers: f64) -> f64 {
    left + WIDTH * REGISTERS.part(registers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(registers: f64, value: f64, multiple: f64) -> Point {
        Point { curve: "read".to_owned(), registers, nanoseconds: value, multiple, bytes: value }
    }

    #[test]
    fn a_curve_goes_through_its_points_from_the_shortest_list_to_the_longest() -> anyhow::Result<()> {
        let svg = svg(&[point(1e6, 1e4, 1.5), point(100.0, 10.0, 0.5)])?;
        assert!(svg.contains(r#"points="60.0,286.0 292.0,46.0""#), "time: {svg}");
        assert!(svg.contains(r#"points="368.0,286.0 600.0,46.0""#), "multiples of the middle: {svg}");
        assert!(svg.contains(r#"points="676.0,226.0 908.0,46.0""#), "memory: {svg}");
        assert!(svg.contains(">read</text>"), "{svg}");
        Ok(())
    }

    #[test]
    fn what_is_beyond_an_axis_stays_in_the_picture() -> anyhow::Result<()> {
        assert!(svg(&[point(100.0, 1e9, 1.0)])?.contains(r#"points="60.0,46.0""#));
        Ok(())
    }

    #[test]
    fn nothing_measured_is_no_picture() {
        assert!(svg(&[]).is_err());
    }
}

//! Whether the colours of the style can be told apart, by the formula of WCAG 2.2.

use std::collections::HashMap;

use super::security::STYLE;

/// What text has to have, and what a line or a bar has to.
const TEXT: f64 = 4.5;
const SHAPE: f64 = 3.0;

type Palette = HashMap<&'static str, [u8; 3]>;

/// The light palette, the dark one and that of paper, in the order in which the style has them.
fn palettes() -> [Palette; 3] {
    let mut blocks = STYLE.split(":root {").skip(1).map(|rest| {
        let block = rest.split('}').next().unwrap();
        block.split(';').filter_map(colour).collect::<Palette>()
    });
    let [light, dark, paper] = std::array::from_fn(|_| blocks.next().unwrap());
    assert!(blocks.next().is_none(), "a palette that nobody looks at");
    assert_eq!(light.len(), dark.len());
    let paper = light.clone().into_iter().chain(paper).collect();
    [light, dark, paper]
}

/// `--name: #rgb` or `--name: #rrggbb`.
fn colour(declaration: &'static str) -> Option<(&'static str, [u8; 3])> {
    let (name, value) = declaration.trim().strip_prefix("--")?.split_once(": #")?;
    let digits: Vec<u8> =
        value.chars().map(|digit| digit.to_digit(16).unwrap().try_into().unwrap()).collect();
    let parts = match digits[..] {
        [red, green, blue] => [red * 17, green * 17, blue * 17],
        [r1, r2, g1, g2, b1, b2] => [r1 * 16 + r2, g1 * 16 + g2, b1 * 16 + b2],
        _ => panic!("{name} is no colour: {value}"),
    };
    Some((name, parts))
}

fn luminance(colour: [u8; 3]) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    one.max(other) / one.min(other)
}

#[test]
fn black_on_white_has_the_most_there_is() {
    assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
}

#[test]
fn every_colour_can_be_told_from_what_it_stands_on() {
    let states = ["critical", "warning", "unknown", "ok"];
    let soft = states.map(|state| format!("{state}-soft"));
    let mut pairs = vec![("link", "ground", TEXT), ("link", "card", TEXT), ("quiet", "critical-soft", TEXT)];
    for ground in ["ground", "card"].into_iter().chain(soft.iter().map(String::as_str)) {
        pairs.push(("ink", ground, TEXT));
    }
    for (state, soft) in states.into_iter().zip(&soft) {
        pairs.extend([(state, "card", TEXT), (state, soft, TEXT)]);
    }
    pairs.extend(["ground", "card"].map(|ground| ("quiet", ground, TEXT)));
    // The blocks of the timeline; behind those that have stopped already there is a red shade.
    for cause in ["expiry", "forecast", "unsent", "shift"] {
        pairs.extend(["card", "critical-soft"].map(|ground| (cause, ground, SHAPE)));
    }
    let mut pale = Vec::new();
    for (palette, name) in palettes().iter().zip(["light", "dark", "paper"]) {
        for &(front, back, least) in &pairs {
            let contrast = contrast(palette[front], palette[back]);
            if contrast < least {
                pale.push(format!("{name}: {front} on {back} has {contrast:.2} of {least}"));
            }
        }
    }
    assert!(pale.is_empty(), "{}", pale.join("\n"));
}

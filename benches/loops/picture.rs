//! A picture of all cells, as SVG text: how long the plain loop takes, and what the contenders take of that.

use std::fmt::Write;

use crate::contenders::Contender;
use crate::machine;
use crate::measure::{Times, median};

const WIDTH: f64 = 1_100.0;
const HEIGHT: f64 = 720.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 800.0;
const TOP: f64 = 70.0;
const BOTTOM: f64 = 610.0;
/// Seconds of the plain loop.
const X: (f64, f64) = (1e-9, 2.0);
/// Ratios; what lies above is drawn at the edge.
const Y: (f64, f64) = (0.3, 100.0);

fn colour(who: Contender) -> &'static str {
    match who {
        Contender::Plain => "#000000",
        Contender::Annotated => "#d62728",
        Contender::Rayon => "#1f77b4",
        Contender::Orx => "#2ca02c",
        Contender::Pariter => "#8c564b",
        Contender::Scope => "#9467bd",
        Contender::OpenMp => "#e08a00",
    }
}

fn x(seconds: f64) -> f64 {
    LEFT + (seconds.clamp(X.0, X.1) / X.0).ln() / (X.1 / X.0).ln() * (RIGHT - LEFT)
}

fn y(ratio: f64) -> f64 {
    BOTTOM - (ratio.clamp(Y.0, Y.1) / Y.0).ln() / (Y.1 / Y.0).ln() * (BOTTOM - TOP)
}

fn text(svg: &mut String, x: f64, y: f64, attributes: &str, text: &str) {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    writeln!(svg, r#"<text x="{x:.1}" y="{y:.1}" {attributes}>{text}</text>"#).expect("strings grow");
}

fn line(svg: &mut String, (x1, y1): (f64, f64), (x2, y2): (f64, f64), attributes: &str) {
    writeln!(svg, r#"<line x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}" {attributes}/>"#).expect("strings grow");
}

pub(crate) fn draw(title: &str, machine: &str, contenders: &[Contender], cells: &[Times]) -> String {
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="14">
<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>
"##
    );
    text(&mut svg, LEFT, 30.0, r#"font-size="19" font-weight="bold""#, title);
    let caption =
        "Each dot is a loop; lines go through the medians of three per power of ten. Below 1: faster than plain.";
    text(&mut svg, LEFT, 52.0, r##"fill="#444""##, caption);
    axes(&mut svg);
    // The annotated loops last, on top.
    let others = contenders.iter().filter(|who| !matches!(who, Contender::Plain | Contender::Annotated));
    for who in others.chain([&Contender::Annotated]) {
        series(&mut svg, *who, cells);
    }
    for (i, who) in contenders.iter().enumerate() {
        let at = TOP + 20.0 + 28.0 * i as f64;
        let width = if *who == Contender::Annotated { 4 } else { 2 };
        let stroke = format!(r#"stroke="{}" stroke-width="{width}""#, colour(*who));
        line(&mut svg, (RIGHT + 20.0, at - 5.0), (RIGHT + 50.0, at - 5.0), &stroke);
        let name = match who {
            Contender::Annotated => "#[concurrent]".to_owned(),
            who => machine::version(*who).replace(" (gcc ", ", gcc ").replace(')', ""),
        };
        text(&mut svg, RIGHT + 58.0, at, "", &name);
    }
    text(&mut svg, LEFT, HEIGHT - 20.0, r##"fill="#444" font-size="12""##, machine);
    svg.push_str("</svg>\n");
    svg
}

fn axes(svg: &mut String) {
    let middle = r##"text-anchor="middle" fill="#222""##;
    for (seconds, label) in [
        (1e-9, "1 ns"),
        (1e-8, "10 ns"),
        (1e-7, "100 ns"),
        (1e-6, "1 µs"),
        (1e-5, "10 µs"),
        (1e-4, "100 µs"),
        (1e-3, "1 ms"),
        (1e-2, "10 ms"),
        (1e-1, "100 ms"),
        (1.0, "1 s"),
    ] {
        line(svg, (x(seconds), TOP), (x(seconds), BOTTOM), r##"stroke="#ddd""##);
        text(svg, x(seconds), BOTTOM + 22.0, middle, label);
    }
    for (ratio, label) in
        [(0.5, "0.5"), (1.0, "1"), (2.0, "2"), (5.0, "5"), (10.0, "10"), (20.0, "20"), (50.0, "50"), (100.0, "≥ 100")]
    {
        let stroke = if ratio == 1.0 { r##"stroke="#000" stroke-width="1.5""## } else { r##"stroke="#ddd""## };
        line(svg, (LEFT, y(ratio)), (RIGHT, y(ratio)), stroke);
        text(svg, LEFT - 8.0, y(ratio) + 5.0, r##"text-anchor="end" fill="#222""##, label);
    }
    text(svg, (LEFT + RIGHT) / 2.0, BOTTOM + 50.0, middle, "time of the plain loop");
    let at = (TOP + BOTTOM) / 2.0;
    let turned = format!(r##"text-anchor="middle" fill="#222" transform="rotate(-90 25 {at})""##);
    text(svg, 25.0, at, &turned, "time / plain");
}

fn series(svg: &mut String, who: Contender, cells: &[Times]) {
    let colour = colour(who);
    let dots: Vec<(f64, f64)> = cells.iter().filter_map(|times| Some((times.plain, times.ratio(who)?))).collect();
    for (plain, ratio) in &dots {
        let (x, y) = (x(*plain), y(*ratio));
        writeln!(svg, r#"<circle cx="{x:.1}" cy="{y:.1}" r="2.6" fill="{colour}" fill-opacity="0.35"/>"#)
            .expect("strings grow");
    }
    let third = |plain: f64| (plain.log10() * 3.0).floor() as i64;
    let mut thirds: Vec<i64> = dots.iter().map(|(plain, _)| third(*plain)).collect();
    thirds.sort_unstable();
    thirds.dedup();
    let points = thirds.iter().map(|here| {
        let of = |pick: fn(&(f64, f64)) -> f64| {
            median(dots.iter().filter(|(plain, _)| third(*plain) == *here).map(pick).collect())
        };
        format!("{:.1},{:.1}", x(of(|dot| dot.0)), y(of(|dot| dot.1)))
    });
    let points: Vec<_> = points.collect();
    let width = if who == Contender::Annotated { 4 } else { 2 };
    writeln!(
        svg,
        r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linejoin="round"/>"#,
        points.join(" ")
    )
    .expect("strings grow");
}

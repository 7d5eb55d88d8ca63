//! One step of many bodies that attract each other: what pulls each of them is summed up in parallel, all of them move in
//! place.
//!
//! ```text
//! cargo run --release --example n_body
//! ```

use concurrent_futures::concurrent;
use std::process::ExitCode;

#[path = "support/medians.rs"]
mod medians;
#[path = "support/table.rs"]
mod table;

const STEP: f64 = 0.001;

#[derive(Debug, Clone, PartialEq)]
struct Body {
    place: [f64; 3],
    speed: [f64; 3],
    mass: f64,
}

#[concurrent]
fn advance(bodies: &mut [Body]) {
    let mut pulls = Vec::new();
    for body in bodies.iter() {
        let mut pull = [0.0; 3];
        for other in bodies.iter() {
            let way = [0, 1, 2].map(|i| other.place[i] - body.place[i]);
            let square = way.iter().map(|part| part * part).sum::<f64>() + 1e-6;
            let strength = other.mass / (square * square.sqrt());
            for (part, way) in pull.iter_mut().zip(way) {
                *part += way * strength;
            }
        }
        pulls.push(pull);
    }
    for (body, pull) in bodies.iter_mut().zip(pulls) {
        for (i, part) in pull.iter().enumerate() {
            body.speed[i] += part * STEP;
            body.place[i] += body.speed[i] * STEP;
        }
    }
}

/// The same without the attribute.
fn advance_plain(bodies: &mut [Body]) {
    let mut pulls = Vec::new();
    for body in bodies.iter() {
        let mut pull = [0.0; 3];
        for other in bodies.iter() {
            let way = [0, 1, 2].map(|i| other.place[i] - body.place[i]);
            let square = way.iter().map(|part| part * part).sum::<f64>() + 1e-6;
            let strength = other.mass / (square * square.sqrt());
            for (part, way) in pull.iter_mut().zip(way) {
                *part += way * strength;
            }
        }
        pulls.push(pull);
    }
    for (body, pull) in bodies.iter_mut().zip(pulls) {
        for (i, part) in pull.iter().enumerate() {
            body.speed[i] += part * STEP;
            body.place[i] += body.speed[i] * STEP;
        }
    }
}

/// Bodies on a spiral.
fn bodies(n: u32) -> Vec<Body> {
    let body = |i: u32| {
        let angle = f64::from(i) * 2.4;
        let distance = f64::from(i).sqrt();
        let (sin, cos) = angle.sin_cos();
        Body { place: [distance * cos, distance * sin, sin / 2.0], speed: [-sin, cos, 0.0], mass: 1.0 + cos / 2.0 }
    };
    (0..n).map(body).collect()
}

fn after(steps: usize, advance: fn(&mut [Body])) -> Vec<Body> {
    let mut bodies = bodies(1_000);
    for _ in 0..steps {
        advance(&mut bodies);
    }
    bodies
}

fn main() -> ExitCode {
    let equal = medians::compare("1,000 bodies, 20 steps", 3, || after(20, advance_plain), || after(20, advance));
    if equal { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

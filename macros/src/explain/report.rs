//! The report of one loop, statement by statement.

use super::words::{code, of_type};
use super::{effects, variables};
use crate::analyze::loops::Candidate;
use crate::analyze::reduce::Originals;
use crate::analyze::split::{Fate, Line, Why};
use crate::analyze::uses;
use crate::check::loops::describe;
use crate::model::loop_plan::{Capture, Crossing, Split};
use crate::model::reduction::Reduction;
use crate::model::stored;
use proc_macro2::Ident;
use quote::ToTokens;
use std::fmt::Write;
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{ExprForLoop, Type};

/// The explanation of one loop, a line for each statement and for each thing that is worth knowing.
pub(crate) fn text(candidate: &Candidate) -> String {
    let Candidate { written, verdict, reduced, stored, originals, .. } = candidate;
    let mut text = "`#[concurrent]` runs this loop in two parts: P in parallel, S in order".to_owned();
    if candidate.options.is_sequential() {
        return "`#[concurrent]` leaves this loop as it is, since its mode is \"sequential\"".to_owned();
    }
    let mut lines: Vec<Line> = verdict.report.iter().map(|line| as_written(line, originals)).collect();
    lines.sort_by_key(|line| (line.stmt.span().start().line, line.stmt.span().start().column));
    for mut line in lines {
        line.stmt = stored::as_written(&line.stmt, stored).into();
        statement(&mut text, &line);
    }
    if !stored.is_empty() {
        let names = stored.iter().map(|stored| format!("`{}`", code(stored.place().to_token_stream()))).collect();
        list(&mut text, "collected by P, a chunk at a time, and appended in order", names);
    }
    if !reduced.is_empty() {
        let names = reduced.iter().map(|reduced| format!("`{}`", reduced.mentions[0])).collect();
        list(&mut text, "folded by P, a chunk at a time", names);
    }
    let split = &verdict.split;
    let crosses = if candidate.options.is_process() { "crosses from P to S, as a copy" } else { "crosses from P to S" };
    list(&mut text, crosses, crossing(split, originals));
    if candidate.options.is_process() {
        list(&mut text, "captured by P, copied to each worker process", copied(split));
    } else {
        list(&mut text, "captured by P, shared between threads by reference", shared(split));
    }
    list(&mut text, "left early", exits(written));
    for note in notes(candidate) {
        _ = write!(text, "\n  note {note}");
    }
    text
}

/// The line with the statements that change reduced variables as they were.
fn as_written(line: &Line, originals: &Originals) -> Line {
    let mut line = line.clone();
    line.stmt = originals.restore(&*line.stmt, |restorer, stmt| restorer.visit_stmt_mut(stmt)).into();
    if let Fate::InOrder(_, taken_out) = &mut line.fate {
        let restored =
            taken_out.iter().map(|expr| originals.restore(expr, |restorer, expr| restorer.visit_expr_mut(expr)));
        *taken_out = restored.collect();
    }
    line
}

fn statement(text: &mut String, Line { stmt, depth, fate }: &Line) {
    let indent = "  ".repeat(depth + 1);
    let written = code(stmt.to_token_stream());
    let part = match fate {
        Fate::Parallel => "P  ",
        Fate::InOrder(_, taken_out) if taken_out.is_empty() => "S  ",
        Fate::InOrder(..) | Fate::Branches | Fate::Loop => "P+S",
    };
    _ = write!(text, "\n{indent}{part} {written}");
    match fate {
        Fate::Parallel => {}
        Fate::InOrder(reason, taken_out) => {
            _ = write!(text, "\n{indent}      in order: {}", describe(reason));
            for taken in taken_out.iter() {
                _ = write!(text, "\n{indent}      taken out of it into P: `{}`", code(taken.to_token_stream()));
            }
        }
        Fate::Branches => _ = write!(text, "\n{indent}      P takes the branch, S follows"),
        Fate::Loop => _ = write!(text, "\n{indent}      P makes a list of its iterations, S goes through it"),
    }
}

fn list(text: &mut String, what: &str, names: Vec<String>) {
    let names = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
    _ = write!(text, "\n  {what}: {names}");
}

fn crossing(split: &Split, originals: &Originals) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for Crossing { name, ty, taken_out, .. } in split.segments.iter().flat_map(|segment| &segment.crossing) {
        let name = match taken_out {
            Some(expr) => {
                let written = originals.restore(expr, |restorer, expr| restorer.visit_expr_mut(expr));
                typed(&code(written.to_token_stream()), ty.as_ref())
            }
            None => typed(&name.to_string(), ty.as_ref()),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Threads see the caller's own variables, or fields of them.
fn shared(split: &Split) -> Vec<String> {
    let name = |capture: &Capture| {
        let fields: String = capture.fields.iter().map(|field| format!(".{field}")).collect();
        let whole = typed(&format!("{}{fields}", capture.name), capture.ty.as_ref());
        if fields.is_empty() { whole } else { format!("{whole} (this field alone)") }
    };
    split.captures.iter().map(name).collect()
}

/// Processes get whole variables.
fn copied(split: &Split) -> Vec<String> {
    let name = |name: &Ident| {
        let ty = split.captures.iter().find(|capture| capture.name == *name).and_then(|capture| capture.ty.as_ref());
        let is_reference = *name == "self" || matches!(ty, Some(Type::Reference(_)));
        let whole = typed(&name.to_string(), ty);
        if is_reference { format!("{whole} (what it refers to)") } else { whole }
    };
    split.outer_variables().into_iter().map(name).collect()
}

fn typed(name: &str, ty: Option<&Type>) -> String {
    match ty {
        Some(ty) => format!("`{name}: {}`", of_type(ty)),
        None => format!("`{name}`"),
    }
}

fn exits(written: &ExprForLoop) -> Vec<String> {
    let facts = uses::of_body(&written.pat, &written.body, written.label.as_ref());
    let leave = facts.exits.iter().filter(|exit| exit.kind == uses::ExitKind::Leave).map(|exit| exit.span);
    let hidden = facts.hidden_exits.iter().map(|(span, _)| *span);
    let mut lines: Vec<usize> = leave.chain(hidden).map(|span| span.start().line).collect();
    lines.dedup();
    lines.into_iter().map(|line| format!("in line {line}")).collect()
}

/// What is worth knowing, with the codes of the guide.
fn notes(Candidate { written, verdict, reduced, options, .. }: &Candidate) -> Vec<String> {
    let mut notes = Vec::new();
    let reasons = || verdict.reasons.iter();
    if reasons().any(|reason| matches!(reason.why, Why::BehindExit)) {
        notes.push(
            "C011: what stands behind a statement that leaves the iteration in order has to wait for it: move work in \
             front of it if it may run in any case"
                .to_owned(),
        );
    }
    let facts = uses::of_body(&written.pat, &written.body, written.label.as_ref());
    for (span, _) in facts.hidden_exits.iter().filter(|(_, what)| what == uses::ENDING_THE_PROCESS) {
        let line = span.start().line;
        notes.push(format!("C016: line {line} may end the process: it runs in order, when all before it is done"));
    }
    let guessed = verdict.carried.iter().filter(|carried| carried.is_guess).map(|carried| &carried.place.name);
    notes.extend(guessed.map(|name| {
        format!("C021: `{name}` may be changed by the loop: if it is only read, say so with `shared({name})`")
    }));
    if verdict.weight == 0 {
        notes.push("C023: P calls nothing, so that the loop is likely to run as the plain loop".to_owned());
    }
    let asked = |name: &str| options.reduce.iter().find(|reduction| reduction.name == name);
    notes.extend(reduced.iter().filter_map(|reduced| asked(&reduced.mentions[0].to_string())).map(variables::folded));
    notes.extend(verdict.carried.iter().filter_map(|carried| match asked(&carried.place.to_string()) {
        Some(Reduction { name, .. }) => Some(format!(
            "C034: `{name}` is folded in order though `reduce` names it, and has the plain result, since an in-order \
             statement makes what is folded, or may leave an iteration"
        )),
        None => variables::accumulation(carried, &facts, written, !options.is_process()),
    }));
    let prints = |why: &Why| matches!(why, Why::Effect(what) if what.contains("print") || what.contains("dbg!"));
    if reasons().any(|reason| prints(&reason.why)) {
        notes.push("C040: what is printed is printed in order, by the calling thread".to_owned());
    }
    notes.extend(effects::of_parallel_part(verdict, options.is_process()));
    notes.extend(effects::held_guards(written, &verdict.split));
    if verdict.left_at.is_some() && verdict.weight > 0 {
        notes.push(
            "C045: when the loop is left, P may have run for some later iterations; what it did outside of the program \
             is not undone"
                .to_owned(),
        );
    }
    notes
}

//! How a loop runs, in words: what `explain` says.

use crate::analyze::carried::Carried;
use crate::analyze::loops::Candidate;
use crate::analyze::reduce::Originals;
use crate::analyze::split::{Fate, Line, Verdict, Why};
use crate::analyze::uses::{self, Access, Facts};
use crate::check::loops::describe;
use crate::model::loop_plan::{Split, Turn};
use crate::model::reduction::{Operator, Reduction};
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use std::fmt::Write;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::visit_mut::VisitMut;
use syn::{Expr, ExprForLoop, Lit};

/// The explanation of one loop, a line for each statement and for each thing that is worth knowing.
pub(crate) fn text(candidate: &Candidate) -> String {
    let Candidate { written, verdict, reduced, originals, .. } = candidate;
    let mut text = "`#[concurrent]` runs this loop in two parts: P in parallel, S in order".to_owned();
    if candidate.options.is_sequential() {
        return "`#[concurrent]` leaves this loop as it is, since its mode is \"sequential\"".to_owned();
    }
    let mut lines: Vec<Line> = verdict.report.iter().map(|line| as_written(line, originals)).collect();
    lines.sort_by_key(|line| (line.stmt.span().start().line, line.stmt.span().start().column));
    for line in lines {
        statement(&mut text, &line);
    }
    if !reduced.is_empty() {
        let names = reduced.iter().map(|reduced| format!("`{}`", reduced.mentions[0])).collect();
        list(&mut text, "folded by P, a chunk at a time", names);
    }
    let split = &verdict.split;
    list(&mut text, "crosses from P to S", crossing(split));
    list(&mut text, "captured by P, shared between threads", captured(split));
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

/// The beginning of a piece of code, in one line.
fn code(tokens: TokenStream) -> String {
    let words: Vec<String> = tokens.to_string().split_whitespace().map(str::to_owned).collect();
    let code = words.join(" ");
    if code.chars().count() > 60 { code.chars().take(57).chain("...".chars()).collect() } else { code }
}

fn list(text: &mut String, what: &str, names: Vec<String>) {
    let names = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
    _ = write!(text, "\n  {what}: {names}");
}

fn crossing(split: &Split) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for segment in &split.segments {
        for crossing in &segment.crossing {
            let name = crossing.name.to_string();
            let is_taken_out = name.starts_with("__h");
            let name = if is_taken_out { "what was taken out".to_owned() } else { format!("`{name}`") };
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

fn captured(split: &Split) -> Vec<String> {
    split
        .captures
        .iter()
        .map(|capture| {
            let fields: String = capture.fields.iter().map(|field| format!(".{field}")).collect();
            format!("`{}{fields}`", capture.name)
        })
        .collect()
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
    let mut guessed: Vec<String> = Vec::new();
    for reason in reasons() {
        if let Why::Carried(carried, _) = &reason.why
            && carried.is_guess
            && !guessed.contains(&carried.place.name)
        {
            guessed.push(carried.place.name.clone());
        }
    }
    notes.extend(guessed.iter().map(|name| {
        format!("C021: `{name}` may be changed by the loop: if it is only read, say so with `shared({name})`")
    }));
    if verdict.weight == 0 {
        notes.push("C023: P calls nothing, so that the loop is likely to run as the plain loop".to_owned());
    }
    let facts = uses::of_body(&written.pat, &written.body, written.label.as_ref());
    let asked = |name: &str| options.reduce.iter().find(|reduction| reduction.name == name);
    notes.extend(reduced.iter().filter_map(|reduced| asked(&reduced.mentions[0].to_string())).map(folded));
    notes.extend(verdict.carried.iter().filter_map(|carried| match asked(&carried.place.to_string()) {
        Some(Reduction { name, .. }) => Some(format!(
            "C034: `{name}` is folded in order though `reduce` names it, and has the plain result, since an in-order \
             statement makes what is folded, or may leave an iteration"
        )),
        None => accumulation(carried, &facts, written, !options.is_process()),
    }));
    let prints = |why: &Why| matches!(why, Why::Effect(what) if what.contains("print") || what.contains("dbg!"));
    if reasons().any(|reason| prints(&reason.why)) {
        notes.push("C040: what is printed is printed in order, by the calling thread".to_owned());
    }
    notes.extend(parallel_notes(verdict));
    if verdict.left_at.is_some() && verdict.weight > 0 {
        notes.push(
            "C045: when the loop is left, P may have run for some later iterations; what it did outside of the program \
             is not undone"
                .to_owned(),
        );
    }
    notes
}

/// What a reduction changes.
fn folded(Reduction { operator, name, .. }: &Reduction) -> String {
    let differs = match operator {
        Operator::Add => {
            "a partial sum may overflow where the running sum does not, and sums of floats round differently"
        }
        Operator::Multiply => {
            "a partial product may overflow where the running one does not, and products of floats round differently"
        }
        Operator::And | Operator::Or => "an operand may be evaluated where an earlier chunk has decided the result",
        Operator::Function(_) => "the function has to be associative",
        Operator::BitAnd | Operator::BitOr | Operator::BitXor | Operator::Min | Operator::Max => {
            "that gives the plain result if the operation is associative"
        }
    };
    format!("C034: `{name}` is folded in P, and S puts the chunks together in their order: {differs}")
}

/// How a variable that the loop carries is updated. With `may_reduce`, `reduce(..)` is there for it.
fn accumulation(carried: &Carried, facts: &Facts, written: &ExprForLoop, may_reduce: bool) -> Option<String> {
    let place = carried.place.to_string();
    let updates = Updates::of(&place, written);
    let n_uses = facts.uses.iter().filter(|used| used.place.overlaps(&carried.place)).count();
    if updates.stores_element {
        return Some(format!("C025: the elements of `{place}` are stored in order"));
    }
    let is_assigned_only = facts
        .uses
        .iter()
        .filter(|used| used.place.overlaps(&carried.place))
        .all(|used| used.access == Access::Mutate("is assigned"));
    match updates.operators.as_slice() {
        [] if is_assigned_only => Some(format!("C035: `{place}` has the value of the last iteration behind the loop")),
        [] => None,
        [_] if updates.n_constant == 1 && n_uses > 1 => {
            Some(format!("C036: `{place}` counts iterations: what reads it is in order; `enumerate()` would free it"))
        }
        [first, rest @ ..] if rest.iter().any(|other| other != first) => {
            Some(format!("C033: `{place}` is updated by different operators, so it is updated in order"))
        }
        operators if n_uses > operators.len() => Some(format!(
            "C032: `{place}` looks like a reduction, but the loop also reads it, so it is updated in order"
        )),
        [operator, ..] => {
            let is_reducible =
                may_reduce && carried.place.fields.is_empty() && ["+", "*", "&", "|", "^"].contains(&operator.as_str());
            let otherwise = format!(
                "; `reduce({operator}: {place})` would combine parts of it, which may round or overflow differently"
            );
            let otherwise = if is_reducible { otherwise } else { String::new() };
            Some(format!("C034: `{place}` is accumulated in order, which gives the plain result{otherwise}"))
        }
    }
}

/// The compound assignments of one place.
#[derive(Default)]
struct Updates {
    place: String,
    operators: Vec<String>,
    n_constant: usize,
    stores_element: bool,
}

impl Updates {
    fn of(place: &str, written: &ExprForLoop) -> Self {
        let mut updates = Self { place: place.to_owned(), ..Self::default() };
        updates.visit_block(&written.body);
        updates
    }

    fn is_it(&self, expr: &Expr) -> bool {
        uses::place(expr).is_some_and(|(place, _)| place.to_string() == self.place)
    }
}

impl Visit<'_> for Updates {
    fn visit_expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Binary(binary) if uses::is_compound(&binary.op) && self.is_it(&binary.left) => {
                self.stores_element |= matches!(*binary.left, Expr::Index(_));
                self.operators.push(binary.op.to_token_stream().to_string().trim_end_matches('=').to_owned());
                let is_number = matches!(&*binary.right, Expr::Lit(lit) if matches!(lit.lit, Lit::Int(_)));
                self.n_constant += usize::from(is_number);
            }
            Expr::Assign(assign) if matches!(*assign.left, Expr::Index(_)) => {
                self.stores_element |= self.is_it(&assign.left);
            }
            _ => {}
        }
        visit::visit_expr(self, expr);
    }
    fn visit_item(&mut self, _: &syn::Item) {}
}

/// What the parallel part does that does not depend on the program alone.
fn parallel_notes(verdict: &Verdict) -> Vec<String> {
    let split = &verdict.split;
    let mut found = Found::default();
    split.segments.iter().flat_map(|segment| &segment.stmts).for_each(|stmt| found.visit_stmt(stmt));
    found.turns(&split.turns);
    let effects: Vec<String> = verdict
        .marked_effects
        .iter()
        .map(|effect| format!("{} in line {}", effect.what, effect.span.start().line))
        .collect();
    let note = |code: &str, what: &[String], means: &str| {
        (!what.is_empty()).then(|| format!("{code}: P uses {}: {means}", what.join(", ")))
    };
    [
        note("C041", &effects, "in which order that happens is not that of the loop"),
        note("C042", &found.random, "not reproducible, since iterations run in any order"),
        note("C043", &found.local, "differs between workers, or between runs"),
        note("C044", &found.unsafes, "the borrow checker does not see into it"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[derive(Default)]
struct Found {
    random: Vec<String>,
    local: Vec<String>,
    unsafes: Vec<String>,
}

impl Found {
    fn turns(&mut self, turns: &[Turn]) {
        for turn in turns {
            match turn {
                Turn::Fork(fork) => {
                    self.visit_expr(&fork.head);
                    fork.branches.iter().for_each(|branch| self.turns(&branch.turns));
                }
                Turn::Each(each) => {
                    self.visit_expr(&each.source);
                    self.turns(&each.turns);
                }
                Turn::Parallel(_) | Turn::InOrder(_) => {}
            }
        }
    }

    fn path(&mut self, path: &syn::Path, at: Span) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let name = names.join("::");
        let last = names.last().map(String::as_str).unwrap_or_default();
        let text = format!("`{name}` in line {}", at.start().line);
        let is_random = ["thread_rng", "random"].contains(&last) || name.ends_with("rand::rng");
        let is_local = ["thread::current", "env::set_var", "env::set_current_dir", "process::id"]
            .iter()
            .any(|known| name.ends_with(known))
            || name.ends_with("Instant::now")
            || name.ends_with("SystemTime::now");
        if is_random {
            self.random.push(text);
        } else if is_local {
            self.local.push(text);
        }
    }
}

impl Visit<'_> for Found {
    fn visit_expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Path(path) => self.path(&path.path, path.path.segments[0].ident.span()),
            Expr::Unsafe(block) => {
                self.unsafes.push(format!("`unsafe` in line {}", block.unsafe_token.span.start().line));
            }
            _ => {}
        }
        visit::visit_expr(self, expr);
    }
    fn visit_item(&mut self, _: &syn::Item) {}
}

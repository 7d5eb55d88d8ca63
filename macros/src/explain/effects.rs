//! What the parts of a loop do that the program alone does not decide.

use super::words::own_copies;
use crate::analyze::scope::plan_number;
use crate::analyze::split::Verdict;
use crate::analyze::uses;
use crate::model::loop_plan::{Split, Turn};
use proc_macro2::Span;
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprForLoop, Pat, Stmt};

/// What the parallel part does that does not depend on the program alone.
pub(super) fn of_parallel_part(verdict: &Verdict, is_process: bool) -> Vec<String> {
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
    let mut notes: Vec<String> = [
        note("C041", &effects, "in which order that happens is not that of the loop"),
        note("C042", &found.random, "not reproducible, since iterations run in any order"),
        note("C043", &found.local, "differs between workers, or between runs"),
        note("C044", &found.unsafes, "the borrow checker does not see into it"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if is_process {
        notes.push(own_copies(&found.upper_case));
    }
    notes
}

#[derive(Default)]
struct Found {
    random: Vec<String>,
    local: Vec<String>,
    unsafes: Vec<String>,
    /// Names that are written like those of statics, or of constants.
    upper_case: Vec<String>,
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
                    each.source.iter().for_each(|(_, source)| self.visit_expr(source));
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
        let is_local =
            ["thread::current", "env::set_var", "env::set_current_dir", "env::current_dir", "env::var", "process::id"]
                .iter()
                .any(|known| name.ends_with(known))
                || name.ends_with("Instant::now")
                || name.ends_with("SystemTime::now");
        if is_random {
            self.random.push(text);
        } else if is_local {
            self.local.push(text);
        } else if uses::is_upper_case(last) {
            self.upper_case.push(text);
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

/// Guards that are held while somebody is waited for who may want what they guard.
pub(super) fn held_guards(written: &ExprForLoop, split: &Split) -> Vec<String> {
    struct Blocks<'a>(&'a [Place], Vec<String>);
    impl Visit<'_> for Blocks<'_> {
        fn visit_block(&mut self, block: &Block) {
            for (index, stmt) in block.stmts.iter().enumerate() {
                let Some(name) = guard(stmt) else { continue };
                let is_dropped = |stmt: &&Stmt| stmt.to_token_stream().to_string().contains(&format!("drop ({name})"));
                let held = block.stmts[index + 1..].iter().take_while(|stmt| !is_dropped(stmt));
                if let Some(line) = held.filter_map(|stmt| waits(stmt, self.0)).next() {
                    self.1.push(format!(
                        "C046: the guard `{name}` is held while line {line} waits for other threads: if they want what it \
                         guards, all wait for ever; `drop({name})` before"
                    ));
                }
            }
            visit::visit_block(self, block);
        }
        fn visit_item(&mut self, _: &syn::Item) {}
    }
    // What the parallel part waits for, it has before the in-order part begins.
    let mut waits = Waits::default();
    split.segments.iter().flat_map(|segment| &segment.stmts).for_each(|stmt| waits.visit_stmt(stmt));
    let mut blocks = Blocks(&waits.0, Vec::new());
    blocks.visit_block(&written.body);
    blocks.1
}

/// `let guard = mutex.lock().unwrap();`
fn guard(stmt: &Stmt) -> Option<String> {
    let Stmt::Local(local) = stmt else { return None };
    let Pat::Ident(name) = &local.pat else { return None };
    let mut made = &*local.init.as_ref()?.expr;
    loop {
        made = match made {
            Expr::Try(inner) => &inner.expr,
            Expr::MethodCall(call) if call.method == "unwrap" || call.method == "expect" => &call.receiver,
            Expr::MethodCall(call) => {
                let locks = ["lock", "write", "read", "borrow_mut"].iter().any(|method| call.method == method);
                return (locks && call.args.is_empty()).then(|| name.ident.to_string());
            }
            _ => return None,
        };
    }
}

/// The line in which a statement waits for a task or runs an annotated loop, elsewhere than at the places `but`.
fn waits(stmt: &Stmt, but: &[Place]) -> Option<usize> {
    let mut waits = Waits::default();
    waits.visit_stmt(stmt);
    waits.0.iter().find(|place| !but.contains(place)).map(|place| place.0)
}

/// Line and column.
type Place = (usize, usize);

#[derive(Default)]
struct Waits(Vec<Place>);

impl Waits {
    fn at(&mut self, span: Span) {
        self.0.push((span.start().line, span.start().column));
    }
}

impl Visit<'_> for Waits {
    fn visit_expr_method_call(&mut self, call: &syn::ExprMethodCall) {
        if call.method == "result" && call.args.is_empty() {
            self.at(call.method.span());
        }
        visit::visit_expr_method_call(self, call);
    }
    fn visit_expr_for_loop(&mut self, inner: &ExprForLoop) {
        if plan_number(&inner.attrs).is_some() {
            self.at(inner.for_token.span);
        }
        visit::visit_expr_for_loop(self, inner);
    }
    fn visit_item(&mut self, _: &syn::Item) {}
}

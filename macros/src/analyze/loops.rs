//! Which loops of a function run in parallel, and how each is split.

use super::reduce::{self, Fault, Originals};
use super::scope::{self, Locals, plan_number};
use super::split::Verdict;
use super::stored;
use crate::model::left_plain::LeftPlain;
use crate::model::options::Options;
use crate::model::reduction::Reduced;
use crate::model::stored::Stored;
use crate::parse::marks::{Mark, plan_attribute};
use std::collections::{BTreeMap, HashMap};
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprForLoop, ItemFn};

/// One loop that may run in parallel.
pub(crate) struct Candidate {
    pub(crate) mark: Option<Mark>,
    /// The options of function and mark together.
    pub(crate) options: Options,
    pub(crate) written: ExprForLoop,
    pub(crate) verdict: Verdict,
    /// What the option `reduce` came to.
    pub(crate) reduced: Vec<Reduced>,
    /// Where all its results go, if that is all that is done in order.
    pub(crate) stored: Vec<Stored>,
    pub(crate) originals: Originals,
    pub(crate) faults: Vec<Fault>,
    /// It stands in an async block.
    pub(crate) is_async: bool,
    pub(crate) left_plain: LeftPlain,
}

/// Gives every loop of a function a number, in the order of its `for`, and keeps its mark.
#[derive(Default)]
pub(crate) struct Numbered {
    pub(crate) marks: Vec<Option<Mark>>,
}

impl Numbered {
    pub(crate) fn add(&mut self, written: &mut ExprForLoop, mark: Option<Mark>) {
        written.attrs.push(plan_attribute(self.marks.len()));
        self.marks.push(mark);
    }
}

/// Finds the loops that are meant: the marked ones, or else the outermost ones. The others lose their
/// numbers.
pub(crate) fn find(function: &mut ItemFn, numbered: Numbered, options: &Options) -> BTreeMap<usize, Candidate> {
    let mut survey = Survey::default();
    survey.visit_block(&function.block);
    let any_marked = numbered.marks.iter().any(Option::is_some);
    let mut marks = numbered.marks;
    let is_meant = |number: usize, marks: &[Option<Mark>]| {
        if any_marked {
            marks[number].is_some()
        } else {
            survey.loops.get(&number).is_some_and(|found| found.is_outermost)
        }
    };
    keep_numbers(function, &|number| is_meant(number, &marks));
    let n_marked = marks.iter().flatten().count();
    let n_loops = marks.len();

    // Again, without the numbers that are gone.
    let mut meant = Survey::default();
    meant.visit_block(&function.block);
    let locals = scope::locals_around_loops(function);
    let no_locals = Locals::new();
    let mut candidates = BTreeMap::new();
    for (number, found) in meant.loops {
        let mark = marks[number].take();
        let options = mark.as_ref().map_or_else(|| Options::default().over(options), |mark| mark.options.over(options));
        let written = found.written;
        let locals = locals.get(&number).unwrap_or(&no_locals);
        let reduce::Outcome { verdict, reduced, originals, faults } =
            reduce::split(number, &written, locals, &options, &function.sig.output);
        let is_collecting =
            reduced.is_empty() && faults.is_empty() && !options.is_process() && !options.is_sequential();
        let collecting = is_collecting
            .then(|| stored::split(number, &written, locals, &options, &function.sig.output, &verdict))
            .flatten();
        let (verdict, stored) = collecting.unwrap_or((verdict, Vec::new()));
        let is_async = found.is_async;
        let left_plain = match &mark {
            Some(_) if n_marked > 1 => LeftPlain::WithoutItsMark,
            _ if survey.loops.get(&number).is_some_and(|all| all.n_inner + 1 < n_loops) => LeftPlain::OthersMarked,
            _ => LeftPlain::NotAnnotated,
        };
        let candidate =
            Candidate { mark, options, written, verdict, reduced, stored, originals, faults, is_async, left_plain };
        candidates.insert(number, candidate);
    }
    candidates
}

/// Takes the numbers off all loops but those that `keep` keeps.
pub(crate) fn keep_numbers(function: &mut ItemFn, keep: &dyn Fn(usize) -> bool) {
    struct Keeper<'a>(&'a dyn Fn(usize) -> bool);
    impl VisitMut for Keeper<'_> {
        fn visit_expr_for_loop_mut(&mut self, inner: &mut ExprForLoop) {
            if plan_number(&inner.attrs).is_some_and(|number| !(self.0)(number)) {
                inner.attrs.retain(|attr| !attr.path().is_ident(crate::names::PLANNED));
            }
            visit_mut::visit_expr_for_loop_mut(self, inner);
        }
        fn visit_item_mut(&mut self, _: &mut syn::Item) {}
    }
    Keeper(keep).visit_block_mut(&mut function.block);
}

#[derive(Default)]
struct Survey {
    loops: HashMap<usize, Found>,
    depth: usize,
    async_blocks: usize,
}

struct Found {
    /// The loop without its own number; those within it keep theirs.
    written: ExprForLoop,
    is_outermost: bool,
    is_async: bool,
    /// How many loops with numbers stand in its body.
    n_inner: usize,
}

impl Visit<'_> for Survey {
    fn visit_item(&mut self, _item: &syn::Item) {}

    fn visit_expr(&mut self, expr: &Expr) {
        match expr {
            Expr::ForLoop(for_loop) => {
                if let Some(number) = plan_number(&for_loop.attrs) {
                    let mut written = for_loop.clone();
                    written.attrs.retain(|attr| !attr.path().is_ident(crate::names::PLANNED));
                    let is_outermost = self.depth == 0;
                    let is_async = self.async_blocks > 0;
                    self.loops.insert(number, Found { written, is_outermost, is_async, n_inner: 0 });
                }
                self.visit_expr(&for_loop.expr);
                self.depth += 1;
                let n_before = self.loops.len();
                self.visit_block(&for_loop.body);
                let n_inner = self.loops.len() - n_before;
                self.depth -= 1;
                if let Some(found) = plan_number(&for_loop.attrs).and_then(|number| self.loops.get_mut(&number)) {
                    found.n_inner = n_inner;
                }
            }
            Expr::Async(inner) => {
                self.async_blocks += 1;
                self.visit_block(&inner.block);
                self.async_blocks -= 1;
            }
            Expr::Closure(closure) if closure.asyncness.is_some() => {
                self.async_blocks += 1;
                visit::visit_expr(self, expr);
                self.async_blocks -= 1;
            }
            _ => visit::visit_expr(self, expr),
        }
    }
}

//! An annotated loop, split.

use super::options::Options;
use super::reduction::Reduced;
use super::stored::Stored;
use super::warning::Warning;
use proc_macro2::{Ident, Span};
use syn::{Expr, ExprForLoop, Label, Local, Pat, Stmt, Type};

/// What becomes of one loop.
pub(crate) struct LoopPlan {
    pub(crate) options: Options,
    /// The loop as it was written, without its mark.
    pub(crate) written: ExprForLoop,
    /// How it runs, in words, if that is asked for.
    pub(crate) explanation: Option<String>,
    /// What is worth a warning though the loop runs as asked for.
    pub(crate) warnings: Vec<Warning>,
    /// `None` with `mode = "sequential"`: the loop stays as it is.
    pub(crate) split: Option<Split>,
    /// The variables whose values are folded where the parallel part runs.
    pub(crate) reduced: Vec<Reduced>,
    /// Where all its results go, if that is all that is done in order.
    pub(crate) stored: Vec<Stored>,
}

/// The body in two parts, which take turns.
pub(crate) struct Split {
    /// The first turn is parallel: it begins with the loop's pattern.
    pub(crate) turns: Vec<Turn>,
    /// The segments of the parallel turns, by their numbers.
    pub(crate) segments: Vec<Segment>,
    /// Items (functions, types, uses) declared in the body, which both parts see.
    pub(crate) items: Vec<Stmt>,
    /// What the parallel part reads of the function's locals.
    pub(crate) captures: Vec<Capture>,
    /// The variables, and fields of them, that the parallel part reads and the in-order part may move: the loop is left
    /// behind that.
    pub(crate) moved_in_order: Vec<String>,
    /// Whether the loop can be left before its source ends, by `break`, `return`, `?` or an outer label.
    pub(crate) may_be_left: bool,
    /// The values that `return`s in the parallel part return are made on the caller, since they do not
    /// look as if they could be sent between threads.
    pub(crate) return_in_order: bool,
}

impl Split {
    /// Whether something is done in order for each iteration.
    pub(crate) fn has_steps(&self) -> bool {
        self.turns.len() > 1 || !self.segments[0].crossing.is_empty()
    }

    /// The in-order statements of the body, also those in its branches and inner loops.
    pub(crate) fn in_order(&self) -> Vec<&Stmt> {
        fn of(turns: &[Turn]) -> Vec<&Stmt> {
            // Whoever adds a kind of turn has to say here what of it is in order.
            let stmts = turns.iter().flat_map(|turn| match turn {
                Turn::Parallel(_) => Vec::new(),
                Turn::InOrder(stmts) => stmts.iter().collect(),
                Turn::Fork(fork) => fork.branches.iter().flat_map(|branch| of(&branch.turns)).collect(),
                Turn::Each(each) => of(&each.turns),
            });
            stmts.collect()
        }
        of(&self.turns)
    }

    /// The variables around the loop, and `self`, that the parallel part uses, each once.
    pub(crate) fn outer_variables(&self) -> Vec<&Ident> {
        let mut names: Vec<&Ident> = Vec::new();
        for Capture { name, .. } in &self.captures {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

/// The number of a segment.
pub(crate) type SegmentId = usize;

/// A stretch of the body, or of a block in it, in one of the parts or in both.
#[derive(Clone)]
pub(crate) enum Turn {
    Parallel(SegmentId),
    InOrder(Vec<Stmt>),
    /// Stands behind a parallel turn, at whose end it is decided.
    Fork(Fork),
    /// Stands behind a parallel turn, at whose end it runs.
    Each(Each),
}

/// A statement whose branches have two parts: the parallel part takes one of them, and the in-order part follows.
#[derive(Clone)]
pub(crate) struct Fork {
    /// The variable that says which branch was taken, and holds what crosses there.
    pub(crate) name: Ident,
    /// The statement as an expression, with the names of the branches where these stood.
    pub(crate) head: Expr,
    pub(crate) branches: Vec<Branch>,
    /// The `let` whose value the in-order part makes.
    pub(crate) binding: Option<Local>,
}

/// One branch of a fork.
#[derive(Clone)]
pub(crate) struct Branch {
    pub(crate) name: Ident,
    /// What the patterns in front of it bind.
    pub(crate) bound: Vec<String>,
    /// The first turn is parallel, and part of the segment in which the fork stands.
    pub(crate) turns: Vec<Turn>,
}

/// An inner loop whose body has two parts: the parallel part makes a list, and the in-order part goes through it.
#[derive(Clone)]
pub(crate) struct Each {
    /// The variable that holds the list.
    pub(crate) name: Ident,
    pub(crate) label: Option<Label>,
    /// The pattern of a `for`, and what it goes through; any other loop goes on until its parallel part leaves it.
    pub(crate) source: Option<(Pat, Expr)>,
    /// The first turn is parallel.
    pub(crate) turns: Vec<Turn>,
}

/// Statements of the parallel part between two in-order ones.
#[derive(Default, Clone)]
pub(crate) struct Segment {
    pub(crate) stmts: Vec<Stmt>,
    /// Control never comes out of the end of these.
    pub(crate) leaves: bool,
    /// The variables that the in-order part uses later.
    pub(crate) crossing: Vec<Crossing>,
    /// Statements that only borrow, evaluated again by the in-order part, which borrows from what crossed.
    pub(crate) replayed: Vec<Stmt>,
    /// Where the result is due: before the next in-order statement, or (an argument that is evaluated
    /// after other in-order calls of its statement) at this placeholder within it.
    pub(crate) lands_at: Option<Ident>,
}

/// A variable that crosses from the parallel to the in-order part.
#[derive(Clone)]
pub(crate) struct Crossing {
    pub(crate) name: Ident,
    pub(crate) is_mut: bool,
    /// It was split on the assumption that its type is `Copy`, which the compiler is to check.
    pub(crate) is_copied: bool,
    /// Its type is whatever its use asks for.
    pub(crate) is_open: bool,
    /// Its type, where that is certain.
    pub(crate) ty: Option<Type>,
    /// It is what was taken out of an in-order statement.
    pub(crate) taken_out: Option<Expr>,
}

/// A local of the function, or a field of one, at its first use in the parallel part.
pub(crate) struct Capture {
    pub(crate) name: Ident,
    pub(crate) fields: Vec<String>,
    /// Its type, where that is certain.
    pub(crate) ty: Option<Type>,
    /// A variable of the body has its name too, so that this may be one of those.
    pub(crate) is_doubtful: bool,
}

/// The source expression of a loop, taken apart.
pub(crate) struct LoopSource<'a> {
    /// What is evaluated first.
    pub(crate) base: &'a Expr,
    /// The span of the name in a trailing `.enumerate()`, which the runtime does itself.
    pub(crate) enumerate: Option<Span>,
}

impl LoopPlan {
    /// A trailing `.enumerate()` is taken off where its receiver is a value that was just made: taking it
    /// off a variable would move that variable.
    pub(crate) fn source(&self) -> LoopSource<'_> {
        let whole = LoopSource { base: &self.written.expr, enumerate: None };
        let Expr::MethodCall(call) = &*self.written.expr else { return whole };
        if call.method != "enumerate" || !call.args.is_empty() || call.turbofish.is_some() {
            return whole;
        }
        let mut receiver = &*call.receiver;
        while let Expr::Paren(inner) = receiver {
            receiver = &inner.expr;
        }
        let is_fresh = match receiver {
            Expr::MethodCall(made) => ["iter", "iter_mut", "into_iter"].iter().any(|name| made.method == name),
            Expr::Range(_) => true,
            _ => false,
        };
        if is_fresh { LoopSource { base: receiver, enumerate: Some(call.method.span()) } } else { whole }
    }
}

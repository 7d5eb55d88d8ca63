//! Judges statement after statement.

use super::aliases::{self, Found};
use super::crossing::{Level, Touch};
use super::reason::{Reason, Why};
use super::references;
use super::report::{Fate, Line};
use super::variables::{Made, StmtKey, VariableId, Variables, View, leaves_alone, reads_a_copy};
use crate::analyze::carried::{self, Carried};
use crate::analyze::scope::Locals;
use crate::analyze::uses::{self, Access, Effect, Facts, Place, Use};
use crate::analyze::{hoist, kinds, known, patterns, types};
use crate::model::loop_plan::{Segment, Turn};
use crate::parse::marks::{self, Part};
use proc_macro2::{Ident, Span};
use std::rc::Rc;
use syn::spanned::Spanned;
use syn::{Expr, Label, Pat, Stmt, Type};

/// Splits a body, and the blocks in it.
#[derive(Clone)]
pub(super) struct Splitter<'a> {
    pub(super) plan: usize,
    pub(super) carried: &'a [Carried],
    /// The locals of the function around the loop.
    pub(super) around: &'a Locals,
    pub(super) named: Names<'a>,
    /// The loop may be left before its source ends.
    pub(super) may_be_left: bool,
    /// The parallel part runs in other processes, where few errors can be sent from.
    pub(super) is_remote: bool,
    /// Statements that must be in order as a whole, since they borrow from what the parallel part makes.
    pub(super) stays: Vec<StmtKey>,
    /// More of these, found on the way.
    pub(super) borrowed: Vec<StmtKey>,

    /// The label of the annotated loop.
    pub(super) own_label: Option<Label>,
    /// The label of the loop, annotated or inner, whose body this is.
    pub(super) label: Option<Label>,
    /// The turns of the block that is split now.
    pub(super) turns: Vec<Turn>,
    /// The in-order part needs the value of this block, which therefore cannot become a branch of one of its statements.
    pub(super) has_value: bool,
    /// Where this block stands. `None`: in an inner loop.
    pub(super) path: Vec<Option<Level>>,
    pub(super) segments: Vec<Segment>,
    pub(super) variables: Variables,
    pub(super) touches: Vec<Touch>,

    /// What stands behind in-order statements that may leave the iteration.
    pub(super) behind_exit: bool,
    /// An in-order statement may leave more than an iteration.
    pub(super) may_leave_in_order: bool,
    /// A macro in an in-order statement that may hide an exit.
    pub(super) unknown_macro: Option<Span>,

    pub(super) has_work: bool,
    /// How many calls and loops the parallel part has so far.
    pub(super) weight: usize,
    pub(super) n_hoisted: usize,
    pub(super) n_names: usize,
    /// How many more statements may be taken apart.
    pub(super) tries: usize,

    pub(super) items: Vec<Stmt>,
    pub(super) reasons: Vec<Reason>,
    pub(super) report: Vec<Line>,
    /// `#[concurrent(parallel)]`s that cannot be followed, and why.
    pub(super) refused_marks: Vec<(Span, Reason)>,
    /// Effects of the parallel part that are there because statements are marked.
    pub(super) marked_effects: Vec<Effect>,
    /// What the parallel part uses from around the iteration.
    pub(super) parallel_uses: Vec<Use>,
    /// The first use that surely moves what is around the iteration.
    pub(super) moved: Option<Use>,
}

/// What is known of variables by their names, wherever they are bound.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    /// Those that may have other names.
    pub(super) aliased: &'a [String],
    /// Those that are used as only references can be.
    pub(super) references: &'a [String],
    /// There are effects on what has no name outside of the iteration.
    pub(super) have_effects: bool,
    /// Those around the loop, and fields of them, that may be moved, since the loop is left behind that.
    pub(super) moved_last: &'a [Place],
}

/// How many statements of one body are taken apart at most: beyond that they stay in order as a whole.
const MOST_TRIES: usize = 100;

impl<'a> Splitter<'a> {
    pub(super) fn new(
        plan: usize,
        label: Option<&Label>,
        carried: &'a [Carried],
        around: &'a Locals,
        named: Names<'a>,
        may_be_left: bool,
        stays: Vec<StmtKey>,
    ) -> Self {
        Self {
            plan,
            carried,
            around,
            named,
            may_be_left,
            is_remote: false,
            stays,
            borrowed: Vec::new(),
            own_label: label.cloned(),
            label: label.cloned(),
            turns: vec![Turn::Parallel(0)],
            has_value: false,
            path: Vec::new(),
            segments: vec![Segment::default()],
            variables: Variables::default(),
            touches: Vec::new(),
            behind_exit: false,
            may_leave_in_order: false,
            unknown_macro: None,
            has_work: false,
            weight: 0,
            n_hoisted: 0,
            n_names: 0,
            tries: MOST_TRIES,
            items: Vec::new(),
            reasons: Vec::new(),
            report: Vec::new(),
            refused_marks: Vec::new(),
            marked_effects: Vec::new(),
            parallel_uses: Vec::new(),
            moved: None,
        }
    }

    /// Splits the statements of a block, or from some statement to its end. With `has_value`, the in-order part needs
    /// the block's value, or the exit in its place.
    pub(super) fn block(&mut self, stmts: &[Stmt], has_value: bool) {
        let has_value_around = std::mem::replace(&mut self.has_value, has_value);
        for index in 0..stmts.len() {
            if has_value && index + 1 == stmts.len() {
                self.in_order(stmts[index].clone());
            } else if self.stmt(index, stmts) == Progress::ToTheEnd {
                break;
            }
        }
        self.has_value = has_value_around;
    }

    /// Splits the statement of that index.
    fn stmt(&mut self, index: usize, stmts: &[Stmt]) -> Progress {
        let (stmt, later) = (&stmts[index], &stmts[index + 1..]);
        // A macro is visible to what stands behind it only.
        if matches!(stmt, Stmt::Item(_)) || (is_local_macro(stmt) && stmts[..index].iter().all(is_local_macro)) {
            self.items.push(stmt.clone());
            return Progress::OneStatement;
        }
        let mut stmt = with_semicolon(stmt.clone());
        let mark = marks::take_part(&mut stmt);
        let mut facts = self.facts(&stmt);
        if mark.is_some_and(|(part, _)| part == Part::Parallel) {
            self.marked_effects.append(&mut facts.effects);
        }
        let reason = match mark {
            Some((Part::Ordered, span)) => {
                let reason = Reason { span, why: Why::Marked };
                self.reasons.push(reason.clone());
                self.line(&stmt, Fate::InOrder(reason, Rc::new([])));
                self.push_in_order(stmt);
                return Progress::OneStatement;
            }
            Some((Part::Parallel, span)) => {
                let reason = self.reason(&stmt, &facts, true);
                self.refused_marks.extend(reason.clone().map(|reason| (span, reason)));
                reason
            }
            None => self.reason(&stmt, &facts, false),
        };
        let Some(reason) = reason else {
            self.line(&stmt, Fate::Parallel);
            self.parallel(&stmt, facts, later);
            return Progress::OneStatement;
        };
        if reason.why.may_be_partial()
            && let Some(progress) = self.descend(&stmt, later)
        {
            return progress;
        }
        self.refused_marks.extend(facts.parallel.iter().map(|mark| (*mark, reason.clone())));
        self.reasons.push(reason.clone());
        let written = stmt.clone();
        let taken_out = self.in_order(stmt);
        self.line(&written, Fate::InOrder(reason, taken_out.into()));
        Progress::OneStatement
    }

    pub(super) fn line(&mut self, stmt: &Stmt, fate: Fate) {
        self.report.push(Line { stmt: Rc::new(stmt.clone()), depth: self.path.len(), fate });
    }

    pub(super) fn facts(&self, stmt: &Stmt) -> Facts {
        uses::of_stmt(stmt, self.label.as_ref())
    }

    /// Why a statement with these facts must be in order, if it must. With `is_marked` to be parallel, it need not be for
    /// the sake of effects.
    fn reason(&self, stmt: &Stmt, facts: &Facts, is_marked: bool) -> Option<Reason> {
        let why = if self.behind_exit {
            Why::BehindExit
        } else if matches!(stmt, Stmt::Local(syn::Local { init: None, .. })) {
            Why::NotInitialized
        } else if hoist::is_conditional(stmt) || is_local_macro(stmt) {
            Why::Conditional
        } else {
            let reason = self.needs_order_unless(facts, is_marked);
            if reason.is_some() || !self.stays.contains(&StmtKey::of(stmt)) {
                return reason;
            }
            Why::Borrows
        };
        Some(Reason { span: stmt.span(), why })
    }

    pub(super) fn needs_order(&self, facts: &Facts) -> Option<Reason> {
        self.needs_order_unless(facts, false)
    }

    fn needs_order_unless(&self, facts: &Facts, is_marked: bool) -> Option<Reason> {
        let because = |span, why| Some(Reason { span, why });
        for used in &facts.uses {
            let name = &used.place.name;
            match self.variables.get(name) {
                Some(variable) if variable.flags.is_in_order => {
                    return because(used.span, Why::MadeInOrder(name.clone()));
                }
                Some(variable)
                    if variable.flags.read_in_order
                        && !(leaves_alone(used, variable) || reads_a_copy(used, variable)) =>
                {
                    return because(used.span, Why::ChangedLater(name.clone()));
                }
                Some(variable) if variable.made.is_stream_around && moves_stream(used) => {
                    return because(used.span, Why::Effect(format!("what is done with `{name}`")));
                }
                Some(_) => {}
                None => {
                    if let Some(carried) = carried::touched(used, self.carried)
                        && !(is_marked && carried.by_effect)
                    {
                        let reads = match &used.access {
                            Access::Mutate(_) | Access::Call => false,
                            Access::Method(method, n_args) => !known::is_mutator(method, *n_args),
                            Access::Value | Access::Shared | Access::Tokens => true,
                        };
                        return because(used.span, Why::Carried(carried.clone(), reads));
                    }
                }
            }
        }
        let moves = |used: &&Use| self.moves_last(used) || (self.may_be_left && self.moves_capture(used));
        if let Some(used) = facts.uses.iter().find(moves) {
            return because(used.span, Why::Moves(used.place.name.clone()));
        }
        if let Some(mark) = facts.ordered.first() {
            return because(*mark, Why::Marked);
        }
        // An effect on what the iteration alone knows is nobody else's business.
        let is_own = |effect: &&Effect| {
            let variable = effect.on.as_ref().and_then(|name| self.variables.get(name));
            variable.is_some_and(|variable| {
                (variable.made.is_own && !variable.made.may_be_handle)
                    || (effect.is_on_stream && !variable.made.is_stream_around)
            })
        };
        // What one item leads to, another may lead to as well.
        let looks = facts.looks.iter().filter(|_| self.named.have_effects && !is_marked);
        if let Some(effect) = facts.effects.iter().chain(looks).find(|effect| !is_own(effect)) {
            return because(effect.span, Why::Effect(effect.what.clone()));
        }
        if let Some((span, what)) = facts.hidden_exits.first() {
            return because(*span, Why::MayExit(what.clone()));
        }
        // In a branch, and in an inner loop, what a macro hides works where the macro stays in order.
        let unknown = facts.unknown_macros.first().filter(|_| !self.path.is_empty())?;
        because(*unknown, Why::MayExit("a macro that may hide an exit".into()))
    }

    fn parallel(&mut self, stmt: &Stmt, facts: Facts, later: &[Stmt]) {
        self.has_work |= stmt_has_work(stmt);
        self.weight += usize::from(stmt_is_weighty(stmt));
        match stmt {
            Stmt::Local(local) => {
                let init = local.init.as_ref().map(|init| &*init.expr);
                self.let_parallel(stmt, &local.pat, init, facts, later, |this, facts| {
                    this.push_parallel(stmt.clone(), facts);
                });
            }
            _ => self.push_parallel(stmt.clone(), facts),
        }
    }

    /// Binds what a `let` makes in the parallel part, once `evaluate` has taken account of its value.
    pub(super) fn let_parallel(
        &mut self,
        stmt: &Stmt,
        pat: &Pat,
        init: Option<&Expr>,
        facts: Facts,
        later: &[Stmt],
        evaluate: impl FnOnce(&mut Self, Facts),
    ) {
        let is_own = facts.uses.iter().all(|used| self.is_own(used));
        let borrows = init.is_some_and(|init| {
            self.borrows_from_own(init, &facts)
                || self.is_reference_into_own(pat, init, &facts)
                || self.collects_from_own(pat, init, &facts)
        });
        let is_view = init.is_some_and(hoist::is_view);
        let is_open = init.is_some_and(|init| kinds::is_open(init, &|name| self.is_open(name)));
        let is_stream_around = init.is_some_and(|init| self.may_be_stream_around(init));
        let leads_outside = init.is_some_and(|init| match aliases::found_by(init) {
            Some(Found::ByFunction) => matches!(pat, Pat::Ident(_) | Pat::Type(_)),
            Some(Found::ByValue) => facts.uses.iter().any(|used| self.leads_outside(used)),
            None => false,
        });
        let of = facts.uses.iter().filter_map(|used| Some((used.clone(), self.variables.id(&used.place.name)?)));
        let of: Vec<(Use, VariableId)> = of.collect();
        let is_replayed = borrows && is_view && matches!(pat, Pat::Ident(_)) && self.stays_the_same(&facts, later);
        let value = init.and_then(|init| types::of_value(init, &|name| self.type_of(name)));
        let types = types::of_bound(pat, value.as_ref());
        evaluate(self, facts);
        // A view is a reference, which is `Copy`.
        let is_copied = init.is_some_and(types::is_copied_value) || is_view || kinds::is_copied_type(pat);
        for (name, is_mut) in patterns::bound_names(pat) {
            // A guard lives to the end of the iteration.
            let is_guard = name.to_string().starts_with('_') && !later.is_empty();
            let ty = types.iter().find(|(known, _)| *known == name).map(|(_, ty)| ty.clone());
            let made = Made {
                ty,
                is_copied,
                is_own,
                is_made: true,
                is_open: is_open && !matches!(pat, Pat::Type(_)),
                is_stream_around,
                is_shared_item: false,
                // What is declared `mut` is a value of its own.
                may_be_handle: leads_outside && !is_mut,
                borrows_in: borrows.then(|| StmtKey::of(stmt)),
                view: (is_replayed && !is_mut).then(|| View { stmt: stmt.clone(), of: of.clone() }),
            };
            let id = self.bind(name, is_mut, made);
            if is_guard {
                self.touch(id, true, false, false);
            }
        }
    }

    /// The type of a variable of the iteration or around it, where that is certain.
    pub(super) fn type_of(&self, name: &str) -> Option<Type> {
        match self.variables.get(name) {
            Some(variable) => variable.made.ty.clone(),
            None => self.around.get(name)?.ty.clone(),
        }
    }

    /// Whether what a use names is known to the iteration alone.
    pub(super) fn is_own(&self, used: &Use) -> bool {
        let name = &used.place.name;
        match self.variables.get(name) {
            Some(variable) => variable.made.is_own || variable.made.is_copied,
            None => name != "self" && !self.around.contains_key(name) && !uses::is_upper_case(name),
        }
    }

    /// Whether a variable may lead to what others lead to as well.
    fn leads_outside(&self, used: &Use) -> bool {
        self.variables
            .get(&used.place.name)
            .is_some_and(|variable| variable.made.is_shared_item || variable.made.may_be_handle)
    }

    /// Whether a value is another name of what may be a stream from around the loop: `file`, `&self.file`.
    pub(super) fn may_be_stream_around(&self, value: &Expr) -> bool {
        let named = match value {
            Expr::Reference(shared) => &*shared.expr,
            _ => value,
        };
        let is_part = matches!(named, Expr::Index(index) if matches!(*index.index, Expr::Range(_)));
        let Some((place, _)) = uses::place(named).filter(|_| !is_part) else { return false };
        match self.variables.get(&place.name) {
            Some(variable) => variable.made.is_stream_around,
            None => !self.type_of(&place.name).is_some_and(|ty| place.fields.is_empty() && types::is_sequence(&ty)),
        }
    }

    /// Whether a pattern binds a reference, as its type or its uses say, into what the parallel part made.
    pub(super) fn is_reference_into_own(&self, pat: &Pat, value: &Expr, facts: &Facts) -> bool {
        let is_reference = |name: &Ident| self.named.references.contains(&name.to_string());
        let holds_one = |ty: &Type| matches!(ty, Type::Reference(_)) || types::holds_borrow(ty);
        let says_so = matches!(pat, Pat::Type(typed) if holds_one(&typed.ty))
            || patterns::bound_names(pat).iter().any(|(name, _)| is_reference(name));
        says_so && references::may_refer_to_arguments(value) && facts.uses.iter().any(|used| self.is_made_here(used))
    }

    /// Whether a pattern binds a collection of what borrows from a value that the parallel part made.
    fn collects_from_own(&self, pat: &Pat, value: &Expr, facts: &Facts) -> bool {
        let is_owned = matches!(pat, Pat::Type(typed) if types::is_owned(&typed.ty));
        !is_owned && hoist::collects_borrows(value) && facts.uses.iter().any(|used| self.is_made_here(used))
    }

    pub(super) fn is_made_here(&self, used: &Use) -> bool {
        let variable = self.variables.get(&used.place.name);
        variable.is_some_and(|variable| {
            variable.made.is_made && (!variable.made.is_copied || variable.made.borrows_in.is_some())
        })
    }

    /// Whether a value borrows from one that the parallel part made, which ends with that part.
    pub(super) fn borrows_from_own(&self, value: &Expr, facts: &Facts) -> bool {
        let is_of_iteration = |used: &Use| self.variables.get(&used.place.name).is_some();
        hoist::borrows_from_temporary(value)
            || (hoist::may_borrow(value) && facts.uses.iter().any(|used| self.is_made_here(used)))
            // A closure borrows even what could be copied.
            || (hoist::is_borrowing_closure(value) && facts.uses.iter().any(is_of_iteration))
    }

    /// Whether the variables of the iteration that a statement uses are neither changed, moved nor hidden by `later`
    /// statements.
    fn stays_the_same(&self, facts: &Facts, later: &[Stmt]) -> bool {
        let used_here = |name: &str| facts.uses.iter().any(|used| used.place.name == name);
        if facts.inner_names.iter().any(|name| used_here(name)) {
            return false;
        }
        later.iter().all(|stmt| {
            let hides = match stmt {
                Stmt::Local(local) => {
                    patterns::bound_names(&local.pat).iter().any(|(name, _)| used_here(&name.to_string()))
                }
                _ => false,
            };
            let changes = self.facts(stmt).uses.iter().any(|used| {
                let variable = self.variables.get(&used.place.name);
                used_here(&used.place.name) && variable.is_some_and(|variable| !leaves_alone(used, variable))
            });
            !hides && !changes
        })
    }

    /// What of a statement has to be in order. Gives what was taken out of it.
    fn in_order(&mut self, mut stmt: Stmt) -> Vec<Expr> {
        let mut taken_out = Vec::new();
        if !self.behind_exit {
            for hoisted in self.take_out(&mut stmt) {
                taken_out.push(hoisted.expr.clone());
                self.hoisted(hoisted);
            }
        }
        self.push_in_order(stmt);
        taken_out
    }

    /// A statement of the in-order part, as it is.
    fn push_in_order(&mut self, stmt: Stmt) {
        let facts = self.facts(&stmt);
        self.unknown_macro = self.unknown_macro.or(facts.unknown_macros.first().copied());
        let may_hide = !facts.hidden_exits.is_empty() || !facts.unknown_macros.is_empty();
        // A local macro hides another of its name from here on, which only the place where it stands can tell.
        self.behind_exit |= is_local_macro(&stmt) || !facts.exits.is_empty() || may_hide;
        self.may_leave_in_order |= may_hide || facts.exits.iter().any(|exit| exit.kind == uses::ExitKind::Leave);
        for used in &facts.uses {
            if let Some(id) = self.variables.id(&used.place.name) {
                self.uses_in_order(used, id);
            }
        }
        if let Stmt::Local(local) = &stmt {
            self.bind_in_order(&local.pat);
        }
        match self.turns.last_mut() {
            Some(Turn::InOrder(stmts)) => stmts.push(stmt),
            _ => self.turns.push(Turn::InOrder(vec![stmt])),
        }
    }
}

/// How far a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    OneStatement,
    /// What stands behind the statement, in its block, became a branch.
    ToTheEnd,
}

/// A statement that ends with its own semicolon, so that others can follow it.
fn with_semicolon(mut stmt: Stmt) -> Stmt {
    match &mut stmt {
        Stmt::Expr(_, semicolon) => _ = semicolon.get_or_insert_default(),
        Stmt::Macro(mac) => _ = mac.semi_token.get_or_insert_default(),
        Stmt::Local(_) | Stmt::Item(_) => {}
    }
    stmt
}

/// Whether a use of a stream reads from it or writes to it.
fn moves_stream(used: &Use) -> bool {
    match &used.access {
        Access::Method(method, _) => known::moves_in_stream(method),
        Access::Mutate(how) => *how == uses::WRITTEN_TO,
        _ => false,
    }
}

/// `macro_rules! …` in a body.
pub(super) fn is_local_macro(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::Macro(mac) if mac.mac.path.is_ident("macro_rules"))
}

/// A statement that is worth handing over.
fn stmt_has_work(stmt: &Stmt) -> bool {
    any_expr(stmt, hoist::contains_work)
}

/// A statement for which it is worth taking another apart.
pub(super) fn stmt_is_weighty(stmt: &Stmt) -> bool {
    any_expr(stmt, hoist::is_weighty)
}

fn any_expr(stmt: &Stmt, is: fn(&Expr) -> bool) -> bool {
    match stmt {
        Stmt::Local(local) => local.init.as_ref().is_some_and(|init| is(&init.expr)),
        Stmt::Expr(expr, _) => is(expr),
        Stmt::Macro(_) => true,
        Stmt::Item(_) => false,
    }
}

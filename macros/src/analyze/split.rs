//! The split: which statement of a loop's body runs in parallel, which in order, and what crosses.
//!
//! The statements are judged from the first to the last. A statement is in order when it
//!
//! 1. uses something that the loop carries, or a variable which an in-order statement made;
//! 2. has an effect whose order can be observed;
//! 3. moves or changes a variable which an in-order statement before it reads (the parallel part of an
//!    iteration runs ahead of its in-order part);
//! 4. may leave the iteration through a macro, or stands behind an in-order statement that may.
//!
//! Everything else is parallel. What an in-order statement needs not do itself is then taken out of it
//! (see [`hoist`](super::hoist)).

use super::carried::{self, Carried};
use super::hoist::{self, Hoisted, Judge};
use super::kinds;
use super::known;
use super::patterns;
use super::scope::Locals;
use super::uses::{self, Access, ExitKind, Facts, Place, Use};
use crate::model::loop_plan::{Capture, Crossing, Segment, Split, Turn};
use proc_macro2::{Ident, Span};
use quote::ToTokens;
use std::collections::HashMap;
use syn::spanned::Spanned;
use syn::{Expr, ExprForLoop, Label, Pat, ReturnType, Stmt};

/// Why a statement is in order.
#[derive(Debug, Clone)]
pub(crate) struct Reason {
    /// The first token of the statement that says so.
    pub(crate) span: Span,
    pub(crate) why: Why,
}

#[derive(Debug, Clone)]
pub(crate) enum Why {
    /// What is carried, and whether this statement reads it.
    Carried(Carried, bool),
    Conditional,
    Borrows,
    MadeInOrder(String),
    ChangedLater(String),
    Effect(String),
    MayExit(String),
    BehindExit,
    NotInitialized,
}

/// The split, and what it was decided on.
pub(crate) struct Verdict {
    pub(crate) split: Split,
    /// Whether the parallel part has any work.
    pub(crate) has_work: bool,
    /// Why the in-order statements are in order.
    pub(crate) reasons: Vec<Reason>,
    pub(crate) awaits: Vec<Span>,
    /// The first thing that leaves the loop early.
    pub(crate) left_at: Option<Span>,
    /// What the loop iterates over changes this variable as it is asked for items.
    pub(crate) source_changes: Option<Carried>,
    /// The items are exclusive references, since something is changed through them here.
    pub(crate) items_changed: Option<Span>,
    /// A variable that the loop's pattern binds by reference crosses, which it cannot.
    pub(crate) crosses_by_ref: Option<Ident>,
}

/// Splits the body of `written`, loop number `plan`. `locals` are visible around it; `shared` the user calls only read.
pub(crate) fn split(
    plan: usize,
    written: &ExprForLoop,
    locals: &Locals,
    shared: &[Ident],
    output: &ReturnType,
) -> Verdict {
    let label = written.label.as_ref();
    let body = uses::of_body(&written.pat, &written.body, label);
    let carried = carried::find(&body, locals, shared);
    let mut stays = Vec::new();
    let mut splitter = loop {
        let mut splitter = Splitter::new(plan, label, &carried, locals, stays);
        let is_own = kinds::is_iter_mut(&written.expr);
        let is_copied = kinds::items_are_copied(&written.expr, &written.pat, locals);
        splitter.makes_own = kinds::items_are_owned(&written.expr, locals);
        splitter.bind(&written.pat, Origin::Parallel(0), is_copied, is_own);
        splitter.makes_own = true;
        for index in 0..written.body.stmts.len() {
            splitter.stmt(index, &written.body.stmts);
        }
        // What turned out to cross, but borrows from what stays behind, is made in order the next time.
        if splitter.borrowed.is_empty() {
            break splitter;
        }
        stays = [splitter.stays, splitter.borrowed].concat();
    };

    let left_at = body.exits.iter().find(|exit| exit.kind == ExitKind::Leave).map(|exit| exit.span);
    let left_at = left_at.or_else(|| body.hidden_exits.first().map(|(span, _)| *span)).or(splitter.unknown_macro);
    let mut bound: Vec<String> = patterns::bound_names(&written.pat).iter().map(|(name, _)| name.to_string()).collect();
    bound.extend(body.inner_names);
    let crosses_by_ref = splitter.crosses_by_ref(&written.pat);
    Verdict {
        has_work: splitter.has_work,
        reasons: splitter.reasons,
        awaits: body.awaits,
        left_at,
        source_changes: carried::changed_by_source(&written.expr, locals),
        items_changed: uses::changes_items(&written.pat, &written.body, label),
        crosses_by_ref,
        split: Split {
            captures: captures(&splitter.parallel_uses, &bound, locals),
            turns: splitter.turns,
            items: splitter.items,
            may_be_left: left_at.is_some(),
            return_in_order: kinds::looks_unsendable(output),
        },
    }
}

/// Where a variable of the iteration is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// In the parallel turn of that index.
    Parallel(usize),
    InOrder,
}

/// A variable of the iteration.
#[derive(Clone)]
struct Local {
    name: Ident,
    origin: Origin,
    is_mut: bool,
    /// Its type is known to be copied when used by value.
    is_copied: bool,
    /// An in-order statement reads it: from there on the parallel part must leave it as it is.
    read_in_order: bool,
    /// A statement of the body makes it, or it is an item which is a value of its own.
    is_made: bool,
    /// Nothing outside the iteration can be another name of it, as far as can be seen.
    is_own: bool,
    /// The statement of this index makes it by borrowing from a value that the parallel part made.
    borrows_in: Option<usize>,
    /// An in-order statement used it by value, and it is used again: it must be `Copy`.
    must_be_copied: bool,
    /// The statement that makes it is a view of another variable; the in-order part, if it needs it, views again.
    view: Option<Stmt>,
}

struct Splitter<'a> {
    plan: usize,
    label: Option<&'a Label>,
    carried: &'a [Carried],
    /// The locals of the function around the loop.
    around: &'a Locals,
    locals: HashMap<String, Local>,
    turns: Vec<Turn>,
    items: Vec<Stmt>,
    reasons: Vec<Reason>,
    /// What the parallel part uses from around the iteration.
    parallel_uses: Vec<Use>,
    has_work: bool,
    behind_exit: bool,
    /// A macro in an in-order statement that may hide an exit.
    unknown_macro: Option<Span>,
    n_hoisted: usize,
    /// Statements that must be in order, since they borrow from what the parallel part makes.
    stays: Vec<usize>,
    /// What is bound now is made by the iteration.
    makes_own: bool,
    /// More of these, found on the way.
    borrowed: Vec<usize>,
}

impl<'a> Splitter<'a> {
    fn new(
        plan: usize,
        label: Option<&'a Label>,
        carried: &'a [Carried],
        around: &'a Locals,
        stays: Vec<usize>,
    ) -> Self {
        Self {
            plan,
            label,
            carried,
            around,
            locals: HashMap::new(),
            turns: vec![Turn::Parallel(Segment::default())],
            items: Vec::new(),
            reasons: Vec::new(),
            parallel_uses: Vec::new(),
            has_work: false,
            behind_exit: false,
            unknown_macro: None,
            n_hoisted: 0,
            stays,
            makes_own: false,
            borrowed: Vec::new(),
        }
    }

    /// Splits the statement of that index.
    fn stmt(&mut self, index: usize, stmts: &[Stmt]) {
        let (stmt, later) = (&stmts[index], &stmts[index + 1..]);
        // A macro is visible to what stands behind it only.
        if matches!(stmt, Stmt::Item(_)) || (is_local_macro(stmt) && stmts[..index].iter().all(is_local_macro)) {
            return self.items.push(stmt.clone());
        }
        let stmt = with_semicolon(stmt.clone());
        let facts = uses::of_stmt(&stmt, self.label);
        match self.reason(index, &stmt, &facts) {
            None => self.parallel(index, &stmt, facts, later),
            Some(reason) => {
                self.reasons.push(reason);
                self.in_order(stmt);
            }
        }
    }

    /// Why a statement with these facts must be in order, if it must.
    fn reason(&self, index: usize, stmt: &Stmt, facts: &Facts) -> Option<Reason> {
        let why = if self.behind_exit {
            Why::BehindExit
        } else if matches!(stmt, Stmt::Local(syn::Local { init: None, .. })) {
            Why::NotInitialized
        } else if hoist::is_conditional(stmt) || is_local_macro(stmt) {
            Why::Conditional
        } else if self.stays.contains(&index) {
            Why::Borrows
        } else {
            return self.needs_order(facts);
        };
        Some(Reason { span: stmt.span(), why })
    }

    fn needs_order(&self, facts: &Facts) -> Option<Reason> {
        let because = |span, why| Some(Reason { span, why });
        for used in &facts.uses {
            match self.locals.get(&used.place.name) {
                Some(local) if local.origin == Origin::InOrder => {
                    return because(used.span, Why::MadeInOrder(used.place.name.clone()));
                }
                Some(local) if local.read_in_order && !(leaves_alone(used, local) || reads_a_copy(used, local)) => {
                    return because(used.span, Why::ChangedLater(used.place.name.clone()));
                }
                Some(_) => {}
                None => {
                    if let Some(carried) = carried::touched(used, self.carried) {
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
        // An effect on what the iteration alone knows is nobody else's business.
        let local = |name: &String| self.locals.get(name).is_some_and(|local| local.is_own);
        let is_own = |on: &Option<String>| on.as_ref().is_some_and(local);
        if let Some(effect) = facts.effects.iter().find(|effect| !is_own(&effect.on)) {
            return because(effect.span, Why::Effect(effect.what.clone()));
        }
        let (span, what) = facts.hidden_exits.first()?;
        because(*span, Why::MayExit(what.clone()))
    }

    fn parallel(&mut self, index: usize, stmt: &Stmt, facts: Facts, later: &[Stmt]) {
        self.has_work |= stmt_has_work(stmt);
        let turn = self.parallel_turn();
        let is_own = facts.uses.iter().all(|used| self.is_own(used));
        let is_same_later = self.stays_the_same(&facts, later);
        let borrows = self.borrows_from_own(stmt, &facts);
        self.push_parallel(stmt.clone(), facts);
        let Stmt::Local(local) = stmt else { return };
        let init = local.init.as_ref().map(|init| &*init.expr);
        // A view is a reference, which is `Copy`.
        let is_copied = init.is_some_and(|init| kinds::is_copied_value(init) || hoist::is_view(init))
            || kinds::is_copied_type(&local.pat);
        self.bind(&local.pat, Origin::Parallel(turn), is_copied, is_own);
        let is_view = init.is_some_and(hoist::is_view) && is_same_later;
        for (name, is_mut) in patterns::bound_names(&local.pat) {
            let made = self.locals.get_mut(&name.to_string()).expect("it was bound above");
            made.borrows_in = borrows.then_some(index);
            made.view = (borrows && is_view && !is_mut && matches!(local.pat, Pat::Ident(_))).then(|| stmt.clone());
        }
        for (name, _) in patterns::bound_names(&local.pat) {
            // A guard lives to the end of the iteration.
            if name.to_string().starts_with('_') && !later.is_empty() {
                self.cross(turn, &name);
            }
        }
    }

    /// Whether what a use names is known to the iteration alone.
    fn is_own(&self, used: &Use) -> bool {
        let name = &used.place.name;
        match self.locals.get(name) {
            Some(local) => local.is_own || local.is_copied,
            None => name != "self" && !self.around.contains_key(name) && !uses::is_upper_case(name),
        }
    }

    /// Whether a `let` borrows from a value that the parallel part made, which ends with that part.
    fn borrows_from_own(&self, stmt: &Stmt, facts: &Facts) -> bool {
        let Stmt::Local(syn::Local { init: Some(init), .. }) = stmt else { return false };
        let is_made_here = |used: &Use| {
            let local = self.locals.get(&used.place.name);
            local.is_some_and(|local| local.is_made && (!local.is_copied || local.borrows_in.is_some()))
        };
        hoist::borrows_from_temporary(&init.expr)
            || (hoist::may_borrow(&init.expr) && facts.uses.iter().any(is_made_here))
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
            let changes = uses::of_stmt(stmt, self.label).uses.iter().any(|used| {
                let local = self.locals.get(&used.place.name);
                used_here(&used.place.name) && local.is_some_and(|local| !leaves_alone(used, local))
            });
            !hides && !changes
        })
    }

    fn in_order(&mut self, mut stmt: Stmt) {
        if !self.behind_exit {
            for hoisted in self.take_out(&mut stmt) {
                self.hoisted(hoisted);
            }
        }
        let facts = uses::of_stmt(&stmt, self.label);
        self.unknown_macro = self.unknown_macro.or(facts.unknown_macros.first().copied());
        // A local macro hides another of its name from here on, which only the place where it stands can tell.
        self.behind_exit |= is_local_macro(&stmt)
            || !facts.exits.is_empty()
            || !facts.hidden_exits.is_empty()
            || !facts.unknown_macros.is_empty();
        for used in &facts.uses {
            self.uses_in_order(used);
        }
        if let Stmt::Local(local) = &stmt {
            self.bind(&local.pat, Origin::InOrder, false, false);
        }
        match self.turns.last_mut() {
            Some(Turn::InOrder(stmts)) => stmts.push(stmt),
            _ => self.turns.push(Turn::InOrder(vec![stmt])),
        }
    }

    /// Takes the work out of an in-order statement.
    ///
    /// What is taken out runs before the rest. So where it changes or moves a variable that the rest uses, the rest's
    /// use is taken out too, or else it stays; and where the rest changes a variable, nothing that uses it is taken out.
    fn take_out(&self, stmt: &mut Stmt) -> Vec<Hoisted> {
        let written = stmt.clone();
        let mut judge = Asked { splitter: self, grabbed: Vec::new(), kept: Vec::new(), untouchable: Vec::new() };
        loop {
            *stmt = written.clone();
            let hoisted = hoist::hoist(stmt, &judge, self.plan, self.n_hoisted);
            let rest = uses::of_stmt(stmt, self.label).uses;
            let taken: Vec<Use> =
                hoisted.iter().flat_map(|hoisted| uses::of_expr(&hoisted.expr, self.label).uses).collect();
            let name_of = |used: &Use| used.place.name.clone();
            let is_in = |uses: &[Use], name: &str| uses.iter().any(|used| used.place.name == name);

            let changed = rest.iter().find(|used| self.may_change(used) && is_in(&taken, &used.place.name));
            if let Some(name) = changed.map(name_of) {
                judge.untouchable.push(name);
                continue;
            }
            let moved = taken.iter().find(|used| {
                let local = self.locals.get(&used.place.name);
                let may_move = local.is_some_and(|local| !leaves_alone(used, local) && !reads_a_copy(used, local));
                // A use behind a move proves that it was a copy.
                let conflicts = |rest: &Use| used.access != Access::Value || !is_behind(rest.span, used.span);
                may_move && rest.iter().any(|rest| rest.place.name == used.place.name && conflicts(rest))
            });
            match moved.map(name_of) {
                None => return hoisted,
                Some(name) if judge.grabbed.contains(&name) => judge.kept.push(name),
                Some(name) => judge.grabbed.push(name),
            }
        }
    }

    /// Whether a use of a variable of the iteration may change it, rather than read or move it.
    fn may_change(&self, used: &Use) -> bool {
        let Some(local) = self.locals.get(&used.place.name) else { return false };
        match &used.access {
            Access::Shared | Access::Value => false,
            _ => !leaves_alone(used, local),
        }
    }

    fn hoisted(&mut self, hoisted: Hoisted) {
        let Hoisted { name, expr, is_late } = hoisted;
        self.n_hoisted += 1;
        self.has_work |= hoist::contains_work(&expr);
        let facts = uses::of_expr(&expr, self.label);
        if is_late {
            self.turns.push(Turn::InOrder(Vec::new()));
            self.turns.push(Turn::Parallel(Segment { lands_at: Some(name.clone()), ..Segment::default() }));
        }
        let turn = self.parallel_turn();
        self.push_parallel(syn::parse_quote!(let #name = #expr;), facts);
        self.segment(turn).crossing.push(Crossing { name, is_mut: false, is_copied: false });
        if is_late {
            // What follows in the statement is evaluated when this has landed.
            self.turns.push(Turn::InOrder(Vec::new()));
        }
    }

    /// The parallel turn that the next parallel statement belongs to.
    fn parallel_turn(&mut self) -> usize {
        if !matches!(self.turns.last(), Some(Turn::Parallel(_))) {
            self.turns.push(Turn::Parallel(Segment::default()));
        }
        self.turns.len() - 1
    }

    fn push_parallel(&mut self, stmt: Stmt, facts: Facts) {
        for used in &facts.uses {
            let local = self.locals.get(&used.place.name);
            if let Some(Local { must_be_copied: true, origin: Origin::Parallel(turn), name, .. }) = local {
                let (turn, name) = (*turn, name.clone());
                let crossing = self.segment(turn).crossing.iter_mut().find(|crossing| crossing.name == name);
                crossing.expect("an in-order statement used it").is_copied = true;
            }
        }
        self.parallel_uses.extend(facts.uses.into_iter().filter(|used| !self.locals.contains_key(&used.place.name)));
        match self.turns.last_mut() {
            Some(Turn::Parallel(segment)) => segment.stmts.push(stmt),
            _ => unreachable!("a parallel turn was made for it"),
        }
    }

    fn bind(&mut self, pat: &Pat, origin: Origin, is_copied: bool, is_own: bool) {
        for (name, is_mut) in patterns::bound_names(pat) {
            let key = name.to_string();
            let is_made = self.makes_own;
            let local = Local {
                name,
                origin,
                is_mut,
                is_copied,
                is_made,
                read_in_order: false,
                must_be_copied: false,
                is_own,
                borrows_in: None,
                view: None,
            };
            self.locals.insert(key, local);
        }
    }

    /// An in-order statement uses a variable: if the parallel part made it, it crosses.
    fn uses_in_order(&mut self, used: &Use) {
        let Some(local) = self.locals.get(&used.place.name).cloned() else { return };
        let Origin::Parallel(turn) = local.origin else { return };
        match (&local.view, local.borrows_in) {
            (Some(stmt), _) => self.view_again(turn, stmt, &used.place.name),
            (None, Some(index)) if !self.borrowed.contains(&index) => self.borrowed.push(index),
            _ => self.cross(turn, &local.name),
        }
        let is_untouched = leaves_alone(used, &local);
        let is_value = used.access == Access::Value && !local.is_mut;
        let local = self.locals.get_mut(&used.place.name).expect("it was there above");
        if is_untouched || is_value {
            local.read_in_order = true;
            // If it is used again, it was copied: moved values cannot be used.
            local.must_be_copied |= !is_untouched;
        } else {
            local.origin = Origin::InOrder;
        }
    }

    /// The in-order part looks at a view: it makes its own, of what crosses in its place.
    fn view_again(&mut self, turn: usize, stmt: &Stmt, name: &str) {
        let segment = self.segment(turn);
        let text = stmt.to_token_stream().to_string();
        if segment.replayed.iter().any(|known| known.to_token_stream().to_string() == text) {
            return;
        }
        segment.replayed.push(stmt.clone());
        for inner in uses::of_stmt(stmt, self.label).uses.iter().filter(|inner| inner.place.name != name) {
            self.uses_in_order(inner);
        }
    }

    fn cross(&mut self, turn: usize, name: &Ident) {
        let is_mut = self.locals.get(&name.to_string()).is_some_and(|local| local.is_mut);
        let segment = self.segment(turn);
        if !segment.crossing.iter().any(|crossing| crossing.name == *name) {
            segment.crossing.push(Crossing { name: name.clone(), is_mut, is_copied: false });
        }
    }

    fn segment(&mut self, turn: usize) -> &mut Segment {
        match &mut self.turns[turn] {
            Turn::Parallel(segment) => segment,
            Turn::InOrder(_) => unreachable!("it is a parallel turn"),
        }
    }

    fn crosses_by_ref(&mut self, pat: &Pat) -> Option<Ident> {
        let by_ref = patterns::names_bound_by_ref(pat);
        let crossing = self.segment(0).crossing.iter().map(|crossing| crossing.name.clone());
        crossing.into_iter().find(|name| by_ref.contains(name))
    }
}

/// The splitter's answers to the hoister.
struct Asked<'a, 'b> {
    splitter: &'a Splitter<'b>,
    /// Variables whose uses are taken out even without work.
    grabbed: Vec<String>,
    /// Variables which nothing that is taken out may change or move.
    kept: Vec<String>,
    /// Variables which nothing that is taken out may use.
    untouchable: Vec<String>,
}

impl Judge for Asked<'_, '_> {
    fn is_parallel(&self, expr: &Expr) -> bool {
        let facts = uses::of_expr(expr, self.splitter.label);
        let changes_kept = |used: &Use| {
            let name = &used.place.name;
            let changes = self.splitter.locals.get(name).is_some_and(|local| !leaves_alone(used, local));
            (self.kept.contains(name) && changes) || self.untouchable.contains(name)
        };
        self.splitter.needs_order(&facts).is_none() && facts.awaits.is_empty() && !facts.uses.iter().any(changes_kept)
    }

    fn may_exit(&self, expr: &Expr) -> bool {
        let facts = uses::of_expr(expr, self.splitter.label);
        !facts.exits.is_empty() || !facts.hidden_exits.is_empty()
    }

    fn is_bound_to_parallel(&self, expr: &Expr) -> bool {
        uses::of_expr(expr, self.splitter.label).uses.iter().any(|used| {
            let local = self.splitter.locals.get(&used.place.name);
            local.is_some_and(|local| local.borrows_in.is_some() && local.view.is_none())
        })
    }

    fn is_grabbed(&self, expr: &Expr) -> bool {
        !self.grabbed.is_empty()
            && uses::of_expr(expr, self.splitter.label).uses.iter().any(|used| self.grabbed.contains(&used.place.name))
    }
}

/// Whether a use of a variable of the iteration leaves it as it was, to be used again.
fn leaves_alone(used: &Use, local: &Local) -> bool {
    match &used.access {
        Access::Shared => true,
        Access::Value => local.is_copied,
        Access::Method(method, _) => {
            (local.is_copied && !local.is_mut) || (known::is_reader(method) && method != "into_iter")
        }
        Access::Mutate(_) | Access::Call | Access::Tokens => false,
    }
}

/// Whether a use behind an in-order use by value is fine if the variable is `Copy`, which is then asked for.
fn reads_a_copy(used: &Use, local: &Local) -> bool {
    local.must_be_copied && matches!(used.access, Access::Value | Access::Method(..))
}

/// Whether a place in the source stands behind another.
fn is_behind(place: Span, other: Span) -> bool {
    let start = |span: Span| (span.start().line, span.start().column);
    start(place) > start(other)
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

/// `macro_rules! …` in a body.
fn is_local_macro(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::Macro(mac) if mac.mac.path.is_ident("macro_rules"))
}

/// A statement that is worth handing over.
fn stmt_has_work(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Local(local) => local.init.as_ref().is_some_and(|init| hoist::contains_work(&init.expr)),
        Stmt::Expr(expr, _) => hoist::contains_work(expr),
        Stmt::Macro(_) => true,
        Stmt::Item(_) => false,
    }
}

/// The locals of the function, or fields of them, that the parallel part reads.
fn captures(parallel_uses: &[Use], bound: &[String], locals: &Locals) -> Vec<Capture> {
    let mut captures: Vec<Capture> = Vec::new();
    for used in parallel_uses {
        let Place { name, fields } = &used.place;
        if locals.contains_key(name) && !bound.contains(name) {
            let capture = Capture { name: crate::names::written(name, used.span), fields: fields.clone() };
            if !captures.iter().any(|known| known.name == capture.name && known.fields == capture.fields) {
                captures.push(capture);
            }
        }
    }
    captures
}

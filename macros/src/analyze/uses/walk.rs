//! Walks through a piece of code with the scopes that it opens.

use super::facts::{Access, Effect, Exit, ExitKind, Facts, Use};
use super::places::{Place, is_static, place, root};
use crate::analyze::{known, patterns};
use crate::parse::marks::{Part, part_of};
use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprMethodCall, Label, Pat, Stmt, UnOp};

/// Something inside the piece that `break` or `continue` may mean.
pub(super) struct Target {
    label: Option<String>,
    is_loop: bool,
}

/// Walks a piece of code with the scopes that it opens.
pub(super) struct Walk {
    pub(super) facts: Facts,
    pub(super) scopes: Vec<Vec<String>>,
    pub(super) targets: Vec<Target>,
    pub(super) own_label: Option<String>,
    /// Closures and async blocks around the current position, which `return` and `?` leave instead.
    pub(super) functions: usize,
}

impl Walk {
    pub(super) fn bind(&mut self, pat: &Pat) {
        for (name, _) in patterns::bound_names(pat) {
            self.facts.inner_names.push(name.to_string());
            self.scopes.last_mut().expect("a walk has a scope").push(name.to_string());
        }
    }

    fn scoped(&mut self, visit: impl FnOnce(&mut Self)) {
        self.scopes.push(Vec::new());
        visit(self);
        self.scopes.pop();
    }

    /// A closure or async block: what it leaves is itself.
    fn function(&mut self, visit: impl FnOnce(&mut Self)) {
        let targets = std::mem::take(&mut self.targets);
        self.functions += 1;
        self.scoped(visit);
        self.functions -= 1;
        self.targets = targets;
    }

    fn target(&mut self, label: Option<&Label>, is_loop: bool, visit: impl FnOnce(&mut Self)) {
        self.targets.push(Target { label: label.map(|label| label.name.ident.to_string()), is_loop });
        self.scoped(visit);
        self.targets.pop();
    }

    fn is_bound(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope.iter().any(|bound| bound == name))
    }

    pub(super) fn record(&mut self, place: Place, span: Span, access: Access) {
        if !self.is_bound(&place.name) {
            self.facts.uses.push(Use { place, span, access });
        }
    }

    /// Records `access` of the place that `expr` is, and visits what stands in its indices; or visits
    /// `expr` if it is no place.
    pub(super) fn access(&mut self, expr: &Expr, access: Access) {
        match place(expr) {
            Some((place, span)) => {
                self.record(place, span, access);
                self.visit_indices(expr);
            }
            None => self.visit_expr(expr),
        }
    }

    /// What a pattern is matched against, which it may borrow from with `ref mut`.
    fn scrutinee(&mut self, expr: &Expr, is_changed: bool) {
        if is_changed {
            self.access(expr, Access::Mutate("is borrowed `ref mut`"));
        } else {
            self.visit_expr(expr);
        }
    }

    fn visit_indices(&mut self, expr: &Expr) {
        match expr {
            Expr::Index(index) => {
                self.visit_indices(&index.expr);
                self.visit_expr(&index.index);
            }
            Expr::Field(field) => self.visit_indices(&field.base),
            Expr::Paren(inner) => self.visit_indices(&inner.expr),
            Expr::Group(inner) => self.visit_indices(&inner.expr),
            Expr::Unary(unary) => self.visit_indices(&unary.expr),
            _ => {}
        }
    }

    /// The left side of an assignment, which may take a tuple, an array or a struct apart.
    fn assign(&mut self, left: &Expr) {
        match left {
            Expr::Tuple(tuple) => tuple.elems.iter().for_each(|part| self.assign(part)),
            Expr::Array(array) => array.elems.iter().for_each(|part| self.assign(part)),
            Expr::Struct(parts) => parts.fields.iter().for_each(|part| self.assign(&part.expr)),
            Expr::Call(call) => call.args.iter().for_each(|part| self.assign(part)),
            Expr::Infer(_) | Expr::Range(_) => {}
            _ => self.access(left, Access::Mutate("is assigned")),
        }
    }

    pub(super) fn exit(&mut self, span: Span, kind: ExitKind) {
        self.facts.exits.push(Exit { span, kind });
    }

    fn jump(&mut self, span: Span, label: Option<&syn::Lifetime>, is_continue: bool) {
        let own = match label {
            Some(label) => {
                let name = label.ident.to_string();
                if self.targets.iter().any(|target| target.label.as_ref() == Some(&name)) {
                    return;
                }
                self.own_label.as_ref() == Some(&name)
            }
            None => {
                if self.targets.iter().any(|target| target.is_loop) {
                    return;
                }
                true
            }
        };
        if self.functions == 0 {
            self.exit(span, if own && is_continue { ExitKind::Continue } else { ExitKind::Leave });
        }
    }

    /// An effect on something global.
    pub(super) fn effect(&mut self, span: Span, what: String) {
        self.facts.effects.push(Effect { span, what, on: None, is_unnamed: false, is_on_stream: false });
    }

    /// What a method does to its receiver. A variable that is bound within the piece may be another name of something
    /// outside, and so may what a function gives.
    fn effect_of(&self, call: &ExprMethodCall) -> Effect {
        let on = root(&call.receiver).filter(|name| !self.is_bound(name));
        let what = format!("`.{}()`", call.method);
        Effect { span: call.method.span(), what, is_unnamed: on.is_none(), on, is_on_stream: false }
    }

    /// An effect on what is written as a shared reference, which only streams can be changed through: `(&file).read(..)`.
    pub(super) fn effect_behind_reference(&mut self, span: Span, what: String, expr: &Expr) {
        match expr {
            Expr::Paren(inner) => self.effect_behind_reference(span, what, &inner.expr),
            Expr::Reference(shared) if shared.mutability.is_none() => self.effect_on_stream(span, what, &shared.expr),
            _ => {}
        }
    }

    /// An effect on a channel or a stream that is not bound within the piece.
    fn effect_on_stream(&mut self, span: Span, what: String, stream: &Expr) {
        let on = place(stream).map(|(place, _)| place.name).filter(|name| !self.is_bound(name));
        if on.is_some() {
            self.facts.effects.push(Effect { span, what, on, is_unnamed: false, is_on_stream: true });
        }
    }

    fn visit_unmarked(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Local(local) => {
                if let Some(init) = &local.init {
                    self.scrutinee(&init.expr, patterns::binds_ref_mut(&local.pat));
                    if let Some((_, diverge)) = &init.diverge {
                        self.visit_expr(diverge);
                    }
                }
                self.bind(&local.pat);
            }
            Stmt::Macro(mac) => self.visit_mac(&mac.mac, true),
            Stmt::Expr(Expr::Macro(mac), _) => self.visit_mac(&mac.mac, true),
            Stmt::Expr(expr, _) => self.visit_expr(expr),
            Stmt::Item(_) => {}
        }
    }
}

impl Visit<'_> for Walk {
    fn visit_item(&mut self, _item: &syn::Item) {}

    fn visit_block(&mut self, block: &Block) {
        self.scoped(|walk| block.stmts.iter().for_each(|stmt| walk.visit_stmt(stmt)));
    }

    fn visit_stmt(&mut self, stmt: &Stmt) {
        let (n_effects, n_looks) = (self.facts.effects.len(), self.facts.looks.len());
        self.visit_unmarked(stmt);
        match part_of(stmt) {
            Some((Part::Ordered, span)) => self.facts.ordered.push(span),
            Some((Part::Parallel, span)) => {
                self.facts.parallel.push(span);
                // Whoever marks it does not mind in which order they take place.
                self.facts.effects.truncate(n_effects);
                self.facts.looks.truncate(n_looks);
            }
            None => {}
        }
    }

    fn visit_expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Path(path) if is_static(path) => {
                let name = path.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
                self.record(Place { name, fields: Vec::new() }, path.span(), Access::Value);
            }
            Expr::Path(_) | Expr::Field(_) | Expr::Index(_) => match place(expr) {
                Some((place, span)) => {
                    // Indexing reads the base: only the element is used by value.
                    let access = if matches!(expr, Expr::Index(_)) { Access::Shared } else { Access::Value };
                    self.record(place, span, access);
                    self.visit_indices(expr);
                }
                None => visit::visit_expr(self, expr),
            },
            Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => self.access(&unary.expr, Access::Shared),
            Expr::Reference(reference) => {
                let access = match reference.mutability {
                    Some(_) => Access::Mutate("is borrowed `&mut`"),
                    None => Access::Shared,
                };
                self.access(&reference.expr, access);
            }
            Expr::RawAddr(_) => {
                visit::visit_expr(self, expr);
            }
            Expr::Assign(assign) => {
                self.visit_expr(&assign.right);
                self.assign(&assign.left);
            }
            Expr::Binary(binary) if is_compound(&binary.op) => {
                self.visit_expr(&binary.right);
                self.access(&binary.left, Access::Mutate("is changed"));
            }
            // Operands are borrowed to be compared.
            Expr::Binary(binary) if is_comparison(&binary.op) => {
                self.access(&binary.left, Access::Shared);
                self.access(&binary.right, Access::Shared);
            }
            Expr::MethodCall(call) => {
                let method = call.method.to_string();
                let n_args = call.args.len();
                if known::is_ordered_effect(&method, n_args) {
                    self.facts.effects.push(self.effect_of(call));
                } else if known::looks_at_shared(&method, n_args) && (method != "load" || names_order(&call.args[0])) {
                    self.facts.looks.push(self.effect_of(call));
                } else if known::receives(&method, n_args) {
                    self.effect_on_stream(call.method.span(), format!("`.{method}()`"), &call.receiver);
                } else if known::moves_in_stream(&method) {
                    self.effect_behind_reference(call.method.span(), format!("`.{method}()`"), &call.receiver);
                }
                self.access(&call.receiver, Access::Method(method, n_args));
                call.args.iter().for_each(|arg| self.visit_expr(arg));
            }
            Expr::Call(call) => {
                if let Expr::Path(path) = &*call.func {
                    let last = path.path.segments.last().map(|segment| segment.ident.to_string());
                    match last.as_deref() {
                        Some("stdout" | "stderr" | "stdin") => self.effect(path.span(), "a standard stream".into()),
                        Some(name) if ends_process(name, call.args.len(), path.path.segments.len() > 1) => {
                            self.facts.hidden_exits.push((path.span(), ENDING_THE_PROCESS.into()));
                        }
                        _ => {}
                    }
                }
                self.access(&call.func, Access::Call);
                call.args.iter().for_each(|arg| self.visit_expr(arg));
            }
            Expr::Let(condition) => {
                self.scrutinee(&condition.expr, patterns::binds_ref_mut(&condition.pat));
                self.bind(&condition.pat);
            }
            Expr::If(branch) => {
                self.scoped(|walk| {
                    walk.visit_expr(&branch.cond);
                    walk.visit_block(&branch.then_branch);
                });
                if let Some((_, otherwise)) = &branch.else_branch {
                    self.visit_expr(otherwise);
                }
            }
            Expr::Match(choice) => {
                let changes = choice.arms.iter().any(|arm| patterns::binds_ref_mut(&arm.pat));
                self.scrutinee(&choice.expr, changes);
                for arm in &choice.arms {
                    self.scoped(|walk| {
                        walk.bind(&arm.pat);
                        if let Pat::Guard(guarded) = &arm.pat {
                            walk.visit_expr(&guarded.guard);
                        }
                        walk.visit_expr(&arm.body);
                    });
                }
            }
            Expr::ForLoop(inner) => {
                self.visit_expr(&inner.expr);
                self.target(inner.label.as_ref(), true, |walk| {
                    walk.bind(&inner.pat);
                    walk.visit_block(&inner.body);
                });
            }
            Expr::While(inner) => self.target(inner.label.as_ref(), true, |walk| {
                walk.visit_expr(&inner.cond);
                walk.visit_block(&inner.body);
            }),
            Expr::Loop(inner) => self.target(inner.label.as_ref(), true, |walk| walk.visit_block(&inner.body)),
            Expr::Block(inner) if inner.label.is_some() => {
                self.target(inner.label.as_ref(), false, |walk| walk.visit_block(&inner.block));
            }
            Expr::Closure(closure) => self.function(|walk| {
                closure.inputs.iter().for_each(|pat| walk.bind(pat));
                walk.visit_expr(&closure.body);
            }),
            Expr::Async(inner) => self.function(|walk| walk.visit_block(&inner.block)),
            Expr::Await(inner) => {
                if self.functions == 0 {
                    self.facts.awaits.push(inner.await_token.span());
                }
                self.visit_expr(&inner.base);
            }
            Expr::Yield(inner) => {
                inner.expr.iter().for_each(|value| self.visit_expr(value));
                if self.functions == 0 {
                    self.facts.yields.push(inner.yield_token.span());
                }
            }
            Expr::Try(inner) => {
                self.visit_expr(&inner.expr);
                if self.functions == 0 {
                    self.exit(inner.question_token.span(), ExitKind::Leave);
                }
            }
            Expr::Return(inner) => {
                inner.expr.iter().for_each(|value| self.visit_expr(value));
                if self.functions == 0 {
                    self.exit(inner.return_token.span(), ExitKind::Leave);
                }
            }
            Expr::Break(inner) => {
                inner.expr.iter().for_each(|value| self.visit_expr(value));
                self.jump(inner.break_token.span(), inner.label.as_ref(), false);
            }
            Expr::Continue(inner) => self.jump(inner.continue_token.span(), inner.label.as_ref(), true),
            Expr::Macro(mac) => self.visit_mac(&mac.mac, false),
            _ => visit::visit_expr(self, expr),
        }
    }

    fn visit_pat(&mut self, _pat: &Pat) {}
    fn visit_type(&mut self, _ty: &syn::Type) {}
    fn visit_attribute(&mut self, _attr: &syn::Attribute) {}
}

/// `Ordering::SeqCst`, which tells a load of an atomic from others.
fn names_order(expr: &Expr) -> bool {
    let Expr::Path(path) = expr else { return false };
    let orders = ["Relaxed", "Acquire", "SeqCst"];
    path.path.segments.last().is_some_and(|last| orders.iter().any(|order| last.ident == order))
}

/// What `process::exit` is called among the ways out.
pub(crate) const ENDING_THE_PROCESS: &str = "ending the process";

/// `std::process::exit(1)`, `exit(1)`, `abort()`: functions of these names are taken for those of the standard library.
fn ends_process(name: &str, n_args: usize, has_path: bool) -> bool {
    match name {
        "exit" => has_path || n_args == 1,
        "abort" => has_path || n_args == 0,
        _ => false,
    }
}

/// `+=` and its kin.
pub(crate) fn is_compound(op: &syn::BinOp) -> bool {
    use syn::BinOp::*;
    matches!(
        op,
        AddAssign(_)
            | SubAssign(_)
            | MulAssign(_)
            | DivAssign(_)
            | RemAssign(_)
            | BitXorAssign(_)
            | BitAndAssign(_)
            | BitOrAssign(_)
            | ShlAssign(_)
            | ShrAssign(_)
    )
}

fn is_comparison(op: &syn::BinOp) -> bool {
    use syn::BinOp::*;
    matches!(op, Eq(_) | Ne(_) | Lt(_) | Le(_) | Gt(_) | Ge(_))
}

//! What a piece of code uses from outside itself, and how it may be left.

use super::known::{self, MacroKind};
use super::{patterns, returning, tokens};
use crate::parse::marks::{Part, part_of};
use proc_macro2::{Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Block, Expr, Label, Lit, Macro, Member, Pat, Stmt, UnOp};

/// One use of a variable that is bound outside the piece.
#[derive(Debug, Clone)]
pub(crate) struct Use {
    pub(crate) place: Place,
    pub(crate) span: Span,
    pub(crate) access: Access,
}

/// A variable, or a field of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) fields: Vec<String>,
}

impl Place {
    /// Whether one of the two is part of the other.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        let shared = self.fields.len().min(other.fields.len());
        self.name == other.name && self.fields[..shared] == other.fields[..shared]
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.name)?;
        self.fields.iter().try_for_each(|field| write!(f, ".{field}"))
    }
}

/// What is done with a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Access {
    /// Its value is used: copied or moved.
    Value,
    /// It is borrowed to be read.
    Shared,
    /// It is assigned or borrowed to be changed; says how.
    Mutate(&'static str),
    /// It is the receiver of this method, with so many arguments.
    Method(String, usize),
    /// It is called.
    Call,
    /// It is named in the tokens of a macro nobody knows.
    Tokens,
}

/// All that matters about a piece of code.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) uses: Vec<Use>,
    /// Ways out of the piece that are seen: `?`, `return`, `break`, `continue`.
    pub(crate) exits: Vec<Exit>,
    /// Ways out that a macro may hide.
    pub(crate) hidden_exits: Vec<(Span, String)>,
    /// Effects whose order can be observed, and what they are on (`None`: something global).
    pub(crate) effects: Vec<Effect>,
    /// Macros that nobody knows, which may hide an exit where it is not seen.
    pub(crate) unknown_macros: Vec<Span>,
    /// Statements that are marked to be in order.
    pub(crate) ordered: Vec<Span>,
    /// Statements that are marked to be parallel.
    pub(crate) parallel: Vec<Span>,
    /// `.await`
    pub(crate) awaits: Vec<Span>,
    /// `yield`
    pub(crate) yields: Vec<Span>,
    /// Names that patterns anywhere inside the piece bind.
    pub(crate) inner_names: Vec<String>,
}

/// A way out of a piece of code.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exit {
    pub(crate) span: Span,
    pub(crate) kind: ExitKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitKind {
    /// `continue` of the loop that the piece is in: the next iteration follows.
    Continue,
    /// Everything else ends the loop.
    Leave,
}

/// An effect whose order can be observed.
#[derive(Debug, Clone)]
pub(crate) struct Effect {
    pub(crate) span: Span,
    pub(crate) what: String,
    pub(crate) on: Option<String>,
}

/// The facts about one statement of the loop with that label.
pub(crate) fn of_stmt(stmt: &Stmt, label: Option<&Label>) -> Facts {
    collect(label, |walk| walk.visit_stmt(stmt))
}

/// The facts about one expression of the loop with that label.
pub(crate) fn of_expr(expr: &Expr, label: Option<&Label>) -> Facts {
    collect(label, |walk| walk.visit_expr(expr))
}

/// The facts about a block of the loop with that label.
pub(crate) fn of_block(block: &Block, label: Option<&Label>) -> Facts {
    collect(label, |walk| walk.visit_block(block))
}

/// The facts about a loop's body, in which `pat` is bound.
pub(crate) fn of_body(pat: &Pat, body: &Block, label: Option<&Label>) -> Facts {
    collect(label, |walk| {
        walk.scopes.push(Vec::new());
        walk.bind(pat);
        walk.visit_block(body);
    })
}

/// Whether a body, in which `pat` is bound, uses or binds a variable of that name.
pub(crate) fn names(pat: &Pat, body: &Block, name: &str) -> bool {
    let facts = of_body(pat, body, None);
    facts.uses.iter().any(|used| used.place.name == name) || facts.inner_names.iter().any(|bound| bound == name)
}

/// The first place where a body changes what is behind a variable of the pattern which is not declared `mut`: the
/// items are exclusive references.
pub(crate) fn changes_items(pat: &Pat, body: &Block, label: Option<&Label>) -> Option<Span> {
    let facts = collect(label, |walk| walk.visit_block(body));
    let names = patterns::bound_names(pat);
    let is_item = |used: &&Use| {
        let changes = matches!(used.access, Access::Mutate(_));
        changes && names.iter().any(|(name, is_mut)| !is_mut && *name == used.place.name.as_str())
    };
    facts.uses.iter().find(is_item).map(|used| used.span)
}

/// The variable or field that `expr` is, through parentheses, dereferences and indices.
pub(crate) fn place(expr: &Expr) -> Option<(Place, Span)> {
    match expr {
        Expr::Path(path) if path.qself.is_none() => {
            let name = path.path.get_ident()?;
            Some((Place { name: name.to_string(), fields: Vec::new() }, name.span()))
        }
        Expr::Field(field) => {
            let (mut base, span) = place(&field.base)?;
            // Behind an index or a dereference, a field stands for its base.
            if is_plain(&field.base) {
                base.fields.push(match &field.member {
                    Member::Named(name) => name.to_string(),
                    Member::Unnamed(index) => index.index.to_string(),
                });
            }
            Some((base, span))
        }
        Expr::Paren(inner) => place(&inner.expr),
        Expr::Group(inner) => place(&inner.expr),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => place(&unary.expr),
        Expr::Index(index) => place(&index.expr),
        _ => None,
    }
}

/// `module::STATIC`, named like a constant.
fn is_static(path: &syn::ExprPath) -> bool {
    path.path.segments.len() > 1 && path.path.segments.last().is_some_and(|last| is_upper_case(&last.ident.to_string()))
}

/// Whether a name is written like that of a static or a constant.
pub(crate) fn is_upper_case(name: &str) -> bool {
    name.len() > 1 && !name.contains(|c: char| c.is_lowercase())
}

fn is_plain(expr: &Expr) -> bool {
    match expr {
        Expr::Path(_) => true,
        Expr::Field(field) => is_plain(&field.base),
        Expr::Paren(inner) => is_plain(&inner.expr),
        Expr::Group(inner) => is_plain(&inner.expr),
        _ => false,
    }
}

/// The variable at the root of a chain of methods, fields and indices.
pub(crate) fn root(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        Expr::MethodCall(call) => root(&call.receiver),
        Expr::Field(field) => root(&field.base),
        Expr::Index(index) => root(&index.expr),
        Expr::Try(inner) => root(&inner.expr),
        Expr::Paren(inner) => root(&inner.expr),
        Expr::Group(inner) => root(&inner.expr),
        Expr::Reference(inner) => root(&inner.expr),
        Expr::Unary(inner) => root(&inner.expr),
        _ => None,
    }
}

fn collect(label: Option<&Label>, visit: impl FnOnce(&mut Walk)) -> Facts {
    let mut walk = Walk {
        facts: Facts::default(),
        scopes: vec![Vec::new()],
        targets: Vec::new(),
        own_label: label.map(|label| label.name.ident.to_string()),
        functions: 0,
    };
    visit(&mut walk);
    walk.facts
}

/// Something inside the piece that `break` or `continue` may mean.
struct Target {
    label: Option<String>,
    is_loop: bool,
}

/// Walks a piece of code with the scopes that it opens.
struct Walk {
    facts: Facts,
    scopes: Vec<Vec<String>>,
    targets: Vec<Target>,
    own_label: Option<String>,
    /// Closures and async blocks around the current position, which `return` and `?` leave instead.
    functions: usize,
}

impl Walk {
    fn bind(&mut self, pat: &Pat) {
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

    fn record(&mut self, place: Place, span: Span, access: Access) {
        if !self.is_bound(&place.name) {
            self.facts.uses.push(Use { place, span, access });
        }
    }

    /// Records `access` of the place that `expr` is, and visits what stands in its indices; or visits
    /// `expr` if it is no place.
    fn access(&mut self, expr: &Expr, access: Access) {
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

    fn exit(&mut self, span: Span, kind: ExitKind) {
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

    /// A variable that is bound within the piece may be another name of something outside.
    fn effect(&mut self, span: Span, what: String, on: Option<String>) {
        let on = on.filter(|name| !self.is_bound(name));
        self.facts.effects.push(Effect { span, what, on });
    }

    fn visit_mac(&mut self, mac: &Macro, is_stmt: bool) {
        let name = tokens::macro_name(mac);
        let span = mac.path.span();
        let kind = known::macro_kind(&name);
        let returns_error = returning::of(mac).is_some();
        match kind {
            MacroKind::Prints | MacroKind::Quotes => self.effect(span, format!("`{name}!`"), None),
            MacroKind::Returns if returns_error => {
                if self.functions == 0 {
                    self.exit(span, ExitKind::Leave);
                }
            }
            MacroKind::Returns => self.facts.hidden_exits.push((span, format!("`{name}!`"))),
            MacroKind::Unknown => {
                self.facts.unknown_macros.push(span);
                if is_stmt {
                    self.effect(span, format!("`{name}!`, whose effects are not known,"), None);
                }
                if tokens::hides_exit(mac.tokens.clone()) {
                    self.facts.hidden_exits.push((span, format!("`{name}!`")));
                }
            }
            MacroKind::Writes | MacroKind::Formats | MacroKind::Evaluates => {}
        }
        self.format_captures(mac.tokens.clone());
        let args = if kind == MacroKind::Unknown {
            None
        } else {
            tokens::macro_args(mac).or_else(|| tokens::repeat_args(mac))
        };
        let Some(args) = args else {
            if kind != MacroKind::Unknown && tokens::hides_exit(mac.tokens.clone()) {
                self.facts.hidden_exits.push((span, format!("`{name}!`")));
            }
            let access = if kind == MacroKind::Unknown { Access::Tokens } else { Access::Shared };
            return self.tokens(mac.tokens.clone(), &access);
        };
        for (index, arg) in args.iter().enumerate() {
            match (kind, arg) {
                (MacroKind::Writes, _) if index == 0 => self.access(arg, Access::Mutate("is written to")),
                (MacroKind::Evaluates, _) if name != "assert_eq" && name != "assert_ne" => self.visit_expr(arg),
                (MacroKind::Returns, arg) if returns_error => self.visit_expr(arg),
                (_, Expr::Assign(named)) => self.access(&named.right, Access::Shared),
                _ => self.access(arg, Access::Shared),
            }
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

    /// Every name among the tokens of a macro.
    fn tokens(&mut self, tokens: TokenStream, access: &Access) {
        let mut previous_is_dot = false;
        for token in tokens {
            match &token {
                TokenTree::Ident(ident) if !previous_is_dot => {
                    let place = Place { name: ident.to_string(), fields: Vec::new() };
                    self.record(place, ident.span(), access.clone());
                }
                TokenTree::Group(group) => self.tokens(group.stream(), access),
                _ => {}
            }
            previous_is_dot = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.');
        }
    }

    /// The variables that format strings capture: `"{name}"`, `"{name:?}"`, `"{:width$}"`.
    fn format_captures(&mut self, tokens: TokenStream) {
        for token in tokens {
            let TokenTree::Literal(literal) = &token else { continue };
            let Lit::Str(text) = Lit::new(literal.clone()) else { continue };
            for name in tokens::captured_names(&text.value()) {
                self.record(Place { name, fields: Vec::new() }, literal.span(), Access::Shared);
            }
        }
    }
}

impl Visit<'_> for Walk {
    fn visit_item(&mut self, _item: &syn::Item) {}

    fn visit_block(&mut self, block: &Block) {
        self.scoped(|walk| block.stmts.iter().for_each(|stmt| walk.visit_stmt(stmt)));
    }

    fn visit_stmt(&mut self, stmt: &Stmt) {
        let n_effects = self.facts.effects.len();
        self.visit_unmarked(stmt);
        match part_of(stmt) {
            Some((Part::Ordered, span)) => self.facts.ordered.push(span),
            Some((Part::Parallel, span)) => {
                self.facts.parallel.push(span);
                // Whoever marks it does not mind in which order they take place.
                self.facts.effects.truncate(n_effects);
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
                    self.effect(call.method.span(), format!("`.{method}()`"), root(&call.receiver));
                }
                self.access(&call.receiver, Access::Method(method, n_args));
                call.args.iter().for_each(|arg| self.visit_expr(arg));
            }
            Expr::Call(call) => {
                if let Expr::Path(path) = &*call.func {
                    let last = path.path.segments.last().map(|segment| segment.ident.to_string());
                    match last.as_deref() {
                        Some("stdout" | "stderr" | "stdin") => {
                            self.effect(path.span(), "a standard stream".into(), None)
                        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn uses(code: &str) -> Vec<String> {
        let stmt: Stmt = syn::parse_str(code).expect("a statement");
        of_stmt(&stmt, None).uses.iter().map(|used| format!("{}:{:?}", used.place, used.access)).collect()
    }

    #[test]
    fn each_form_of_access_is_told_apart() {
        assert_eq!(uses("a.b = c[i];"), ["c:Shared", "i:Value", "a.b:Mutate(\"is assigned\")"]);
        assert_eq!(uses("v[i].n += 1;"), ["v:Mutate(\"is changed\")", "i:Value"]);
        assert_eq!(uses("f(&x, &mut y);"), ["f:Call", "x:Shared", "y:Mutate(\"is borrowed `&mut`\")"]);
        assert_eq!(uses("self.out.push(x);"), ["self.out:Method(\"push\", 1)", "x:Value"]);
        assert_eq!(uses("a == b.c;"), ["a:Shared", "b.c:Shared"]);
        assert_eq!(uses("(a, _, s.f) = t;"), ["t:Value", "a:Mutate(\"is assigned\")", "s.f:Mutate(\"is assigned\")"]);
    }

    #[test]
    fn inner_bindings_hide_outer_ones_of_the_same_name() {
        assert_eq!(uses("let y = |x| x + z;"), ["z:Value"]);
        assert_eq!(uses("match m { Some(x) => x, None => y };"), ["m:Value", "y:Value"]);
        assert_eq!(uses("{ let x = a; f(x); }"), ["a:Value", "f:Call"]);
        assert_eq!(uses("if let Some(x) = a { x } else { x };"), ["a:Value", "x:Value"]);
    }

    #[test]
    fn macros_use_what_their_tokens_and_strings_name() {
        assert_eq!(uses("println!(\"{a} {}\", b.c);"), ["a:Shared", "b.c:Shared"]);
        assert_eq!(uses("write!(out, \"{}\", x);"), ["out:Mutate(\"is written to\")", "x:Shared"]);
        assert_eq!(uses("mine!(a => b.c);"), ["a:Tokens", "b:Tokens"]);
    }

    fn exits(code: &str) -> Vec<ExitKind> {
        let stmt: Stmt = syn::parse_str(code).expect("a statement");
        let label: Expr = syn::parse_str("'own: for _ in x {}").expect("a loop");
        let Expr::ForLoop(label) = label else { unreachable!("it is a loop") };
        of_stmt(&stmt, label.label.as_ref()).exits.iter().map(|exit| exit.kind).collect()
    }

    #[test]
    fn only_exits_that_leave_the_piece_count() {
        use ExitKind::{Continue, Leave};
        assert_eq!(exits("if a { continue; }"), [Continue]);
        assert_eq!(exits("if a { continue 'own; }"), [Continue]);
        assert_eq!(exits("if a { continue 'outer; }"), [Leave]);
        assert_eq!(exits("let x = f()?;"), [Leave]);
        assert_eq!(exits("for y in z { if y { break; } continue; }"), []);
        assert_eq!(exits("for y in z { if y { break 'own; } }"), [Leave]);
        assert_eq!(exits("let f = |x| { return x?; };"), []);
        assert_eq!(exits("'b: { break 'b; }"), []);
        assert_eq!(exits("'b: { break; }"), [Leave]);
    }
}

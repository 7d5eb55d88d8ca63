//! Reductions: which statements of a loop's body change a variable of `reduce(..)`, and whether that can be done a chunk at
//! a time.
//!
//! Each such statement becomes a call on the chunk's partial result, which belongs to the chunk alone. So the split finds
//! nothing carried in it, and it runs where its operand does. A variable whose statements cannot all run there is folded in
//! order after all, which gives the plain result.

use super::hoist;
use super::scope::{Locals, plan_number};
use super::split::{self, Verdict};
use super::uses::{self, Access, Use};
use crate::model::options::Options;
use crate::model::reduction::{Operator, Reduced, Reduction, Shape, Side};
use crate::names;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{BinOp, Expr, ExprForLoop, Label, Lit, ReturnType, Stmt};

/// The split of a loop, and its reductions.
pub(crate) struct Outcome {
    pub(crate) verdict: Verdict,
    /// The variables that are folded where the parallel part runs.
    pub(crate) reduced: Vec<Reduced>,
    /// What was rewritten, for those who want to read it.
    pub(crate) originals: Originals,
    pub(crate) faults: Vec<Fault>,
}

/// Why a variable cannot be reduced.
pub(crate) struct Fault {
    pub(crate) span: Span,
    pub(crate) name: String,
    pub(crate) operator: Operator,
    pub(crate) wrong: Wrong,
}

pub(crate) enum Wrong {
    /// It is not bound around the loop.
    NoLocal,
    /// The loop does not know it.
    NotChanged,
    /// A variable of the body has the same name.
    Hidden,
    /// It is used otherwise, in this way.
    Used(String),
    /// It is changed by another operation than that of the clause.
    Otherwise(String),
    /// It stands on the left in one statement and on the right in another.
    BothSides,
    /// Of equal values it keeps the first, and in another statement the last.
    OtherTies,
    /// The operand of `&&` or `||` may leave the loop.
    Exit,
}

/// Splits the body of loop number `plan`, with its reductions folded in the parallel part wherever that is possible.
pub(crate) fn split(
    plan: usize,
    written: &ExprForLoop,
    locals: &Locals,
    options: &Options,
    output: &ReturnType,
) -> Outcome {
    let plain = || split::split(plan, written, locals, &options.shared, output);
    let mut faults = Vec::new();
    if options.is_process() {
        // Refused, if the loop is meant.
        return Outcome { verdict: plain(), reduced: Vec::new(), originals: Originals::default(), faults };
    }
    let mut active = meant(written, locals, &options.reduce, &mut faults);
    loop {
        if !faults.is_empty() || active.is_empty() {
            return Outcome { verdict: plain(), reduced: Vec::new(), originals: Originals::default(), faults };
        }
        let mut rewritten = written.clone();
        let mut rewriter = Rewriter {
            reductions: &options.reduce,
            sites: active.iter().map(|&index| Sites::new(index, &options.reduce[index])).collect(),
            faults: Vec::new(),
            originals: Originals::default(),
            label: written.label.as_ref(),
        };
        rewriter.visit_block_mut(&mut rewritten.body);
        let Rewriter { sites, faults: found, originals, .. } = rewriter;
        faults = found;
        faults.extend(other_uses(&rewritten, &options.reduce, &sites, &faults));
        if !faults.is_empty() {
            continue;
        }
        let verdict = split::split(plan, &rewritten, locals, &options.shared, output);
        // What an in-order exit leaves out must not be in a chunk's result, whose items have all run by then.
        let left: Vec<usize> = if may_leave(&verdict, written.label.as_ref()) {
            Vec::new()
        } else {
            sites.iter().filter(|site| !is_in_order(&verdict, &site.partial)).map(|site| site.index).collect()
        };
        if left.len() < active.len() {
            active = left;
            continue;
        }
        let reduced = sites.into_iter().filter_map(Sites::reduced).collect();
        return Outcome { verdict, reduced, originals, faults };
    }
}

/// The reductions that are meant for this loop, by their index.
fn meant(written: &ExprForLoop, locals: &Locals, reductions: &[Reduction], faults: &mut Vec<Fault>) -> Vec<usize> {
    let facts = uses::of_body(&written.pat, &written.body, written.label.as_ref());
    let mut meant = Vec::new();
    for (index, reduction) in reductions.iter().enumerate() {
        let name = reduction.name.to_string();
        let is_hidden = facts.inner_names.contains(&name);
        let is_used = facts.uses.iter().any(|used| used.place.name == name);
        let wrong = match (is_used || is_hidden, locals.contains_key(&name)) {
            (false, _) if reduction.is_of_function => continue,
            (_, false) => Wrong::NoLocal,
            (false, true) => Wrong::NotChanged,
            (true, true) if is_hidden => Wrong::Hidden,
            // Another loop of the function is meant.
            (true, true) if reduction.is_of_function && !facts.uses.iter().any(|used| changes(used, &name)) => continue,
            (true, true) => {
                meant.push(index);
                continue;
            }
        };
        faults.push(fault(reduction.name.span(), reduction, wrong));
    }
    meant
}

fn changes(used: &Use, name: &str) -> bool {
    used.place.name == name && matches!(used.access, Access::Mutate(_))
}

/// What is left of the variables when their reductions are gone.
fn other_uses(rewritten: &ExprForLoop, reductions: &[Reduction], sites: &[Sites], known: &[Fault]) -> Vec<Fault> {
    let facts = uses::of_body(&rewritten.pat, &rewritten.body, rewritten.label.as_ref());
    let mut faults = Vec::new();
    for site in sites {
        let reduction = &reductions[site.index];
        if known.iter().any(|fault| reduction.name == fault.name) {
            continue;
        }
        let used = facts.uses.iter().find(|used| reduction.name == used.place.name);
        if let Some(used) = used {
            let how = match &used.access {
                Access::Mutate(how) => format!("it {how}"),
                Access::Method(method, _) => format!("`.{method}()` is called on it"),
                Access::Tokens => "it is named in a macro".into(),
                Access::Value | Access::Shared | Access::Call => "it is read".into(),
            };
            faults.push(fault(used.span, reduction, Wrong::Used(how)));
        } else if site.shape.is_none() {
            faults.push(fault(reduction.name.span(), reduction, Wrong::NotChanged));
        }
    }
    faults
}

/// Whether an in-order statement may leave the iteration, or an inner loop, so that what stands behind it does not run.
fn may_leave(verdict: &Verdict, label: Option<&Label>) -> bool {
    verdict.split.in_order().into_iter().any(|stmt| {
        let facts = uses::of_stmt(stmt, label);
        let declares_macro = matches!(stmt, Stmt::Macro(mac) if mac.mac.path.is_ident("macro_rules"));
        declares_macro || !facts.exits.is_empty() || !facts.hidden_exits.is_empty() || !facts.unknown_macros.is_empty()
    })
}

/// Whether an in-order statement has to fold the variable.
fn is_in_order(verdict: &Verdict, partial: &Ident) -> bool {
    verdict.split.in_order().into_iter().any(|stmt| contains(stmt.to_token_stream(), partial))
}

fn contains(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => contains(group.stream(), name),
        _ => false,
    })
}

fn fault(span: Span, reduction: &Reduction, wrong: Wrong) -> Fault {
    Fault { span, name: reduction.name.to_string(), operator: reduction.operator.clone(), wrong }
}

/// The statements that change one variable.
struct Sites {
    index: usize,
    partial: Ident,
    mentions: Vec<Ident>,
    shape: Option<Shape>,
}

impl Sites {
    fn new(index: usize, reduction: &Reduction) -> Self {
        let partial = names::numbered("partial", index);
        Self { index, partial, mentions: vec![reduction.name.clone()], shape: None }
    }

    fn reduced(self) -> Option<Reduced> {
        let Self { partial, mentions, shape, .. } = self;
        Some(Reduced { partial, mentions, shape: shape? })
    }
}

/// The statements that were rewritten, as they were.
#[derive(Default)]
pub(crate) struct Originals(Vec<Original>);

struct Original {
    partial: Ident,
    start: (usize, usize),
    expr: Expr,
}

impl Originals {
    /// `code` as it was written.
    pub(crate) fn restore<T: Clone>(&self, code: &T, visit: impl FnOnce(&mut Restorer<'_>, &mut T)) -> T {
        let mut code = code.clone();
        visit(&mut Restorer(&self.0), &mut code);
        code
    }
}

/// Puts originals in the place of calls on partial results. The closures of these stand where the original stood.
pub(crate) struct Restorer<'a>(&'a [Original]);

impl Restorer<'_> {
    fn original(&self, expr: &Expr) -> Option<&Original> {
        let of_block = |block: &syn::Block| match block.stmts.as_slice() {
            [Stmt::Expr(call, _), ..] => self.original(call).map(|original| (original, block.stmts.len())),
            _ => None,
        };
        match expr {
            Expr::MethodCall(call) => {
                let at = start(call.args.get(1)?);
                self.0
                    .iter()
                    .find(|original| is_variable(&call.receiver, &original.partial).is_some() && original.start == at)
            }
            // Several elements, one call each.
            Expr::Block(inner) => {
                let (original, n) = of_block(&inner.block)?;
                let is_of_it = |stmt: &Stmt| match stmt {
                    Stmt::Expr(call, _) => self.original(call).is_some_and(|other| std::ptr::eq(other, original)),
                    _ => false,
                };
                (n > 1 && inner.block.stmts.iter().all(is_of_it)).then_some(original)
            }
            Expr::If(branch) => {
                let Expr::MethodCall(call) = &*branch.cond else { return None };
                let (original, _) = of_block(&branch.then_branch)?;
                (call.method == "is_open" && is_variable(&call.receiver, &original.partial).is_some())
                    .then_some(original)
            }
            _ => None,
        }
    }
}

impl VisitMut for Restorer<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Some(original) = self.original(expr) {
            *expr = original.expr.clone();
            return;
        }
        visit_mut::visit_expr_mut(self, expr);
    }
}

fn start(code: &impl Spanned) -> (usize, usize) {
    let start = code.span().start();
    (start.line, start.column)
}

/// One statement that is a reduction.
struct Found {
    mention: Ident,
    shape: Shape,
    /// What is folded in, one after the other.
    elements: Vec<Expr>,
}

/// Replaces reductions by calls on the partial results.
struct Rewriter<'a> {
    reductions: &'a [Reduction],
    sites: Vec<Sites>,
    faults: Vec<Fault>,
    originals: Originals,
    label: Option<&'a Label>,
}

impl VisitMut for Rewriter<'_> {
    // These may copy the variable, or run elsewhere, so what they say of it is none of ours.
    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
    fn visit_expr_closure_mut(&mut self, _: &mut syn::ExprClosure) {}
    fn visit_expr_async_mut(&mut self, _: &mut syn::ExprAsync) {}

    fn visit_expr_for_loop_mut(&mut self, inner: &mut ExprForLoop) {
        // An annotated loop of its own expands its body by itself.
        if plan_number(&inner.attrs).is_none() {
            visit_mut::visit_expr_for_loop_mut(self, inner);
        }
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        for number in 0..self.sites.len() {
            let reduction = &self.reductions[self.sites[number].index];
            match recognise(expr, reduction) {
                None => {}
                Some(Err(wrong)) => return self.faults.push(fault(expr.span(), reduction, wrong)),
                Some(Ok(found)) => {
                    let partial = self.sites[number].partial.clone();
                    self.originals.0.push(Original { partial, start: start(expr), expr: expr.clone() });
                    *expr = self.replaced(number, expr.span(), found);
                    return;
                }
            }
        }
        visit_mut::visit_expr_mut(self, expr);
    }
}

impl Rewriter<'_> {
    // Input:  total += f(x)
    // Output: partial0.update(f(x), |a, b| *a += b)
    fn replaced(&mut self, number: usize, span: Span, found: Found) -> Expr {
        let Found { mention, shape, mut elements } = found;
        let reduction = &self.reductions[self.sites[number].index];
        if self.sites[number].shape.as_ref().is_some_and(|first| first.side() != shape.side()) {
            self.faults.push(fault(mention.span(), reduction, Wrong::BothSides));
        }
        let ties = |shape: &Shape| shape.keeps_last(&reduction.operator);
        if self.sites[number].shape.as_ref().is_some_and(|first| ties(first) != ties(&shape)) {
            self.faults.push(fault(mention.span(), reduction, Wrong::OtherTies));
        }
        if let Shape::Lazy(_) = shape {
            for element in &elements {
                let facts = uses::of_expr(element, self.label);
                let exit = facts.exits.first().map(|exit| exit.span);
                if let Some(span) = exit.or_else(|| facts.hidden_exits.first().map(|(span, _)| *span)) {
                    self.faults.push(fault(span, reduction, Wrong::Exit));
                }
            }
        }
        elements.iter_mut().for_each(|element| self.visit_expr_mut(element));

        let site = &mut self.sites[number];
        let partial = &site.partial;
        let at = names::at(span);
        let method = Ident::new(shape.method(), at);
        let closure = shape.closure(span);
        let calls: Vec<TokenStream> = elements
            .iter()
            .map(|element| match shape {
                Shape::Lazy(BinOp::BitAndAssign(_)) => {
                    quote_spanned!(at=> if #partial.is_open(false) { #partial.#method(#element, #closure) })
                }
                Shape::Lazy(_) => {
                    quote_spanned!(at=> if #partial.is_open(true) { #partial.#method(#element, #closure) })
                }
                _ => quote_spanned!(at=> #partial.#method(#element, #closure)),
            })
            .collect();
        site.mentions.push(mention);
        site.shape.get_or_insert(shape);
        let tokens = match calls.as_slice() {
            [one] => quote!(#one),
            several => quote!({ #(#several;)* }),
        };
        syn::parse2(tokens).expect("a call on a partial result is an expression")
    }
}

/// What `expr` does to the variable: a reduction, another operation on it, or nothing that this phase knows of.
fn recognise(expr: &Expr, reduction: &Reduction) -> Option<Result<Found, Wrong>> {
    let Reduction { operator, name, .. } = reduction;
    match expr {
        Expr::Binary(binary) if uses::is_compound(&binary.op) => {
            let mention = is_variable(&binary.left, name)?;
            let op = binary.op;
            if !updates(operator, &op) {
                return Some(Err(Wrong::Otherwise(quoted(&op))));
            }
            Some(Ok(Found { mention, shape: Shape::Update(op), elements: vec![(*binary.right).clone()] }))
        }
        Expr::Assign(assign) => assigned(is_variable(&assign.left, name)?, inner(&assign.right), operator, name),
        Expr::If(branch) => compared(branch, operator, name),
        _ => None,
    }
}

/// `x = value`
fn assigned(mention: Ident, value: &Expr, operator: &Operator, name: &Ident) -> Option<Result<Found, Wrong>> {
    let found = |shape, elements| Some(Ok(Found { mention: mention.clone(), shape, elements }));
    let other = |what: String| Some(Err(Wrong::Otherwise(what)));
    let is_named = |expr: &Expr| is_variable(expr, name).is_some();
    match value {
        Expr::Lit(literal) => match (&literal.lit, operator) {
            // `x = false` is `x = x && false`
            (Lit::Bool(value), Operator::And | Operator::Or) if value.value == matches!(operator, Operator::Or) => {
                let op = update_of(operator, literal.span())?;
                found(Shape::Update(op), vec![Expr::Lit(literal.clone())])
            }
            _ => None,
        },
        Expr::Binary(binary) => {
            let (first, rest) = chain(binary);
            if is_named(&first) {
                if !operates(operator, &binary.op) {
                    return other(quoted(&binary.op));
                }
                let shape = match (operator, &binary.op) {
                    (Operator::And | Operator::Or, BinOp::And(_) | BinOp::Or(_)) => {
                        Shape::Lazy(update_of(operator, binary.op.span())?)
                    }
                    _ => Shape::Operate(binary.op, Side::Left),
                };
                return found(shape, rest);
            }
            if is_named(&binary.right) {
                if !operates(operator, &binary.op) {
                    return other(quoted(&binary.op));
                }
                let shape = match operator {
                    // The left operand is evaluated in any case.
                    Operator::And | Operator::Or => Shape::Update(update_of(operator, binary.op.span())?),
                    _ => Shape::Operate(binary.op, Side::Right),
                };
                return found(shape, vec![(*binary.left).clone()]);
            }
            None
        }
        Expr::MethodCall(call) if call.args.len() == 1 => {
            let argument = &call.args[0];
            let (side, element) = match (is_named(&call.receiver), is_named(argument)) {
                (true, false) => (Side::Left, argument),
                (false, true) => (Side::Right, &*call.receiver),
                _ => return None,
            };
            match operator {
                Operator::Min | Operator::Max if call.method == operator.text() => {
                    found(Shape::Method(call.method.clone(), side), vec![element.clone()])
                }
                _ => other(format!("`.{}()`", call.method)),
            }
        }
        Expr::Call(call) if call.args.len() == 2 => {
            let (side, element) = match (is_named(&call.args[0]), is_named(&call.args[1])) {
                (true, false) => (Side::Left, &call.args[1]),
                (false, true) => (Side::Right, &call.args[0]),
                _ => return None,
            };
            let Expr::Path(function) = &*call.func else { return None };
            let path = function.to_token_stream().to_string().replace(' ', "");
            let is_meant = match operator {
                Operator::Min | Operator::Max => {
                    function.path.segments.last().is_some_and(|last| last.ident == operator.text())
                }
                Operator::Function(_) => path == operator.text(),
                _ => false,
            };
            if !is_meant {
                return other(format!("`{path}`"));
            }
            found(Shape::Call(Box::new((*call.func).clone()), side), vec![element.clone()])
        }
        _ => None,
    }
}

/// `if e > x { x = e }`
fn compared(branch: &syn::ExprIf, operator: &Operator, name: &Ident) -> Option<Result<Found, Wrong>> {
    let (Operator::Min | Operator::Max, None, []) = (operator, &branch.else_branch, &*branch.attrs) else {
        return None;
    };
    let [Stmt::Expr(Expr::Assign(assign), _)] = branch.then_branch.stmts.as_slice() else { return None };
    let mention = is_variable(&assign.left, name)?;
    let Expr::Binary(condition) = inner(&branch.cond) else { return None };
    let (element, side) = match (is_variable(&condition.left, name), is_variable(&condition.right, name)) {
        (Some(_), None) => (&*condition.right, Side::Left),
        (None, Some(_)) => (&*condition.left, Side::Right),
        _ => return None,
    };
    let text = |expr: &Expr| inner(expr).to_token_stream().to_string();
    if text(element) != text(&assign.right) || !is_plain_value(element) {
        return None;
    }
    let keeps_greater = match (&condition.op, side) {
        (BinOp::Gt(_) | BinOp::Ge(_), Side::Right) | (BinOp::Lt(_) | BinOp::Le(_), Side::Left) => true,
        (BinOp::Lt(_) | BinOp::Le(_), Side::Right) | (BinOp::Gt(_) | BinOp::Ge(_), Side::Left) => false,
        _ => return None,
    };
    if keeps_greater != matches!(operator, Operator::Max) {
        return Some(Err(Wrong::Otherwise(quoted(&condition.op))));
    }
    let shape = Shape::Compare(condition.op, side);
    Some(Ok(Found { mention, shape, elements: vec![inner(element).clone()] }))
}

/// Whether it makes no difference if `expr` is evaluated once or twice: names, and tuples of them.
fn is_plain_value(expr: &Expr) -> bool {
    match inner(expr) {
        Expr::Tuple(tuple) => tuple.elems.iter().all(is_plain_value),
        Expr::Reference(reference) => reference.mutability.is_none() && is_plain_value(&reference.expr),
        expr => hoist::is_plain_place(expr),
    }
}

/// `((x + a) + b)` as `x` and `[a, b]`.
fn chain(binary: &syn::ExprBinary) -> (Expr, Vec<Expr>) {
    let (first, mut rest) = match inner(&binary.left) {
        Expr::Binary(left) if std::mem::discriminant(&left.op) == std::mem::discriminant(&binary.op) => chain(left),
        left => (left.clone(), Vec::new()),
    };
    rest.push((*binary.right).clone());
    (first, rest)
}

/// The variable, if that is all that `expr` is.
fn is_variable(expr: &Expr, name: &Ident) -> Option<Ident> {
    match inner(expr) {
        // An attribute (a `cfg`, say) in front of a statement hangs on what it begins with.
        Expr::Path(path) if path.qself.is_none() && path.attrs.is_empty() => {
            path.path.get_ident().filter(|ident| *ident == name).cloned()
        }
        _ => None,
    }
}

/// `expr` without parentheses.
fn inner(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(inside) => inner(&inside.expr),
        Expr::Group(inside) => inner(&inside.expr),
        expr => expr,
    }
}

/// Whether `x op= e` is what the clause says.
fn updates(operator: &Operator, op: &BinOp) -> bool {
    matches!(
        (operator, op),
        (Operator::Add, BinOp::AddAssign(_))
            | (Operator::Multiply, BinOp::MulAssign(_))
            | (Operator::BitAnd | Operator::And, BinOp::BitAndAssign(_))
            | (Operator::BitOr | Operator::Or, BinOp::BitOrAssign(_))
            | (Operator::BitXor, BinOp::BitXorAssign(_))
    )
}

/// Whether `x op e` is what the clause says.
fn operates(operator: &Operator, op: &BinOp) -> bool {
    matches!(
        (operator, op),
        (Operator::Add, BinOp::Add(_))
            | (Operator::Multiply, BinOp::Mul(_))
            | (Operator::BitAnd, BinOp::BitAnd(_))
            | (Operator::BitOr, BinOp::BitOr(_))
            | (Operator::BitXor, BinOp::BitXor(_))
            | (Operator::And, BinOp::And(_) | BinOp::BitAnd(_))
            | (Operator::Or, BinOp::Or(_) | BinOp::BitOr(_))
    )
}

/// `&=` for `&&`, `|=` for `||`: the same, for operands that have been evaluated.
fn update_of(operator: &Operator, span: Span) -> Option<BinOp> {
    let spans = [span; 2];
    match operator {
        Operator::And => Some(BinOp::BitAndAssign(syn::token::AndEq { spans })),
        Operator::Or => Some(BinOp::BitOrAssign(syn::token::OrEq { spans })),
        _ => None,
    }
}

fn quoted(op: &BinOp) -> String {
    format!("`{}`", op.to_token_stream())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of a statement, with `x` reduced by `operator`.
    fn shape(operator: &str, stmt: &str) -> String {
        let operator = match operator {
            "+" => Operator::Add,
            "&&" => Operator::And,
            "max" => Operator::Max,
            path => Operator::Function(syn::parse_str(path).expect("a path")),
        };
        let name = Ident::new("x", Span::call_site());
        let reduction = Reduction { operator, name, key: Span::call_site(), is_of_function: false };
        let expr: Expr = syn::parse_str(stmt).expect("an expression");
        match recognise(&expr, &reduction) {
            None => "none".into(),
            Some(Err(Wrong::Otherwise(what))) => what,
            Some(Err(_)) => "fault".into(),
            Some(Ok(found)) => {
                let elements: Vec<String> = found.elements.iter().map(|e| e.to_token_stream().to_string()).collect();
                format!("{}{} of {}", found.shape.method(), found.shape.closure(Span::call_site()), elements.join("; "))
            }
        }
    }

    #[test]
    fn each_form_is_recognised() {
        assert_eq!(shape("+", "x += y"), "update| __a , __b | * __a += __b of y");
        assert_eq!(shape("+", "x = (x + y) + z"), "operate| __a , __b | __a + __b of y; z");
        assert_eq!(shape("+", "x = y + x"), "operate| __a , __b | __b + __a of y");
        assert_eq!(shape("max", "x = x.max(y)"), "fold| __a , __b | __a . max (__b) of y");
        assert_eq!(shape("max", "x = f64::max(y, x)"), "fold| __a , __b | f64 :: max (__b , __a) of y");
        assert_eq!(shape("max", "if y > x { x = y; }"), "keep| __a , __b | if __b > __a { __b } else { __a } of y");
        assert_eq!(shape("max", "if x <= y { x = y }"), "keep| __a , __b | if __a <= __b { __b } else { __a } of y");
        assert_eq!(shape("a::f", "x = a::f(x, y)"), "fold| __a , __b | a :: f (__a , __b) of y");
        assert_eq!(shape("&&", "x = x && y"), "update| __a , __b | * __a &= __b of y");
        assert_eq!(shape("&&", "x = false"), "update| __a , __b | * __a &= __b of false");
    }

    #[test]
    fn what_is_no_reduction_is_left_alone() {
        assert_eq!(shape("+", "x -= y"), "`-=`");
        assert_eq!(shape("+", "x = x * y"), "`*`");
        assert_eq!(shape("+", "x = y"), "none");
        assert_eq!(shape("+", "#[cfg(z)] x += y"), "none");
        assert_eq!(shape("max", "#[cfg(z)] if y > x { x = y; }"), "none");
        assert_eq!(shape("max", "x = x.min(y)"), "`.min()`");
        assert_eq!(shape("max", "if y < x { x = y }"), "`<`");
        assert_eq!(shape("max", "if f(y) > x { x = f(y) }"), "none");
        assert_eq!(shape("a::f", "x = f(x, y)"), "`f`");
        assert_eq!(shape("&&", "x = true"), "none");
    }
}

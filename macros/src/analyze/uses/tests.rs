//! What is found in small pieces of code.

use super::{ExitKind, of_stmt};
use syn::{Expr, Stmt};

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

//! The types that are plain from how code is written, for those who want to know: what is not certain is not said.

use super::patterns;
use proc_macro2::Ident;
use syn::visit::Visit;
use syn::{BinOp, Expr, ExprCall, GenericArgument, Lit, Pat, PathArguments, Type, UnOp, parse_quote};

/// The variables that `pat` binds, with their types where these are known: `ty` is that of the whole.
pub(crate) fn of_bound(pat: &Pat, ty: Option<&Type>) -> Vec<(Ident, Type)> {
    match (pat, ty) {
        (Pat::Type(typed), _) => of_bound(&typed.pat, Some(&typed.ty)),
        (Pat::Paren(inner), _) => of_bound(&inner.pat, ty),
        (Pat::Ident(name), Some(ty)) if name.by_ref.is_none() && !mentions_infer(ty) => {
            patterns::bound_names(pat).into_iter().map(|(name, _)| (name, ty.clone())).collect()
        }
        (Pat::Reference(inner), Some(Type::Reference(reference))) => of_bound(&inner.pat, Some(&reference.elem)),
        (Pat::Tuple(parts), ty) => {
            let types: Vec<&Type> = match ty {
                Some(Type::Tuple(types)) if types.elems.len() == parts.elems.len() => types.elems.iter().collect(),
                _ => return Vec::new(),
            };
            parts.elems.iter().zip(types).flat_map(|(part, ty)| of_bound(part, Some(ty))).collect()
        }
        _ => Vec::new(),
    }
}

/// The type of a value, if that is certain. `known` are variables with their types.
pub(crate) fn of_value(expr: &Expr, known: &dyn Fn(&str) -> Option<Type>) -> Option<Type> {
    match expr {
        Expr::Lit(literal) => of_literal(&literal.lit),
        Expr::Cast(cast) => Some((*cast.ty).clone()),
        Expr::Paren(inner) => of_value(&inner.expr, known),
        Expr::Group(inner) => of_value(&inner.expr, known),
        Expr::Path(path) => known(&path.path.get_ident()?.to_string()),
        Expr::Reference(reference) if reference.mutability.is_none() => {
            let target = of_value(&reference.expr, known)?;
            Some(parse_quote!(&#target))
        }
        Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => match of_value(&unary.expr, known)? {
            Type::Reference(reference) => Some(*reference.elem),
            _ => None,
        },
        Expr::Binary(binary) if is_condition(&binary.op) => Some(parse_quote!(bool)),
        Expr::Binary(binary) if is_arithmetic(&binary.op) => {
            let (left, right) = (of_operand(&binary.left, known), of_operand(&binary.right, known));
            match (left, right) {
                (Some(left), Some(right)) => (left == right).then_some(left),
                (Some(one), None) if is_open_number(&binary.right) => Some(one),
                (None, Some(one)) if is_open_number(&binary.left) => Some(one),
                _ => None,
            }
            .map(|name| Type::Path(parse_quote!(#name)))
        }
        Expr::Call(call) => of_call(call),
        Expr::Macro(mac) if mac.mac.path.is_ident("format") => Some(parse_quote!(String)),
        Expr::Macro(mac) if mac.mac.path.is_ident("matches") => Some(parse_quote!(bool)),
        Expr::MethodCall(call) if ["collect", "sum", "product"].iter().any(|name| call.method == name) => {
            match call.turbofish.as_ref()?.args.first()? {
                GenericArgument::Type(ty) => Some(ty.clone()),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The type of the items that a loop over `source` gets.
pub(crate) fn of_items(source: &Expr, known: &dyn Fn(&str) -> Option<Type>) -> Option<Type> {
    match source {
        Expr::Paren(inner) => of_items(&inner.expr, known),
        Expr::Range(range) => {
            let bounds = [&range.start, &range.end].into_iter().flatten();
            bounds.filter_map(|bound| of_value(bound, known)).next()
        }
        Expr::MethodCall(call) if call.args.is_empty() => match call.method.to_string().as_str() {
            "iter" => {
                let element = element(of_value(&call.receiver, known)?)?;
                Some(parse_quote!(&#element))
            }
            "into_iter" => of_items(&call.receiver, known),
            "enumerate" => {
                let item = of_items(&call.receiver, known)?;
                Some(parse_quote!((usize, #item)))
            }
            "rev" => of_items(&call.receiver, known),
            _ => None,
        },
        Expr::Path(_) | Expr::Reference(_) => match of_value(source, known)? {
            Type::Reference(reference) => {
                let (lifetime, mutability) = (reference.lifetime, reference.mutability);
                let element = element(*reference.elem)?;
                Some(parse_quote!(& #lifetime #mutability #element))
            }
            collection => element(collection),
        },
        _ => None,
    }
}

/// Whether values of this type are surely not `Copy`.
pub(crate) fn is_moved(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let owned = [
        "String",
        "Vec",
        "Box",
        "PathBuf",
        "OsString",
        "VecDeque",
        "HashMap",
        "HashSet",
        "BTreeMap",
        "BTreeSet",
        "BinaryHeap",
        "Arc",
        "Rc",
    ];
    path.path.segments.last().is_some_and(|last| owned.iter().any(|name| last.ident == name))
}

/// The variables that `pat` binds, of the type `ty` or to the value of `init`, which surely are vectors, or exclusive
/// references to some, whose elements can be made on any thread.
pub(crate) fn vectors_in(pat: &Pat, ty: Option<&Type>, init: Option<&Expr>) -> Vec<Ident> {
    match (pat, ty, init) {
        (Pat::Type(typed), _, _) => vectors_in(&typed.pat, Some(&typed.ty), init),
        (Pat::Tuple(parts), _, _) => {
            let types = |at| match ty {
                Some(Type::Tuple(types)) => types.elems.get(at),
                _ => None,
            };
            let values = |at| match init {
                Some(Expr::Tuple(values)) => values.elems.get(at),
                _ => None,
            };
            let parts = parts.elems.iter().enumerate();
            parts.flat_map(|(at, part)| vectors_in(part, types(at), values(at))).collect()
        }
        (Pat::Ident(name), _, _) if name.by_ref.is_none() => {
            let is_vector = match (ty, init) {
                (Some(ty), _) => is_vector(ty),
                (None, Some(init)) => makes_vector(init),
                (None, None) => false,
            };
            let is_bound = declares_bound(&["Rc"], ty, init);
            (is_vector && !is_bound).then(|| name.ident.clone()).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// `Vec<T>`, `&mut Vec<T>`
fn is_vector(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => reference.mutability.is_some() && is_vector(&reference.elem),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "Vec"),
        _ => false,
    }
}

/// `vec![..]`, `Vec::new()` and other functions of that type.
fn makes_vector(value: &Expr) -> bool {
    match value {
        Expr::Macro(mac) => mac.mac.path.is_ident("vec"),
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => path.path.segments.iter().rev().nth(1).is_some_and(|ty| ty.ident == "Vec"),
            _ => false,
        },
        value => of_value(value, &|_| None).is_some_and(|ty| is_vector(&ty)),
    }
}

/// Whether code names one of these types, or a trait object that is not `Send`: values of such types are bound to their
/// thread.
pub(crate) fn names_bound(types: &[&str], visit: impl FnOnce(&mut BoundNames<'_>)) -> bool {
    let mut finder = BoundNames { types, found: false };
    visit(&mut finder);
    finder.found
}

/// The same for a declaration.
pub(crate) fn declares_bound(types: &[&str], ty: Option<&Type>, init: Option<&Expr>) -> bool {
    names_bound(types, |finder| {
        ty.into_iter().for_each(|ty| finder.visit_type(ty));
        init.into_iter().for_each(|init| finder.visit_expr(init));
    })
}

pub(crate) struct BoundNames<'a> {
    types: &'a [&'a str],
    found: bool,
}

impl Visit<'_> for BoundNames<'_> {
    fn visit_type_trait_object(&mut self, object: &syn::TypeTraitObject) {
        let is_send = object
            .bounds
            .iter()
            .any(|bound| matches!(bound, syn::TypeParamBound::Trait(bound) if bound.path.is_ident("Send")));
        self.found |= !is_send;
    }
    fn visit_ident(&mut self, ident: &Ident) {
        self.found |= self.types.iter().any(|name| ident == name);
    }
}

/// What a vector, slice or array holds.
fn element(collection: Type) -> Option<Type> {
    match collection {
        Type::Reference(reference) => element(*reference.elem),
        Type::Slice(slice) => Some(*slice.elem),
        Type::Array(array) => Some(*array.elem),
        Type::Path(path) => {
            let last = path.path.segments.last().filter(|last| last.ident == "Vec")?;
            match &last.arguments {
                PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
                    GenericArgument::Type(ty) => Some(ty.clone()),
                    _ => None,
                },
                _ => None,
            }
        }
        _ => None,
    }
}

/// The primitive type of a number, or of what a reference to one refers to: operators go through references.
fn of_operand(operand: &Expr, known: &dyn Fn(&str) -> Option<Type>) -> Option<Ident> {
    let ty = match of_value(operand, known)? {
        Type::Reference(reference) => *reference.elem,
        ty => ty,
    };
    let Type::Path(path) = &ty else { return None };
    path.path.get_ident().filter(|name| is_primitive(name) && *name != "bool" && *name != "char").cloned()
}

/// `5`, whose type is that of the other operand.
fn is_open_number(operand: &Expr) -> bool {
    matches!(operand, Expr::Lit(literal) if matches!(&literal.lit, Lit::Int(int) if int.suffix().is_empty()))
}

/// Whether values of this type are surely `Copy`.
pub(crate) fn is_copied(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => reference.mutability.is_none(),
        Type::Path(path) => path.path.get_ident().is_some_and(is_primitive),
        _ => false,
    }
}

/// Whether this type, or what it refers to, is of that name.
pub(crate) fn is_named(ty: &Type, name: &str) -> bool {
    match ty {
        Type::Reference(reference) => is_named(&reference.elem, name),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == name),
        _ => false,
    }
}

/// Whether values of this type are surely text or a sequence, which each reader has a position of its own in.
pub(crate) fn is_sequence(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => is_sequence(&reference.elem),
        Type::Slice(_) | Type::Array(_) => true,
        _ => ["str", "String", "Vec"].iter().any(|name| is_named(ty, name)),
    }
}

/// Whether the value of `expr` is surely `Copy`.
pub(crate) fn is_copied_value(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(literal) => !matches!(literal.lit, Lit::Verbatim(_)),
        Expr::Cast(_) => true,
        Expr::Reference(reference) => reference.mutability.is_none(),
        Expr::Paren(inner) => is_copied_value(&inner.expr),
        Expr::MethodCall(call) => {
            matches!(
                call.method.to_string().as_str(),
                "len" | "is_empty" | "contains" | "starts_with" | "ends_with" | "count"
            )
        }
        Expr::Binary(binary) => {
            use syn::BinOp::*;
            matches!(binary.op, Eq(_) | Ne(_) | Lt(_) | Le(_) | Gt(_) | Ge(_) | And(_) | Or(_))
                || (is_copied_value(&binary.left) && is_copied_value(&binary.right))
        }
        _ => false,
    }
}

/// Whether values of this type hold no borrows, as far as it says.
pub(crate) fn is_owned(ty: &Type) -> bool {
    struct Finder(bool);
    impl Visit<'_> for Finder {
        fn visit_type_reference(&mut self, _: &syn::TypeReference) {
            self.0 = true;
        }
        fn visit_lifetime(&mut self, _: &syn::Lifetime) {
            self.0 = true;
        }
    }
    let mut finder = Finder(mentions_infer(ty));
    finder.visit_type(ty);
    !finder.0
}

/// Whether there is a reference within a type, at another than its outermost place: `HashMap<&str, u64>`, `&[&str]`.
pub(crate) fn holds_borrow(ty: &Type) -> bool {
    struct Finder(bool);
    impl Visit<'_> for Finder {
        fn visit_type_reference(&mut self, _: &syn::TypeReference) {
            self.0 = true;
        }
        // What these borrow is theirs.
        fn visit_type_fn_ptr(&mut self, _: &syn::TypeFnPtr) {}
        fn visit_parenthesized_generic_arguments(&mut self, _: &syn::ParenthesizedGenericArguments) {}
    }
    let within = match ty {
        Type::Reference(reference) => &reference.elem,
        ty => ty,
    };
    let mut finder = Finder(false);
    finder.visit_type(within);
    finder.0
}

/// Whether a worker can make a value of this type again, with borrows from copies: `Vec<&str>`, `&[&str]`, `&&str`.
pub(crate) fn borrows_again(ty: &Type) -> bool {
    let is_plain_borrow = |ty: &Type| match ty {
        Type::Reference(reference) => reference.mutability.is_none() && !holds_borrow(ty),
        _ => false,
    };
    let holds = |path: &syn::TypePath, collections: &[&str]| {
        path.path.segments.last().is_some_and(|last| match &last.arguments {
            PathArguments::AngleBracketed(arguments) if collections.iter().any(|name| last.ident == name) => {
                matches!(arguments.args.first(), Some(GenericArgument::Type(ty)) if is_plain_borrow(ty))
            }
            _ => false,
        })
    };
    let is_pair = |tuple: &syn::TypeTuple| {
        tuple.elems.len() == 2 && tuple.elems.iter().all(|part| is_plain_borrow(part) || !holds_borrow(part))
    };
    match ty {
        Type::Path(path) => holds(path, &["Vec", "Option"]),
        Type::Tuple(tuple) => is_pair(tuple),
        Type::Array(array) => is_plain_borrow(&array.elem),
        Type::Reference(reference) => match &*reference.elem {
            Type::Path(path) => holds(path, &["Vec"]),
            Type::Slice(slice) => is_plain_borrow(&slice.elem),
            Type::Tuple(tuple) => is_pair(tuple),
            elem => is_plain_borrow(elem),
        },
        _ => false,
    }
}

/// Whether there is a reference within a type, or those that it refers to or is a tuple of, which is none of these itself:
/// `&Option<&str>`.
pub(crate) fn holds_borrow_within(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => holds_borrow_within(&reference.elem),
        Type::Tuple(tuple) => tuple.elems.iter().any(holds_borrow_within),
        Type::Path(_) => holds_borrow(ty),
        _ => false,
    }
}

fn is_primitive(name: &Ident) -> bool {
    [
        "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32", "f64", "bool",
        "char",
    ]
    .iter()
    .any(|primitive| name == primitive)
}

fn is_arithmetic(op: &BinOp) -> bool {
    use BinOp::*;
    matches!(op, Add(_) | Sub(_) | Mul(_) | Div(_) | Rem(_) | BitXor(_) | BitAnd(_) | BitOr(_))
}

fn of_literal(literal: &Lit) -> Option<Type> {
    let suffix = match literal {
        Lit::Int(int) => int.suffix(),
        Lit::Float(float) => float.suffix(),
        Lit::Str(_) => return Some(parse_quote!(&'static str)),
        Lit::Bool(_) => "bool",
        Lit::Char(_) => "char",
        Lit::Byte(_) => "u8",
        _ => "",
    };
    syn::parse_str(suffix).ok()
}

/// `String::new()` and other ways to make values of the standard library. What `new` of anybody's type gives is not told
/// by its name.
fn of_call(call: &ExprCall) -> Option<Type> {
    let Expr::Path(path) = &*call.func else { return None };
    let names: Vec<String> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let [.., ty, function] = names.as_slice() else { return None };
    match (ty.as_str(), function.as_str()) {
        ("String", "new" | "from" | "with_capacity") => Some(parse_quote!(String)),
        ("Instant", "now") => Some(parse_quote!(Instant)),
        ("SystemTime", "now") => Some(parse_quote!(SystemTime)),
        _ => None,
    }
}

fn is_condition(op: &BinOp) -> bool {
    use BinOp::*;
    matches!(op, Eq(_) | Ne(_) | Lt(_) | Le(_) | Gt(_) | Ge(_) | And(_) | Or(_))
}

/// `Vec<_>` is less than is to be said.
fn mentions_infer(ty: &Type) -> bool {
    struct Finder(bool);
    impl Visit<'_> for Finder {
        fn visit_type_infer(&mut self, _: &syn::TypeInfer) {
            self.0 = true;
        }
    }
    let mut finder = Finder(false);
    finder.visit_type(ty);
    finder.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::ToTokens;

    fn known(name: &str) -> Option<Type> {
        let ty = match name {
            "n" => "u64",
            "slice" => "&[String]",
            "vector" => "Vec<(u8, char)>",
            _ => return None,
        };
        Some(syn::parse_str(ty).expect("a type"))
    }

    fn text(ty: Option<Type>) -> String {
        ty.map_or_else(|| "?".to_owned(), |ty| ty.to_token_stream().to_string().replace(' ', ""))
    }

    #[test]
    fn values_have_the_types_that_are_certain() {
        let of = |code: &str| text(of_value(&syn::parse_str(code).expect("an expression"), &known));
        assert_eq!(of("5u8"), "u8");
        assert_eq!(of("5"), "?");
        assert_eq!(of("\"a\""), "&'staticstr");
        assert_eq!(of("x as f32"), "f32");
        assert_eq!(of("a < b"), "bool");
        assert_eq!(of("a + b"), "?");
        assert_eq!(of("n % 5"), "u64");
        assert_eq!(of("*&n"), "u64");
        assert_eq!(of("n + slice"), "?");
        assert_eq!(of("&n"), "&u64");
        assert_eq!(of("String::new()"), "String");
        assert_eq!(of("Mine::new()"), "?");
        assert_eq!(of("v.iter().collect::<Vec<u8>>()"), "Vec<u8>");
    }

    #[test]
    fn vectors_are_those_that_are_declared_so() {
        let of = |code: &str| {
            let Ok(syn::Stmt::Local(local)) = syn::parse_str(code) else { panic!("a declaration") };
            let init = local.init.as_ref().map(|init| &*init.expr);
            vectors_in(&local.pat, None, init).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(of("let mut out = Vec::new();"), "out");
        assert_eq!(of("let mut out: std::vec::Vec<u8> = make();"), "out");
        assert_eq!(of("let out: &mut Vec<u8> = &mut v;"), "out");
        assert_eq!(of("let (mut a, b, mut c) = (Vec::<u8>::with_capacity(3), 5, vec![1]);"), "a c");
        assert_eq!(of("let mut out = v.iter().collect::<Vec<u8>>();"), "out");
        assert_eq!(of("let mut out: Vec<Box<dyn Shape + Send>> = Vec::new();"), "out");
        assert_eq!(of("let mut out: Vec<Box<dyn Shape>> = Vec::new();"), "");
        assert_eq!(of("let mut out: Vec<Rc<u8>> = Vec::new();"), "");
        assert_eq!(of("let mut out: SmallVec<u8> = Vec::new();"), "");
        assert_eq!(of("let mut out = make();"), "");
    }

    #[test]
    fn borrows_of_what_is_owned_are_made_again() {
        let of = |ty: &str| borrows_again(&syn::parse_str(ty).expect("a type"));
        for ty in [
            "Vec<&str>",
            "Option<&[u8]>",
            "[&str; 3]",
            "&[&str]",
            "&Vec<&Path>",
            "&&str",
            "(&str, u8)",
            "&(&str, &str)",
        ] {
            assert!(of(ty), "{ty}");
        }
        for ty in ["Vec<&&str>", "&Option<&str>", "HashMap<&str, u8>", "Vec<(&str, u8)>", "&[&mut u8]", "Vec<String>"] {
            assert!(!of(ty), "{ty}");
        }
    }

    #[test]
    fn items_have_the_types_that_are_certain() {
        let of = |code: &str| text(of_items(&syn::parse_str(code).expect("an expression"), &known));
        assert_eq!(of("0..n"), "u64");
        assert_eq!(of("0..m"), "?");
        assert_eq!(of("slice"), "&String");
        assert_eq!(of("vector"), "(u8,char)");
        assert_eq!(of("&vector"), "&(u8,char)");
        assert_eq!(of("vector.iter().enumerate()"), "(usize,&(u8,char))");
        assert_eq!(of("slice.iter().map(f)"), "?");
    }
}

//! The two parts of a split loop: the closure that workers run, and what the caller does with its results.

use super::exits::{Around, Exits};
use super::gather::Gather;
use super::processes;
use super::release::Release;
use crate::analyze::patterns;
use crate::model::loop_plan::{Branch, Crossing, Each, Fork, Segment, SegmentId, Split, Turn};
use crate::names;
use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::visit_mut::VisitMut;
use syn::{Pat, Stmt, parse_quote};

/// The closure behind its parameter `item`, and the body of the loop over the results (each of which is a `step`).
/// `inner` expands the planned loops that stand in the parts. Where chunks gather something, the closure has a parameter
/// `chunk` in front.
pub(super) fn parts(
    split: &Split,
    pat: &Pat,
    around: Around<'_>,
    gather: Gather<'_>,
    inner: &mut dyn VisitMut,
) -> (TokenStream, TokenStream) {
    let segments = &split.segments;
    let is_nested = split.turns.iter().any(|turn| matches!(turn, Turn::Fork(_) | Turn::Each(_))) || gather.has_pieces();
    // What other processes get is a copy.
    let release = Release::of(if around.is_remote { &[] } else { &split.moved_in_order });
    let mut writer = Writer { around, segments, inner, is_nested, n_rests: 0, release };
    let mut exits = Exits::default();
    let mut course = writer.course(&split.turns, &mut exits, &mut names_in(pat));
    course.run.extend(gather.last());

    let ended = is_nested.then(|| {
        let (ended, ended_type) = (names::local("ended"), around.abi.private("Ended"));
        quote!(let #ended = #ended_type::not_yet();)
    });
    let item = names::local("item");
    let opened = around.is_remote.then(|| quote!(.open()));
    let first = gather.first();
    let closure = course.closure(quote!(#first #ended let #pat = #item #opened;), &exits, around);
    let Course { take, open, follow, .. } = course;
    let values = exits.honour(&names::local("step").into_token_stream(), around);
    (closure, quote!(let #take = #values; #open #follow))
}

/// A parallel turn and all that stands behind it in its block, written.
struct Course {
    /// What the parallel part runs.
    run: TokenStream,
    /// The tuple of what crosses then: variables, branches, lists, and the landing of the next segment.
    give: TokenStream,
    /// That tuple as a pattern.
    take: TokenStream,
    /// The variables that come out of it, where it holds them packed.
    open: TokenStream,
    /// What the in-order part runs with it.
    follow: TokenStream,
    /// The landing of the next segment.
    rest: Option<Ident>,
    /// It never comes to its end, so that nothing crosses.
    leaves: bool,
}

impl Course {
    // Output: -> Flow<_, Never> { let x = item; …; Flow::Next((y, rest1,)) }
    // or:     -> Flow<Never, Or<_, Never>> { …; return Flow::Leave(…); }
    fn closure(&self, first: TokenStream, exits: &Exits, around: Around<'_>) -> TokenStream {
        let Self { run, give, .. } = self;
        if self.leaves {
            let flow_type = exits.flow_type(around.abi, &around.abi.private("Never"));
            return quote!(-> #flow_type { #first #run });
        }
        let (flow, flow_type) = (around.abi.private("Flow"), exits.flow_type(around.abi, &quote!(_)));
        quote!(-> #flow_type { #first #run #flow::Next(#give) })
    }
}

struct Writer<'a> {
    around: Around<'a>,
    segments: &'a [Segment],
    inner: &'a mut dyn VisitMut,
    /// There are branches or inner loops, so that a segment may stand behind one that it is not nested in; or somebody
    /// wants to know whether a segment ended the loop.
    is_nested: bool,
    n_rests: usize,
    release: Release<'a>,
}

impl<'a> Writer<'a> {
    // Input:  the turns `let y = f(x);`, `out.push(y);` and `let z = g(&y);`
    // Output, parallel: let y = f(x);
    //                   let rest1 = segment(|| -> Flow<_, Never> { let z = g(&y); Flow::Next((z,)) });
    //                   (y, rest1,)
    // and in order:     let (y, rest1,) = …; out.push(y); let (z,) = …rest1.land()…;
    fn course(&mut self, turns: &[Turn], exits: &mut Exits, bound: &mut Vec<String>) -> Course {
        let [Turn::Parallel(first), behind @ ..] = turns else { unreachable!("the first turn is parallel") };
        let (mut run, mut follow) = self.segment(*first, exits, bound);
        let crossing = &self.segments[*first].crossing;
        let mut give: Vec<TokenStream> = crossing.iter().map(|crossing| self.given(crossing)).collect();
        let mut take: Vec<TokenStream> = crossing.iter().map(|crossing| self.taken(crossing)).collect();
        let open = crossing.iter().filter_map(|crossing| self.opened(crossing)).collect();
        let mut rest = None;
        for (index, turn) in behind.iter().enumerate() {
            let (name, made, used) = match turn {
                Turn::InOrder(stmts) => {
                    let mut stmts = self.expanded(stmts);
                    self.release.rewrite(&mut stmts);
                    follow.extend(stmts.into_iter().map(Stmt::into_token_stream));
                    continue;
                }
                Turn::Fork(fork) => {
                    let (made, used) = self.fork(fork, exits, bound);
                    (&fork.name, made, used)
                }
                Turn::Each(each) => {
                    let (made, used) = self.each(each, exits, bound);
                    (&each.name, made, used)
                }
                Turn::Parallel(next) => {
                    self.n_rests += 1;
                    let name = names::numbered("rest", self.n_rests);
                    let (made, used) = self.rest(&name, *next, &behind[index..], bound);
                    (&*rest.insert(name), made, used)
                }
            };
            run.extend(made);
            follow.extend(used);
            give.push(quote!(#name,));
            take.push(quote!(#name,));
            if rest.is_some() {
                break;
            }
        }
        let leaves = self.segments[*first].leaves;
        Course { run, give: tuple(&give), take: tuple(&take), open, follow, rest, leaves }
    }

    /// The statements of a segment, and what the in-order part repeats of them.
    fn segment(&mut self, number: SegmentId, exits: &mut Exits, bound: &mut Vec<String>) -> (TokenStream, TokenStream) {
        let Segment { stmts, replayed, .. } = &self.segments[number];
        let mut stmts = self.expanded(stmts);
        exits.rewrite(&mut stmts, self.around, bound);
        (quote!(#(#stmts)*), quote!(#(#replayed)*))
    }

    /// The segment with that number and all behind it, as a variable of that name, and where it lands.
    fn rest(
        &mut self,
        name: &Ident,
        number: SegmentId,
        turns: &[Turn],
        bound: &mut Vec<String>,
    ) -> (TokenStream, TokenStream) {
        let mut exits = Exits::default();
        let course = self.course(turns, &mut exits, bound);
        let closure = course.closure(TokenStream::new(), &exits, self.around);
        let run = if self.is_nested {
            let (segment, ended) = (self.around.abi.private("segment_unless"), names::local("ended"));
            quote!(let #name = #segment(&#ended, || #closure);)
        } else {
            let segment = self.around.abi.private("segment");
            quote!(let #name = #segment(|| #closure);)
        };
        let values = exits.honour(&quote!(#name.land()), self.around);
        let Course { take, open, follow, rest, leaves, .. } = course;
        let follow = match (&self.segments[number].lands_at, rest) {
            _ if leaves => quote!(match #values {}),
            (None, _) => quote!(let #take = #values; #open #follow),
            (Some(placeholder), None) => {
                land_within(follow, placeholder, &quote!({ let #take = #values; #open #placeholder }))
            }
            (Some(placeholder), Some(rest)) => {
                let next = names::local("next");
                let landing = self.segments[number].crossing.iter().map(|crossing| self.taken(crossing));
                let take = tuple(&landing.chain([quote!(#next,)]).collect::<Vec<_>>());
                let landed = quote!({ let #take = #values; #rest = #next; #open #placeholder });
                let follow = land_within(follow, placeholder, &landed);
                quote!(let #rest; #follow)
            }
        };
        (run, follow)
    }

    // Input:  if c { let y = f(x); out.push(y); } else { missed += 1; }
    // Output, parallel: let fork1 = if c { Or::This({ let y = f(x); (y,) }) } else { Or::That({ () }) };
    // and in order:     match fork1 { Or::This(values) => { let (y,) = values; out.push(y); } Or::That(values) => … }
    fn fork(&mut self, fork: &Fork, exits: &mut Exits, bound: &[String]) -> (TokenStream, TokenStream) {
        let Fork { name, head, branches, binding } = fork;
        let mut head = head.clone();
        self.inner.visit_expr_mut(&mut head);
        exits.rewrite_expr(&mut head, self.around, &mut bound.to_vec());
        let mut head = head.into_token_stream();
        let values = names::local("values");
        let mut arms = TokenStream::new();
        for (index, Branch { name, bound: own, turns }) in branches.iter().enumerate() {
            let release = self.release;
            let course = self.course(turns, exits, &mut [bound, own].concat());
            self.release = release;
            let Course { run, give, take, open, follow, leaves, .. } = course;
            let given = if leaves { quote!({ #run }) } else { quote!({ #run #give }) };
            head = land_within(head, name, &self.one_of(index, branches.len(), given));
            let taken = self.one_of(index, branches.len(), values.to_token_stream());
            arms.extend(if leaves {
                let never = self.around.abi.private("Never");
                quote!(#taken => { let #values: #never = #values; match #values {} })
            } else {
                quote!(#taken => { let #take = #values; #open #follow })
            });
        }
        let chosen = quote!(match #name { #arms });
        let follow = match binding {
            Some(local) => {
                let pat = &local.pat;
                quote!(let #pat = #chosen;)
            }
            None => chosen,
        };
        (quote!(let #name = #head;), follow)
    }

    /// `Or::That(Or::This(value))`: the second of three or more.
    fn one_of(&self, index: usize, n: usize, value: TokenStream) -> TokenStream {
        let or = self.around.abi.private("Or");
        let innermost = if index + 1 == n { value } else { quote!(#or::This(#value)) };
        (0..index).fold(innermost, |value, _| quote!(#or::That(#value)))
    }

    // Input:  'l: for y in source { let z = g(y); out.push(z); } (a `while` is a loop over repeat(()))
    // Output, parallel: let list2 = list(&ended, source, |item, ended| -> Flow<_, Never> { let y = item; … });
    // and in order:     'l: for landing in list2 { let (z,) = …landing.land()…; out.push(z); }
    fn each(&mut self, each: &Each, exits: &mut Exits, bound: &[String]) -> (TokenStream, TokenStream) {
        let Each { name, label, source, turns } = each;
        let endless = || (parse_quote!(_), parse_quote!(::core::iter::repeat(())));
        let (pat, mut source) = source.clone().unwrap_or_else(endless);
        self.inner.visit_expr_mut(&mut source);
        exits.rewrite_expr(&mut source, self.around, &mut bound.to_vec());

        let mut own_exits = Exits::default();
        let around = Around { label: label.as_ref(), ..self.around };
        let mut own = Writer { around, inner: &mut *self.inner, is_nested: true, ..*self };
        let course = own.course(turns, &mut own_exits, &mut [bound, &names_in(&pat)].concat());
        self.n_rests = own.n_rests;

        let (list, item, ended, landing) =
            (around.abi.private("list"), names::local("item"), names::local("ended"), names::local("landing"));
        let closure = course.closure(quote!(let #pat = #item;), &own_exits, around);
        let Course { take, open, follow, .. } = course;
        let values = own_exits.honour(&quote!(#landing.land()), around);
        (
            quote!(let #name = #list(&#ended, #source, |#item, #ended| #closure);),
            quote!(#label for #landing in #name { let #take = #values; #open #follow }),
        )
    }

    /// The statements with the planned loops in them replaced.
    fn expanded(&mut self, written: &[Stmt]) -> Vec<Stmt> {
        let mut stmts = written.to_vec();
        stmts.iter_mut().for_each(|stmt| self.inner.visit_stmt_mut(stmt));
        stmts
    }

    fn given(&self, Crossing { name, is_copied, is_open, .. }: &Crossing) -> TokenStream {
        let (at, abi) = (names::at(name.span()), self.around.abi);
        if self.around.is_remote && !is_copied && *is_open {
            let cross = abi.private_at("process_cross_owned", at);
            return quote_spanned!(at=> #cross(#name),);
        }
        if self.around.is_remote {
            let cross = if *is_copied { "process_cross_copy" } else { "process_cross" };
            let packed = processes::packed(abi, cross, &name.to_token_stream(), at);
            return quote!(#packed,);
        }
        let cross = abi.private_at(if *is_copied { "cross_copy" } else { "cross" }, at);
        quote_spanned!(at=> #cross(#name),)
    }

    fn taken(&self, Crossing { name, is_mut, .. }: &Crossing) -> TokenStream {
        if self.around.is_remote {
            let parcel = parcel(name);
            return quote!(mut #parcel,);
        }
        let mutability = is_mut.then(|| quote!(mut));
        quote!(#mutability #name,)
    }

    // Output: let y = y_parcel.open();
    fn opened(&self, Crossing { name, is_mut, .. }: &Crossing) -> Option<TokenStream> {
        let (mutability, parcel) = (is_mut.then(|| quote!(mut)), parcel(name));
        self.around.is_remote.then(|| quote!(let #mutability #name = #parcel.open();))
    }
}

/// A tuple, of tuples where it would have more elements than serde knows tuples of. Each element has its comma.
fn tuple(elements: &[TokenStream]) -> TokenStream {
    const LONGEST: usize = 16;
    if elements.len() <= LONGEST {
        return quote!((#(#elements)*));
    }
    let parts: Vec<TokenStream> = elements.chunks(LONGEST).map(tuple).map(|part| quote!(#part,)).collect();
    tuple(&parts)
}

/// The variable that holds what crossed until it is opened.
fn parcel(name: &Ident) -> Ident {
    format_ident!("__{}_parcel", name, span = names::at(name.span()))
}

fn names_in(pat: &Pat) -> Vec<String> {
    patterns::bound_names(pat).into_iter().map(|(name, _)| name.to_string()).collect()
}

/// `tokens` with what lands at the placeholder.
fn land_within(tokens: TokenStream, placeholder: &Ident, landed: &TokenStream) -> TokenStream {
    let land = |token| match token {
        TokenTree::Ident(ident) if ident == *placeholder => landed.clone(),
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), land_within(group.stream(), placeholder, landed));
            inner.set_span(group.span());
            inner.into_token_stream()
        }
        token => token.into_token_stream(),
    };
    tokens.into_iter().map(land).collect()
}

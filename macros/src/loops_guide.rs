//! Holds `docs/loops.md`, the table of loop forms, to what the split makes of each form in `tests/loop_forms`, where the
//! same texts are run and compared with the plain loop.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use proc_macro2::{LineColumn, TokenStream};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Ident, Item, ItemFn, Lit, Meta, Stmt, Token};

use crate::analyze::loops::{self, Candidate, Numbered};
use crate::check;
use crate::diag::Sink;
use crate::model::loop_plan::Split;
use crate::parse::{args, marks};

const HEAD: &str = "\
# Loop forms

What becomes of each form that `tests/loop_forms` runs, plainly and under several sets of options, over random inputs.
Generated from those tests; `UPDATE_EXPECT=1 cargo test -p concurrent-futures-macros` writes it anew, and a test fails when it
is stale.

In front of a line of a loop's body stands what happens to the statement there:

| | |
|---|---|
| `P` | it runs in parallel |
| `S` | it runs in order, on the calling thread |
| `S⟨P⟩` | it runs in order; the work between `⟨` and `⟩` is taken out and runs in parallel |
| `=` | nothing in this loop runs in parallel: it stays as it is |

[docs/split.md](split.md) has the rules.
";

/// What stands before a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Parallel,
    InOrder,
    TakenOut,
    Plain,
}

/// One form, judged.
struct Form {
    name: String,
    /// Its function's lines, with what stands before each.
    listing: String,
    /// How many statements of its loops belong to each part.
    counts: BTreeMap<Part, usize>,
    crossing: BTreeSet<String>,
    /// What chunks collect, by the name of the place where it is appended.
    collected: BTreeSet<String>,
    may_be_left: bool,
}

#[test]
fn the_table_of_forms_is_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut guide = HEAD.to_owned();
    let mut n_forms = 0;
    for path in files_of_forms(&root.join("tests/loop_forms")) {
        let text = fs::read_to_string(&path).expect("the forms can be read");
        let file = syn::parse_file(&text).expect("the forms are Rust");
        let forms: Vec<Form> = file.items.iter().filter_map(|item| form(item, &text)).collect();
        n_forms += forms.len();
        if !forms.is_empty() {
            section(&title(&file.attrs), &forms, &mut guide);
        }
    }
    assert!(n_forms >= 100, "only {n_forms} forms");

    let guide_path = root.join("docs/loops.md");
    let written = fs::read_to_string(&guide_path).unwrap_or_default();
    if written == guide {
        return;
    }
    if env::var_os("UPDATE_EXPECT").is_some() {
        return fs::write(&guide_path, &guide).expect("the guide can be written");
    }
    let at = written.lines().zip(guide.lines()).position(|(old, new)| old != new);
    let at = at.unwrap_or_else(|| written.lines().count().min(guide.lines().count()));
    let line = |text: &str| text.lines().nth(at).unwrap_or("(end)").to_owned();
    panic!(
        "docs/loops.md is stale, first at line {}:\n{}\nis now\n{}\nUPDATE_EXPECT=1 writes it anew",
        at + 1,
        line(&written),
        line(&guide)
    );
}

fn files_of_forms(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder of the forms can be read");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("so can its entries").path()).collect();
    paths.sort();
    paths
}

/// The first line of a file's documentation.
fn title(attrs: &[Attribute]) -> String {
    let doc = attrs.iter().find_map(|attr| match &attr.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    doc.expect("every file says what it holds").trim().trim_end_matches('.').to_owned()
}

fn section(title: &str, forms: &[Form], guide: &mut String) {
    let mut add = |text: String| guide.push_str(&text);
    add(format!("\n## {title}\n\n| form | `P` | `S` | `S⟨P⟩` | `=` | may be left |\n|---|---|---|---|---|---|\n"));
    for Form { name, counts, may_be_left, .. } in forms {
        let count = |part: Part| counts.get(&part).map_or(String::new(), usize::to_string);
        let counts = [Part::Parallel, Part::InOrder, Part::TakenOut, Part::Plain].map(count).join(" | ");
        add(format!("| [{name}](#{name}) | {counts} | {} |\n", if *may_be_left { "yes" } else { "" }));
    }
    for Form { name, listing, crossing, collected, .. } in forms {
        add(format!("\n### {name}\n\n```text\n{listing}```\n"));
        if !crossing.is_empty() {
            let crossing: Vec<String> = crossing.iter().map(|name| format!("`{name}`")).collect();
            add(format!("\nFrom the parallel to the in-order part crosses {}.\n", crossing.join(", ")));
        }
        for place in collected {
            add(format!("\nWhat is pushed to `{place}` is collected, a chunk at a time, and appended in order.\n"));
        }
    }
}

/// `form! { name, call, items }` or `form_with! { name, call, [options] items }`
fn form(item: &Item, source: &str) -> Option<Form> {
    let Item::Macro(mac) = item else { return None };
    let has_options = mac.mac.path.is_ident("form_with");
    if !has_options && !mac.mac.path.is_ident("form") && !mac.mac.path.is_ident("thread_form") {
        return None;
    }
    let parser = |input: ParseStream<'_>| {
        let name: Ident = input.parse()?;
        input.parse::<Token![,]>()?;
        input.parse::<Expr>()?;
        input.parse::<Token![,]>()?;
        if has_options {
            input.parse::<proc_macro2::Group>()?;
        }
        let function: ItemFn = input.parse()?;
        input.parse::<TokenStream>()?;
        Ok((name, function))
    };
    let (name, function) = parser.parse2(mac.mac.tokens.clone()).expect("a form is a name, a call and a function");
    Some(judged(name.to_string(), function, source))
}

fn judged(name: String, mut function: ItemFn, source: &str) -> Form {
    let (start, end) = (function.sig.span().start().line, function.block.span().end().line);
    let mut lines = Lines { first: start, parts: vec![BTreeSet::new(); end - start + 1], taken_out: Vec::new() };
    let mut form = Form {
        name,
        listing: String::new(),
        counts: BTreeMap::new(),
        crossing: BTreeSet::new(),
        collected: BTreeSet::new(),
        may_be_left: false,
    };
    for candidate in candidates(&mut function) {
        let is_split = check::loops::has_parallel_part(&candidate);
        let taken_out = if is_split { taken_out(&candidate.verdict.split) } else { Vec::new() };
        form.may_be_left |= is_split && candidate.verdict.split.may_be_left;
        if is_split {
            form.crossing.extend(crossing(&candidate.verdict.split));
            let places = candidate.stored.iter().map(|stored| stored.place().to_token_stream().to_string());
            form.collected.extend(places.map(|place| place.replace(" . ", ".")));
        }
        for stmt in candidate.written.body.stmts.iter().filter(|stmt| !matches!(stmt, Stmt::Item(_))) {
            let part = if is_split { part(stmt, &candidate, &taken_out) } else { Part::Plain };
            *form.counts.entry(part).or_default() += 1;
            lines.mark(stmt, part);
        }
        lines.taken_out.extend(taken_out);
    }
    form.listing = lines.listing(source);
    form
}

/// The loops of a function that run in parallel or could, as the macro finds them.
fn candidates(function: &mut ItemFn) -> Vec<Candidate> {
    let mut sink = Sink::new();
    let options = args::parse(TokenStream::new(), &mut sink);
    let mut numbered = Numbered::default();
    marks::take_marks(&mut function.block, &mut sink, &mut |written, mark| numbered.add(written, mark));
    sink.finish().expect("a form is right");
    loops::find(function, numbered, &options).into_values().collect()
}

fn part(stmt: &Stmt, candidate: &Candidate, taken_out: &[(LineColumn, LineColumn)]) -> Part {
    let (start, end) = (stmt.span().start(), stmt.span().end());
    let is_in_order = candidate.verdict.reasons.iter().any(|reason| {
        let at = reason.span.start();
        start <= at && at < end
    });
    if !is_in_order {
        Part::Parallel
    } else if taken_out.iter().any(|(from, _)| start <= *from && *from < end) {
        Part::TakenOut
    } else {
        Part::InOrder
    }
}

/// Where the work stands that was taken out of in-order statements.
fn taken_out(split: &Split) -> Vec<(LineColumn, LineColumn)> {
    let stmts = split.segments.iter().flat_map(|segment| &segment.stmts);
    let inits = stmts.filter_map(|stmt| match stmt {
        Stmt::Local(local) if is_ours(&local.pat.to_token_stream().to_string()) => local.init.as_ref(),
        _ => None,
    });
    inits.map(|init| (init.expr.span().start(), init.expr.span().end())).collect()
}

fn crossing(split: &Split) -> Vec<String> {
    let crossing = split.segments.iter().flat_map(|segment| &segment.crossing);
    let mut names: Vec<String> = crossing.map(|crossing| crossing.name.to_string()).collect();
    names.retain(|name| !is_ours(name));
    names
}

/// A name that the macro made.
fn is_ours(name: &str) -> bool {
    name.starts_with("__")
}

/// The lines of a function.
struct Lines {
    first: usize,
    parts: Vec<BTreeSet<Part>>,
    taken_out: Vec<(LineColumn, LineColumn)>,
}

impl Lines {
    fn mark(&mut self, stmt: &Stmt, part: Part) {
        for line in stmt.span().start().line..=stmt.span().end().line {
            self.parts[line - self.first].insert(part);
        }
    }

    fn listing(&self, source: &str) -> String {
        let lines: Vec<&str> = source.lines().skip(self.first - 1).take(self.parts.len()).collect();
        let indent = lines.last().map_or(0, |line| line.len() - line.trim_start().len());
        let mut listing = String::new();
        for (at, line) in lines.into_iter().enumerate() {
            let mut marks: Vec<(usize, char)> = Vec::new();
            for (from, to) in &self.taken_out {
                marks.extend((from.line == self.first + at).then_some((from.column, '⟨')));
                marks.extend((to.line == self.first + at).then_some((to.column, '⟩')));
            }
            // From the end, and at one place what closes in front of what opens.
            marks.sort_by_key(|(column, mark)| (*column, *mark == '⟨'));
            let mut letters: Vec<char> = line.chars().collect();
            marks.iter().rev().for_each(|(column, mark)| letters.insert(*column, *mark));
            let text: String = letters.into_iter().skip(indent).collect();
            let parts: Vec<&str> = self.parts[at].iter().map(|part| part.letters()).collect();
            let line = format!("{:6}{text}", parts.join(" "));
            writeln!(listing, "{}", line.trim_end()).expect("a `String` takes everything");
        }
        listing
    }
}

impl Part {
    fn letters(self) -> &'static str {
        match self {
            Self::Parallel => "P",
            Self::InOrder => "S",
            Self::TakenOut => "S⟨P⟩",
            Self::Plain => "=",
        }
    }
}

//! Makes random programs that are valid Rust by construction (nearly: what borrows and moves is kept apart).

use concurrent_futures_suite::Random;

use crate::program::{Part, Program, Stmt};

/// How deep blocks stand in each other.
const DEPTH: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Number,
    Flag,
    Text,
    View,
    Numbers,
    Maybe,
    Outcome,
    Map,
    Array,
    State,
    Texts,
    Log,
    RefNumber,
    MutNumber,
    RefText,
    Slice,
    Closure,
    Pair,
}

#[derive(Debug, Clone)]
struct Var {
    name: String,
    ty: Type,
    is_mut: bool,
    /// Bound outside the loop.
    is_outer: bool,
    /// Something borrows from it.
    is_frozen: bool,
    is_moved: bool,
    /// The block that it was made in.
    level: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Output {
    Text,
    Result,
    Option,
    Boxed,
}

struct Maker {
    random: Random,
    scope: Vec<Var>,
    output: Output,
    level: usize,
    n_names: usize,
    /// The loops around, innermost last, and whether they are within the annotated one.
    labels: Vec<Option<&'static str>>,
    has_around: bool,
    /// No effects and no exits in what is made now.
    is_pure: bool,
    /// Only what nothing changes: it is captured for longer.
    is_captured: bool,
    /// Of what is bound outside the loop, `out` and `found` alone are changed, and by pushes alone.
    only_pushes: bool,
}

/// The program that belongs to a seed.
pub(crate) fn program(seed: u64) -> Program {
    let mut random = Random(seed);
    let output = random.pick(&[Output::Text, Output::Text, Output::Result, Output::Option, Output::Boxed]);
    let has_around = random.one_in(5);
    let only_pushes = random.one_in(4);
    let mut maker = Maker {
        random,
        scope: Vec::new(),
        output,
        level: 0,
        n_names: 0,
        labels: Vec::new(),
        has_around,
        is_pure: false,
        is_captured: false,
        only_pushes,
    };
    maker.program()
}

impl Maker {
    fn program(&mut self) -> Program {
        let mut before = Vec::new();
        let declared: [(&str, &str, Type, bool); 17] = [
            ("total", "let mut total: u64 = k;", Type::Number, true),
            ("other", "let mut other: u64 = 1;", Type::Number, true),
            ("out", "let mut out: Vec<u64> = Vec::new();", Type::Numbers, true),
            ("found", "let mut found: Vec<u64> = vec![k];", Type::Numbers, true),
            ("map", "let mut map: BTreeMap<u64, u64> = BTreeMap::new();", Type::Map, true),
            ("text", "let mut text = String::new();", Type::Text, true),
            ("last", "let mut last: Option<u64> = None;", Type::Maybe, true),
            ("flag", "let mut flag = k % 2 == 0;", Type::Flag, true),
            ("grid", "let mut grid = [0_u64; 8];", Type::Array, true),
            ("state", "let mut state = State { factor: k, ..State::default() };", Type::State, true),
            ("names", "let mut names: Vec<String> = Vec::new();", Type::Texts, true),
            ("log", "let log = Mutex::new(Vec::<u64>::new());", Type::Log, false),
            ("factor", "let factor = k * 2 + 1;", Type::Number, false),
            ("table", "let table: Vec<u64> = (0..k % 6).collect();", Type::Numbers, false),
            ("label", "let label = format!(\"<{k}>\");", Type::Text, false),
            ("limit", "let limit = if k > 10 { Some(k) } else { None };", Type::Maybe, false),
            ("rounds", "let mut rounds: u64 = 0;", Type::Number, false),
        ];
        for (name, line, ty, is_mut) in declared {
            before.push(Stmt::line(line));
            if name != "rounds" {
                let var = self.var(name, ty, is_mut);
                self.scope.push(Var { is_outer: true, ..var });
            }
        }
        // Not every function has all of them in its loop.
        let n_kept = 4 + self.random.below(10);
        while self.scope.len() > n_kept {
            let at = self.random.below(self.scope.len());
            self.scope.remove(at);
        }
        if self.only_pushes {
            self.scope.retain(|var| !var.is_mut && var.ty != Type::Log);
        }
        let numbers = self.var("numbers", Type::Slice, false);
        let k = self.var("k", Type::Number, false);
        self.scope.extend([numbers, k].map(|var| Var { is_outer: true, ..var }));
        if self.has_around {
            self.labels.push(Some("'rounds"));
        }
        let label = self.random.one_in(6).then_some("'items");
        self.labels.push(label);
        let (pattern, source) = self.source(&mut before);
        let head = format!("{}for {pattern} in {source}", label.map(|name| format!("{name}: ")).unwrap_or_default());
        let n = 2 + self.random.below(6);
        let body = self.block(n, 0);
        let values =
            "(total, other, rounds, out, found, map, text, last, flag, grid, state, (names, log.into_inner()))";
        let result = self.returned(&format!("format!(\"{{:?}}\", {values})"), true);
        Program {
            output: match self.output {
                Output::Text => "String",
                Output::Result => "Result<String, String>",
                Output::Option => "Option<String>",
                Output::Boxed => "Result<String, Box<dyn Error>>",
            },
            before,
            around: self.has_around.then_some("'rounds: while rounds < 3"),
            head,
            body,
            result,
        }
    }

    /// The loop's pattern and what it iterates over.
    fn source(&mut self, before: &mut Vec<Stmt>) -> (String, String) {
        let x = self.random.pick(&["x", "n", "item"]);
        let (pattern, source, bound): (String, &str, Vec<(&str, Type)>) = match self.random.below(16) {
            0 | 1 => (x.into(), "numbers", vec![(x, Type::RefNumber)]),
            2 => (format!("&{x}"), "numbers", vec![(x, Type::Number)]),
            3 => (x.into(), "0..numbers.len() as u64", vec![(x, Type::Number)]),
            4 => (x.into(), "3..=k", vec![(x, Type::Number)]),
            5 => (format!("(i, {x})"), "numbers.iter().enumerate()", vec![("i", Type::Closure), (x, Type::RefNumber)]),
            6 => (x.into(), "numbers.to_vec()", vec![(x, Type::Number)]),
            7 => (x.into(), "words", vec![(x, Type::RefText)]),
            8 => (x.into(), "words.to_vec()", vec![(x, Type::Text)]),
            9 => (x.into(), "numbers.iter().copied().filter(|y| y % 5 != 0)", vec![(x, Type::Number)]),
            10 => (
                format!("({x}, word)"),
                "numbers.iter().zip(words)",
                vec![(x, Type::RefNumber), ("word", Type::RefText)],
            ),
            11 => (x.into(), "numbers.chunks(3)", vec![(x, Type::Slice)]),
            12 => (x.into(), "(0..numbers.len() as u64).rev().step_by(2)", vec![(x, Type::Number)]),
            13 => (format!("mut {x}"), "numbers.iter().copied()", vec![(x, Type::Number)]),
            14 => (
                format!("(key, {x})"),
                "numbers.iter().map(|y| (y % 5, *y)).collect::<BTreeMap<u64, u64>>()",
                vec![("key", Type::Number), (x, Type::Number)],
            ),
            _ => {
                before.push(Stmt::line("let mut data: Vec<u64> = numbers.to_vec();"));
                (x.into(), "data.iter_mut()", vec![(x, Type::MutNumber)])
            }
        };
        let is_mut = pattern.starts_with("mut ");
        self.level += 1;
        for (name, ty) in bound {
            let var = self.var(name, ty, is_mut || ty == Type::MutNumber);
            // The position is a `usize`; it is left alone.
            self.scope.push(Var { is_moved: name == "i", ..var });
        }
        (pattern, source.to_owned())
    }

    fn var(&self, name: &str, ty: Type, is_mut: bool) -> Var {
        let level = self.level;
        Var { name: name.to_owned(), ty, is_mut, is_outer: false, is_frozen: false, is_moved: false, level }
    }

    /// `n` statements in a scope of their own.
    fn block(&mut self, n: usize, depth: usize) -> Vec<Stmt> {
        let saved = self.scope.clone();
        self.level += 1;
        let mut stmts = Vec::new();
        for _ in 0..n {
            self.stmt(depth, &mut stmts);
        }
        self.level -= 1;
        self.scope = saved;
        stmts
    }

    fn stmt(&mut self, depth: usize, stmts: &mut Vec<Stmt>) {
        let nests = depth < DEPTH && self.random.below(10) < 3;
        let stmt = if nests {
            self.nested(depth)
        } else {
            match self.random.below(20) {
                0..=6 => self.binding(),
                7..=15 => self.effect(),
                16 => Stmt::line(format!("{};", self.number(2))),
                17 => self.assertion(),
                _ => self.exit(),
            }
        };
        stmts.push(stmt);
    }

    fn nested(&mut self, depth: usize) -> Stmt {
        let n = 1 + self.random.below(3);
        match self.random.below(8) {
            0 | 1 => {
                let head = format!("if {}", self.flag(2));
                let body = self.block(n, depth + 1);
                Stmt::block(head, body)
            }
            2 => {
                let head = format!("if {} {{", self.flag(2));
                let yes = self.block(n, depth + 1);
                let no = self.block(n, depth + 1);
                Stmt(vec![
                    Part::Text(head),
                    Part::Block(yes),
                    Part::Text("} else {".into()),
                    Part::Block(no),
                    Part::Text("}".into()),
                ])
            }
            3 => {
                let maybe = self.maybe(2);
                let saved = self.scope.clone();
                let name = self.name();
                let bound = self.var(&name, Type::Number, false);
                self.scope.push(bound);
                let body = self.block(n, depth + 1);
                self.scope = saved;
                Stmt::block(format!("if let Some({name}) = {maybe}"), body)
            }
            4 => {
                let head = format!("match {} % 3 {{ 0 => {{", self.operand(2));
                let first = self.block(n, depth + 1);
                let second = self.block(1, depth + 1);
                let guard = if self.random.one_in(2) { format!(" if {}", self.flag(1)) } else { String::new() };
                Stmt(vec![
                    Part::Text(head),
                    Part::Block(first),
                    Part::Text(format!("}} 1{guard} => {{")),
                    Part::Block(second),
                    Part::Text("} _ => {} }".into()),
                ])
            }
            5 => {
                let outcome = self.outcome(2);
                let saved = self.scope.clone();
                let name = self.name();
                let bound = self.var(&name, Type::Number, false);
                self.scope.push(bound);
                let good = self.block(n, depth + 1);
                self.scope = saved;
                let bad = self.block(1, depth + 1);
                Stmt(vec![
                    Part::Text(format!("match {outcome} {{ Ok({name}) => {{")),
                    Part::Block(good),
                    Part::Text("} Err(_) => {".into()),
                    Part::Block(bad),
                    Part::Text("} }".into()),
                ])
            }
            6 => {
                let body = self.block(n, depth + 1);
                Stmt::block("", body)
            }
            _ => self.inner_loop(n, depth),
        }
    }

    fn inner_loop(&mut self, n: usize, depth: usize) -> Stmt {
        let saved = self.scope.clone();
        let label = self.random.one_in(4).then_some(["'first", "'second", "'third"][depth]);
        let prefix = label.map(|name| format!("{name}: ")).unwrap_or_default();
        let name = self.name();
        let mut counter = None;
        let mut first = None;
        let head = match self.random.below(7) {
            0 | 1 => format!("for {name} in 0..{} % 4", self.operand(2)),
            2 => {
                let over = self.numbers_to_read();
                format!("for &{name} in {over}.iter().take(3)")
            }
            3 => format!("for {name} in [{}, {}]", self.number(1), self.number(1)),
            4 => {
                counter = Some(format!("let mut {name} = 0_u64;"));
                format!("while {{ {name} += 1; {name} }} < 4")
            }
            5 => {
                counter = Some(format!("let mut {name}_left = vec![{}, 3, {}];", self.number(1), self.number(1)));
                format!("while let Some({name}) = {name}_left.pop()")
            }
            _ => {
                counter = Some(format!("let mut {name}_left = {} % 4;", self.operand(2)));
                // One statement, since without its `break` the loop would not end.
                let leave = format!("if {name}_left == 0 {{ break; }}");
                first = Some(Stmt::line(format!("{leave} {name}_left -= 1; let {name}: u64 = {name}_left;")));
                "loop".to_owned()
            }
        };
        let bound = self.var(&name, Type::Number, false);
        self.scope.push(bound);
        self.labels.push(label);
        let body = first.into_iter().chain(self.block(n, depth + 1)).collect();
        self.labels.pop();
        self.scope = saved;
        let inner = Stmt::block(format!("{prefix}{head}"), body);
        match counter {
            // One statement, so that shrinking does not separate them.
            Some(counter) => Stmt(vec![
                Part::Text("{".into()),
                Part::Block(vec![Stmt::line(counter), inner]),
                Part::Text("}".into()),
            ]),
            None => inner,
        }
    }

    /// A name for a new variable: often one that means something else already.
    fn name(&mut self) -> String {
        if self.random.one_in(4) {
            let at = self.random.below(self.scope.len());
            let name = &self.scope[at].name;
            // The end of the function reads the outer ones, which shadowing in the loop does not touch. `k` is used
            // without a look at the scope.
            if name != "k" {
                return name.clone();
            }
        }
        self.n_names += 1;
        format!("{}{}", self.random.pick(&["a", "b", "made", "y"]), self.n_names)
    }

    fn binding(&mut self) -> Stmt {
        let is_mut = self.random.one_in(3);
        let m = if is_mut { "mut " } else { "" };
        match self.random.below(14) {
            0..=3 => {
                let value = self.number(3);
                let name = self.bind(Type::Number, is_mut);
                Stmt::line(format!("let {m}{name} = {value};"))
            }
            4 => {
                let value = self.text(2);
                let name = self.bind(Type::Text, is_mut);
                Stmt::line(format!("let {m}{name} = {value};"))
            }
            5 => {
                let values = format!("vec![{}, {}]", self.number(2), self.number(2));
                let name = self.bind(Type::Numbers, is_mut);
                Stmt::line(format!("let {m}{name} = {values};"))
            }
            6 => {
                let value = self.maybe(2);
                let name = self.bind(Type::Maybe, is_mut);
                Stmt::line(format!("let {m}{name} = {value};"))
            }
            7 => {
                let value = self.outcome(2);
                let name = self.bind(Type::Outcome, false);
                Stmt::line(format!("let {name} = {value};"))
            }
            8 => {
                let value = self.flag(2);
                let name = self.bind(Type::Flag, is_mut);
                Stmt::line(format!("let {m}{name} = {value};"))
            }
            9 => {
                let (a, b) = (self.number(2), self.number(2));
                let first = self.bind(Type::Number, is_mut);
                let second = loop {
                    let second = self.name();
                    if second != first {
                        break second;
                    }
                };
                let var = self.var(&second, Type::Number, false);
                self.scope.push(var);
                Stmt::line(format!("let ({m}{first}, {second}) = ({a}, {b});"))
            }
            10 => self.view(),
            11 => self.closure(),
            12 if self.ways_to_continue().is_some() => {
                let value = self.maybe(2);
                let exit = self.ways_to_continue().unwrap_or_default();
                let name = self.bind(Type::Number, is_mut);
                Stmt::line(format!("let Some({m}{name}) = {value} else {{ {exit} }};"))
            }
            _ => {
                let (a, b) = (self.number(2), self.number(1));
                let name = self.bind(Type::Pair, is_mut);
                Stmt::line(format!("let {m}{name} = ({a}, {b});"))
            }
        }
    }

    fn bind(&mut self, ty: Type, is_mut: bool) -> String {
        let name = self.name();
        let var = self.var(&name, ty, is_mut);
        self.scope.push(var);
        name
    }

    /// `let y = text.trim();`: what it borrows from stays as it is.
    fn view(&mut self) -> Stmt {
        let Some(at) =
            self.find(|var| matches!(var.ty, Type::Text | Type::RefText | Type::View) && !(var.is_mut && var.is_outer))
        else {
            return self.effect();
        };
        self.scope[at].is_frozen = true;
        let of = self.scope[at].name.clone();
        let how = self.random.pick(&["trim()", "trim_start_matches('a')", "split('b').next().unwrap_or(\"\")"]);
        let name = self.bind(Type::View, false);
        Stmt::line(format!("let {name} = {of}.{how};"))
    }

    fn closure(&mut self) -> Stmt {
        self.is_captured = true;
        let was_pure = std::mem::replace(&mut self.is_pure, true);
        let saved = self.scope.clone();
        let y = self.var("y", Type::Number, false);
        self.scope.push(y);
        let value = self.number(2);
        self.scope = saved;
        self.is_pure = was_pure;
        self.is_captured = false;
        let name = self.bind(Type::Closure, false);
        Stmt::line(format!("let {name} = |y: u64| {value};"))
    }

    fn assertion(&mut self) -> Stmt {
        let was_pure = std::mem::replace(&mut self.is_pure, true);
        let value = self.number(2);
        let shown = self.number(1);
        self.is_pure = was_pure;
        Stmt::line(format!("assert!({value} % 61 != 7, \"{{}} is wrong\", {shown});"))
    }

    /// A conditional exit.
    fn exit(&mut self) -> Stmt {
        let condition = self.rare();
        let exit = match self.random.below(8) {
            0..=2 => self.ways_to_continue().unwrap_or_else(|| "continue;".into()),
            3 | 4 => "break;".into(),
            5 if self.random.one_in(3) => return Stmt::line(format!("skip_if!({condition});")),
            _ => {
                let was_pure = std::mem::replace(&mut self.is_pure, true);
                let value = format!("format!(\"early {{}}\", {})", self.number(1));
                self.is_pure = was_pure;
                let good = self.random.one_in(3);
                format!("return {};", self.returned(&value, good))
            }
        };
        Stmt::line(format!("if {condition} {{ {exit} }}"))
    }

    fn ways_to_continue(&mut self) -> Option<String> {
        let labels: Vec<&str> = self.labels.iter().copied().flatten().collect();
        if !labels.is_empty() && self.random.one_in(2) {
            let label = self.random.pick(&labels);
            let how = self.random.pick(&["continue", "break"]);
            return Some(format!("{how} {label};"));
        }
        Some("continue;".to_owned())
    }

    fn returned(&self, text: &str, good: bool) -> String {
        match (self.output, good) {
            (Output::Text, _) => text.to_owned(),
            (Output::Result | Output::Boxed, true) => format!("Ok({text})"),
            (Output::Result, false) => format!("Err({text})"),
            (Output::Boxed, false) => format!("Err({text}.into())"),
            (Output::Option, true) => format!("Some({text})"),
            (Output::Option, false) => "None".to_owned(),
        }
    }

    /// A statement that changes something.
    fn effect(&mut self) -> Stmt {
        if self.only_pushes && !self.random.one_in(4) {
            return self.push();
        }
        let changed = self.find(|var| {
            (var.is_mut || var.ty == Type::Log)
                && !var.is_frozen
                && !matches!(var.ty, Type::RefNumber | Type::RefText | Type::View | Type::Slice | Type::Closure)
        });
        let Some(at) = changed else {
            return Stmt::line(format!("work({});", self.number(1)));
        };
        let Var { name, ty, is_outer, .. } = self.scope[at].clone();
        let line = match ty {
            Type::Number => match self.random.below(8) {
                0 => format!("{name} = {};", self.number(3)),
                1 | 2 => format!("{name} += {} % 1000;", self.operand(3)),
                3 => format!("{name} ^= {};", self.number(3)),
                4 => format!("{name} = {name}.wrapping_mul(3).wrapping_add({});", self.number(2)),
                5 => format!("bump(&mut {name}, {});", self.number_without(2, &name)),
                6 => format!("add_to!({name}, {});", self.operand(2)),
                _ => format!("{name} = {name}.max({});", self.number(2)),
            },
            Type::MutNumber => match self.random.below(2) {
                0 => format!("*{name} = {};", self.number(3)),
                _ => format!("*{name} ^= {};", self.number(2)),
            },
            Type::Numbers => match self.random.below(9) {
                0..=3 => format!("{name}.push({});", self.number(3)),
                4 => format!("{name}.extend([{}, {}]);", self.number(2), self.number(1)),
                5 => format!("{name}.pop();"),
                6 => format!("if let Some(end) = {name}.last_mut() {{ *end ^= 1; }}"),
                7 => format!("[1_u64, 2].iter().for_each(|y| {name}.push(*y));"),
                _ => format!("{name}.insert(0, {});", self.number(2)),
            },
            Type::Map => match self.random.below(4) {
                0 => {
                    let key = self.operand(2);
                    format!("{name}.insert({key} % 7, {});", self.number(2))
                }
                1 | 2 => {
                    let key = self.operand(2);
                    format!("*{name}.entry({key} % 5).or_insert(0) += {} % 1000;", self.operand(2))
                }
                _ => format!("{name}.remove(&({} % 5));", self.operand(2)),
            },
            Type::Text if is_outer => match self.random.below(5) {
                0 => format!("{name}.push_str(&{});", self.text(2)),
                1 => format!("{name} += &{};", self.text(2)),
                2 => {
                    let was_pure = std::mem::replace(&mut self.is_pure, true);
                    let line = format!("write!({name}, \"{{}};\", {}).unwrap();", self.number_without(2, &name));
                    self.is_pure = was_pure;
                    line
                }
                3 => format!("{name} = {};", self.text(2)),
                _ => format!("{name}.push('c');"),
            },
            Type::Text => match self.random.below(2) {
                0 => format!("{name}.push('d');"),
                _ => format!("{name} = {};", self.text(1)),
            },
            Type::Maybe => match self.random.below(3) {
                0 => format!("{name} = Some({});", self.number(2)),
                1 => format!("{name} = {};", self.maybe(2)),
                _ => format!("{name}.take();"),
            },
            Type::Flag => match self.random.below(2) {
                0 => format!("{name} = {};", self.flag(2)),
                _ => format!("{name} |= {};", self.flag(2)),
            },
            Type::Array => {
                let index = self.operand(2);
                let operator = self.random.pick(&["=", "^="]);
                format!("{name}[({index} % 8) as usize] {operator} {};", self.number(2))
            }
            Type::State => match self.random.below(6) {
                0 => format!("{name}.hits += {} % 1000;", self.operand(2)),
                1 => format!("{name}.names.push({});", self.text(1)),
                2 => format!("{name}.feed({});", self.number_without(2, &name)),
                3 => format!("{name}.inner.seen.push({});", self.number(2)),
                4 => format!("{name}.inner.depth ^= {};", self.number(2)),
                _ => format!("{name}.hits = {name}.score({});", self.number(2)),
            },
            Type::Texts => match self.moved_text() {
                Some(text) => format!("{name}.push({text});"),
                None => format!("{name}.push({});", self.text(2)),
            },
            Type::Log => {
                // The guard lives to the end of the statement: nothing else may lock in it.
                format!("{name}.lock().unwrap().push({});", self.number_without(2, &name))
            }
            Type::Pair => match self.random.below(2) {
                0 => format!("{name}.0 = {};", self.number(2)),
                _ => format!("{name}.1 ^= {};", self.number(2)),
            },
            Type::Outcome | Type::View | Type::RefNumber | Type::RefText | Type::Slice | Type::Closure => {
                unreachable!("not changed")
            }
        };
        Stmt::line(line)
    }

    /// A statement that pushes to `out`, or now and then to `found`.
    fn push(&mut self) -> Stmt {
        let to = self.random.pick(&["out", "out", "out", "found"]);
        let line = match self.random.below(7) {
            0..=3 => format!("{to}.push({});", self.number(3)),
            4 => format!("{to}.extend([{}, {}]);", self.number(2), self.number(1)),
            5 => format!("{to}.extend_from_slice(&[{}, {}]);", self.number(2), self.number(1)),
            _ => {
                let was_pure = std::mem::replace(&mut self.is_pure, true);
                let value = self.number(1);
                self.is_pure = was_pure;
                format!("{to}.extend(numbers.iter().take(3).map(|y| work(*y) ^ {value}));")
            }
        };
        Stmt::line(line)
    }

    /// A text that was made in this block and is given away.
    fn moved_text(&mut self) -> Option<String> {
        if self.random.one_in(2) {
            return None;
        }
        let level = self.level;
        let at = self.find(|var| var.ty == Type::Text && !var.is_outer && !var.is_frozen && var.level == level)?;
        self.scope[at].is_moved = true;
        Some(self.scope[at].name.clone())
    }

    /// One of the visible variables that fit.
    fn find(&mut self, fits: impl Fn(&Var) -> bool) -> Option<usize> {
        let mut seen: Vec<&str> = Vec::new();
        let mut found = Vec::new();
        for (at, var) in self.scope.iter().enumerate().rev() {
            let is_visible = !seen.contains(&var.name.as_str());
            seen.push(&var.name);
            let captured = !self.is_captured || !var.is_mut && !matches!(var.ty, Type::View | Type::Text);
            if is_visible && !var.is_moved && captured && fits(var) {
                found.push(at);
            }
        }
        (!found.is_empty()).then(|| found[self.random.below(found.len())])
    }

    fn read(&mut self, ty: Type) -> Option<String> {
        let at = self.find(|var| var.ty == ty)?;
        Some(self.scope[at].name.clone())
    }

    /// A vector that an inner loop may go over: nothing changes it meanwhile.
    fn numbers_to_read(&mut self) -> String {
        match self.find(|var| matches!(var.ty, Type::Numbers | Type::Slice)) {
            Some(at) => {
                self.scope[at].is_frozen = true;
                self.scope[at].name.clone()
            }
            None => "[k]".to_owned(),
        }
    }

    /// A number that does not use `name`.
    fn number_without(&mut self, depth: usize, name: &str) -> String {
        let saved = self.scope.clone();
        self.scope.iter_mut().filter(|var| var.name == name).for_each(|var| var.is_moved = true);
        let value = self.number(depth);
        let moved: Vec<bool> = saved.iter().map(|var| var.is_moved).collect();
        self.scope.truncate(saved.len());
        for (var, was_moved) in self.scope.iter_mut().zip(moved) {
            if var.name == name {
                var.is_moved = was_moved;
            }
        }
        value
    }

    /// Something that is a `u64` and can stand left of `%`.
    fn operand(&mut self, depth: usize) -> String {
        let value = self.number(depth);
        format!("({value})")
    }

    fn number(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.leaf();
        }
        let d = depth - 1;
        match self.random.below(30) {
            0..=4 => self.leaf(),
            5..=9 => format!("work({})", self.number(d)),
            10 => format!("pair({}, {})", self.number(d), self.number(d)),
            11 => format!("({} % 1000 + {} % 1000)", self.operand(d), self.operand(d)),
            12 => format!("({} ^ {})", self.number(d), self.number(d)),
            13 => format!("{}.wrapping_add({})", self.operand(d), self.number(d)),
            14 => format!("({} / 3)", self.operand(d)),
            15 => format!("risky({})", self.number(d)),
            16 => format!("(if {} {{ {} }} else {{ {} }})", self.flag(d), self.number(d), self.number(d)),
            17 => format!(
                "(match {} % 3 {{ 0 => {}, 1 => 4, _ => {} }})",
                self.operand(d),
                self.number(d),
                self.number(d)
            ),
            18 => format!("weigh(&{})", self.text(d)),
            19 => format!("try_work({}).unwrap_or(3)", self.number(d)),
            20 => format!("{}.unwrap_or({})", self.maybe(d), self.number(d)),
            21 => format!("twice!({})", self.operand(d)),
            22 if !self.is_pure => match self.output {
                Output::Result | Output::Boxed => format!("try_work({})?", self.number(d)),
                Output::Option => format!("opt_work({})?", self.number(d)),
                Output::Text => format!("work({})", self.number(d)),
            },
            23 if !self.is_pure => {
                // Nothing else of the expression borrows it at the same time: arguments are copied.
                match self.find(|var| var.ty == Type::Number && var.is_mut && !var.is_frozen) {
                    Some(at) => {
                        let name = self.scope[at].name.clone();
                        format!("bump(&mut {name}, {})", self.number_without(d, &name))
                    }
                    None => self.leaf(),
                }
            }
            24 => match self.read(Type::Numbers) {
                Some(name) => match self.random.below(4) {
                    0 => format!("{name}.iter().map(|y| work(*y)).fold(0, |a, b| a ^ b)"),
                    1 => format!("at(&{name}, {})", self.number_without(d, &name)),
                    2 => format!("{name}.iter().copied().max().unwrap_or({})", self.number_without(d, &name)),
                    _ => format!("({name}.len() as u64)"),
                },
                None => self.leaf(),
            },
            25 => match self.read(Type::Map) {
                Some(name) => {
                    format!("{name}.get(&({} % 5)).copied().unwrap_or(0)", self.operand(d.min(1)))
                }
                None => self.leaf(),
            },
            26 => match self.read(Type::State) {
                Some(name) => match self.random.below(4) {
                    0 => format!("{name}.score({})", self.number_without(d, &name)),
                    1 => format!("{name}.hits"),
                    2 => format!("({name}.inner.seen.len() as u64)"),
                    _ => format!("pair({name}.factor, {})", self.number(d)),
                },
                None => self.leaf(),
            },
            27 => match self.read(Type::Closure) {
                Some(name) => format!("{name}({})", self.number(d)),
                None => self.leaf(),
            },
            28 => {
                let saved = self.scope.clone();
                let value = self.number(d);
                let name = self.bind(Type::Number, false);
                let result = self.number(d);
                self.scope = saved;
                format!("({{ let {name} = {value}; {result} }})")
            }
            _ => match self.read(Type::Array) {
                Some(name) => format!("{name}[({} % 8) as usize]", self.operand(d)),
                None => self.leaf(),
            },
        }
    }

    fn leaf(&mut self) -> String {
        let fits = |var: &Var| {
            matches!(var.ty, Type::Number | Type::RefNumber | Type::MutNumber | Type::Text | Type::RefText)
                || matches!(var.ty, Type::View | Type::Slice | Type::Numbers | Type::Pair)
        };
        match self.find(fits) {
            Some(at) if !self.random.one_in(8) => {
                let Var { name, ty, .. } = &self.scope[at];
                match ty {
                    Type::Number => name.clone(),
                    Type::RefNumber | Type::MutNumber => format!("(*{name})"),
                    Type::Pair => format!("{name}.{}", self.random.below(2)),
                    _ => format!("({name}.len() as u64)"),
                }
            }
            _ => format!("{}_u64", self.random.below(30)),
        }
    }

    fn flag(&mut self, depth: usize) -> String {
        let d = depth.saturating_sub(1);
        match self.random.below(12) {
            0 | 1 => format!("{} % 3 == 0", self.operand(d)),
            2 | 3 => format!("{} % 1000 > {} % 1000", self.operand(d), self.operand(d)),
            4 if depth > 0 => format!("({} && {})", self.flag(d), self.flag(d)),
            5 if depth > 0 => format!("({} || {})", self.flag(d), self.flag(d)),
            6 if depth > 0 => format!("!({})", self.flag(d)),
            7 => self.read(Type::Flag).unwrap_or_else(|| "k > 5".into()),
            8 => match self.read(Type::Numbers) {
                Some(name) => format!("{name}.contains(&{})", self.number_without(d, &name)),
                None => "true".into(),
            },
            9 => match self.read(Type::Map) {
                Some(name) => format!("{name}.contains_key(&2)"),
                None => "k < 9".into(),
            },
            10 => format!("{}.is_some()", self.maybe(d)),
            _ => format!("work({}) % 2 == 1", self.number(d)),
        }
    }

    /// True now and then.
    fn rare(&mut self) -> String {
        match self.random.below(3) {
            0 => format!("{} % 23 == 4", self.operand(2)),
            1 => format!("work({}) % 19 == 2", self.number(2)),
            _ => format!("{} % 1000 > 970", self.operand(2)),
        }
    }

    fn maybe(&mut self, depth: usize) -> String {
        let d = depth.saturating_sub(1);
        match self.random.below(5) {
            0 => self.read(Type::Maybe).unwrap_or_else(|| format!("Some({})", self.number(d))),
            1 => match self.read(Type::Numbers) {
                Some(name) => format!("{name}.get({} % 5).copied()", format_args!("({} as usize)", self.leaf())),
                None => "None::<u64>".into(),
            },
            2 => format!("try_work({}).ok()", self.number(d)),
            3 => {
                let was_captured = std::mem::replace(&mut self.is_pure, true);
                let saved = self.scope.clone();
                let value = self.number(d);
                let y = self.var("y", Type::Number, false);
                self.scope.push(y);
                let mapped = self.number(d);
                self.scope = saved;
                self.is_pure = was_captured;
                format!("opt_work({value}).map(|y| {mapped})")
            }
            _ => format!("opt_work({})", self.number(d)),
        }
    }

    fn outcome(&mut self, depth: usize) -> String {
        match self.read(Type::Outcome) {
            Some(name) if self.random.one_in(2) => format!("{name}.clone()"),
            _ => format!("try_work({})", self.number(depth.saturating_sub(1))),
        }
    }

    fn text(&mut self, depth: usize) -> String {
        let d = depth.saturating_sub(1);
        // Texts from outside the loop are not doubled.
        let known = self.find(|var| {
            matches!(var.ty, Type::RefText | Type::View) || var.ty == Type::Text && !(var.is_outer && var.is_mut)
        });
        let known = known.map(|at| self.scope[at].name.clone());
        let was_pure = std::mem::replace(&mut self.is_pure, true);
        let made = match (self.random.below(6), known) {
            (0, Some(name)) => format!("{name}.to_uppercase()"),
            (1, Some(name)) => format!("format!(\"{{{name}}}-{{}}\", {})", self.number(d)),
            (2, Some(name)) => format!("{name}.chars().rev().take(9).collect::<String>()"),
            (3, Some(name)) => format!("{name}.trim().chars().take(5).collect::<String>()"),
            (4, _) => format!("{}.to_string()", self.operand(d)),
            (5, _) => match self.read(Type::Number) {
                Some(name) => format!("format!(\"{{{name}:>4}}\")"),
                None => "String::new()".into(),
            },
            _ => format!("format!(\"[{{}}]\", {})", self.number(d)),
        };
        self.is_pure = was_pure;
        made
    }
}

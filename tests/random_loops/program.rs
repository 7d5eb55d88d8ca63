//! A random function with one loop: a tree of statements, and its text.

/// One statement: pieces of text, and blocks between them.
#[derive(Debug, Clone)]
pub(crate) struct Stmt(pub(crate) Vec<Part>);

#[derive(Debug, Clone)]
pub(crate) enum Part {
    Text(String),
    Block(Vec<Stmt>),
}

impl Stmt {
    /// A statement without blocks.
    pub(crate) fn line(text: impl Into<String>) -> Self {
        Self(vec![Part::Text(text.into())])
    }

    /// `head { body }`
    pub(crate) fn block(head: impl Into<String>, body: Vec<Stmt>) -> Self {
        Self(vec![Part::Text(format!("{} {{", head.into())), Part::Block(body), Part::Text("}".to_owned())])
    }
}

/// A function `f(numbers: &[u64], words: &[String], k: u64) -> output`.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) output: &'static str,
    /// What stands in front of the loop.
    pub(crate) before: Vec<Stmt>,
    /// A loop that stands around the annotated one, and what it ends with.
    pub(crate) around: Option<&'static str>,
    /// `'label: for pattern in source`
    pub(crate) head: String,
    pub(crate) body: Vec<Stmt>,
    /// What the function returns at its end.
    pub(crate) result: String,
}

impl Program {
    /// The function, with `attribute` over it.
    pub(crate) fn text(&self, attribute: &str) -> String {
        let mut text = String::new();
        if !attribute.is_empty() {
            text += &format!("{attribute}\n");
        }
        text += &format!("pub(crate) fn f(numbers: &[u64], words: &[String], k: u64) -> {} {{\n", self.output);
        render(&self.before, 1, &mut text);
        let mut the_loop = Stmt::block(self.head.clone(), self.body.clone());
        if let Some(around) = self.around {
            let round = Stmt::line("rounds += 1;");
            the_loop = Stmt::block(around, vec![round, the_loop]);
        }
        render(&[the_loop], 1, &mut text);
        text + &format!("    {}\n}}\n", self.result)
    }

    /// Whether the loop may be left before its end, as far as its text tells.
    pub(crate) fn may_be_left(&self) -> bool {
        let mut text = String::new();
        render(&self.body, 0, &mut text);
        ["break", "return", "continue '", "?"].iter().any(|exit| text.contains(exit))
    }

    /// How large it is for somebody who reads it.
    pub(crate) fn size(&self) -> usize {
        self.text("").len()
    }

    /// All programs with one statement less, or with a statement's block in its place. Some are not valid.
    pub(crate) fn smaller(&self) -> Vec<Self> {
        let mut found = Vec::new();
        for before in without_one(&self.before) {
            found.push(Self { before, ..self.clone() });
        }
        for body in without_one(&self.body) {
            found.push(Self { body, ..self.clone() });
        }
        found
    }
}

fn without_one(stmts: &[Stmt]) -> Vec<Vec<Stmt>> {
    let mut found = Vec::new();
    for (at, stmt) in stmts.iter().enumerate() {
        let replaced = |by: &[Stmt]| [&stmts[..at], by, &stmts[at + 1..]].concat();
        found.push(replaced(&[]));
        for (part_at, part) in stmt.0.iter().enumerate() {
            let Part::Block(block) = part else { continue };
            found.push(replaced(block));
            for smaller in without_one(block) {
                let mut parts = stmt.0.clone();
                parts[part_at] = Part::Block(smaller);
                found.push(replaced(&[Stmt(parts)]));
            }
        }
    }
    found
}

fn render(stmts: &[Stmt], depth: usize, text: &mut String) {
    let indent = "    ".repeat(depth);
    for stmt in stmts {
        for (at, part) in stmt.0.iter().enumerate() {
            match part {
                Part::Text(line) if at == 0 => *text += &format!("{indent}{line}"),
                Part::Text(line) => *text += line,
                Part::Block(block) => {
                    text.push('\n');
                    render(block, depth + 1, text);
                    *text += &indent;
                }
            }
        }
        text.push('\n');
    }
}

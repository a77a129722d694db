//! Rust text taken apart into code, comments and literals.

/// A stretch of Rust text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Piece<'a> {
    Code(&'a str),
    /// With its slashes.
    Comment(&'a str),
    /// A string, without quotes and as it is written; or a character.
    Literal(&'a str),
}

/// Takes `text` apart, in order and without loss except for the quotes.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut code = 0; // how much of the front of `rest` is code
    while code < rest.len() {
        let (before, here) = rest.split_at(code);
        let after_word = before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let Some((piece, length)) = special(here, after_word) else {
            code += here.chars().next().map_or(1, char::len_utf8);
            continue;
        };
        pieces.push(Piece::Code(before));
        pieces.push(piece);
        rest = &here[length..];
        code = 0;
    }
    pieces.push(Piece::Code(rest));
    pieces
}

/// The code alone: comments and literals left out, `#[cfg(test)]` items too.
pub(crate) fn code(text: &str) -> String {
    let mut code = String::new();
    for piece in pieces(text) {
        match piece {
            Piece::Code(text) => code.push_str(text),
            Piece::Comment(_) => code.push(' '),
            Piece::Literal(_) => code.push_str("\"\""),
        }
    }
    while let Some(start) = code.find("#[cfg(test)]") {
        let end = start + item(&code[start..]);
        code.replace_range(start..end, "");
    }
    code
}

/// The comment or literal at the front of `text`, with its full length.
fn special(text: &str, after_word: bool) -> Option<(Piece<'_>, usize)> {
    if text.starts_with("//") {
        let length = text.find('\n').unwrap_or(text.len());
        return Some((Piece::Comment(&text[..length]), length));
    }
    if text.starts_with("/*") {
        let length = block_comment(text);
        return Some((Piece::Comment(&text[..length]), length));
    }
    if let Some(body) = text.strip_prefix('"') {
        let length = end_of(body, '"')?;
        return Some((Piece::Literal(&body[..length]), length + 2));
    }
    if let (Some(after), false) = (text.strip_prefix('r'), after_word) {
        let hashes = after.len() - after.trim_start_matches('#').len();
        let body = after[hashes..].strip_prefix('"')?;
        let close = format!("\"{}", "#".repeat(hashes));
        let length = body.find(&close)?;
        return Some((Piece::Literal(&body[..length]), 2 + hashes + length + close.len()));
    }
    let body = text.strip_prefix('\'')?;
    let mut characters = body.chars();
    // A lifetime has no closing quote after its first character.
    let (first, second) = (characters.next()?, characters.next()?);
    (first == '\\' || second == '\'').then_some(())?;
    let length = end_of(body, '\'')?;
    Some((Piece::Literal(&body[..length]), length + 2))
}

/// Where the first `quote` stands that no backslash escapes.
fn end_of(body: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    body.char_indices().find_map(|(at, character)| {
        let found = character == quote && !escaped;
        escaped = character == '\\' && !escaped;
        found.then_some(at)
    })
}

fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    loop {
        let Some(mark) = text[at..].find(['/', '*']) else {
            return text.len();
        };
        at += mark;
        match text.get(at..at + 2) {
            Some("/*") => (depth, at) = (depth + 1, at + 2),
            Some("*/") => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
}

/// The length of the item at the front of `code`: to its `;`, or to the end of its braces.
fn item(code: &str) -> usize {
    let mut depth = 0;
    for (at, character) in code.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ';' => {}
            _ => continue,
        }
        if depth == 0 {
            return at + 1;
        }
    }
    code.len()
}

#[test]
fn text_is_taken_apart_without_mistaking_one_thing_for_another() {
    use Piece::{Code, Comment, Literal};
    let text = r##"let a = "// no \" comment"; // "no" string
let b: &'a str = r#"raw "x""#; let c = '"'; /* a /* b */ c */ let d = '\'';"##;
    let expected = [
        Code("let a = "),
        Literal(r#"// no \" comment"#),
        Code("; "),
        Comment(r#"// "no" string"#),
        Code("\nlet b: &'a str = "),
        Literal(r#"raw "x""#),
        Code("; let c = "),
        Literal("\""),
        Code("; "),
        Comment("/* a /* b */ c */"),
        Code(" let d = "),
        Literal(r"\'"),
        Code(";"),
    ];
    assert_eq!(pieces(text), expected);
}

#[test]
fn code_is_left_without_its_tests() {
    let text = "use a; #[cfg(test)] mod tests { use b; fn c() { } } use d; #[cfg(test)] mod e; f";
    assert_eq!(code(text), "use a;  use d;  f");
}

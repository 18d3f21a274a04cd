//! How much room words take. No font is at hand here, and each reader has another: widths are those of a wide one.

/// Height of a line over the size of its letters.
pub(super) const LINE: f64 = 1.3;

/// The width of a text, at least about what a browser makes of it.
pub(super) fn width(text: &str, size: f64) -> f64 {
    size * text.chars().map(advance).sum::<f64>()
}

/// The largest width among texts.
pub(super) fn widest<'a>(texts: impl IntoIterator<Item = &'a str>, size: f64) -> f64 {
    texts.into_iter().map(|text| width(text, size)).fold(0.0, f64::max)
}

/// Widths of letters over their size, rounded up from DejaVu Sans, the widest of the common ones.
fn advance(letter: char) -> f64 {
    match letter {
        '\u{200b}'..='\u{200f}' | '\u{300}'..='\u{36f}' => 0.0,
        'i' | 'j' | 'l' | '\'' => 0.29,
        ' ' | '.' | ',' | ':' | ';' | '|' | '!' | 'I' | '\u{202f}' => 0.34,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '/' | '"' => 0.42,
        'm' | 'M' | 'W' | '%' | '@' | '…' => 1.0,
        'w' | '+' | '=' | '<' | '>' | '×' | '~' | '#' => 0.84,
        'A'..='Z' | '&' => 0.76,
        '⁰'..='₎' | '¹' | '²' | '³' => 0.42,
        letter if letter.is_ascii() || ('\u{a0}'..'\u{2000}').contains(&letter) => 0.64,
        _ => 1.05,
    }
}

/// A text cut so that it fits, with an ellipsis if anything is missing.
pub(super) fn cut(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let room = room - width("…", size);
    let mut used = 0.0;
    let kept: String = text
        .chars()
        .take_while(|&letter| {
            used += size * advance(letter);
            used <= room
        })
        .collect();
    format!("{}…", kept.trim_end())
}

/// A text on several lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Wrapped {
    /// At least one line, though it may be empty.
    pub(super) lines: Vec<String>,
    /// Whether a word had to be cut or lines are missing.
    pub(super) cut: bool,
}

/// Breaks a text at spaces, and after hyphens, commas and slashes, into at most so many lines.
pub(super) fn wrap(text: &str, size: f64, room: f64, most: usize) -> Wrapped {
    let mut lines = vec![String::new()];
    for word in text.split_inclusive([' ', '-', ',', '/']) {
        let line = lines.last_mut().map(std::mem::take).unwrap_or_default();
        lines.pop();
        let longer = format!("{line}{word}");
        if line.is_empty() || width(longer.trim_end(), size) <= room {
            lines.push(longer);
        } else {
            lines.extend([line, word.to_owned()]);
        }
    }
    let missing = lines.len() > most.max(1);
    if missing {
        let rest = lines.split_off(most.max(1) - 1).concat();
        lines.push(rest);
    }
    let fitted: Vec<String> = lines.iter().map(|line| cut(line.trim(), size, room)).collect();
    let cut = fitted.iter().zip(&lines).any(|(fitted, line)| fitted != line.trim());
    Wrapped { lines: fitted, cut }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_break_where_they_may_and_are_cut_where_they_must() {
        let room = width("baby-giant", 10.0);
        let wrapped = wrap("baby-giant steps", 10.0, room, 2);
        assert_eq!(wrapped, Wrapped { lines: vec!["baby-giant".into(), "steps".into()], cut: false });
        let wrapped = wrap("one two three four five six", 10.0, room, 2);
        assert_eq!((wrapped.lines.len(), wrapped.cut), (2, true));
        assert!(wrapped.lines[1].ends_with('…') && width(&wrapped.lines[1], 10.0) <= room, "{wrapped:?}");
        let wrapped = wrap("unbreakableunbreakable", 10.0, room, 3);
        assert!(wrapped.cut && wrapped.lines.len() == 1, "{wrapped:?}");
        assert_eq!(wrap("", 10.0, room, 3).lines, [""]);
    }

    #[test]
    fn what_fits_is_not_cut() {
        assert_eq!(cut("abc", 10.0, width("abc", 10.0)), "abc");
        assert_eq!(cut("abc", 10.0, 1.0), "…");
    }
}

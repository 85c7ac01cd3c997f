//! What is wrong with a spec and where: diagnostics with a caret under the place, rendered as the Rust compiler does.
//!
//! Owns places in sources and how errors look; knows no key of a spec.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::value::visible;

/// A text that was read as a spec (or a piece of one, such as a `--set` argument), kept for error messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// The path as the user gave it, or the name of the option.
    pub path: PathBuf,
    /// The whole text.
    pub text: String,
}

/// A place: a byte range in one of the sources of an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// Which source: 0 is the spec file, the others are the overrides in their order.
    pub source: usize,
    /// Its first byte.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
}

/// A value and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Located<T> {
    /// A value at a place.
    pub fn new(value: T, span: Span) -> Located<T> {
        Located { value, span }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong, in one line.
    pub message: String,
    /// Where; `None` speaks of the whole file.
    pub span: Option<Span>,
    /// What was expected there.
    pub label: Option<String>,
    /// A second place that matters, with what it is.
    pub context: Option<Box<Located<String>>>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn new(message: impl Into<String>, span: impl Into<Option<Span>>) -> Diagnostic {
        Diagnostic { message: message.into(), span: span.into(), label: None, context: None, help: None }
    }

    /// Says under the carets what was expected.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = Some(label.into());
        self
    }

    /// Shows a second place.
    #[must_use]
    pub fn context(mut self, span: Span, label: impl Into<String>) -> Diagnostic {
        self.context = Some(Box::new(Located::new(label.into(), span)));
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// Suggests what to do about it, if there is a suggestion.
    #[must_use]
    pub(super) fn suggest(mut self, suggestion: Option<String>) -> Diagnostic {
        self.help = suggestion;
        self
    }
}

/// Everything that is wrong with a spec; never empty when it is an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostics {
    /// The texts the spans point into; never empty.
    pub sources: Arc<[SourceFile]>,
    /// What is wrong, in the order of the file.
    pub list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Diagnostics about these sources, sorted by place (those about the whole file last).
    pub fn new(sources: Arc<[SourceFile]>, mut list: Vec<Diagnostic>) -> Diagnostics {
        list.sort_by_key(|diagnostic| diagnostic.span.map_or((usize::MAX, 0), |span| (span.source, span.start)));
        Diagnostics { sources, list }
    }

    /// The text for a terminal, one blank line between diagnostics; ends without a newline. Of many, the first ones and how many more
    /// there are.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let shown = self.list.iter().take(MOST_SHOWN);
        let mut rendered: Vec<String> = shown.map(|diagnostic| self.render_one(&renderer, diagnostic)).collect();
        match self.list.len().saturating_sub(MOST_SHOWN) {
            0 => {}
            1 => rendered.push("… and 1 more error".to_owned()),
            more => rendered.push(format!("… and {more} more errors")),
        }
        rendered.join("\n\n")
    }

    fn render_one(&self, renderer: &Renderer, diagnostic: &Diagnostic) -> String {
        let (title, help) = (cut(&diagnostic.message), diagnostic.help.as_deref().map(cut));
        let label = diagnostic.label.as_deref().map(cut);
        let mut group = Group::with_title(Level::ERROR.primary_title(&*title));
        let source = |span: Span| self.sources.get(span.source).map(|source| (source, span.start..span.end));
        match diagnostic.span.and_then(source) {
            Some((file, range)) => {
                let path = path(file);
                if let Some(long) = LongLine::around(&file.text, &range) {
                    group = group.element(Origin::path(path).line(long.line).char_column(long.column));
                    let notes =
                        label.iter().map(|label| label.to_string()).chain([format!("it stands at `{}`", long.excerpt)]);
                    for note in notes {
                        group = group.element(Level::NOTE.message(note));
                    }
                } else {
                    let mut snippet = Snippet::source(file.text.as_str())
                        .path(path)
                        .annotation(AnnotationKind::Primary.span(range).label(label.as_deref()));
                    if let Some(context) = &diagnostic.context
                        && Some(context.span.source) == diagnostic.span.map(|span| span.source)
                    {
                        let range = context.span.start..context.span.end;
                        snippet =
                            snippet.annotation(AnnotationKind::Context.span(range).label(visible(&context.value)));
                    }
                    group = group.element(snippet);
                }
            }
            None => {
                let path = self.sources.first().map(path).unwrap_or_default();
                group = group.element(Origin::path(path));
            }
        }
        if let Some(help) = &help {
            group = group.element(Level::HELP.message(&**help));
        }
        renderer.render(&[group])
    }

    /// The line of a diagnostic in its source, counted from 1; 1 when it speaks of the whole file.
    pub fn line(&self, diagnostic: &Diagnostic) -> usize {
        diagnostic.span.map_or(1, |span| line(&self.sources, span))
    }
}

/// So many errors of a file are shown.
const MOST_SHOWN: usize = 20;

/// A line of more bytes than this is not shown as a whole.
const LONGEST_LINE: usize = 1000;

/// So much of a long line is shown from the place on.
const SHOWN_OF_LINE: usize = 60;

/// A place in a line that is too long to be shown.
struct LongLine {
    /// Both counted from 1.
    line: usize,
    column: usize,
    excerpt: String,
}

impl LongLine {
    fn around(text: &str, place: &Range<usize>) -> Option<LongLine> {
        let begin = text[..place.start].rfind('\n').map_or(0, |newline| newline + 1);
        let rest = text[place.start..].split('\n').next().unwrap_or_default();
        if place.start - begin + rest.len() <= LONGEST_LINE {
            return None;
        }
        let line = 1 + text[..begin].bytes().filter(|&byte| byte == b'\n').count();
        let column = 1 + text[begin..place.start].chars().count();
        let excerpt: String = rest.chars().take(SHOWN_OF_LINE).chain(['…']).collect();
        let excerpt = visible(&excerpt).into_owned();
        Some(LongLine { line, column, excerpt })
    }
}

/// A text with control characters as symbols, its long lines cut, and its further lines left out where they are many.
fn cut(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 600;
    const MOST_LINES: usize = 30;
    if text.len() <= LONGEST {
        return visible(text);
    }
    let line = |line: &str| match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    };
    let cut = text.lines().take(MOST_LINES).map(line).collect::<Vec<_>>().join("\n");
    visible(&cut).into_owned().into()
}

/// The path of a source as errors show it.
fn path(file: &SourceFile) -> String {
    visible(&file.path.to_string_lossy()).into_owned()
}

/// The line a span begins on, counted from 1.
pub(super) fn line(sources: &[SourceFile], span: Span) -> usize {
    let text = sources.get(span.source).map_or("", |source| source.text.as_str());
    1 + text.bytes().take(span.start).filter(|&byte| byte == b'\n').count()
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

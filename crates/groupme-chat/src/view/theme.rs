//! Styles: attributes and the sixteen colours of the terminal, which follow its theme.

use groupme_client::UserId;
use ratatui::style::{Color, Modifier, Style};

use crate::text::TextRole;

/// Styles of the screen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Theme {
    has_color: bool,
}

#[expect(
    clippy::unused_self,
    reason = "all styles are asked of the theme, with colours or not"
)]
impl Theme {
    pub(crate) fn new(has_color: bool) -> Self {
        Self { has_color }
    }

    fn coloured(self, style: Style, colour: Color) -> Style {
        if self.has_color {
            style.fg(colour)
        } else {
            style
        }
    }

    pub(crate) fn plain(self) -> Style {
        Style::new()
    }

    pub(crate) fn dim(self) -> Style {
        // Dark grey is invisible on some backgrounds; the attribute dims the colour of the text.
        Style::new().add_modifier(Modifier::DIM)
    }

    pub(crate) fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    pub(crate) fn notice(self) -> Style {
        self.dim().add_modifier(Modifier::ITALIC)
    }

    pub(crate) fn selected(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    pub(crate) fn accent(self) -> Style {
        self.coloured(self.strong(), Color::Cyan)
    }

    pub(crate) fn good(self) -> Style {
        self.coloured(self.plain(), Color::Green)
    }

    pub(crate) fn waiting(self) -> Style {
        self.coloured(self.plain(), Color::Yellow)
    }

    pub(crate) fn bad(self) -> Style {
        self.coloured(self.strong(), Color::Red)
    }

    /// Returns the style of a count of unread messages.
    pub(crate) fn unread(self, is_personal: bool) -> Style {
        if is_personal {
            self.coloured(self.strong(), Color::Red)
        } else {
            self.coloured(self.strong(), Color::Yellow)
        }
    }

    /// Returns the style of a user's name, which depends on the user's id only.
    pub(crate) fn name(self, user: Option<&UserId>, is_own: bool) -> Style {
        const COLOURS: [Color; 6] = [
            Color::Green,
            Color::Yellow,
            Color::Blue,
            Color::Magenta,
            Color::Cyan,
            Color::LightRed,
        ];
        if is_own {
            return self.strong();
        }
        let digits = user.map_or("", |user| user.as_str()).bytes();
        let sum = digits.fold(7_usize, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(usize::from(byte))
        });
        // The low bits of the sum depend on the last digits only.
        let colour = COLOURS.get((sum >> 3) % COLOURS.len()).copied();
        self.coloured(self.strong(), colour.unwrap_or(Color::Green))
    }

    pub(crate) fn text_role(self, role: TextRole) -> Style {
        match role {
            TextRole::Plain => self.plain(),
            TextRole::Mention => self.coloured(self.plain(), Color::Cyan),
            TextRole::OwnMention => self.coloured(self.strong(), Color::Red),
            TextRole::Link => self
                .coloured(self.plain(), Color::Blue)
                .add_modifier(Modifier::UNDERLINED),
            TextRole::Match => self.selected(),
        }
    }
}

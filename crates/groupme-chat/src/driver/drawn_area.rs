//! Limit of the drawn area. The size of a terminal comes from the other side of its line, and a frame
//! has memory for each cell.

use ratatui::{
    backend::{Backend, ClearType, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
};

use crate::model::limit_size;

/// Backend that draws on the upper left part of a terminal larger than
/// [`MAX_SIZE`](crate::model::MAX_SIZE).
#[derive(Debug)]
pub(super) struct Limited<B>(pub(super) B);

impl<B: Backend> Backend for Limited<B> {
    type Error = B::Error;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), Self::Error>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        self.0.draw(content)
    }

    fn append_lines(&mut self, count: u16) -> Result<(), Self::Error> {
        self.0.append_lines(count)
    }

    fn hide_cursor(&mut self) -> Result<(), Self::Error> {
        self.0.hide_cursor()
    }

    fn show_cursor(&mut self) -> Result<(), Self::Error> {
        self.0.show_cursor()
    }

    fn get_cursor_position(&mut self) -> Result<Position, Self::Error> {
        self.0.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Self::Error> {
        self.0.set_cursor_position(position)
    }

    fn clear(&mut self) -> Result<(), Self::Error> {
        self.0.clear()
    }

    fn clear_region(&mut self, region: ClearType) -> Result<(), Self::Error> {
        self.0.clear_region(region)
    }

    fn size(&self) -> Result<Size, Self::Error> {
        let size = self.0.size()?;
        Ok(limit_size((size.width, size.height)).into())
    }

    fn window_size(&mut self) -> Result<WindowSize, Self::Error> {
        self.0.window_size()
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use ratatui::{Terminal, backend::TestBackend, layout::Rect};

    use super::*;
    use crate::{
        model::{Input, MAX_SIZE},
        testing::TestChat,
    };

    #[test]
    fn a_terminal_of_any_size_costs_a_limited_number_of_cells() {
        let (columns, rows) = MAX_SIZE;
        let mut terminal = Terminal::new(Limited(TestBackend::new(3000, 900))).unwrap();
        let drawn = terminal.draw(|_| {}).unwrap().area;
        assert_eq!(drawn, Rect::new(0, 0, columns, rows));
        terminal.backend_mut().0.resize(80, 24);
        let drawn = terminal.draw(|_| {}).unwrap().area;
        assert_eq!(drawn, Rect::new(0, 0, 80, 24));
        // The frame that is measured, and not drawn, has the size of the model.
        let mut chat = TestChat::new();
        chat.update(Input::Resized(u16::MAX, u16::MAX));
        assert_eq!(chat.state.size, MAX_SIZE);
    }
}

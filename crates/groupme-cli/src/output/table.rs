//! Tables with aligned columns and a header.

use super::{
    terminal::Terminal,
    text::{Style, Text},
};

/// Column of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    title: &'static str,
    /// Whether the column may be cut on a narrow terminal: names and texts may, ids may not.
    is_flexible: bool,
}

impl Column {
    /// Returns a column of ids or dates.
    pub(crate) const fn fixed(title: &'static str) -> Self {
        Self {
            title,
            is_flexible: false,
        }
    }

    /// Returns a column of texts.
    pub(crate) const fn text(title: &'static str) -> Self {
        Self {
            is_flexible: true,
            ..Self::fixed(title)
        }
    }
}

/// Rows of texts, one for each column.
#[derive(Debug)]
pub(crate) struct Table {
    columns: &'static [Column],
    rows: Vec<Vec<Text>>,
}

impl Table {
    pub(crate) fn new(columns: &'static [Column]) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, row: Vec<Text>) {
        self.rows.push(row);
    }

    /// Writes a header and the rows, each in one line. On a terminal, texts are cut to its width.
    pub(crate) fn write(&self, terminal: Terminal) -> String {
        let mut header = Vec::new();
        for column in self.columns {
            let mut title = Text::default();
            title.push(column.title, Style::Bold);
            header.push(title);
        }
        let widths = self.widths(&header, terminal);
        let mut out = String::new();
        for row in core::iter::once(&header).chain(&self.rows) {
            let last = row.iter().rposition(|cell| !cell.is_empty()).unwrap_or(0);
            let cells = row.iter().zip(&widths).take(last + 1);
            for (index, (cell, width)) in cells.enumerate() {
                if index > 0 {
                    out.push_str(GAP);
                }
                let is_last = index == last;
                cell.write_cell(&mut out, terminal, *width, is_last);
            }
            out.push('\n');
        }
        out
    }

    /// Returns the width of each column; `None` for the last one without a terminal.
    fn widths(&self, header: &[Text], terminal: Terminal) -> Vec<Option<usize>> {
        let mut widths: Vec<_> = header.iter().map(|title| title.width(terminal)).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.width(terminal).max(*width);
            }
        }
        let gaps = GAP.len() * widths.len().saturating_sub(1);
        if let Some(columns) = terminal.width {
            let room = columns.saturating_sub(gaps);
            // The widest text is cut first.
            while widths.iter().sum::<usize>() > room {
                let flexible = self.columns.iter().zip(widths.iter_mut());
                let flexible = flexible.filter(|(column, _)| column.is_flexible);
                match flexible.map(|(_, width)| width).max() {
                    Some(width) if *width > MIN_WIDTH => *width -= 1,
                    _ => break,
                }
            }
            return widths.into_iter().map(Some).collect();
        }
        let last = widths.len().saturating_sub(1);
        let widths = widths.into_iter().enumerate();
        widths
            .map(|(index, width)| (index < last).then_some(width))
            .collect()
    }
}

const GAP: &str = "  ";

/// Smallest width of a text column.
const MIN_WIDTH: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[
        Column::fixed("ID"),
        Column::text("NAME"),
        Column::fixed("MEMBERS"),
        Column::text("MESSAGE"),
    ];

    fn table(width: Option<usize>) -> String {
        let mut table = Table::new(COLUMNS);
        for row in [
            ["1835", "Lake weekend", "12", "Mara: who has the keys?"],
            ["7", "湖", "3", ""],
        ] {
            table.push(row.map(Text::plain).into());
        }
        table.write(Terminal {
            width,
            ..Terminal::default()
        })
    }

    #[test]
    fn columns_are_aligned_below_their_titles_whatever_letters_they_have() {
        assert_eq!(
            table(None),
            "ID    NAME          MEMBERS  MESSAGE\n\
             1835  Lake weekend  12       Mara: who has the keys?\n\
             7     湖            3\n"
        );
    }

    #[test]
    fn texts_are_cut_to_the_terminal_and_ids_are_not() {
        let cut = table(Some(45));
        assert_eq!(
            cut,
            "ID    NAME          MEMBERS  MESSAGE\n\
             1835  Lake weekend  12       Mara: who has t…\n\
             7     湖            3\n"
        );
        let narrow = table(Some(20));
        assert!(
            narrow
                .lines()
                .nth(1)
                .unwrap()
                .starts_with("1835  Lake week…"),
            "{narrow}"
        );
    }
}

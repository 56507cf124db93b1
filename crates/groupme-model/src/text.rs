//! Characters of texts from others.

/// Returns whether a character hides, or hides or reorders the text around it: Unicode's format
/// characters, separators of lines, characters that are ignored by default, and blanks that are no
/// white space. The selector of coloured emoji is none of them.
pub fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0e}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{13430}'..='\u{1343f}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_hide_or_reorder_are_invisible_and_letters_and_emoji_are_not() {
        for letter in "\u{202e}\u{2028}\u{200b}\u{feff}\u{e0041}\u{3164}\u{fe0e}".chars() {
            assert!(is_invisible(letter), "{letter:?}");
        }
        for letter in "a \u{e9}\u{5d0}\u{65e5}\u{1f389}\u{fe0f}\u{a0}".chars() {
            assert!(!is_invisible(letter), "{letter:?}");
        }
    }
}
